"""Trying a message out: what would be read from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Response

from console.pages.errors import Problem, can_be_mended, problems_of
from console.pages.visit import Visit
from core.errors import ServiceError
from ingest.routing import DECODERS


async def show(visit: Visit) -> Response:
    """Return the empty form."""
    return _page(visit, {})


async def decode(visit: Visit) -> Response:
    """Return the form with what the message says, or with what is wrong with it."""
    form = await visit.form()
    given = {name: str(form.get(name, "")) for name in ("format", "topic", "payload")}
    if not given["format"]:
        return _page(visit, given, problems=[Problem(visit.words.t("console.decode.no_format"), "format")])
    try:
        result = await visit.desk.gate.ask("meters.decode", given, visit.actor, visit.now_utc)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return _page(visit, given, status=422, problems=problems_of(visit, error))
    return _page(visit, given, result=result)


def _page(visit: Visit, given: Mapping[str, str], status: int = 200, **values: Any) -> Response:
    shown = {"format": "", "topic": "", "payload": ""} | dict(given)
    known = {"result": None, "problems": ()} | values
    heading = visit.words.t("console.decode.title")
    return visit.page("inbox/decode.html", heading, status, given=shown, formats=sorted(DECODERS), **known)
