"""Charge sessions: the list, and one with everything that is known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote

from fastapi import Response

from console.pages.drawing import curve
from console.pages.errors import Problem, can_be_mended, problems_of
from console.pages.filters import Choice, Field, Filters, choice, members
from console.pages.places import may
from console.pages.session_books import around
from console.pages.visit import Visit
from core.errors import ServiceError
from core.facts import SessionState
from core.inventory import Drive

ASSIGN = "sessions.assign"
NOBODY = "-"
"""What the form says for none of our vehicles."""
PLUG_IN = frozenset({Drive.BATTERY, Drive.PLUG_IN_HYBRID})


async def show_all(visit: Visit) -> Response:
    """Return the list of sessions, newest first."""
    filters = await narrowed(visit)
    page = await visit.ask("sessions.list", **wanted(visit, filters), cursor=filters.cursor)
    return visit.page(
        "sessions/list.html",
        visit.words.t("console.sessions.title"),
        page=page,
        filters=filters,
        may_import=may(visit.actor, "sessions.import"),
    )


async def show(visit: Visit) -> Response:
    """Return one session."""
    return await page_of(visit, {"vehicle": "", "reason": ""})


async def assign(visit: Visit) -> Response:
    """Keep whose a session was, or take back what was said by hand."""
    form = await visit.form()
    given = {name: str(form.get(name, "")).strip() for name in ("vehicle", "reason", "withdraw")}
    said: dict[str, Any] = {"nobody": True} if given["vehicle"] == NOBODY else {"vehicle": given["vehicle"]}
    try:
        await visit.ask(
            ASSIGN, id=visit.part("id"), reason=given["reason"], **({"withdraw": True} if given["withdraw"] else said)
        )
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return await page_of(visit, given, problems_of(visit, error))
    return visit.go(f"/sessions/{quote(visit.part('id'), safe='')}", "console.done_assigned")


async def page_of(visit: Visit, given: Mapping[str, str], problems: Sequence[Problem] = ()) -> Response:
    """Return one session, with what was typed into its forms and why it could not be."""
    detail = await visit.ask("sessions.show", id=visit.part("id"))
    drawn = curve([(sample.at_utc, sample.power_w) for sample in detail.course], from_zero=True)
    may_assign = may(visit.actor, ASSIGN)
    return visit.page(
        "sessions/show.html",
        visit.words.t("console.sessions.one"),
        detail=detail,
        curve=drawn,
        sees_match=detail.triangle is not None,
        may_assign=may_assign,
        cars=await _cars(visit) if may_assign else (),
        given=given,
        problems=problems,
        **await around(visit, detail),
    )


async def _cars(visit: Visit) -> list[Any]:
    """Return the vehicles that can be charged, by name."""
    cars = (await visit.ask("vehicles.list", limit=500)).items
    return sorted((car for car in cars if car.drive in PLUG_IN), key=lambda car: str(car.name))


async def narrowed(visit: Visit) -> Filters:
    """Return the filter of the list."""
    stations = await visit.ask("stations.list", limit=500)
    fields = (
        choice(visit.query, "station", "console.station", [Choice(row.id, row.name) for row in stations.items]),
        choice(visit.query, "state", "console.state", members(SessionState, visit.words)),
        Field("from", "console.filter.from", day_given(visit.query.get("from", "")), "date"),
        Field("to", "console.filter.to", day_given(visit.query.get("to", "")), "date"),
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


def day_given(text: str) -> str:
    """Return a day as it is given in an address, nothing where it is none."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""
