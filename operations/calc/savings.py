"""`calc.savings`: what vehicles and plants would save, by the engine of the monthly statement, without stored data."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from config.calc.reading import CalcInput
from config.calc.savings import CalcPlantForm, CalcVehicleForm, SavingsForm
from core.exact import decimal_of
from core.factor_subjects import Kind, Subject
from core.factors import Boundary
from core.texts import Finding
from fleet.choice import FactorChoice
from fleet.savings.emission_terms import Account, Activity, Drawn, Resolution, Savings
from fleet.savings.emissions import electricity_of, savings
from fleet.savings.losses import LossBasis, electric_distance_m
from fleet.savings.pv_savings import PvSaving, pv_savings
from fleet.savings.uncertainty import Band, band_of
from operations.calc.formula import savings_formula
from operations.calc.inputs import CalcRequest, HasFactors, read, thousandth, told, unused, wh
from operations.calc.rows import (
    BandPart,
    BandRow,
    CalcPlant,
    CalcTotal,
    CalculatedSavings,
    CalcVehicle,
    FactorUse,
    PurchaseRow,
    PvUse,
    SavingsRow,
    term_row,
)
from operations.calc.vehicle import activity_of
from operations.edge import InvalidRequestError
from operations.house import Call
from operations.values import Told

Variant = tuple[Boundary, Account, Resolution]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalcSavings(CalcRequest):
    """A what-if about savings."""


async def calc_savings(house: HasFactors, request: CalcSavings, call: Call) -> CalculatedSavings:
    """Return what would be saved. Raises `InvalidRequestError` with every mistake of the input."""
    del call
    # A year of quarter hours takes seconds to read: everybody else goes on meanwhile.
    return await asyncio.to_thread(_calculated, house, request)


def _calculated(house: HasFactors, request: CalcSavings) -> CalculatedSavings:
    given = read(request, SavingsForm)
    choice = _choice(house, given)
    vehicles = tuple(_vehicle(form, given.form, choice) for form in given.form.vehicles)
    plants = tuple(row for form in given.form.plants for row in _plants(form, choice))
    return CalculatedSavings(
        period=given.form.period,
        vehicles=vehicles,
        totals=_totals(vehicles),
        plants=plants,
        notes=unused(given, [factor.id for factor in _used(vehicles, plants)]),
    )


def _choice(house: HasFactors, given: CalcInput[SavingsForm]) -> FactorChoice:
    table = house.factors().with_more(given.factors)
    form = given.form
    wrong = [
        given.locator.unknown_name(("config.set_unknown", "config.set_unknown_near"), ("sets", key), name, table.groups)
        for key, name in (("fuel", form.sets.fuel), ("grid", form.sets.grid), ("pv", form.sets.pv))
        if name is not None and name not in table.groups
    ]
    wrong += _outside(given)
    if wrong:
        raise InvalidRequestError(wrong)
    return FactorChoice(table, _first_day(given), dict(_groups(form)))


def _outside(given: CalcInput[SavingsForm]) -> Iterator[Finding]:
    """Yield a finding for each factor given for a boundary that is not calculated: it would mean a mix."""
    wanted = given.form.boundary.boundaries
    for place, row in enumerate(given.form.factors):
        whole = row.boundary.whole if row.boundary else None
        if whole in (Boundary.TTW, Boundary.WTW) and whole not in wanted:
            yield given.locator.finding(
                "config.factor_outside",
                ("factors", place, "boundary"),
                found=row.boundary.value if row.boundary else "",
                expected=", ".join(wanted),
            )


def _groups(form: SavingsForm) -> Iterator[tuple[Subject, str]]:
    if form.sets.fuel:
        yield from ((subject, form.sets.fuel) for subject in Subject if subject.kind is Kind.FUEL)
    if form.sets.grid:
        yield Subject.GRID, form.sets.grid
    if form.sets.pv:
        yield Subject.PV, form.sets.pv


def _first_day(given: CalcInput[SavingsForm]) -> date:
    """Return the day whose factors count: a period lies within one calendar year."""
    period = given.form.period
    try:
        return date.fromisoformat((period + "-01-01")[:10])
    except ValueError:
        raise InvalidRequestError([given.locator.finding("config.not_a_period", ("period",), found=period)]) from None


def _vehicle(form: CalcVehicleForm, whole: SavingsForm, choice: FactorChoice) -> CalcVehicle:
    activity, notes = activity_of(form, choice)
    rows = tuple(_row(form, activity, choice, variant) for variant in _variants(form, whole))
    drawn = activity.drawn if isinstance(activity.drawn, Drawn) else None
    total_wh = drawn.grid_wh + drawn.pv_wh if drawn else None
    distance, why = _electric_km(form, total_wh)
    return CalcVehicle(
        name=form.name,
        distance_km=form.distance_km,
        drawn_kwh=thousandth(total_wh),
        grid_kwh=thousandth(drawn.grid_wh) if drawn else None,
        pv_kwh=thousandth(drawn.pv_wh) if drawn else None,
        electric_distance_km=distance,
        pv_allocation=form.electricity.pv_allocation if form.electricity and form.electricity.slots else None,
        results=rows,
        purchase=tuple(_purchase(drawn, choice, account) for account in whole.account.accounts) if drawn else (),
        notes=told([*notes, *why]),
    )


def _electric_km(form: CalcVehicleForm, plug_wh: Fraction | None) -> tuple[Decimal | None, list[Finding]]:
    """Return the electric kilometres of a plug-in hybrid, or why there are none."""
    electricity = form.electricity
    if electricity is None or electricity.electric_kwh_per_100km is None:
        return None, []
    loss = electricity.loss_percent or Decimal(0)
    if electricity.loss_basis is LossBasis.SURCHARGE:
        loss = decimal_of(100 - Fraction(100) / (1 + Fraction(loss) / 100))
    distance_m = None if form.distance_km is None else wh(form.distance_km)
    found = electric_distance_m(distance_m, plug_wh, loss, wh(electricity.electric_kwh_per_100km))
    return (None, [found]) if isinstance(found, Finding) else (thousandth(found), [])


def _variants(form: CalcVehicleForm, whole: SavingsForm) -> Iterator[Variant]:
    slots = form.electricity is not None and form.electricity.slots is not None
    resolved = slots and form.electricity is not None and form.electricity.intensity_boundary is not None
    for boundary in whole.boundary.boundaries:
        for account in whole.account.accounts:
            yield boundary, account, Resolution.ANNUAL
        if resolved and Account.LOCATION in whole.account.accounts:
            yield boundary, Account.LOCATION, Resolution.TIME_RESOLVED


def _row(form: CalcVehicleForm, activity: Activity, choice: FactorChoice, variant: Variant) -> SavingsRow:
    found = savings(activity, choice, *variant)
    basis = form.baseline.basis if form.baseline else None
    measured = form.electricity is not None and form.electricity.vehicle_kwh is None
    band = band_of(found, choice, basis, measured=measured)
    lines = tuple(map(term_row, found.lines))
    return SavingsRow(
        boundary=found.boundary,
        account=found.account,
        resolution=found.resolution,
        avoided_g=found.avoided_g,
        avoided_kg=thousandth(found.avoided_g),
        baseline_g=found.baseline.co2e_g,
        own_fuel_g=found.own_fuel.co2e_g,
        electricity_g=found.electricity.co2e_g,
        provisional=found.provisional,
        formula=savings_formula(lines, found.avoided_g),
        lines=lines,
        uncertainty=_band(band) if isinstance(band, Band) else None,
        reasons=told(found.reasons),
        notes=told([*found.notes, *_provisional(found), *([band] if isinstance(band, Finding) else [])]),
    )


def _provisional(found: Savings) -> Iterator[Finding]:
    for line in found.lines:
        if line.provisional and line.factor:
            yield Finding.of("calc.provisional", subject=line.subject.value, year=str(line.factor.year))


def _band(band: Band) -> BandRow:
    parts = tuple(
        BandPart(doubt=part.doubt, rule=part.rule, percent=part.percent, co2e_g=part.co2e_g) for part in band.parts
    )
    return BandRow(low_g=band.low_g, high_g=band.high_g, half_width_g=band.half_width_g, parts=parts)


def _purchase(drawn: Drawn, choice: FactorChoice, account: Account) -> PurchaseRow:
    """Return what the purchased electricity emitted; roof power was not purchased."""
    bought = Drawn(grid_wh=drawn.grid_wh, guaranteed_wh=drawn.guaranteed_wh)
    found = electricity_of(bought, choice, Boundary.CO2E_NO_UPSTREAM, account, Resolution.ANNUAL)
    return PurchaseRow(
        account=account,
        co2e_g=found.co2e_g,
        lines=tuple(map(term_row, found.lines)),
        reasons=told(found.reasons),
    )


def _totals(vehicles: Sequence[CalcVehicle]) -> tuple[CalcTotal, ...]:
    by_variant: dict[Variant, list[SavingsRow]] = {}
    for vehicle in vehicles:
        for row in vehicle.results:
            by_variant.setdefault((row.boundary, row.account, row.resolution), []).append(row)
    return tuple(_total(variant, rows) for variant, rows in by_variant.items())


def _total(variant: Variant, rows: Sequence[SavingsRow]) -> CalcTotal:
    boundary, account, resolution = variant
    known = [Fraction(row.avoided_g) for row in rows if row.avoided_g is not None]
    avoided = sum(known, Fraction(0)) if known else None
    return CalcTotal(
        boundary=boundary,
        account=account,
        resolution=resolution,
        avoided_g=None if avoided is None else decimal_of(avoided),
        avoided_kg=thousandth(avoided),
        vehicles=len(rows),
        not_computed=len(rows) - len(known),
    )


def _plants(form: CalcPlantForm, choice: FactorChoice) -> Iterator[CalcPlant]:
    uses = {PvUse.SELF_USE: form.self_use_kwh, PvUse.FEED_IN: form.feed_in_kwh}
    for use, energy_kwh in uses.items():
        if energy_kwh is not None:
            yield from (_plant(form.name, use, found) for found in pv_savings(wh(energy_kwh), choice))


def _plant(name: str, use: PvUse, found: PvSaving) -> CalcPlant:
    return CalcPlant(
        name=name,
        use=use,
        method=found.method,
        energy_kwh=decimal_of(Fraction(found.energy_wh) / 1000),
        avoided_g=found.avoided_g,
        avoided_kg=thousandth(found.avoided_g),
        provisional=found.provisional,
        factors=tuple(FactorUse.of(factor) for factor in found.factors),
        reason=Told.of(found.reason) if found.reason else None,
    )


def _used(vehicles: Sequence[CalcVehicle], plants: Sequence[CalcPlant]) -> Iterator[FactorUse]:
    for vehicle in vehicles:
        lines = [line for row in vehicle.results for line in row.lines]
        lines += [line for row in vehicle.purchase for line in row.lines]
        yield from (line.factor for line in lines if line.factor)
    for plant in plants:
        yield from plant.factors
