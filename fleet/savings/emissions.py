"""What a vehicle has avoided: the fuel it would have burnt, less its own fuel and the electricity it drew.

    avoided = km/100 × baseline consumption × EF_fuel - Σ own fuel × EF_fuel - Σ kWh_grid × EF_grid - Σ kWh_pv × EF_pv

Both sides have one boundary (`ttw` with direct electricity, `wtw` with Vorkette); a mix is an error. Amounts are
summed per factor and multiplied once, exactly. A negative result stays negative. Making and scrapping vehicles and
batteries is outside. The rules are explained in docs/emissions.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from core.errors import CalculationError
from core.factor_subjects import Subject
from core.factors import Boundary, Chosen, Per
from core.texts import Finding
from fleet.choice import FactorChoice, shown
from fleet.savings.emission_terms import (
    Account,
    Activity,
    Burnt,
    Drawn,
    Fuels,
    Line,
    Resolution,
    Savings,
    Sum,
    Term,
)


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
        notes=tuple(_notes(drawn, boundary, resolution)),
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
    """Return the lines of a purchase: guarantees count nothing, the rest the supplier's mix where one is stated.

    Else it is the residual mix.
    """
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
        stated = choice.table.has_own(Subject.SUPPLIER_MIX)
        lines.append(_grid(Subject.SUPPLIER_MIX if stated else Subject.RESIDUAL_MIX, rest, choice, boundary))
    return lines


def _by_slots(drawn: Drawn, choice: FactorChoice, boundary: Boundary) -> list[Line | Finding]:
    """Return Σ kWh·g of the slots; all other grid electricity counts with the year's average, in a line of its own."""
    timed = drawn.timed_within(boundary)
    if isinstance(timed, Finding):
        return [timed]
    lines: list[Line | Finding] = []
    if timed.grid_wh:
        lines.append(
            Line(
                term=Term.GRID_SLOTS,
                subject=Subject.GRID,
                amount=timed.grid_wh,
                per=Per.ENERGY,
                grams=timed.grams,
            )
        )
    rest = drawn.grid_wh - timed.grid_wh
    return [*lines, _grid(Subject.GRID, rest, choice, boundary)] if rest else lines


def _notes(drawn: Drawn | Finding, boundary: Boundary, resolution: Resolution) -> Iterator[Finding]:
    """Yield how much of time-resolved electricity counts with the year's average instead, and why."""
    if isinstance(drawn, Finding) or resolution is Resolution.ANNUAL:
        return
    timed = drawn.timed_within(boundary)
    if isinstance(timed, Finding):
        return
    if timed.missing_slots:
        yield slots_missing(timed.slots, timed.missing_slots, timed.missing_wh)
    rest = drawn.grid_wh - timed.grid_wh - timed.missing_wh
    if rest:
        yield Finding.of("emissions.without_slots", energy_kwh=float(rest) / 1000)


def slots_missing(slots: int, missing: int, missing_wh: Fraction) -> Finding:
    """Return that some slots have no intensity, and which share of all they are."""
    percent = round(100 * missing / (slots + missing), 1)
    energy_kwh = float(missing_wh) / 1000
    return Finding.of("emissions.slots_without_intensity", count=missing, energy_kwh=energy_kwh, percent=percent)


def _unique(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(dict.fromkeys(findings))
