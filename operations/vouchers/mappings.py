"""How files of papers are to be understood: mappings, each change of one a new version.

Plates and card numbers are kept as pseudonyms alone, under the key of this service.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Annotated, Final, Literal

from annotated_types import Ge, Le, Len

from core.errors import ConflictError, NotFoundError, ServiceError, UnavailableError
from core.inventory.mobility import FuelKind
from core.ports import Page
from core.texts import Finding
from core.voucher_files import VoucherMapping
from core.vouchers import ChargePlace, VoucherKind
from ingest.files.cells import instant_reader
from operations.arrivals.file_mappings import Name, Text
from operations.edge import InvalidRequestError
from operations.fleet.vehicle_days import seen_vehicle
from operations.house import Call, House
from operations.keepers import EntryKind, must_keep

Column = Annotated[str, Len(1, 80)]
AMOUNTS: Final = {
    VoucherKind.FUEL: ("fuel_l_column",),
    VoucherKind.CHARGING: ("energy_kwh_column",),
    VoucherKind.LOGBOOK: ("distance_km_column", "odometer_km_column"),
}
"""The columns of which a file of each kind has one at least."""

_TOKEN: Final = re.compile(r"tag:[0-9a-f]{20}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListVoucherMappings:
    """All mappings of papers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowVoucherMapping:
    """One mapping of papers by its name; an earlier `version` if wanted."""

    name: str
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveVoucherMapping:
    """A mapping of papers as a whole; fields as in `core.voucher_files.VoucherMapping`, pairs written `name=value`.

    What names a vehicle in `vehicles` is a plate or a card number, or the pseudonym that was shown for it.
    """

    name: Name
    kind: VoucherKind
    date_column: Column
    time_column: Text = ""
    pattern: Annotated[str, Len(1, 40)] = "dd.MM.yyyy HH:mm"
    vehicle: Text = ""
    vehicle_column: Text = ""
    vehicles: tuple[str, ...] = field(default=(), metadata={"personal": True})
    number_column: Text = ""
    fuel_column: Text = ""
    fuels: tuple[str, ...] = ()
    fuel: FuelKind | None = None
    fuel_l_column: Text = ""
    energy_kwh_column: Text = ""
    place: ChargePlace | None = None
    distance_km_column: Text = ""
    odometer_km_column: Text = ""
    amount_eur_column: Text = ""
    header: Annotated[int, Ge(0), Le(200)] = 1
    sheet: Text = ""
    encoding: Literal["", "utf-8", "utf-8-sig", "utf-16", "cp1252"] = ""
    delimiter: Literal["", ";", ",", "\t", "|"] = ""
    decimal: Literal[",", "."] = ","
    thousands: Literal["", ".", ",", " ", "'"] = "."


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherMappingRow:
    """A mapping of papers with who saved it when; `vehicles` are written `pseudonym=vehicle`."""

    name: str
    version: int
    saved_at_utc: datetime
    saved_by: str
    kind: VoucherKind
    date_column: str
    time_column: str
    pattern: str
    vehicle: str
    vehicle_column: str
    vehicles: tuple[str, ...]
    number_column: str
    fuel_column: str
    fuels: tuple[str, ...]
    fuel: FuelKind | None
    fuel_l_column: str
    energy_kwh_column: str
    place: ChargePlace | None
    distance_km_column: str
    odometer_km_column: str
    amount_eur_column: str
    header: int
    sheet: str
    encoding: str
    delimiter: str
    decimal: str
    thousands: str


async def list_voucher_mappings(house: House, _request: ListVoucherMappings, _call: Call) -> Page[VoucherMappingRow]:
    """Return the newest version of each mapping of papers."""
    rows = tuple(_row(each) for each in await house.ledger.voucher_mappings())
    return Page(rows, len(rows))


async def show_voucher_mapping(house: House, request: ShowVoucherMapping, _call: Call) -> VoucherMappingRow:
    """Return one mapping of papers. Raises `NotFoundError`."""
    found = await house.ledger.voucher_mapping(request.name, request.version)
    if found is None:
        raise NotFoundError("imports.mapping_unknown", name=request.name[:80])
    return _row(found)


async def save_voucher_mapping(house: House, request: SaveVoucherMapping, call: Call) -> VoucherMappingRow:
    """Keep a mapping of papers, as a new version if there is one of this name.

    Raises `InvalidRequestError` naming each field that cannot be, `ForbiddenError` for a vehicle that the actor does
    not keep, `ConflictError` where a mapping of readings has the name.
    """
    if await house.ledger.mapping(request.name) is not None:
        raise ConflictError("vouchers.mapping_taken", name=request.name)
    said = {each.name: getattr(request, each.name) for each in fields(request)}
    token = token_of(house)
    pairs = [(name if _TOKEN.fullmatch(name) else token(name), vehicle) for name, vehicle in _pairs(request.vehicles)]
    said |= {"vehicles": tuple(dict(pairs).items()), "fuels": _pairs(request.fuels)}
    mapping = VoucherMapping(**said, saved_at_utc=call.now_utc, saved_by=call.actor.name)
    known = house.inventory().vehicles
    named = [*([mapping.vehicle] if mapping.vehicle else []), *(vehicle for _, vehicle in mapping.vehicles)]
    wrong = _wrong(mapping)
    wrong += [
        Finding.of("vouchers.wrong_vehicle", field="vehicles", id=each[:80]) for each in named if each not in known
    ]
    if wrong:
        raise InvalidRequestError(wrong)
    must_keep(call.actor, EntryKind.VEHICLES, [seen_vehicle(house, each, call).site for each in named])
    return _row(await house.ledger.save_voucher_mapping(mapping))


def token_of(house: House) -> Callable[[str], str]:
    """Return what makes pseudonyms of plates and card numbers, however spaced; it raises `UnavailableError`."""

    def token(said: str) -> str:
        if house.pseudonym is None:
            raise UnavailableError("vouchers.no_pseudonyms")
        return house.pseudonym("".join(sign for sign in said.upper() if sign.isalnum()))

    return token


def _wrong(mapping: VoucherMapping) -> list[Finding]:
    found = []
    if bool(mapping.vehicle) == bool(mapping.vehicle_column):
        found.append(Finding.of("vouchers.wrong_which", field="vehicle"))
    needed = AMOUNTS[mapping.kind]
    if not any(getattr(mapping, name) for name in needed):
        found.append(Finding.of("vouchers.wrong_amount", field=needed[0]))
    if mapping.decimal == mapping.thousands:
        found.append(Finding.of("imports.wrong.thousands", field="thousands"))
    known = {fuel.value for fuel in FuelKind}
    found += [
        Finding.of("vouchers.wrong_fuel", field="fuels", known=", ".join(sorted(known)))
        for _, fuel in mapping.fuels
        if fuel not in known
    ]
    try:
        instant_reader(mapping.pattern)
    except ServiceError as error:
        found.append(Finding.of(error.finding.code, field="pattern", pattern=mapping.pattern))
    return found


def _pairs(written: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    parted = (each.rpartition("=") for each in written if each.strip())
    return tuple((name.strip(), said.strip()) for name, _, said in parted)


def _row(mapping: VoucherMapping) -> VoucherMappingRow:
    said = {each.name: getattr(mapping, each.name) for each in fields(VoucherMappingRow)}
    return VoucherMappingRow(
        **said | {name: tuple(f"{one}={other}" for one, other in said[name]) for name in ("vehicles", "fuels")}
    )
