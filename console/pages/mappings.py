"""Mappings: how the columns of a file become readings of meters, or papers of vehicles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass
from typing import Any, Final

from fastapi import Response

from console.pages.errors import can_be_mended, problems_of
from console.pages.places import may
from console.pages.visit import Visit
from core.errors import ServiceError
from core.imports import ClockChange, FileClock, FileLayout, RowKind, Stamp
from core.inventory.mobility import FuelKind
from core.quantities import Kind, Quantity
from core.readings import ReadingQuality
from core.vouchers import ChargePlace, VoucherKind
from ingest.files.columns import letter
from operations.table import CAPABILITIES

SIGNS: Final[dict[str, tuple[str, ...]]] = {
    "encoding": ("", "utf-8", "cp1252", "utf-16"),
    "delimiter": ("", ";", ",", "\t", "|"),
    "decimal": (",", "."),
    "thousands": ("", ".", ",", " ", "'"),
}
"""What is chosen as it stands in the file: a blank here is no empty field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingPages:
    """The pages of one kind of mapping."""

    rows: str
    """The capabilities are `<rows>.list`, `.show` and `.save`."""
    path: str
    texts: str
    list_template: str
    form_template: str
    lines: tuple[str, ...]
    """Fields of which each line is an entry."""
    decimals: tuple[str, ...] = ()
    may_be_none: tuple[str, ...] = ()
    members: Mapping[str, tuple[Any, ...]]
    """What the form offers to choose from."""

    async def show_all(self, visit: Visit) -> Response:
        """Return all mappings."""
        known = await visit.ask(f"{self.rows}.list")
        return visit.page(self.list_template, visit.words.t(f"{self.texts}.title"), mappings=known.items)

    async def show_new(self, visit: Visit) -> Response:
        """Return the empty form; with a file, its first rows beside it."""
        return await self._form(visit, self._defaults(), new=True, upload=visit.query.get("upload", ""))

    async def show(self, visit: Visit) -> Response:
        """Return a mapping in its form."""
        found = await visit.ask(f"{self.rows}.show", name=visit.part("name"))
        given = {each.name: getattr(found, each.name) for each in CAPABILITIES[self._save].fields}
        return await self._form(visit, _as_text(given), upload=visit.query.get("upload", ""), saved=found)

    async def save(self, visit: Visit) -> Response:
        """Save a mapping, or return the form with what is wrong with it."""
        form = await visit.form()
        given = {name: str(form.get(name, default)) for name, default in self._defaults().items()}
        upload = str(form.get("upload", ""))
        try:
            saved = await visit.desk.gate.ask(self._save, self._asked(given), visit.actor, visit.now_utc)
        except ServiceError as error:
            if not can_be_mended(error):
                raise
            return await self._form(visit, given, 422, problems=problems_of(visit, error), upload=upload, new=True)
        path = f"/imports/files/{upload}" if upload else f"{self.path}/{saved.name}"
        return visit.go(path, "console.done_mapping_saved")

    @property
    def _save(self) -> str:
        return f"{self.rows}.save"

    def _asked(self, given: Mapping[str, str]) -> dict[str, Any]:
        asked: dict[str, Any] = {name: text if name in SIGNS else text.strip() for name, text in given.items()}
        asked |= {name: tuple(filter(str.strip, given[name].splitlines())) for name in self.lines}
        asked |= {name: asked[name].replace(",", ".") for name in self.decimals}
        return asked | {name: asked[name] or None for name in self.may_be_none}

    async def _form(self, visit: Visit, given: Mapping[str, str], status: int = 200, **values: Any) -> Response:
        known = {"new": False, "saved": None, "problems": (), "look": None, "upload": ""} | values
        if known["upload"]:
            known["look"] = await visit.ask("imports.look", upload=known["upload"])
        heading = given["name"] or visit.words.t(f"{self.texts}.new")
        shown = {**self.members, "choices": SIGNS, "column_letter": letter, "may": may(visit.actor, self._save)}
        return visit.page(self.form_template, heading, status, given=given, **known, **shown)

    def _defaults(self) -> dict[str, str]:
        fields = CAPABILITIES[self._save].fields
        return _as_text({each.name: "" if each.default is MISSING else each.default for each in fields})


def _as_text(given: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: "\n".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
        for name, value in given.items()
    }


OF_READINGS: Final = MappingPages(
    rows="mappings",
    path="/mappings",
    texts="console.mappings",
    list_template="mappings/list.html",
    form_template="mappings/form.html",
    lines=("meters", "statuses"),
    decimals=("factor",),
    members={
        "kinds": tuple(RowKind),
        "clocks": tuple(FileClock),
        "stamps": tuple(Stamp),
        "layouts": tuple(FileLayout),
        "clock_changes": tuple(ClockChange),
        "quantities_counted": tuple(quantity for quantity in Quantity if quantity.kind is Kind.REGISTER),
        "qualities": tuple(ReadingQuality),
    },
)
OF_VOUCHERS: Final = MappingPages(
    rows="voucher_mappings",
    path="/voucher-mappings",
    texts="voucher_mappings",
    list_template="mappings/vouchers.html",
    form_template="mappings/voucher_form.html",
    lines=("vehicles", "fuels"),
    may_be_none=("fuel", "place"),
    members={"kinds": tuple(VoucherKind), "fuels": tuple(FuelKind), "charge_places": tuple(ChargePlace)},
)
