"""What the costs of vehicles come to over a scope: per 100 km by drive, saved, THG revenue, CO2 price."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Final

from core.factor_subjects import Subject
from core.factors import Chosen
from core.inventory.mobility import Drive, Vehicle
from core.texts import Finding
from fleet.choice import FactorChoice
from fleet.costs.budget import BudgetUse, MonthSpent, spent_in
from fleet.costs.peak_shares import SitePeak, cost_of_peaks_eur
from fleet.costs.thg import HEAVY, Certificate, Convention, Sale, certificate, flat_kwh
from fleet.costs.vehicle_costs import DRIVING, Cost, Part, VehicleCost, per_100km
from fleet.vehicle_days.sums import ZERO, Value

RATE: Final = "EUR/100 km"
EUR: Final = "EUR"


@dataclass(frozen=True, slots=True, kw_only=True)
class CostFigure:
    """A figure of a scope, or why it is not computed; `computed` of all its vehicles are in it.

    Of a sum over months these are months of vehicles. `remarks` say what is to be known of it.
    """

    name: str
    value: Value
    unit: str
    computed: int = 0
    not_computed: int = 0
    remarks: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeCosts:
    """The costs of the vehicles of a scope, and what those with a battery would be certified for in the year.

    `peaks` are those of the sites with charge points. `budget` is what is used of the scope's, or why that is not said.
    """

    period: str = ""
    vehicles: tuple[VehicleCost, ...]
    certificates: tuple[Certificate, ...] = ()
    thg_price: Value
    peaks: tuple[SitePeak, ...] = ()
    budget: BudgetUse | Finding = field(default_factory=lambda: Finding.of("fleet_costs.no_budget"))

    def figures(self) -> tuple[CostFigure, ...]:
        """Return all figures in the order in which they are shown."""
        return tuple(self._figures())

    def _figures(self) -> Iterator[CostFigure]:
        battery = [each for each in self.vehicles if each.vehicle.drive is Drive.BATTERY]
        hybrid = [each for each in self.vehicles if each.vehicle.drive is Drive.PLUG_IN_HYBRID]
        burning = [each for each in self.vehicles if not each.vehicle.plugs_in]
        references = [each.reference for each in battery if each.reference is not None]
        costs = {
            "battery": [each.own for each in battery],
            "reference": references,
            **({"plug_in_hybrid": [each.own for each in hybrid]} if hybrid else {}),
            "combustion": [each.own for each in burning],
        }
        for drive, each in costs.items():
            yield _rate(f"cost_eur_per_100km.{drive}", each, frozenset(Part))
        for drive, each in costs.items():
            yield _rate(f"energy_eur_per_100km.{drive}", each, DRIVING)
        yield _summed("charging_cost_eur", [_own_charging(each.own) for each in battery + hybrid])
        yield _summed("saved_eur", [each.saved_eur for each in battery + hybrid])
        yield _summed("co2_price_eur", [each.co2_price_eur for each in battery + hybrid])
        for convention in Convention:
            yield self._revenue(convention)
        yield CostFigure(name="peak_cost_eur", value=cost_of_peaks_eur(self.peaks), unit=EUR)
        yield self._cost(self.spent)
        yield self._of_budget("budget_percent", "%")
        yield self._of_budget("budget_forecast_eur", EUR)

    @property
    def spent(self) -> MonthSpent:
        """Return what the month cost, as far as it is known."""
        return spent_in(self.period, ((each.vehicle.id, each.own) for each in self.vehicles))

    def _cost(self, spent: MonthSpent) -> CostFigure:
        whole = spent.vehicles - len(spent.lacking)
        value: Value = spent.eur if spent.eur or whole else Finding.of("fleet_costs.nothing_spent")
        if not spent.vehicles:
            value = Finding.of("fleet_costs.no_vehicles")
        remarks = (Finding.of("fleet_costs.parts_missing", count=len(spent.lacking)),) if spent.lacking else ()
        return CostFigure(
            name="cost_eur", value=value, unit=EUR, computed=whole, not_computed=len(spent.lacking), remarks=remarks
        )

    def _of_budget(self, name: str, unit: str) -> CostFigure:
        use = self.budget
        if isinstance(use, Finding):
            return CostFigure(name=name, value=use, unit=unit)
        return CostFigure(
            name=name,
            value=use.used_percent if unit == "%" else use.forecast_eur,
            unit=unit,
            computed=use.vehicle_months - use.lacking,
            not_computed=use.lacking,
            remarks=use.remarks,
        )

    def _revenue(self, convention: Convention) -> CostFigure:
        of = [each for each in self.certificates if each.convention is convention]
        return _summed(f"thg_eur.{convention.value}", [self._eur(each) for each in of])

    def _eur(self, found: Certificate) -> Value:
        if found.eur is not None:
            return found.eur
        return found.reason or (self.thg_price if isinstance(self.thg_price, Finding) else ZERO)


def certificates_of(vehicles: Sequence[Vehicle], choice: FactorChoice) -> tuple[tuple[Certificate, ...], Value]:
    """Return what vehicles with a battery are certified for in a year, by both conventions, and the price of a ton."""
    found = choice.figure(Subject.THG_PRICE)
    sale = Sale(found.factor.value) if isinstance(found, Chosen) else None
    price = found.factor.value if isinstance(found, Chosen) else Finding.of("fleet_costs.no_thg_price")
    electric = [each for each in vehicles if each.drive is Drive.BATTERY]
    return tuple(_certificate(each, choice, how, sale) for how in Convention for each in electric), price


def _certificate(vehicle: Vehicle, choice: FactorChoice, how: Convention, sale: Sale | None) -> Certificate:
    flat = flat_kwh(vehicle.vehicle_class, vehicle.drive, choice)
    energy = flat if isinstance(flat, Finding) else Fraction(flat.factor.value)
    return certificate(energy, choice, how, sale, heavy=vehicle.vehicle_class in HEAVY)


def _rate(name: str, costs: Sequence[Cost], parts: frozenset[Part]) -> CostFigure:
    told = [(each.eur(parts), each.distance_m) for each in costs]
    known = sum(isinstance(eur, Decimal) and isinstance(metres, Decimal) for eur, metres in told)
    value = per_100km(told) if told else Finding.of("fleet_costs.no_vehicles")
    return CostFigure(name=name, value=value, unit=RATE, computed=known, not_computed=len(told) - known)


def _own_charging(cost: Cost) -> Value:
    """Return what a vehicle drew at our charge points comes to, at the price of its site."""
    part = next((each for each in cost.parts if each.part is Part.ENERGY), None)
    if part is None:
        return ZERO
    told = {each.name: each.value for each in part.inputs}
    if told.get("own_charged") == ZERO:
        return ZERO
    if "electricity_price" in told:
        return told["own_charged"] * told["electricity_price"]
    return part.eur if isinstance(part.eur, Finding) else ZERO


def _summed(name: str, values: Sequence[Value | None]) -> CostFigure:
    known = [each for each in values if isinstance(each, Decimal)]
    reasons = [each for each in values if isinstance(each, Finding)]
    value: Value = sum(known, ZERO)
    if not known:
        value = reasons[0] if reasons else Finding.of("fleet_costs.no_vehicles")
    return CostFigure(name=name, value=value, unit=EUR, computed=len(known), not_computed=len(reasons))
