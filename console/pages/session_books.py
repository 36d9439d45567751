"""Bookings about charge sessions: the forms on a session's page, and taking a booking back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from fastapi import Response

from console.pages.booking_forms import local_input, stored
from console.pages.errors import Problem, can_be_mended, problems_of
from console.pages.places import may
from console.pages.visit import Visit
from core.errors import NotFoundError, ServiceError
from core.quantities import Quantity

ROWS = {kind: f"sessions.{kind}" for kind in ("correct", "split", "merge", "void")}
_INSTANTS = ("begun_at_utc", "ended_at_utc", "at_utc")
_ENERGY = (Quantity.ENERGY_SESSION_WH, None)
_AROUND = timedelta(days=2)


async def book(visit: Visit) -> Response:
    """Book something about a session."""
    from console.pages.sessions import page_of  # noqa: PLC0415 - the page shows the form

    row = ROWS.get(visit.part("kind"))
    if row is None:
        raise NotFoundError("sessions.unknown", id=visit.part("kind")[:80])
    form = await visit.form()
    said, problems = _read(visit, {name: str(form.get(name, "")).strip() for name in form if name != "others"})
    others = [str(each) for each in form.getlist("others")] if "others" in form else None
    if not problems:
        try:
            booked = await visit.ask(row, id=visit.part("id"), **said, **({"others": others} if others else {}))
            shown = booked.sessions[0] if booked.sessions else None
            return visit.go(
                f"/sessions/{quote(shown, safe='')}" if shown else "/sessions", "console.done_session_booked"
            )
        except ServiceError as error:
            if not can_be_mended(error):
                raise
            problems = list(problems_of(visit, error))
    return await page_of(visit, {}, problems)


async def undo(visit: Visit) -> Response:
    """Take a booking about sessions back."""
    form = await visit.form()
    booked = await visit.ask("sessions.undo", id=visit.part("id"), reason=str(form.get("reason", "")))
    return visit.go(
        f"/sessions/{quote(booked.sessions[0], safe='')}" if booked.sessions else "/sessions", "console.done_withdrawn"
    )


async def around(visit: Visit, detail: Any) -> dict[str, Any]:
    """Return what the forms of a session show: its instants as people type them, sessions that may belong to it."""
    session = detail.session
    if not may(visit.actor, ROWS["correct"]) or session.ended_at_utc is None:
        return {"may_book": False, "neighbours": ()}
    page = await visit.ask(
        "sessions.list",
        station=session.station,
        since_utc=session.begun_at_utc - _AROUND,
        until_utc=session.ended_at_utc + _AROUND,
        limit=100,
    )
    neighbours = [
        each
        for each in page.items
        if each.id != session.id and each.connector == session.connector and each.ended_at_utc is not None
    ]
    zone = visit.words.zone
    return {
        "may_book": True,
        "neighbours": neighbours,
        "begun": local_input(session.begun_at_utc, zone),
        "ended": local_input(session.ended_at_utc, zone),
    }


def _read(visit: Visit, form: Mapping[str, str]) -> tuple[dict[str, Any], list[Problem]]:
    said: dict[str, Any] = {"reason": form.get("reason", "")}
    problems: list[Problem] = []
    for name in (*_INSTANTS, "energy_wh"):
        if not form.get(name):
            continue
        value = stored(visit, form[name], _ENERGY) if name == "energy_wh" else _instant(visit, form[name])
        if value is None:
            problems.append(Problem(visit.words.t("console.bookings.unreadable", field=form[name][:40]), name))
        else:
            said[name] = value
    return said, problems


def _instant(visit: Visit, text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=visit.words.zone).astimezone(UTC)
    except ValueError:
        return None
