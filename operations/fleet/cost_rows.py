"""What is told of the costs of a fleet, each with all that went in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.inventory.mobility import Drive
from fleet.costs.vehicle_costs import Part
from operations.values import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class CostFigureRow:
    """A figure of the scope in `unit`; None: not computed, for the `reason`. `computed` vehicles are in it.

    Of a budget these are months of vehicles. `remarks` say what is to be known of it.
    """

    name: str
    value: Decimal | None
    unit: str
    computed: int
    not_computed: int
    reason: Told | None
    remarks: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CostInputRow:
    """A number that went in, and where it stands."""

    name: str
    value: Decimal
    unit: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CostPartRow:
    """A part of a cost of the month with its inputs; None: not computed, for the `reason`."""

    part: Part
    eur: Decimal | None
    inputs: tuple[CostInputRow, ...]
    reason: Told | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRow:
    """What a month cost, whole and per 100 km, part by part; None: not computed, for the `reason`."""

    eur: Decimal | None
    eur_per_100km: Decimal | None
    parts: tuple[CostPartRow, ...]
    reason: Told | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleCostRow:
    """A vehicle's own cost and, of one that is charged, that of a combustion vehicle in its place."""

    vehicle: str
    name: str
    drive: Drive
    distance_m: Decimal | None
    own: CostRow
    reference: CostRow | None
    saved_eur: Decimal | None
    co2_price_eur: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetMonthRow:
    """What a month cost, as far as it is known: of `lacking` vehicles a part is not. `figure` explains it."""

    period: str
    eur: Decimal
    vehicles: int
    lacking: tuple[str, ...]
    figure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetBudgetRow:
    """The budget of the scope, and what was spent of it month by month; the days before `until` are over."""

    source: str
    year: int
    amount_eur: Decimal
    spent_eur: Decimal
    until: date
    months: tuple[FleetMonthRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetCosts:
    """What a scope costs in a month; `preliminary` until it is over. THG revenue is that of the whole year.

    `budget` is that of the scope and year, None where there is none.
    """

    period: str
    scope: str
    preliminary: bool
    figures: tuple[CostFigureRow, ...]
    vehicles: tuple[VehicleCostRow, ...]
    inputs: tuple[CostInputRow, ...]
    notes: tuple[Told, ...]
    budget: FleetBudgetRow | None = None
