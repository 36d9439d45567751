"""Trying a message out: what would be read from it, with what its entry would say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Response

from console.pages.errors import Problem, can_be_mended, problems_of
from console.pages.visit import Visit
from core.errors import PayloadError, ServiceError
from ingest.format_row import Format
from ingest.formats import DECODERS

LINES: Final = ("fields", "options")
"""What has one pair to a line."""

INPUTS: Final = ("format", "topic", "payload", "device", *LINES)
ONLY_HINTS: Final = "hints"

ABOUT: Final = {
    "ingest.format_unknown": "format",
    "ingest.topic_wrong": "topic",
    "ingest.device_wrong": "device",
    "ingest.fields_missing": "fields",
    "ingest.fields_unused": "fields",
    "ingest.field_wrong": "fields",
    "ingest.option_unknown": "options",
    "ingest.option_wrong": "options",
    "ingest.option_needs": "options",
}
"""Which input a finding is about."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What a format wants: how its topic looks, whether device and fields mean anything, which names are known."""

    shape: str
    device: bool
    fields: bool
    needs_fields: bool
    known: tuple[str, ...]
    options: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, row: Format) -> Hints:
        """Return the hints of a format."""
        options = tuple((name, option.shown) for name, option in row.options.items())
        known = tuple(field.name for field in row.fields)
        return cls(row.shape, row.device != "", row.free_fields, row.needs_fields, known, options)


async def show(visit: Visit) -> Response:
    """Return the form, with the format and topic that the address names."""
    return _page(visit, {name: visit.query.get(name, "") for name in ("format", "topic")})


async def decode(visit: Visit) -> Response:
    """Return the form with what the message says, or with what is wrong with it; all stays as it was typed."""
    form = await visit.form()
    given = {name: str(form.get(name, "")) for name in INPUTS}
    if not given["format"]:
        return _page(visit, given, problems=[Problem(visit.words.t("console.decode.no_format"), "format")])
    if form.get("show") == ONLY_HINTS:
        return _page(visit, given)
    asked = given | {name: _lines(given[name]) for name in LINES}
    try:
        result = await visit.desk.gate.ask("meters.decode", asked, visit.actor, visit.now_utc)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return _page(visit, given, status=422, problems=_problems(visit, error))
    return _page(visit, given, result=result)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _problems(visit: Visit, error: ServiceError) -> list[Problem]:
    """Return what is wrong, each at the input it is about; what no input explains is about the message."""
    findings = getattr(error, "findings", ()) or (error.finding,)
    other = "payload" if isinstance(error, PayloadError) else ""
    return [
        Problem(problem.text, problem.field or ABOUT.get(finding.code, other))
        for problem, finding in zip(problems_of(visit, error), findings, strict=True)
    ]


def _page(visit: Visit, given: Mapping[str, str], status: int = 200, **values: Any) -> Response:
    shown = dict.fromkeys(INPUTS, "") | dict(given)
    known = {"result": None, "problems": ()} | values
    row = DECODERS.get(shown["format"])
    return visit.page(
        "inbox/decode.html",
        visit.words.t("console.decode.title"),
        status,
        given=shown,
        formats=sorted(DECODERS),
        hints=Hints.of(row) if row else None,
        **known,
    )
