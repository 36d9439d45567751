"""Mappings of papers: how the columns of a file become what vehicles burned, charged and drove."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING
from typing import Any

from fastapi import Response

from console.pages.errors import can_be_mended, problems_of
from console.pages.mappings import CHOICES
from console.pages.places import may
from console.pages.visit import Visit
from core.errors import ServiceError
from core.fleet import ChargePlace, VoucherKind
from core.inventory.mobility import FuelKind
from ingest.files.columns import letter
from operations.table import CAPABILITIES

ROW = "voucher_mappings.save"
LISTS = ("vehicles", "fuels")


async def show_all(visit: Visit) -> Response:
    """Return all mappings of papers."""
    known = await visit.ask("voucher_mappings.list")
    return visit.page("mappings/vouchers.html", visit.words.t("voucher_mappings.title"), mappings=known.items)


async def show_new(visit: Visit) -> Response:
    """Return the empty form; with a file, its first rows beside it."""
    return await _form(visit, _defaults(), new=True, upload=visit.query.get("upload", ""))


async def show(visit: Visit) -> Response:
    """Return a mapping in its form."""
    found = await visit.ask("voucher_mappings.show", name=visit.part("name"))
    given = {each.name: getattr(found, each.name) for each in CAPABILITIES[ROW].fields}
    return await _form(visit, _as_text(given), upload=visit.query.get("upload", ""), saved=found)


async def save(visit: Visit) -> Response:
    """Save a mapping, or return the form with what is wrong with it."""
    form = await visit.form()
    given = {name: str(form.get(name, default)) for name, default in _defaults().items()}
    upload = str(form.get("upload", ""))
    asked: dict[str, Any] = {name: text.strip() if name not in CHOICES else text for name, text in given.items()}
    asked |= {name: tuple(filter(str.strip, given[name].splitlines())) for name in LISTS}
    asked |= {name: asked[name] or None for name in ("fuel", "place")}
    try:
        saved = await visit.desk.gate.ask(ROW, asked, visit.actor, visit.now_utc)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return await _form(visit, given, 422, problems=problems_of(visit, error), upload=upload, new=True)
    path = f"/imports/files/{upload}" if upload else f"/voucher-mappings/{saved.name}"
    return visit.go(path, "console.done_mapping_saved")


async def _form(visit: Visit, given: Mapping[str, str], status: int = 200, **values: Any) -> Response:
    known = {"new": False, "saved": None, "problems": (), "look": None, "upload": ""} | values
    if known["upload"]:
        known["look"] = await visit.ask("imports.look", upload=known["upload"])
    heading = given["name"] or visit.words.t("voucher_mappings.new")
    shown: dict[str, Any] = {
        "kinds": tuple(VoucherKind),
        "fuels": tuple(FuelKind),
        "charge_places": tuple(ChargePlace),
        "choices": CHOICES,
        "column_letter": letter,
        "may": may(visit.actor, ROW),
    }
    return visit.page("mappings/voucher_form.html", heading, status, given=given, **known, **shown)


def _defaults() -> dict[str, str]:
    return _as_text({each.name: "" if each.default is MISSING else each.default for each in CAPABILITIES[ROW].fields})


def _as_text(given: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: "\n".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
        for name, value in given.items()
    }
