"""What putting an electric model in a vehicle's place would cost and avoid in a year of its days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from core.factor_subjects import Subject
from core.factors import Boundary, Per
from core.inventory.mobility import ElectricModel, FuelKind, Vehicle
from core.texts import Finding
from fleet.candidates.driven_again import PER_100KM
from fleet.candidates.verdicts import Replay, Replayed
from fleet.choice import FactorChoice
from fleet.savings.emission_terms import Activity, Burnt, Drawn
from fleet.savings.emissions import savings

DAYS_A_YEAR = 365
MONTHS_A_YEAR = 12
WH_PER_KWH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is needed beside the days: the fuel's consumption, prices, and for how many years it is reckoned."""

    years: int
    fuel_l_per_100km: Decimal | None = None
    fuel_eur_per_l: Mapping[FuelKind, Decimal]
    electricity_eur_per_kwh: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """A year at the pace of the known days."""

    distance_m: Decimal
    energy_wh: Decimal


def year_of(days: Replayed, replay: Replay) -> Year:
    """Return distance and energy at the charge point of 365 days such as those known."""
    return Year(
        distance_m=days.distance_m * DAYS_A_YEAR / days.known, energy_wh=replay.energy_wh * DAYS_A_YEAR / days.known
    )


def fuel_rate(vehicle: Vehicle, distance_m: Decimal, filled_l: Decimal) -> Decimal | None:
    """Return the litres per 100 km: what the inventory states, else what was filled in over the distance."""
    if vehicle.fuel_l_per_100km is not None:
        return vehicle.fuel_l_per_100km
    return filled_l * PER_100KM / distance_m if filled_l and distance_m else None


def avoided_g(
    vehicle: Vehicle, year: Year, terms: Terms, choice: FactorChoice, boundary: Boundary
) -> Decimal | Finding:
    """Return the emissions avoided in a year, by the formula of the statements, with the grid's electricity only."""
    return _avoided(vehicle, year.distance_m, year.energy_wh, terms, choice, boundary)


def burnt_g(vehicle: Vehicle, year: Year, terms: Terms, choice: FactorChoice, boundary: Boundary) -> Decimal | Finding:
    """Return what the vehicle emits in a year as it is: all that would be avoided if driving needed no electricity."""
    return _avoided(vehicle, year.distance_m, Decimal(0), terms, choice, boundary)


def _avoided(
    vehicle: Vehicle, distance_m: Decimal, energy_wh: Decimal, terms: Terms, choice: FactorChoice, boundary: Boundary
) -> Decimal | Finding:
    if vehicle.burns is None or terms.fuel_l_per_100km is None:
        return Finding.of("candidates.no_fuel_rate")
    burnt = Burnt.over(Subject(vehicle.burns.value), Fraction(distance_m), terms.fuel_l_per_100km, Per.VOLUME)
    found = savings(Activity(baseline=burnt, drawn=Drawn(grid_wh=Fraction(energy_wh))), choice, boundary)
    if found.avoided_g is None:
        return found.reasons[0]
    return found.avoided_g


def cost_delta_eur(vehicle: Vehicle, model: ElectricModel, year: Year, terms: Terms) -> Decimal | Finding:
    """Return what the model costs more (less: negative) than the vehicle over the years, or what is not known."""
    combustion, electric = keeping_eur(vehicle, year, terms), electric_eur(model, year, terms)
    if isinstance(combustion, Finding):
        return combustion
    if isinstance(electric, Finding):
        return electric
    return electric - combustion


def keeping_eur(vehicle: Vehicle, year: Year, terms: Terms) -> Decimal | Finding:
    """Return what the vehicle costs over the years if it is kept, or what is not known."""
    costs = vehicle.costs
    if costs is None or costs.maintenance_eur_per_100km is None:
        return Finding.of("candidates.no_vehicle_costs")
    if vehicle.burns is None or terms.fuel_l_per_100km is None:
        return Finding.of("candidates.no_fuel_rate")
    price = terms.fuel_eur_per_l.get(vehicle.burns)
    if price is None:
        return Finding.of("candidates.no_fuel_price", subject=vehicle.burns.value)
    of_100km = terms.fuel_l_per_100km * price + costs.maintenance_eur_per_100km
    # A vehicle without lease is paid for: what it cost once is no cost of keeping it.
    lease_eur = costs.lease_eur_per_month or Decimal(0)
    return terms.years * (year.distance_m / PER_100KM * of_100km + MONTHS_A_YEAR * lease_eur)


def electric_eur(model: ElectricModel, year: Year, terms: Terms) -> Decimal | Finding:
    """Return what the model costs over the years, or what is not known."""
    if terms.electricity_eur_per_kwh is None:
        return Finding.of("candidates.no_electricity_price")
    if model.maintenance_eur_per_100km is None or (model.lease_eur_per_month is None and model.price_eur is None):
        return Finding.of("candidates.no_model_costs", model=model.name)
    driven = year.distance_m / PER_100KM * model.maintenance_eur_per_100km
    power = year.energy_wh / WH_PER_KWH * terms.electricity_eur_per_kwh
    bought = model.price_eur or Decimal(0)
    if model.lease_eur_per_month is not None:
        bought = terms.years * MONTHS_A_YEAR * model.lease_eur_per_month
    return bought + terms.years * (driven + power)
