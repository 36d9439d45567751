"""Charge sessions: the list, and one with everything that is known of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from fastapi import Response

from console.pages.drawing import curve
from console.pages.filters import Choice, Field, Filters, choice, members
from console.pages.visit import Visit
from core.facts import SessionState


async def show_all(visit: Visit) -> Response:
    """Return the list of sessions, newest first."""
    filters = await narrowed(visit)
    page = await visit.ask("sessions.list", **wanted(visit, filters), cursor=filters.cursor)
    return visit.page("sessions/list.html", visit.words.t("console.sessions.title"), page=page, filters=filters)


async def show(visit: Visit) -> Response:
    """Return one session."""
    detail = await visit.ask("sessions.show", id=visit.part("id"))
    drawn = curve([(sample.at_utc, sample.power_w) for sample in detail.course], from_zero=True)
    return visit.page("sessions/show.html", visit.words.t("console.sessions.one"), detail=detail, curve=drawn)


async def narrowed(visit: Visit) -> Filters:
    """Return the filter of the list."""
    stations = await visit.ask("stations.list", limit=500)
    fields = (
        choice(visit.query, "station", "console.station", [Choice(row.id, row.name) for row in stations.items]),
        choice(visit.query, "state", "console.state", members(SessionState, visit.words)),
        Field("from", "console.filter.from", _day_given(visit.query.get("from", "")), "date"),
        Field("to", "console.filter.to", _day_given(visit.query.get("to", "")), "date"),
    )
    return Filters("/sessions", fields, visit.query.get("cursor", ""))


def wanted(visit: Visit, filters: Filters) -> dict[str, Any]:
    """Return what the filter means to the capability; days are local days, the last one included."""
    given = filters.given()
    since, until = given.pop("from", ""), given.pop("to", "")
    found: dict[str, Any] = dict(given)
    if since:
        found["since_utc"] = _midnight(visit, date.fromisoformat(since))
    if until:
        found["until_utc"] = _midnight(visit, date.fromisoformat(until) + timedelta(days=1))
    return found


def _midnight(visit: Visit, day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=visit.words.zone).astimezone(UTC)


def _day_given(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""
