"""What places cost as programs get it, and budgets. Amounts are in EUR with their cents, as bills are rounded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from core.inventory import Medium
from core.quantities import Quantity
from energy.budgets import BudgetStatus, ForecastMethod
from energy.tariffs import CostKind
from operations.values import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeRow:
    """What a meter costs in a month for one thing by one price (see `energy.charges.Charge`).

    `used` is in `unit` (kWh, m³, days, kW), `price_eur` per that unit, per year for base and power price.
    `monthly`: for power by the peak of the month, at a price per month.
    """

    meter: str
    kind: CostKind
    tariff: str
    tariff_name: str
    window: str
    used: Decimal
    unit: str
    days: int
    price_eur: Decimal
    amount_eur: Decimal
    at_utc: datetime | None
    monthly: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthCost:
    """What a month costs, its parts adding up to `total_eur`; None where it is not computed, which `reason` tells.

    `used` is what was taken, in the unit that is billed. `known_percent` of the quarter hours are known,
    `measured_percent` were measured. `findings` say what is not in it.
    """

    period: str
    days: int
    used: Decimal | None
    energy_eur: Decimal | None
    base_eur: Decimal | None
    power_eur: Decimal | None
    export_eur: Decimal | None
    total_eur: Decimal | None
    known_percent: float
    measured_percent: float
    charges: tuple[ChargeRow, ...]
    figure: str
    reason: Told | None
    findings: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class YearCost:
    """What the computed months of a year come to; None where there is none."""

    used: Decimal | None
    energy_eur: Decimal | None
    base_eur: Decimal | None
    power_eur: Decimal | None
    export_eur: Decimal | None
    total_eur: Decimal | None
    months: int
    months_missing: tuple[str, ...]
    figure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What a site pays for a medium in a year, month by month, as far as it has gone."""

    site: str
    site_name: str
    medium: Medium
    media: tuple[Medium, ...]
    year: int
    quantity: Quantity
    unit: str
    whole: YearCost
    months: tuple[MonthCost, ...]
    findings: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetRow:
    """A budget with what was spent and what the year will have cost; what is not computed has its `reason`.

    `method` names how the rest of the year was told; two thirds of all years end between low and high.
    """

    id: str
    name: str
    site: str
    site_name: str
    medium: Medium
    year: int
    amount_eur: Decimal
    to_date_eur: Decimal | None
    until: date | None
    forecast_eur: Decimal | None
    low_eur: Decimal | None
    high_eur: Decimal | None
    method: ForecastMethod | None
    status: BudgetStatus
    reason: Told | None
    findings: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """All budgets of a year, by site and medium."""

    year: int
    items: tuple[BudgetRow, ...]
