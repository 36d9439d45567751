"""Bills of suppliers as programs get them, held against the meter and the tariff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from core.inventory import Medium
from core.quantities import Quantity
from operations.values import Told


class BillVerdict(StrEnum):
    """What holding a bill against the meter came to."""

    AGREES = "agrees"
    DIFFERS = "differs"
    NOT_COMPARED = "not_compared"


@dataclass(frozen=True, slots=True, kw_only=True)
class BillRow:
    """A bill as it was entered; `used` is in `unit` (kWh, m³), dial readings in the unit of the dial."""

    id: int
    site: str
    site_name: str
    meter: str
    meter_name: str
    medium: Medium
    number: str
    first_day: date
    last_day: date
    used: Decimal
    unit: str
    net_eur: Decimal
    gross_eur: Decimal | None
    begin_reading: Decimal | None
    end_reading: Decimal | None
    document: str
    note: str
    added_by: str
    added_at_utc: datetime
    withdrawn_at_utc: datetime | None
    withdrawn_by: str
    withdrawn_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A figure of a bill beside our own, and by how much the bill is above it.

    `own` is None where it is not computed, `reason` says why. `limit_percent` is what may lie between them.
    `figure` explains our own.
    """

    billed: Decimal
    own: Decimal | None
    unit: str
    difference: Decimal | None
    percent: float | None
    limit_percent: float
    verdict: BillVerdict
    figure: str
    reason: Told | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DialRow:
    """Where the bill says the dial stood as a day began, and where it stood by our readings."""

    day: date
    billed: Decimal
    own: Decimal | None
    unit: str
    difference: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BillDetail:
    """A bill with all it was held against, and hints what may explain a difference.

    `quantity` is what our meter counts it by. `cost` compares the net amount with the tariff's.
    """

    bill: BillRow
    quantity: Quantity
    use: Compared
    cost: Compared
    dials: tuple[DialRow, ...]
    measured_percent: float
    hints: tuple[Told, ...]
