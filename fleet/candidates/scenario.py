"""What a fleet costs and emits if some of its combustion vehicles become electric, against today.

So that scenarios can be compared, the same vehicles count in all of them: those of which both the present vehicle and
its electric model are known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from core.factors import Boundary
from core.inventory.mobility import ElectricModel, Vehicle
from core.texts import Finding
from fleet.candidates.driven_again import NOUGHT
from fleet.candidates.effects import Terms, Year, avoided_g, burnt_g, electric_eur, keeping_eur
from fleet.choice import FactorChoice

BOUNDARIES: Final = (Boundary.TTW, Boundary.WTW)


@dataclass(frozen=True, slots=True)
class Pair:
    """A figure of a vehicle as it is and with its electric model, or why it is not computed."""

    today: Decimal | Finding
    electric: Decimal | Finding

    @property
    def known(self) -> bool:
        """Return whether both are computed."""
        return not (isinstance(self.today, Finding) or isinstance(self.electric, Finding))

    @property
    def reason(self) -> Finding | None:
        """Return why one of them is not computed."""
        return next((each for each in (self.today, self.electric) if isinstance(each, Finding)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stake:
    """What is at stake with a vehicle: what it costs over the holding time and emits in a year, kept or replaced."""

    vehicle: str
    distance_m: Decimal
    energy_wh: Decimal
    cost_eur: Pair
    co2e_g: Mapping[Boundary, Pair]


def stake_of(vehicle: Vehicle, model: ElectricModel, year: Year, terms: Terms, choice: FactorChoice) -> Stake:
    """Return what is at stake with a vehicle and the model that would replace it."""
    return Stake(
        vehicle=vehicle.id,
        distance_m=year.distance_m,
        energy_wh=year.energy_wh,
        cost_eur=Pair(keeping_eur(vehicle, year, terms), electric_eur(model, year, terms)),
        co2e_g={each: _emitted(vehicle, year, terms, choice, each) for each in BOUNDARIES},
    )


def _emitted(vehicle: Vehicle, year: Year, terms: Terms, choice: FactorChoice, boundary: Boundary) -> Pair:
    burnt = burnt_g(vehicle, year, terms, choice, boundary)
    avoided = avoided_g(vehicle, year, terms, choice, boundary)
    if isinstance(burnt, Finding) or isinstance(avoided, Finding):
        return Pair(burnt, avoided)
    return Pair(burnt, burnt - avoided)


def totals(stakes: Iterable[Stake], replaced: Collection[str]) -> dict[str, Decimal | Finding]:
    """Return the figures of a fleet in which some vehicles are replaced, by name; `delta` is what changes by that."""
    stakes = list(stakes)
    gone = [stake for stake in stakes if stake.vehicle in replaced]
    costs = {stake.vehicle: stake.cost_eur for stake in stakes}
    cost_eur, cost_today_eur = _sum(costs, replaced), _sum(costs, ())
    found: dict[str, Decimal | Finding] = {
        "vehicles": Decimal(len(gone)),
        "distance_year_m": sum((stake.distance_m for stake in gone), NOUGHT),
        "energy_year_wh": sum((stake.energy_wh for stake in gone), NOUGHT),
        "cost_eur": cost_eur,
        "cost_delta_eur": _difference(cost_eur, cost_today_eur),
    }
    for boundary in BOUNDARIES:
        emitted = {stake.vehicle: stake.co2e_g[boundary] for stake in stakes}
        after_g, today_g = _sum(emitted, replaced), _sum(emitted, ())
        found[f"co2e_year_g.{boundary.value}"] = after_g
        found[f"co2e_avoided_year_g.{boundary.value}"] = _difference(today_g, after_g)
    return found


def _sum(pairs: Mapping[str, Pair], replaced: Collection[str]) -> Decimal | Finding:
    known = [pair.electric if vehicle in replaced else pair.today for vehicle, pair in pairs.items() if pair.known]
    amounts = [each for each in known if isinstance(each, Decimal)]
    reasons = (pair.reason for pair in pairs.values() if pair.reason)
    if not amounts:
        return next(reasons, Finding.of("scenario.nobody"))
    return sum(amounts, NOUGHT)


def _difference(one: Decimal | Finding, other: Decimal | Finding) -> Decimal | Finding:
    if isinstance(one, Finding):
        return one
    return other if isinstance(other, Finding) else one - other
