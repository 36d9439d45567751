"""The statement of a month: what electric vehicles avoided, each with what it stands on, their groups and the fleet.

A statement is frozen: it names its factors with their editions and repeats what went in, so that it answers after the
readings have been deleted. Figures have one name each, with boundary, account and resolution in it: `FIGURES`. A sum
is exactly that of its vehicles; those that are not computed are counted beside it, never as nought.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from core.factor_subjects import Subject
from core.factors import Boundary, Factor, Per, Provenance, Status
from core.inventory.mobility import BaselineBasis, Drive, FuelKind
from core.texts import Finding
from fleet.savings.emission_terms import Account, Resolution, Term
from fleet.savings.timed import SeriesUsed, TimedUsed
from fleet.savings.uncertainty import Doubt

SAVINGS: Final = "savings"
"""The kind of the statement, and the first word of the ids of its figures."""

FLEET: Final = "fleet"
GROUP: Final = "group:"

Variant = tuple[Boundary, Account, Resolution]

FIGURES: Final[dict[str, Variant]] = {
    "co2e_avoided_g.wtw.location": (Boundary.WTW, Account.LOCATION, Resolution.ANNUAL),
    "co2e_avoided_g.wtw.market": (Boundary.WTW, Account.MARKET, Resolution.ANNUAL),
    "co2e_avoided_g.wtw.location.time_resolved": (Boundary.WTW, Account.LOCATION, Resolution.TIME_RESOLVED),
    "co2_avoided_g.ttw.location": (Boundary.TTW, Account.LOCATION, Resolution.ANNUAL),
    "co2_avoided_g.ttw.market": (Boundary.TTW, Account.MARKET, Resolution.ANNUAL),
    "co2_avoided_g.ttw.location.time_resolved": (Boundary.TTW, Account.LOCATION, Resolution.TIME_RESOLVED),
}
"""Every figure of a statement by name: the headline first, then the other accounts, then the other boundary."""

HEADLINE: Final = "co2e_avoided_g.wtw.location"


class Light(StrEnum):
    """How much of what should be known of a month is known."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"

    @classmethod
    def of(cls, percent: Decimal) -> Light:
        """Return green from 95 %, yellow from 80 %, else red: a rule of this service."""
        if percent >= GREEN_FROM_PERCENT:
            return cls.GREEN
        return cls.YELLOW if percent >= YELLOW_FROM_PERCENT else cls.RED


GREEN_FROM_PERCENT: Final = 95
YELLOW_FROM_PERCENT: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorUsed:
    """A factor as it was when the statement was made."""

    id: str
    subject: Subject
    value: Decimal
    unit: str
    boundary: Boundary | None
    year: int | None
    edition: str
    status: Status
    provenance: Provenance
    source: str

    @classmethod
    def of(cls, factor: Factor) -> FactorUsed:
        """Return what a statement keeps of a factor."""
        return cls(
            id=factor.id,
            subject=factor.subject,
            value=factor.value,
            unit=factor.unit,
            boundary=factor.boundary,
            year=factor.year,
            edition=factor.edition,
            status=factor.status,
            provenance=factor.provenance,
            source=factor.source,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedLine:
    """A term of a figure: `amount` (Wh, litres, kilograms by `per`) times the factor `factor`, in grams.

    `factor` is empty where the intensity of slots took its place (`g_per_kwh`, energy-weighted).
    """

    term: Term
    subject: Subject
    amount: Decimal
    per: Per
    co2e_g: Decimal
    factor: str = ""
    provisional: bool = False
    g_per_kwh: Decimal | None = None
    distance_m: Decimal | None = None
    per_100km: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedDoubt:
    """A part of the band around a figure: so many percent of some grams, by the rule of that id."""

    doubt: Doubt
    rule: str
    percent: Decimal
    co2e_g: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFigure:
    """A figure of a vehicle; `value_g` None: not computed, for `reasons`. It lies between `low_g` and `high_g`."""

    name: str
    value_g: Decimal | None
    provisional: bool = False
    lines: tuple[SavedLine, ...] = ()
    low_g: Decimal | None = None
    high_g: Decimal | None = None
    doubts: tuple[SavedDoubt, ...] = ()
    reasons: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionUsed:
    """A session of the month with the energy it brought, and how much of it is known to be roof power."""

    id: str
    begun: date
    energy_wh: Decimal | None
    pv_wh: Decimal | None
    valuation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InputsUsed:
    """What went in, as it stood: the odometer at both ends, days, sessions, and a digest of every day's figures."""

    first: date
    last: date
    days: int
    distance_days: int
    odometer_begin_m: Decimal | None
    odometer_end_m: Decimal | None
    sessions: tuple[SessionUsed, ...] = ()
    vouchers: tuple[int, ...] = ()
    days_digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineUsed:
    """What the vehicle was compared with."""

    fuel: FuelKind
    fuel_l_per_100km: Decimal
    basis: BaselineBasis
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleSavings:
    """A vehicle's month. `own_wh` came from our charge points, `elsewhere_wh` by papers, `pv_wh` is part of `own_wh`.

    `grid_wh` is the rest of both; `timed` is what is known of it by quarter hours, once per series of intensities.
    `own_fuel_l` None: it has none, or nothing is known (then figures say so).
    """

    vehicle: str
    name: str
    group: str
    site: str
    drive: Drive
    personal: bool
    distance_m: Decimal | None
    own_wh: Decimal
    elsewhere_wh: Decimal
    pv_wh: Decimal
    grid_wh: Decimal
    own_fuel_l: Decimal | None
    reliable: bool | None
    known_percent: Decimal | None
    baseline: BaselineUsed | None
    figures: tuple[SavedFigure, ...]
    inputs: InputsUsed
    notes: tuple[Finding, ...] = ()
    timed: tuple[TimedUsed, ...] = ()

    def figure(self, name: str) -> SavedFigure | None:
        """Return a figure by its name, None if there is none."""
        return next((each for each in self.figures if each.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SummedFigure:
    """A figure of several vehicles: the sum of the `computed` ones (None if there is none) beside the others.

    `reasons` are those that all vehicles share which are not computed. Bands are added as they are: what vehicles
    have in common, factors and baselines, errs together.
    """

    name: str
    value_g: Decimal | None
    computed: int
    not_computed: int
    provisional: bool = False
    low_g: Decimal | None = None
    high_g: Decimal | None = None
    reasons: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeSavings:
    """The fleet (`fleet`), a group (`group:<slug>`) or a site (`site:<id>`): sums over `vehicles`, by id."""

    scope: str
    vehicles: tuple[str, ...]
    distance_m: Decimal
    grid_wh: Decimal
    pv_wh: Decimal
    figures: tuple[SummedFigure, ...]

    def figure(self, name: str) -> SummedFigure | None:
        """Return a figure by its name, None if there is none."""
        return next((each for each in self.figures if each.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingsStatement:
    """A month (`2026-10`) of all electric vehicles, from `first` to `last`; not `final` while days are to come.

    `coverage_percent` of the vehicles' days have a distance. `series` are those of the grid's intensity. `because`
    says why there is this version after another.
    """

    period: str
    first: date
    last: date
    final: bool
    coverage_percent: Decimal
    light: Light
    vehicles: tuple[VehicleSavings, ...]
    scopes: tuple[ScopeSavings, ...]
    factors: tuple[FactorUsed, ...]
    because: tuple[Finding, ...] = ()
    series: tuple[SeriesUsed, ...] = ()

    def vehicle(self, name: str) -> VehicleSavings | None:
        """Return a vehicle's month, None if it has none."""
        return next((each for each in self.vehicles if each.vehicle == name), None)

    def scope(self, name: str) -> ScopeSavings | None:
        """Return the sums of the fleet, a group or a site, None if there are none."""
        return next((each for each in self.scopes if each.scope == name), None)

    def factor(self, name: str) -> FactorUsed | None:
        """Return a factor by its id as it was, None if the statement does not use it."""
        return next((each for each in self.factors if each.id == name), None)

    @property
    def fleet(self) -> ScopeSavings:
        """Return the sums of the whole fleet."""
        return next(each for each in self.scopes if each.scope == FLEET)
