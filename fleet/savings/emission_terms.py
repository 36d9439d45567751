"""What avoided emissions are made of: fuel, electricity by quarter hours, lines with their factors, and their sum."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from core.exact import decimal_of
from core.factor_subjects import Subject
from core.factors import Boundary, Factor, Per, Reference
from core.texts import Finding

METRES_PER_100KM = 100_000


class Account(StrEnum):
    """How purchased electricity is counted, side by side: by where it was drawn, or by what was bought."""

    LOCATION = "location"
    MARKET = "market"


class Resolution(StrEnum):
    """Whether electricity counts with the year's average or with the intensity of each slot: two metrics."""

    ANNUAL = "annual"
    TIME_RESOLVED = "time_resolved"


class Term(StrEnum):
    """What a line of the sum is about."""

    BASELINE = "baseline"
    OWN_FUEL = "own_fuel"
    GRID = "grid"
    GRID_SLOTS = "grid_slots"
    """Grid electricity of slots whose intensity is known."""
    GUARANTEES = "guarantees"
    """Electricity with cancelled guarantees of origin (Herkunftsnachweise): nought, market-based."""
    PV = "pv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Burnt:
    """Fuel: an amount in litres, kilograms or Wh (`per`, of the heating value `reference`).

    Where it comes from a consumption, `distance_m` and `per_100km` say so.
    """

    subject: Subject
    amount: Fraction
    per: Per
    reference: Reference | None = None
    density_kg_per_l: Decimal | None = None
    distance_m: Fraction | None = None
    per_100km: Decimal | None = None

    @classmethod
    def over(
        cls,
        subject: Subject,
        distance_m: Fraction,
        per_100km: Decimal,
        per: Per,
        *,
        reference: Reference | None = None,
        density_kg_per_l: Decimal | None = None,
    ) -> Burnt:
        """Return the fuel that a consumption per 100 km makes over a distance; an energy is in Wh."""
        return cls(
            subject=subject,
            amount=distance_m / METRES_PER_100KM * Fraction(per_100km),
            per=per,
            reference=reference,
            density_kg_per_l=density_kg_per_l,
            distance_m=distance_m,
            per_100km=per_100km,
        )


@dataclass(frozen=True, slots=True)
class Slot:
    """Grid and PV electricity of a slot; `intensity_g_per_kwh` None where the series has none."""

    grid_wh: Fraction
    pv_wh: Fraction = Fraction(0)
    intensity_g_per_kwh: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """Grid electricity by slots, each with its own intensity of a series that counts `boundary`.

    `grid_wh` of `slots` make `grams`. `missing_slots` have no intensity: their `missing_wh` are in neither.
    """

    boundary: Boundary
    grid_wh: Fraction
    grams: Fraction
    slots: int
    missing_slots: int = 0
    missing_wh: Fraction = Fraction(0)

    @classmethod
    def of(cls, slots: Iterable[Slot], boundary: Boundary) -> Timed:
        """Return what slots come to, each with its own intensity; those without grid electricity are not counted."""
        drawing = [slot for slot in slots if slot.grid_wh]
        known = [slot for slot in drawing if slot.intensity_g_per_kwh is not None]
        missing = [slot for slot in drawing if slot.intensity_g_per_kwh is None]
        return cls(
            boundary=boundary,
            grid_wh=sum((slot.grid_wh for slot in known), Fraction(0)),
            grams=sum((slot.grid_wh * Fraction(slot.intensity_g_per_kwh or 0) / 1000 for slot in known), Fraction(0)),
            slots=len(known),
            missing_slots=len(missing),
            missing_wh=sum((slot.grid_wh for slot in missing), Fraction(0)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Electricity at the charge point; `timed` is its grid electricity by slots, once per series.

    What `timed` does not tell counts with the year's average. `guaranteed_wh` of the grid electricity have cancelled
    guarantees of origin.
    """

    grid_wh: Fraction
    pv_wh: Fraction = Fraction(0)
    timed: tuple[Timed, ...] = ()
    guaranteed_wh: Fraction = Fraction(0)

    @classmethod
    def of_slots(cls, slots: Sequence[Slot], series: Boundary | None, guaranteed_wh: Fraction = Fraction(0)) -> Drawn:
        """Return the electricity that slots add up to; `series` is what their intensities count."""
        return cls(
            grid_wh=sum((slot.grid_wh for slot in slots), Fraction(0)),
            pv_wh=sum((slot.pv_wh for slot in slots), Fraction(0)),
            timed=() if series is None else (Timed.of(slots, series),),
            guaranteed_wh=guaranteed_wh,
        )

    def timed_within(self, boundary: Boundary) -> Timed | Finding:
        """Return the electricity by slots within a boundary; series of another one are not taken."""
        if not self.timed:
            return Finding.of("emissions.no_series")
        found = next((each for each in self.timed if each.boundary.whole is boundary.whole), None)
        if found is None:
            series = ", ".join(each.boundary.value for each in self.timed)
            return Finding.of("emissions.series_boundary", series=series, boundary=boundary.value)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What a vehicle did in a period; what is not known is the finding why."""

    baseline: Burnt | Finding
    own_fuel: tuple[Burnt, ...] | Finding = ()
    drawn: Drawn | Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A term of the sum: `amount` (Wh, litres or kilograms by `per`) with its factor, and the grams they make.

    A line of slots has no factor: its intensity is the energy-weighted one (`g_per_kwh`).
    """

    term: Term
    subject: Subject
    amount: Fraction
    per: Per
    grams: Fraction
    factor: Factor | None = None
    provisional: bool = False
    distance_m: Fraction | None = None
    per_100km: Decimal | None = None

    @property
    def co2e_g(self) -> Decimal:
        """Return the grams with all their digits."""
        return decimal_of(self.grams)

    @property
    def g_per_kwh(self) -> Decimal | None:
        """Return the intensity of a line without factor: energy-weighted, never the mean of intensities."""
        return decimal_of(self.grams * 1000 / self.amount) if self.factor is None and self.amount else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Lines that add up to grams; None with `reasons` where a line could not be computed."""

    grams: Fraction | None
    lines: tuple[Line, ...] = ()
    reasons: tuple[Finding, ...] = ()

    @property
    def co2e_g(self) -> Decimal | None:
        """Return the grams with all their digits."""
        return None if self.grams is None else decimal_of(self.grams)


Fuels = tuple[Sum, Sum]
"""The emissions of the baseline's fuel and of the vehicle's own, within one boundary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Savings:
    """A saving of one variant with its parts; `avoided_g` None with `reasons` where it is not computed."""

    boundary: Boundary
    account: Account
    resolution: Resolution
    baseline: Sum
    own_fuel: Sum
    electricity: Sum
    reasons: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()

    @property
    def avoided(self) -> Fraction | None:
        """Return the baseline's grams less those of own fuel and electricity."""
        if self.baseline.grams is None or self.own_fuel.grams is None or self.electricity.grams is None:
            return None
        burnt = self.baseline.grams - self.own_fuel.grams if self.own_fuel.lines else self.baseline.grams
        return burnt - self.electricity.grams

    @property
    def avoided_g(self) -> Decimal | None:
        """Return what was avoided in grams with all their digits."""
        avoided = self.avoided
        return None if avoided is None else decimal_of(avoided)

    @property
    def lines(self) -> tuple[Line, ...]:
        """Return all lines, the baseline first."""
        return (*self.baseline.lines, *self.own_fuel.lines, *self.electricity.lines)

    @property
    def provisional(self) -> bool:
        """Return whether a factor stands in for one that is not published yet."""
        return any(line.provisional for line in self.lines)
