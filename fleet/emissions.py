"""What a vehicle has avoided: the fuel it would have burnt, less its own fuel and the electricity it drew.

    avoided = km/100 × baseline consumption × EF_fuel - Σ own fuel × EF_fuel - Σ kWh_grid × EF_grid - Σ kWh_pv × EF_pv

Both sides have one boundary (`ttw` with direct electricity, `wtw` with Vorkette); a mix is an error. Amounts are
summed per factor and multiplied once, exactly. A negative result stays negative. Making and scrapping vehicles and
batteries is outside. The rules are explained in docs/emissions.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from core.errors import CalculationError
from core.exact import decimal_of
from core.factor_subjects import Subject
from core.factors import Boundary, Chosen, Factor, Per, Reference
from core.texts import Finding
from fleet.choice import FactorChoice, shown

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
class Drawn:
    """Electricity at the charge point. `slots`, where known, add up to grid and PV; `series` is their boundary.

    `guaranteed_wh` of the grid electricity have cancelled guarantees of origin. `supplied` says that the rest comes
    from a supplier whose mix is known.
    """

    grid_wh: Fraction
    pv_wh: Fraction = Fraction(0)
    slots: tuple[Slot, ...] = ()
    series: Boundary | None = None
    guaranteed_wh: Fraction = Fraction(0)
    supplied: bool = False

    @classmethod
    def of_slots(cls, slots: Sequence[Slot], series: Boundary | None, guaranteed_wh: Fraction = Fraction(0)) -> Drawn:
        """Return the electricity that slots add up to."""
        return cls(
            grid_wh=sum((slot.grid_wh for slot in slots), Fraction(0)),
            pv_wh=sum((slot.pv_wh for slot in slots), Fraction(0)),
            slots=tuple(slots),
            series=series,
            guaranteed_wh=guaranteed_wh,
        )


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


def savings(
    activity: Activity,
    choice: FactorChoice,
    boundary: Boundary,
    account: Account = Account.LOCATION,
    resolution: Resolution = Resolution.ANNUAL,
    fuels: Fuels | None = None,
) -> Savings:
    """Return what a vehicle avoided within a boundary. Raises `CalculationError` where factors of two would meet.

    `fuels` are those of the activity within this boundary, where they have been computed before.
    """
    baseline, own_fuel = fuels or fuels_of(activity, choice, boundary)
    drawn = activity.drawn
    electricity = (
        Sum(grams=None, reasons=(drawn,))
        if isinstance(drawn, Finding)
        else electricity_of(drawn, choice, boundary, account, resolution)
    )
    found = Savings(
        boundary=boundary,
        account=account,
        resolution=resolution,
        baseline=baseline,
        own_fuel=own_fuel,
        electricity=electricity,
        reasons=_unique((*baseline.reasons, *own_fuel.reasons, *electricity.reasons)),
        notes=_notes(drawn, resolution),
    )
    check_boundaries(found.lines, boundary)
    return found


def fuels_of(activity: Activity, choice: FactorChoice, boundary: Boundary) -> Fuels:
    """Return the fuel of the baseline and that of the vehicle: the same for all accounts of electricity."""
    baseline = _burnt(Term.BASELINE, activity.baseline, choice, boundary)
    return baseline, _burnt(Term.OWN_FUEL, activity.own_fuel, choice, boundary)


def electricity_of(
    drawn: Drawn, choice: FactorChoice, boundary: Boundary, account: Account, resolution: Resolution
) -> Sum:
    """Return the emissions of electricity; also those of a purchase without upstream (Scope 2)."""
    if resolution is Resolution.TIME_RESOLVED:
        parts = _by_slots(drawn, choice, boundary)
    elif account is Account.MARKET:
        parts = _by_purchase(drawn, choice, boundary)
    else:
        parts = [_grid(Subject.GRID, drawn.grid_wh, choice, boundary)]
    if drawn.pv_wh:
        parts.append(_term(Term.PV, Subject.PV, drawn.pv_wh, choice, boundary))
    return total(parts)


def total(parts: Sequence[Line | Finding]) -> Sum:
    """Return the sum of lines; it is not computed where one of them is not."""
    lines = tuple(part for part in parts if isinstance(part, Line))
    reasons = _unique(tuple(part for part in parts if isinstance(part, Finding)))
    if reasons:
        return Sum(grams=None, lines=lines, reasons=reasons)
    grams = lines[0].grams if len(lines) == 1 else sum((line.grams for line in lines), Fraction(0))
    return Sum(grams=grams, lines=lines)


def check_boundaries(lines: Sequence[Line], boundary: Boundary) -> None:
    """Raise `CalculationError` naming the pair where lines of one sum have factors of two boundaries."""
    factors = [line.factor for line in lines if line.factor and line.factor.boundary]
    strange = [factor for factor in factors if factor.boundary and factor.boundary.whole is not boundary.whole]
    if strange:
        proper = next((factor for factor in factors if factor not in strange), None)
        first = shown(proper) if proper else boundary.value
        raise CalculationError("emissions.boundaries_mixed", first=first, second=shown(strange[0]))


def _burnt(term: Term, fuels: Burnt | tuple[Burnt, ...] | Finding, choice: FactorChoice, boundary: Boundary) -> Sum:
    if isinstance(fuels, Finding):
        return Sum(grams=None, reasons=(fuels,))
    several = fuels if isinstance(fuels, tuple) else (fuels,)
    return total([_fuel_line(term, fuel, choice, boundary) for fuel in several])


def _fuel_line(term: Term, fuel: Burnt, choice: FactorChoice, boundary: Boundary) -> Line | Finding:
    chosen = fuel_factor(fuel, choice, boundary)
    return chosen if isinstance(chosen, Finding) else _line(term, fuel.subject, fuel.amount, chosen, fuel)


def fuel_factor(fuel: Burnt, choice: FactorChoice, boundary: Boundary) -> Chosen | Finding:
    """Return the factor of a fuel; litres take one per kilogram where the density is stated."""
    chosen = choice.find(fuel.subject, boundary, fuel.per, fuel.reference)
    if isinstance(chosen, Chosen) or fuel.per is not Per.VOLUME or fuel.density_kg_per_l is None:
        return chosen
    by_mass = choice.find(fuel.subject, boundary, Per.MASS)
    if isinstance(by_mass, Finding):
        return chosen
    return Chosen(by_mass.factor.per_kg(fuel.density_kg_per_l), by_mass.provisional)


def _grid(subject: Subject, energy_wh: Fraction, choice: FactorChoice, boundary: Boundary) -> Line | Finding:
    return _term(Term.GRID, subject, energy_wh, choice, boundary)


def _term(
    term: Term, subject: Subject, energy_wh: Fraction, choice: FactorChoice, boundary: Boundary
) -> Line | Finding:
    chosen = choice.find(subject, boundary, Per.ENERGY)
    return chosen if isinstance(chosen, Finding) else _line(term, subject, energy_wh, chosen)


def _line(term: Term, subject: Subject, amount: Fraction, chosen: Chosen, fuel: Burnt | None = None) -> Line:
    per = chosen.factor.per
    assert per is not None, chosen.factor.id  # noqa: S101 - only emission factors are asked for
    return Line(
        term=term,
        subject=subject,
        amount=amount,
        per=per,
        grams=amount * chosen.factor.grams,
        factor=chosen.factor,
        provisional=chosen.provisional,
        distance_m=fuel.distance_m if fuel else None,
        per_100km=fuel.per_100km if fuel else None,
    )


def _by_purchase(drawn: Drawn, choice: FactorChoice, boundary: Boundary) -> list[Line | Finding]:
    """Return the lines of a purchase: guarantees count nothing, the rest the supplier's mix or the residual mix."""
    guaranteed = min(drawn.guaranteed_wh, drawn.grid_wh)
    rest = drawn.grid_wh - guaranteed
    lines: list[Line | Finding] = []
    if guaranteed:
        lines.append(
            Line(
                term=Term.GUARANTEES,
                subject=Subject.SUPPLIER_MIX,
                amount=guaranteed,
                per=Per.ENERGY,
                grams=Fraction(0),
            )
        )
    if rest:
        lines.append(_grid(Subject.SUPPLIER_MIX if drawn.supplied else Subject.RESIDUAL_MIX, rest, choice, boundary))
    return lines


def _by_slots(drawn: Drawn, choice: FactorChoice, boundary: Boundary) -> list[Line | Finding]:
    """Return Σ kWh·g of the slots; those without intensity fall back to the year's average, in a line of their own."""
    if drawn.series is None:
        return [Finding.of("emissions.no_series")]
    if drawn.series.whole is not boundary.whole:
        return [Finding.of("emissions.series_boundary", series=drawn.series.value, boundary=boundary.value)]
    known = [slot for slot in drawn.slots if slot.intensity_g_per_kwh is not None]
    energy_wh = sum((slot.grid_wh for slot in known), Fraction(0))
    grams = sum((slot.grid_wh * Fraction(slot.intensity_g_per_kwh or 0) / 1000 for slot in known), Fraction(0))
    lines: list[Line | Finding] = []
    if known:
        lines.append(
            Line(
                term=Term.GRID_SLOTS,
                subject=Subject.GRID,
                amount=energy_wh,
                per=Per.ENERGY,
                grams=grams,
            )
        )
    missing = drawn.grid_wh - energy_wh
    return [*lines, _grid(Subject.GRID, missing, choice, boundary)] if missing else lines


def _notes(drawn: Drawn | Finding, resolution: Resolution) -> tuple[Finding, ...]:
    if isinstance(drawn, Finding) or resolution is Resolution.ANNUAL:
        return ()
    missing = [slot for slot in drawn.slots if slot.intensity_g_per_kwh is None and slot.grid_wh]
    if not missing:
        return ()
    energy_kwh = sum((slot.grid_wh for slot in missing), Fraction(0)) / 1000
    return (Finding.of("emissions.slots_without_intensity", count=len(missing), energy_kwh=float(energy_kwh)),)


def _unique(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(dict.fromkeys(findings))
