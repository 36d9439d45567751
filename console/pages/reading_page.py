"""The page by which people without an account tell what a dial shows: scanned, typed, confirmed, done.

It is one page for meters and for odometers. Who is signed in besides may say that an odometer was exchanged.
"""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Response
from starlette.datastructures import FormData

from console.pages.booking_forms import stored
from console.pages.errors import Problem, can_be_mended, page, problems_of
from console.pages.visit import Visit
from console.problems import status_of
from console.signin import check_csrf, check_origin, form_csrf
from core.errors import ConflictError, NotFoundError, ServiceError
from core.units import look_of
from operations.metering.door import Asked, asked_by, may_tell_exchange, tell_exchange, tell_reading


async def show(visit: Visit) -> Response:
    """Return the form; a link that is not good says so, and no more."""
    visit.desk.signin.heed(visit.request)
    try:
        asked = await asked_by(visit.desk.gate.house, visit.part("secret"), visit.now_utc)
    except NotFoundError as error:
        return _bad(visit, error)
    return _page(visit, asked)


async def tell(visit: Visit) -> Response:
    """Show the reading once more to be confirmed, then book it."""
    check_origin(visit.request)
    visit.desk.signin.heed(visit.request)
    form = await visit.request.form()
    try:
        asked = await asked_by(visit.desk.gate.house, visit.part("secret"), visit.now_utc)
    except NotFoundError as error:
        return _bad(visit, error)
    text, who = str(form.get("value", "")).strip()[:40], str(form.get("who", "")).strip()[:80]
    value = stored(visit, text, (asked.link.quantity, asked.medium)) if text else None
    if value is None:
        problem = Problem(visit.words.t("console.reading.unreadable"), "value")
        return _page(visit, asked, text, who, problems=[problem])
    if not form.get("sure"):
        return _page(visit, asked, text, who, value=value)
    try:
        await _book(visit, asked, value, who, form)
    except ServiceError as error:
        if not can_be_mended(error):
            return _bad(visit, error)
        return _page(visit, asked, text, who, value=value, refused=error)
    return visit.page("meters/told.html", visit.words.t("console.reading.done"), asked=asked, value=value)


async def _book(visit: Visit, asked: Asked, value: float, who: str, form: FormData) -> None:
    gate, now_utc = visit.desk.gate, visit.now_utc
    if form.get("exchanged") and visit.visitor is not None:
        check_csrf(visit.request, visit.visitor, form_csrf(form))
        await tell_exchange(gate, asked, value, visit.visitor.actor, now_utc)
    else:
        await tell_reading(gate, asked, value, who, confirm=bool(form.get("confirm")), now_utc=now_utc)


def _page(
    visit: Visit,
    asked: Asked,
    text: str = "",
    who: str = "",
    *,
    value: float | None = None,
    problems: Sequence[Problem] = (),
    refused: ServiceError | None = None,
) -> Response:
    """Return the form, or the value once more: to be confirmed, or to be sent although it is implausible.

    Whoever passes by may have scanned a lasting link: why it refuses a value would tell what the dial showed.
    """
    doubtful = isinstance(refused, ConflictError)
    if refused and asked.tells_why:
        problems = problems_of(visit, refused)
    may_exchange = doubtful and may_tell_exchange(asked, visit.visitor.actor if visit.visitor else None)
    return visit.page(
        "meters/tell.html",
        asked.dialled.name,
        422 if problems or refused else 200,
        asked=asked,
        unit=look_of(asked.link.quantity, asked.medium).shown_unit,
        path=visit.request.url.path,
        text=text,
        who=who,
        value=value if refused is None or (doubtful and (asked.may_confirm or may_exchange)) else None,
        may_confirm=doubtful and asked.may_confirm,
        may_exchange=may_exchange,
        ask_again=refused is not None and not asked.may_confirm and not may_exchange,
        problems=problems,
    )


def _bad(visit: Visit, error: ServiceError) -> Response:
    return page(visit, status_of(error), visit.words.say(error.finding))
