"""How files of fuel cards, charging cards and logbooks are to be understood, and who keeps that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.inventory.mobility import FuelKind
from core.vouchers import ChargePlace, VoucherKind


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherMapping:
    """How the rows of a file become vouchers of one kind; saved under `name`, each change as a new `version`.

    Columns are named by header or letter; those that are not named are never read. `vehicle` is the one of the whole
    file; else `vehicle_column` says which, translated by `vehicles`: pseudonyms of plates and card numbers, and the
    vehicles they mean. Energies stand there in kWh, distances in km, amounts in EUR.
    """

    name: str
    kind: VoucherKind
    date_column: str
    time_column: str = ""
    pattern: str = "dd.MM.yyyy HH:mm"
    vehicle: str = ""
    vehicle_column: str = ""
    vehicles: tuple[tuple[str, str], ...] = ()
    number_column: str = ""
    fuel_column: str = ""
    fuels: tuple[tuple[str, str], ...] = ()
    fuel: FuelKind | None = None
    fuel_l_column: str = ""
    energy_kwh_column: str = ""
    place: ChargePlace | None = None
    distance_km_column: str = ""
    odometer_km_column: str = ""
    amount_eur_column: str = ""
    header: int = 1
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    decimal: str = ","
    thousands: str = "."
    version: int = 0
    saved_at_utc: datetime | None = None
    saved_by: str = ""


class VoucherMappingBook(Protocol):
    """Keeps mappings of papers; their names are not those of mappings of readings."""

    async def save_voucher_mapping(self, mapping: VoucherMapping) -> VoucherMapping:
        """Keep a mapping as the next version of its name, and return it."""
        ...

    async def voucher_mapping(self, name: str, version: int | None = None) -> VoucherMapping | None:
        """Return a version of a mapping, by default the newest; None if there is none."""
        ...

    async def voucher_mappings(self) -> tuple[VoucherMapping, ...]:
        """Return the newest version of each, by name."""
        ...
