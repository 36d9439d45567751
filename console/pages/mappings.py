"""Mappings: how the columns of a file become readings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING
from typing import Any

from fastapi import Response

from console.pages.errors import can_be_mended, problems_of
from console.pages.places import may
from console.pages.visit import Visit
from core.errors import ServiceError
from core.imports import ClockChange, FileClock, FileLayout, RowKind, Stamp
from core.quantities import Kind, Quantity
from core.readings import ReadingQuality
from ingest.files.columns import letter
from operations.table import CAPABILITIES

ROW = "mappings.save"
LISTS = ("meters", "statuses")
QUANTITIES = tuple(quantity for quantity in Quantity if quantity.kind is Kind.REGISTER)
CHOICES: dict[str, tuple[str, ...]] = {
    "encoding": ("", "utf-8", "cp1252", "utf-16"),
    "delimiter": ("", ";", ",", "\t", "|"),
    "decimal": (",", "."),
    "thousands": ("", ".", ",", " ", "'"),
}


async def show_all(visit: Visit) -> Response:
    """Return all mappings."""
    known = await visit.ask("mappings.list")
    return visit.page("mappings/list.html", visit.words.t("console.mappings.title"), mappings=known.items)


async def show_new(visit: Visit) -> Response:
    """Return the empty form; with a file, its first rows beside it."""
    return await _form(visit, _defaults(), new=True, upload=visit.query.get("upload", ""))


async def show(visit: Visit) -> Response:
    """Return a mapping in its form."""
    found = await visit.ask("mappings.show", name=visit.part("name"))
    given = {each.name: getattr(found, each.name) for each in CAPABILITIES[ROW].fields}
    return await _form(visit, _as_text(given), upload=visit.query.get("upload", ""), saved=found)


async def save(visit: Visit) -> Response:
    """Save a mapping, or return the form with what is wrong with it."""
    form = await visit.form()
    given = {name: str(form.get(name, default)) for name, default in _defaults().items()}
    upload = str(form.get("upload", ""))
    asked: dict[str, Any] = {name: text.strip() if name not in CHOICES else text for name, text in given.items()}
    asked |= {name: tuple(filter(str.strip, given[name].splitlines())) for name in LISTS}
    asked["factor"] = asked["factor"].replace(",", ".")
    try:
        saved = await visit.desk.gate.ask(ROW, asked, visit.actor, visit.now_utc)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return await _form(visit, given, 422, problems=problems_of(visit, error), upload=upload, new=True)
    if upload:
        return visit.go(f"/imports/files/{upload}", "console.done_mapping_saved")
    return visit.go(f"/mappings/{saved.name}", "console.done_mapping_saved")


async def _form(visit: Visit, given: Mapping[str, str], status: int = 200, **values: Any) -> Response:
    known = {"new": False, "saved": None, "problems": (), "look": None, "upload": ""} | values
    if known["upload"]:
        known["look"] = await visit.ask("imports.look", upload=known["upload"])
    heading = given["name"] or visit.words.t("console.mappings.new")
    return visit.page("mappings/form.html", heading, status, given=given, **known, **_CHOSEN, may=may(visit.actor, ROW))


def _defaults() -> dict[str, str]:
    return _as_text({each.name: "" if each.default is MISSING else each.default for each in CAPABILITIES[ROW].fields})


def _as_text(given: Mapping[str, Any]) -> dict[str, str]:
    return {name: "\n".join(value) if isinstance(value, tuple) else str(value) for name, value in given.items()}


_CHOSEN: dict[str, Any] = {
    "kinds": tuple(RowKind),
    "clocks": tuple(FileClock),
    "stamps": tuple(Stamp),
    "layouts": tuple(FileLayout),
    "clock_changes": tuple(ClockChange),
    "quantities_counted": QUANTITIES,
    "qualities": tuple(ReadingQuality),
    "choices": CHOICES,
    "column_letter": letter,
}
