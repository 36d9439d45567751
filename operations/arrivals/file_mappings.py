"""How files of readings are to be understood: mappings, each change of one a new version."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from annotated_types import Ge, Gt, Le, Len

from core.errors import ConflictError, NotFoundError, ServiceError
from core.imports import ClockChange, FileClock, FileLayout, FileMapping, RowKind, Stamp
from core.inventory import Inventory
from core.ports import Page
from core.quantities import Kind, Quantity
from core.readings import ReadingQuality
from core.texts import Finding
from ingest.files.cells import instant_reader
from operations.edge import InvalidRequestError
from operations.house import Call, House
from operations.keepers import EntryKind, must_keep
from operations.metering.dials import seen_meter

Name = Annotated[str, Len(1, 60)]
Text = Annotated[str, Len(0, 80)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMappings:
    """All mappings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowMapping:
    """One mapping by its name; an earlier `version` if wanted."""

    name: str
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveMapping:
    """A mapping as a whole; fields as in `core.imports.FileMapping`, pairs written `name=value`."""

    name: Name
    date_column: Annotated[str, Len(1, 80)]
    value_column: Annotated[str, Len(1, 80)]
    quantity: Quantity = Quantity.ENERGY_IMPORT_WH
    kind: RowKind = RowKind.REGISTER
    factor: Annotated[Decimal, Gt(0)] = Decimal(1)
    time_column: Text = ""
    pattern: Annotated[str, Len(1, 40)] = "dd.MM.yyyy HH:mm"
    clock: FileClock = FileClock.LOCAL
    stamp: Stamp = Stamp.BEGIN
    interval_min: Annotated[int, Ge(1), Le(1440)] = 15
    meter: Text = ""
    meter_column: Text = ""
    meters: tuple[str, ...] = ()
    status_column: Text = ""
    statuses: tuple[str, ...] = ()
    header: Annotated[int, Ge(0), Le(200)] = 1
    sheet: Text = ""
    encoding: Literal["", "utf-8", "utf-8-sig", "utf-16", "cp1252"] = ""
    delimiter: Literal["", ";", ",", "\t", "|"] = ""
    decimal: Literal[",", "."] = ","
    thousands: Literal["", ".", ",", " ", "'"] = "."
    layout: FileLayout = FileLayout.ROWS
    last_value_column: Text = ""
    clock_change: ClockChange = ClockChange.IN_ORDER


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingRow:
    """A mapping with who saved it when; pairs are written `name=value`."""

    name: str
    version: int
    saved_at_utc: datetime
    saved_by: str
    quantity: Quantity
    kind: RowKind
    factor: Decimal
    date_column: str
    time_column: str
    pattern: str
    clock: FileClock
    stamp: Stamp
    interval_min: int
    value_column: str
    meter: str
    meter_column: str
    meters: tuple[str, ...]
    status_column: str
    statuses: tuple[str, ...]
    header: int
    sheet: str
    encoding: str
    delimiter: str
    decimal: str
    thousands: str
    layout: FileLayout
    last_value_column: str
    clock_change: ClockChange


async def list_mappings(house: House, _request: ListMappings, _call: Call) -> Page[MappingRow]:
    """Return the newest version of each mapping."""
    rows = tuple(_row(each) for each in await house.ledger.mappings())
    return Page(rows, len(rows))


async def show_mapping(house: House, request: ShowMapping, _call: Call) -> MappingRow:
    """Return one mapping. Raises `NotFoundError`."""
    return _row(await known_mapping(house, request.name, request.version))


async def save_mapping(house: House, request: SaveMapping, call: Call) -> MappingRow:
    """Keep a mapping, as a new version if there is one of this name; imports say by which version they were read.

    Raises `InvalidRequestError` naming each field that cannot be, `ForbiddenError` for a meter the actor does
    not keep.
    """
    said = {each.name: getattr(request, each.name) for each in fields(request)}
    said |= {"meters": _pairs(request.meters), "statuses": _pairs(request.statuses)}
    mapping = FileMapping(**said, saved_at_utc=call.now_utc, saved_by=call.actor.name)
    wrong = [*_wrong(mapping), *_wrong_meters(mapping, house.inventory())]
    if wrong:
        raise InvalidRequestError(wrong)
    if await house.ledger.voucher_mapping(mapping.name) is not None:
        raise ConflictError("vouchers.mapping_taken", name=mapping.name)
    for meter in named_meters(mapping):
        must_keep(call.actor, EntryKind.METERS, [seen_meter(house, meter, call).site])
    return _row(await house.ledger.save_mapping(mapping))


async def known_mapping(house: House, name: str, version: int | None = None) -> FileMapping:
    """Return a mapping by its name. Raises `NotFoundError`."""
    found = await house.ledger.mapping(name, version)
    if found is None:
        raise NotFoundError("imports.mapping_unknown", name=name[:80])
    return found


def named_meters(mapping: FileMapping) -> tuple[str, ...]:
    """Return the ids of the meters that a mapping names."""
    return tuple(dict.fromkeys([*([mapping.meter] if mapping.meter else []), *(meter for _, meter in mapping.meters)]))


def zone_of_site(inventory: Inventory, meter: str, house_zone: str) -> str:
    """Return the time zone of a meter's site."""
    site = inventory.sites.get(inventory.meters[meter].site)
    return ZoneInfo(site.time_zone).key if site else house_zone


def _wrong(mapping: FileMapping) -> list[Finding]:
    found = []
    if mapping.quantity.kind is not Kind.REGISTER:
        found.append(Finding.of("imports.wrong.quantity", field="quantity", quantity=mapping.quantity))
    if bool(mapping.meter) == bool(mapping.meter_column):
        found.append(Finding.of("imports.wrong.meter", field="meter"))
    if mapping.decimal == mapping.thousands:
        found.append(Finding.of("imports.wrong.thousands", field="thousands"))
    if mapping.kind is not RowKind.REGISTER and 1440 % mapping.interval_min:
        found.append(Finding.of("imports.wrong.interval", field="interval_min"))
    if mapping.layout is FileLayout.DAYS:
        found += _wrong_days(mapping)
    words = {quality.value for quality in ReadingQuality}
    found += [
        Finding.of("imports.wrong.status", field="statuses", said=said or name, known=", ".join(sorted(words)))
        for name, said in mapping.statuses
        if said not in words
    ]
    if mapping.status_column and not mapping.statuses:
        found.append(Finding.of("imports.wrong.statuses_missing", field="statuses"))
    try:
        instant_reader(mapping.pattern)
    except ServiceError as error:
        found.append(Finding.of(error.finding.code, field="pattern", pattern=mapping.pattern))
    return found


def _wrong_days(mapping: FileMapping) -> list[Finding]:
    """Return what cannot be where a row is a day."""
    found = []
    if mapping.kind is RowKind.REGISTER:
        found.append(Finding.of("imports.wrong.days_register", field="kind"))
    if 60 % mapping.interval_min:
        found.append(Finding.of("imports.wrong.days_interval", field="interval_min"))
    if mapping.time_column:
        found.append(Finding.of("imports.wrong.days_time", field="time_column"))
    if {"H", "m", "z"} & set(mapping.pattern):
        found.append(Finding.of("imports.wrong.days_pattern", field="pattern", pattern=mapping.pattern))
    return found


def _wrong_meters(mapping: FileMapping, inventory: Inventory) -> list[Finding]:
    field = "meter" if mapping.meter else "meters"
    found = [(meter, _why_not(inventory, meter)) for meter in named_meters(mapping)]
    return [Finding.of(code, field=field, id=meter) for meter, code in found if code]


def _why_not(inventory: Inventory, meter: str) -> str:
    found = inventory.meters.get(meter)
    if found is None:
        return "imports.wrong.meter_unknown"
    return "imports.wrong.meter_virtual" if found.terms else ""


def _pairs(written: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    parted = (each.rpartition("=") for each in written if each.strip())
    return tuple((name.strip(), said.strip()) for name, _, said in parted)


def _row(mapping: FileMapping) -> MappingRow:
    said = {each.name: getattr(mapping, each.name) for each in fields(MappingRow)}
    return MappingRow(**said | {name: tuple(f"{one}={other}" for one, other in said[name]) for name in _PAIRED})


_PAIRED = ("meters", "statuses")
