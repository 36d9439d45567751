"""Alarms: what needs a person, what was done about it, what is over; how good the data are; who is told."""

from __future__ import annotations

from typing import Any

from fastapi import Response

from console.pages.filters import Choice, Field, Filters, choice, members
from console.pages.places import may, path_of
from console.pages.visit import Visit
from console.pages.words import Words
from core.alarms import ALARMS, OPEN, QUALITY, AlarmState, Severity
from core.people import Actor

SERVICE_PLACES = {
    "part_unwell": ("/health", "health.show"),
    "spool_growing": ("/health", "health.show"),
    "job_failed": ("/jobs", "jobs.list"),
    "letters_undelivered": ("/notify", "notify.list"),
    "report_undelivered": ("/sendings", "sendings.list"),
    "backup_overdue": ("/jobs", "jobs.list"),
    "certificate_expiring": ("/certificates", "certificates.list"),
    "certificate_urgent": ("/certificates", "certificates.list"),
    "savings_missing": ("/savings", "savings.show"),
    "shares_overdue": ("/shares", "shares.list"),
    "shares_draft": ("/shares", "shares.list"),
}
"""Where the parts of the service are seen, and what one must be allowed to see there."""


async def show_all(visit: Visit) -> Response:
    """Return the alarms that are not over."""
    words = visit.words
    states = [Choice(state.value, words.label(state)) for state in AlarmState if state in OPEN]
    fields = (
        _site_field(visit),
        _kind_field(visit, tuple(ALARMS)),
        choice(visit.query, "severity", "console.alarms.severity", members(Severity, words)),
        choice(visit.query, "state", "console.state", states),
    )
    filters = Filters("/alarms", fields, visit.query.get("cursor", ""))
    page = await visit.ask("alarms.list", **filters.given(), cursor=filters.cursor)
    return visit.page("alarms/list.html", words.t("console.alarms.title"), page=page, filters=filters, **SAID)


async def show_history(visit: Visit) -> Response:
    """Return all alarms, those that are over too."""
    fields = (_site_field(visit), _kind_field(visit, tuple(ALARMS)))
    filters = Filters("/alarms/history", fields, visit.query.get("cursor", ""))
    subject = visit.query.get("subject", "")
    page = await visit.ask("alarms.history", **filters.given(), subject=subject, cursor=filters.cursor)
    heading = visit.words.t("console.alarms.history")
    return visit.page("alarms/history.html", heading, page=page, filters=filters, **SAID)


async def show_kinds(visit: Visit) -> Response:
    """Return what there are alarms for, and when."""
    page = await visit.ask("alarms.kinds")
    return visit.page("alarms/kinds.html", visit.words.t("console.alarms.kinds"), kinds=page.items, **SAID)


async def show(visit: Visit) -> Response:
    """Return one alarm."""
    row = await visit.ask("alarms.show", id=visit.part("id"))
    return visit.page("alarms/show.html", kind_text(visit.words, row.kind), row=row, **SAID)


async def acknowledge(visit: Visit) -> Response:
    """Remember that the visitor has seen an alarm, and what is done about it."""
    form = await visit.form()
    row = await visit.ask("alarms.acknowledge", id=visit.part("id"), note=str(form.get("note", "")))
    return visit.go(f"/alarms/{row.id}", "console.done_alarm_seen")


async def show_quality(visit: Visit) -> Response:
    """Return what is wrong with the data now."""
    filters = Filters("/quality", (_site_field(visit), _kind_field(visit, QUALITY)), visit.query.get("cursor", ""))
    page = await visit.ask("quality.list", **filters.given(), cursor=filters.cursor)
    heading = visit.words.t("console.data_quality.title")
    return visit.page("alarms/quality.html", heading, page=page, filters=filters, **SAID)


async def show_recipients(visit: Visit) -> Response:
    """Return who is told of alarms, and how it stands with them."""
    return await _recipients(visit)


async def test_recipient(visit: Visit) -> Response:
    """Send a test message, and say what became of it."""
    await visit.form()
    return await _recipients(visit, result=await visit.ask("notify.test", name=visit.part("name")))


async def _recipients(visit: Visit, result: Any = None) -> Response:
    page = await visit.ask("notify.list")
    names = {site.id: site.name for site in visit.desk.gate.house.inventory().sites.values()}
    heading = visit.words.t("console.notify.title")
    return visit.page("alarms/recipients.html", heading, recipients=page.items, result=result, names=names, **SAID)


def kind_text(words: Words, kind: str) -> str:
    """Return what people call a kind of alarm."""
    return words.t(f"alarm.{kind}")


def severity_text(words: Words, severity: str) -> str:
    """Return what people call a severity."""
    return words.t(f"console.severity.{severity}")


def channel_text(words: Words, channel: str) -> str:
    """Return what people call a way to a recipient."""
    return words.t(f"console.notify.channel.{channel}")


def place_of(row: Any, actor: Actor) -> str:
    """Return the page of what an alarm is about, empty where the actor has none."""
    kind = row.subject.partition(":")[0]
    if kind not in ("service", "budget"):
        return path_of(row.subject)
    path, needed = SERVICE_PLACES[row.kind] if kind == "service" else ("/budgets", "budgets.show")
    return path if may(actor, needed) else ""


def _site_field(visit: Visit) -> Field:
    sites = visit.desk.gate.house.inventory().sites.values()
    seen = sorted((site.name, site.id) for site in sites if visit.actor.sees(site.id))
    return choice(visit.query, "site", "console.site", [Choice(id_, name) for name, id_ in seen])


def _kind_field(visit: Visit, kinds: tuple[str, ...]) -> Field:
    offered = [Choice(kind, kind_text(visit.words, kind)) for kind in kinds]
    return choice(visit.query, "kind", "console.alarms.kind", offered)


SAID: Any = {
    "kind_text": kind_text,
    "severity_text": severity_text,
    "channel_text": channel_text,
    "place_of": place_of,
    "may": may,
}
"""How pages say alarms."""
