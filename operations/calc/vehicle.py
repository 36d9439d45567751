"""From what was filled in about a vehicle to what it did, or to the findings why that is not known."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from config.calc.savings import CalcBaselineForm, CalcFuelForm, CalcVehicleForm, ElectricityForm, SlotForm
from core.factor_subjects import Subject
from core.factors import Per, Reference
from core.fleet import PvAllocation
from core.inventory.mobility import Drive, VehicleClass
from core.texts import Finding
from fleet.choice import FactorChoice
from fleet.savings.emission_terms import Activity, Burnt, Drawn, Slot
from fleet.savings.losses import drawn_wh, pv_share_wh
from operations.calc.inputs import wh


def activity_of(form: CalcVehicleForm, choice: FactorChoice) -> tuple[Activity, list[Finding]]:
    """Return what a vehicle did, and what is worth knowing about how that was told."""
    baseline, notes = _baseline(form, choice)
    electricity = form.electricity
    drawn = Finding.of("emissions.no_energy") if electricity is None else _drawn(electricity)
    return Activity(baseline=baseline, own_fuel=_own_fuel(form), drawn=drawn), notes


def _own_fuel(form: CalcVehicleForm) -> tuple[Burnt, ...] | Finding:
    if form.own_fuel is None and form.drive is Drive.PLUG_IN_HYBRID:
        return Finding.of("emissions.hybrid_without_fuel")
    return tuple(_burnt(each) for each in form.own_fuel or ())


def _burnt(form: CalcFuelForm) -> Burnt:
    amount, per = _amount(form.fuel_l, form.fuel_kg, form.fuel_kwh)
    return Burnt(
        subject=form.fuel.subject,
        amount=_in_base(amount, per),
        per=per,
        reference=_reference(form.reference, per),
        density_kg_per_l=form.density_kg_per_l,
    )


def _baseline(form: CalcVehicleForm, choice: FactorChoice) -> tuple[Burnt | Finding, list[Finding]]:
    baseline = form.baseline
    if baseline is None:
        return Finding.of("emissions.no_baseline"), []
    whole = (baseline.fuel_l, baseline.fuel_kg, baseline.fuel_kwh)
    if any(each is not None for each in whole):
        amount, per = _amount(*whole)
        return _fuel(baseline, _in_base(amount, per), per), []
    if form.distance_km is None:
        return Finding.of("emissions.no_distance"), []
    rates = (baseline.fuel_l_per_100km, baseline.fuel_kg_per_100km, baseline.fuel_kwh_per_100km)
    if any(each is not None for each in rates):
        return _over(form.distance_km, baseline, *_amount(*rates)), []
    return _by_default(form, form.distance_km, baseline, choice)


def _by_default(
    form: CalcVehicleForm, distance_km: Decimal, baseline: CalcBaselineForm, choice: FactorChoice
) -> tuple[Burnt | Finding, list[Finding]]:
    """Return the baseline of the default table, and say so."""
    subject = _DEFAULTS.get((form.vehicle_class, baseline.fuel.subject))
    if subject is None:
        why = {"fuel": baseline.fuel.value, "vehicle_class": form.vehicle_class.value}
        return Finding.of("emissions.no_default_baseline", **why), []
    found = choice.figure(subject)
    if isinstance(found, Finding):
        return found, []
    note = Finding.of("emissions.baseline_by_table", id=found.factor.id, value=str(found.factor.value))
    return _over(distance_km, baseline, found.factor.value, Per.VOLUME), [note]


def _over(distance_km: Decimal, baseline: CalcBaselineForm, rate: Decimal, per: Per) -> Burnt:
    return Burnt.over(
        baseline.fuel.subject,
        wh(distance_km),
        rate * 1000 if per is Per.ENERGY else rate,
        per,
        reference=_reference(baseline.reference, per),
        density_kg_per_l=baseline.density_kg_per_l,
    )


def _fuel(baseline: CalcBaselineForm, amount: Fraction, per: Per) -> Burnt:
    return Burnt(
        subject=baseline.fuel.subject,
        amount=amount,
        per=per,
        reference=_reference(baseline.reference, per),
        density_kg_per_l=baseline.density_kg_per_l,
    )


def _amount(litres: Decimal | None, kilograms: Decimal | None, kwh: Decimal | None) -> tuple[Decimal, Per]:
    if litres is not None:
        return litres, Per.VOLUME
    return (kilograms, Per.MASS) if kilograms is not None else (kwh or Decimal(0), Per.ENERGY)


def _in_base(amount: Decimal, per: Per) -> Fraction:
    return wh(amount) if per is Per.ENERGY else Fraction(amount)


def _reference(stated: Reference | None, per: Per) -> Reference | None:
    """Return the heating value an energy refers to: the lower one where nothing is stated."""
    return (stated or Reference.HI) if per is Per.ENERGY else None


def _drawn(form: ElectricityForm) -> Drawn:
    drawn = _of_slots(form) if form.slots is not None else _of_total(form)
    grid = drawn.grid_wh
    guaranteed = wh(form.guarantees_kwh or Decimal(0))
    if form.guarantees_percent is not None:
        guaranteed = grid * Fraction(form.guarantees_percent) / 100
    return replace(drawn, guaranteed_wh=guaranteed)


def _of_total(form: ElectricityForm) -> Drawn:
    here = wh(form.meter_kwh) if form.meter_kwh is not None else _shown(form)
    pv = wh(form.pv_kwh or Decimal(0))
    if form.pv_percent is not None:
        pv = here * Fraction(form.pv_percent) / 100
    pv = min(pv, here)
    return Drawn(grid_wh=here - pv + wh(form.elsewhere_kwh or Decimal(0)), pv_wh=pv)


def _shown(form: ElectricityForm) -> Fraction:
    assert form.vehicle_kwh is not None  # noqa: S101 - the form takes exactly one
    assert form.loss_percent is not None  # noqa: S101 - and a stated loss with it
    assert form.loss_basis is not None  # noqa: S101
    return drawn_wh(wh(form.vehicle_kwh), form.loss_percent, form.loss_basis)


def _of_slots(form: ElectricityForm) -> Drawn:
    slots = [_slot(slot, form.pv_allocation) for slot in form.slots or ()]
    here = Drawn.of_slots(slots, form.intensity_boundary)
    return replace(here, grid_wh=here.grid_wh + wh(form.elsewhere_kwh or Decimal(0)))


def _slot(form: SlotForm, method: PvAllocation) -> Slot:
    load = wh(form.energy_kwh)
    pv = wh(form.pv_kwh or Decimal(0))
    if form.generation_kwh is not None:
        export = None if form.export_kwh is None else wh(form.export_kwh)
        pv = pv_share_wh(load, wh(form.other_loads_kwh or Decimal(0)), wh(form.generation_kwh), export, method)
    return Slot(load - pv, pv, form.intensity_g_per_kwh)


_DEFAULTS = {
    (VehicleClass.M1, Subject.PETROL): Subject.BASELINE_PETROL_M1,
    (VehicleClass.M1, Subject.DIESEL): Subject.BASELINE_DIESEL_M1,
}
