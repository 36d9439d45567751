"""What is asked about vouchers, and what is told of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from annotated_types import Ge, Le, Len

from core.errors import ConflictError
from core.inventory import Inventory
from core.inventory.mobility import FuelKind
from core.texts import Finding
from core.vouchers import ChargePlace, Voucher, VoucherKind
from operations.metering.booking_rows import Reason
from operations.values import Limit

Amount = Annotated[Decimal, Ge(Decimal(0)), Le(Decimal(10_000_000_000))]
Money = Annotated[Decimal, Ge(Decimal(-1_000_000)), Le(Decimal(1_000_000))]


class DoubtfulVoucherError(ConflictError):
    """A voucher that is implausible; `findings` say why. Asked for once more with `confirm` it is kept."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("vouchers.doubtful", count=len(findings))
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddVoucher:
    """A line of a paper about a vehicle; fields as in `core.vouchers.Voucher`. `confirm` keeps an implausible one.

    Of a logbook's day `at_utc` is its end, where the odometer showed `odometer_m`.
    """

    vehicle: str
    kind: VoucherKind
    at_utc: datetime
    number: Annotated[str, Len(0, 80)] = ""
    fuel: FuelKind | None = None
    fuel_l: Amount | None = None
    energy_wh: Amount | None = None
    place: ChargePlace | None = None
    distance_m: Amount | None = None
    odometer_m: Amount | None = None
    amount_eur: Money | None = None
    confirm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListVouchers:
    """Which vouchers: of a vehicle, of a kind, of a month (`2026-11`), of an import, those withdrawn too."""

    vehicle: str | None = None
    kind: VoucherKind | None = None
    month: str | None = None
    file_import: int | None = None
    withdrawn: bool = False
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawVoucher:
    """Which voucher is taken back, by its number in the list, and why."""

    id: int
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherRow:
    """A voucher (see `core.vouchers.Voucher`)."""

    id: int
    kind: VoucherKind
    vehicle: str
    vehicle_name: str
    at_utc: datetime
    number: str
    fuel: FuelKind | None
    fuel_l: Decimal | None
    energy_wh: Decimal | None
    place: ChargePlace | None
    distance_m: Decimal | None
    odometer_m: Decimal | None
    amount_eur: Decimal | None
    file_import: int | None
    entered_by: str
    entered_at_utc: datetime
    withdrawn_at_utc: datetime | None
    withdrawn_by: str
    withdrawn_reason: str


def voucher_row(voucher: Voucher, inventory: Inventory) -> VoucherRow:
    """Return a voucher as programs get it."""
    vehicle = inventory.vehicles.get(voucher.vehicle)
    said = {name: getattr(voucher, name) for name in VoucherRow.__dataclass_fields__ if name != "vehicle_name"}
    return VoucherRow(**said, vehicle_name=vehicle.name if vehicle else voucher.vehicle)
