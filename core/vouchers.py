"""Papers about vehicles: what was filled in, what was charged elsewhere, what a logbook says."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from core.inventory.mobility import FuelKind
from core.periods import Period
from core.ports import Page


class VoucherKind(StrEnum):
    """What a paper is about."""

    FUEL = "fuel"
    """`fuel_l` litres of `fuel` were filled in."""
    CHARGING = "charging"
    """`energy_wh` were charged at a charge point that is not ours."""
    LOGBOOK = "logbook"
    """`distance_m` were driven on a day; the odometer showed `odometer_m` at its end."""


class ChargePlace(StrEnum):
    """Whose charge point it was."""

    PUBLIC = "public"
    HOME = "home"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """A line of a fuel card, charging card, invoice or logbook, about one vehicle. It names no person and no place.

    `number` is the line's own in the system that it comes from, `file_import` the import that brought it (None:
    entered by hand). The same (vehicle, kind, instant, number) is the same voucher. `id` is 0 until the ledger has
    given one.
    """

    kind: VoucherKind
    vehicle: str
    at_utc: datetime
    number: str = ""
    fuel: FuelKind | None = None
    fuel_l: Decimal | None = None
    energy_wh: Decimal | None = None
    place: ChargePlace | None = None
    distance_m: Decimal | None = None
    odometer_m: Decimal | None = None
    amount_eur: Decimal | None = None
    file_import: int | None = None
    entered_by: str = ""
    entered_at_utc: datetime
    withdrawn_at_utc: datetime | None = None
    withdrawn_by: str = ""
    withdrawn_reason: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherFilter:
    """Which vouchers, newest first; those withdrawn only with `withdrawn`."""

    vehicles: Collection[str] | None = None
    kind: VoucherKind | None = None
    period: Period | None = None
    file_import: int | None = None
    withdrawn: bool = False
    limit: int = 50
    cursor: str | None = None


class VoucherBook(Protocol):
    """Keeps vouchers; none is changed, some are withdrawn."""

    async def keep_vouchers(self, vouchers: Sequence[Voucher]) -> int:
        """Keep those that are not there yet (or were withdrawn); return how many were new."""
        ...

    async def vouchers(self, wanted: VoucherFilter) -> Page[Voucher]:
        """Return vouchers, newest first."""
        ...

    async def voucher(self, id: int) -> Voucher | None:  # noqa: A002
        """Return one voucher, None if there is none."""
        ...

    async def vouchers_during(self, period: Period, vehicles: Collection[str] | None = None) -> tuple[Voucher, ...]:
        """Return all vouchers in force of a period, by vehicle and instant."""
        ...

    async def withdraw_vouchers(self, ids: Collection[int], at_utc: datetime, by: str, reason: str) -> int:
        """Withdraw vouchers; return how many were in force until now."""
        ...
