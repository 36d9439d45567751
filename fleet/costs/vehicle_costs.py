"""What vehicles cost per 100 km, and what the combustion vehicles that electric ones stand for would have cost.

    cost       energy + fuel + maintenance + lease + fixed, per distance
    energy     kWh at our charge points x price of the site + what papers of other charge points say
    reference  baseline litres x fuel price + maintenance, lease and fixed costs of the vehicle that was replaced
    saved      reference - cost (negative: the electric one costs more)
    CO2 price  CO2 of the fuel not burnt x EUR/t (BEHG): it is part of the fuel price, not to be added to it

A part whose input is not known is a `Finding`, and so is every sum it belongs to: nothing unknown counts as nought.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from core.factor_subjects import Subject
from core.factors import Boundary, Per
from core.inventory.mobility import FuelKind, Vehicle, VehicleCosts
from core.texts import Finding
from core.vouchers import Voucher, VoucherKind
from fleet.choice import FactorChoice
from fleet.savings.emission_terms import Activity, Burnt, Drawn
from fleet.savings.emissions import savings
from fleet.vehicle_days.figures import VehicleFigures
from fleet.vehicle_days.sums import ZERO, Value

METRES_PER_100KM: Final = 100_000
WH_PER_KWH: Final = 1000
G_PER_T: Final = 1_000_000


class Part(StrEnum):
    """What a cost is for."""

    ENERGY = "energy"
    FUEL = "fuel"
    MAINTENANCE = "maintenance"
    LEASE = "lease"
    FIXED = "fixed"


DRIVING: Final = frozenset({Part.ENERGY, Part.FUEL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A number that went in: `source` says where it stands (`tariff:strom`, `vehicle:lk-1/costs`, `vouchers`)."""

    name: str
    value: Decimal
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Price:
    """What a kilowatt-hour or a litre costs, and where that stands."""

    eur: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class CostPart:
    """A part of a cost in EUR, or why it is not computed, with its inputs."""

    part: Part
    eur: Value
    inputs: tuple[Input, ...] = ()


@dataclass(frozen=True, slots=True)
class Cost:
    """What driving a distance costs, part by part."""

    distance_m: Value
    parts: tuple[CostPart, ...]

    def eur(self, wanted: Iterable[Part] = Part) -> Value:
        """Return the sum of the wanted parts, or why the first of them is not computed."""
        chosen = frozenset(wanted)
        total = ZERO
        for each in self.parts:
            if each.part in chosen:
                if isinstance(each.eur, Finding):
                    return each.eur
                total += each.eur
        return total

    def eur_per_100km(self, wanted: Iterable[Part] = Part) -> Value:
        """Return the wanted parts per 100 km."""
        eur = self.eur(wanted)
        return per_100km([(eur, self.distance_m)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What a month is reckoned with; `share` is which part of it the vehicle was there and days are over.

    `replaced` are the costs of the vehicle whose place it took. Prices are of the vehicle's site, and by fuel.
    """

    vehicle: Vehicle
    figures: VehicleFigures
    share: Decimal
    vouchers: Sequence[Voucher] = ()
    replaced: VehicleCosts | None = None
    electricity: Price | Finding
    fuels: Mapping[FuelKind, Price] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleCost:
    """A vehicle's month: its own cost and, of one that is charged, that of the combustion vehicle in its place."""

    vehicle: Vehicle
    own: Cost
    reference: Cost | None
    saved_eur: Value | None
    co2_price_eur: Value | None


def per_100km(costs: Iterable[tuple[Value, Value]]) -> Value:
    """Return EUR per 100 km over costs with their distances; those not known of both are left out."""
    told = list(costs)
    known = [(eur, metres) for eur, metres in told if isinstance(eur, Decimal) and isinstance(metres, Decimal)]
    distance_m = sum((metres for _, metres in known), ZERO)
    if distance_m:
        return sum((eur for eur, _ in known), ZERO) / distance_m * METRES_PER_100KM
    reasons = [each for pair in told for each in reversed(pair) if isinstance(each, Finding)]
    return reasons[0] if reasons else Finding.of("fleet_costs.not_driven")


def vehicle_cost(month: Month, choice: FactorChoice) -> VehicleCost:
    """Return what a vehicle's month cost, and what it is compared with; `choice` has fuels and the CO2 price."""
    own = own_cost(month)
    if not month.vehicle.plugs_in:
        return VehicleCost(vehicle=month.vehicle, own=own, reference=None, saved_eur=None, co2_price_eur=None)
    reference = Cost(month.figures.distance_m, tuple(_reference_parts(month)))
    return VehicleCost(
        vehicle=month.vehicle,
        own=own,
        reference=reference,
        saved_eur=_less(reference.eur(), own.eur()),
        co2_price_eur=_co2_price_eur(month, choice),
    )


def own_cost(month: Month) -> Cost:
    """Return what a vehicle's month cost, without what it is compared with."""
    return Cost(month.figures.distance_m, tuple(_own_parts(month)))


def mean_price(vouchers: Iterable[Voucher]) -> dict[FuelKind, Price]:
    """Return by fuel what a litre cost in the middle of all that was filled in with an amount."""
    paid: dict[FuelKind, tuple[Decimal, Decimal]] = {}
    for each in vouchers:
        if each.kind is VoucherKind.FUEL and each.fuel and each.fuel_l and each.amount_eur is not None:
            eur, litres = paid.get(each.fuel, (ZERO, ZERO))
            paid[each.fuel] = eur + each.amount_eur, litres + each.fuel_l
    return {fuel: Price(eur / litres, "vouchers") for fuel, (eur, litres) in paid.items()}


def _own_parts(month: Month) -> Iterable[CostPart]:
    vehicle, distance_m = month.vehicle, month.figures.distance_m
    if vehicle.plugs_in:
        yield _energy(month)
    if vehicle.burns is not None:
        yield _fuel(vehicle.burns, month.figures.fuel_l, month)
    elif not vehicle.plugs_in:
        yield CostPart(Part.FUEL, Finding.of("fleet_costs.fuel_unknown"))
    yield from _kept(vehicle.costs, distance_m, month.share, f"{vehicle.source}/costs")


def _energy(month: Month) -> CostPart:
    figures = month.figures
    if figures.reliable is False:
        return CostPart(Part.ENERGY, Finding.of("fleet_costs.energy_incomplete"))
    inputs = [Input(name="own_charged", value=figures.own_charged_wh / WH_PER_KWH, unit="kWh", source="sessions")]
    own, elsewhere = ZERO, _elsewhere_eur(month)
    if figures.own_charged_wh:
        if isinstance(month.electricity, Finding):
            return CostPart(Part.ENERGY, month.electricity, tuple(inputs))
        own = figures.own_charged_wh / WH_PER_KWH * month.electricity.eur
        inputs.append(_price("electricity_price", month.electricity, "EUR/kWh"))
    if isinstance(elsewhere, Finding):
        return CostPart(Part.ENERGY, elsewhere, tuple(inputs))
    if elsewhere:
        inputs.append(Input(name="charged_elsewhere", value=elsewhere, unit="EUR", source="vouchers"))
    return CostPart(Part.ENERGY, own + elsewhere, tuple(inputs))


def _elsewhere_eur(month: Month) -> Value:
    papers = [each for each in month.vouchers if each.kind is VoucherKind.CHARGING]
    if silent := sum(each.amount_eur is None for each in papers):
        return Finding.of("fleet_costs.papers_without_amount", count=silent)
    if month.figures.elsewhere_charged_wh and not papers:
        return Finding.of("fleet_costs.no_papers")
    return sum((each.amount_eur or ZERO for each in papers), ZERO)


def _reference_parts(month: Month) -> Iterable[CostPart]:
    baseline, distance_m = month.vehicle.baseline, month.figures.distance_m
    if baseline is None:
        yield CostPart(Part.FUEL, Finding.of("fleet_costs.no_baseline"))
    else:
        rate = Input(
            name="baseline_rate",
            value=baseline.fuel_l_per_100km,
            unit="l/100 km",
            source=f"{month.vehicle.source}/baseline",
        )
        yield _fuel(baseline.fuel, _baseline_l(month), month, rate)
    if month.vehicle.replaces is None:
        yield from _unknown(Finding.of("fleet_costs.replaces_nothing"))
    else:
        yield from _kept(month.replaced, distance_m, month.share, f"vehicle:{month.vehicle.replaces}/costs")


def _baseline_l(month: Month) -> Value:
    baseline, distance_m = month.vehicle.baseline, month.figures.distance_m
    if baseline is None:
        return Finding.of("fleet_costs.no_baseline")
    if isinstance(distance_m, Finding):
        return distance_m
    return distance_m / METRES_PER_100KM * baseline.fuel_l_per_100km


def _fuel(kind: FuelKind, litres: Value, month: Month, *more: Input) -> CostPart:
    if isinstance(litres, Finding):
        return CostPart(Part.FUEL, litres, more)
    inputs = (*more, Input(name="fuel", value=litres, unit="l", source="reckoned" if more else "vehicle_days"))
    price = month.fuels.get(kind)
    if price is None:
        return CostPart(Part.FUEL, Finding.of("fleet_costs.no_fuel_price", fuel=kind.value), inputs)
    return CostPart(Part.FUEL, litres * price.eur, (*inputs, _price("fuel_price", price, "EUR/l")))


def _kept(costs: VehicleCosts | None, distance_m: Value, share: Decimal, source: str) -> Iterable[CostPart]:
    """Yield what keeping a vehicle costs: by distance, and by the month."""
    if costs is None:
        yield from _unknown(Finding.of("fleet_costs.no_costs", source=source))
        return
    per = costs.maintenance_eur_per_100km
    if per is None:
        yield CostPart(Part.MAINTENANCE, Finding.of("fleet_costs.no_maintenance", source=source))
    else:
        told = Input(name="maintenance", value=per, unit="EUR/100 km", source=source)
        eur = distance_m if isinstance(distance_m, Finding) else distance_m / METRES_PER_100KM * per
        yield CostPart(Part.MAINTENANCE, eur, (told,))
    yield _monthly(Part.LEASE, costs.lease_eur_per_month, share, source)
    yield _monthly(Part.FIXED, costs.fixed_eur_per_month, share, source)


def _monthly(part: Part, eur: Decimal | None, share: Decimal, source: str) -> CostPart:
    if eur is None:
        reason = "fleet_costs.no_lease" if part is Part.LEASE else "fleet_costs.no_fixed"
        return CostPart(part, Finding.of(reason, source=source))
    return CostPart(part, eur * share, (Input(name=part.value, value=eur, unit="EUR/month", source=source),))


def _unknown(reason: Finding) -> Iterable[CostPart]:
    return (CostPart(part, reason) for part in (Part.MAINTENANCE, Part.LEASE, Part.FIXED))


def _price(name: str, price: Price, unit: str) -> Input:
    return Input(name=name, value=price.eur, unit=unit, source=price.source)


def _less(value: Value, taken_off: Value) -> Value:
    if isinstance(value, Finding):
        return value
    return taken_off if isinstance(taken_off, Finding) else value - taken_off


def _co2_price_eur(month: Month, choice: FactorChoice) -> Value:
    """Return the CO2 price of the fuel that was not burnt; what a hybrid burnt is taken off."""
    litres, baseline, burns = _baseline_l(month), month.vehicle.baseline, month.vehicle.burns
    if baseline is None or isinstance(litres, Finding):
        return litres if isinstance(litres, Finding) else Finding.of("fleet_costs.no_baseline")
    price = choice.figure(Subject.CO2_PRICE)
    if isinstance(price, Finding):
        return price
    avoided_g = _co2_g(baseline.fuel, litres, choice)
    if burns is not None:
        burnt_l = month.figures.fuel_l
        avoided_g = _less(avoided_g, burnt_l if isinstance(burnt_l, Finding) else _co2_g(burns, burnt_l, choice))
    return avoided_g if isinstance(avoided_g, Finding) else avoided_g / G_PER_T * price.factor.value


def _co2_g(fuel: FuelKind, litres: Decimal, choice: FactorChoice) -> Value:
    """Return the CO2 of burning litres, tank to wheel."""
    burnt = Burnt(subject=Subject(fuel.value), amount=Fraction(litres), per=Per.VOLUME)
    found = savings(Activity(baseline=burnt, drawn=Drawn(grid_wh=Fraction(0))), choice, Boundary.TTW)
    return found.reasons[0] if found.avoided_g is None else found.avoided_g
