"""The figures of a vehicle over days: distance, energy, consumption gross and net, losses, standing, use.

    known energy      own charge points + charging elsewhere by vouchers, at the plug
    expected energy   (km x consumption + rise of the charge x battery) / (1 - charging loss), at the plug
    reliable          known is at least 85 % of expected; else charging elsewhere is unknown
    gross             (known - rise of the charge x battery / (1 - loss)) / km x 100
    net               energy that the vehicle used / km x 100
    charging loss     1 - energy into the battery / energy at the charge point
    standing loss     points of charge lost while parked and not charged / parked days
    electric km       of a plug-in hybrid: min(km, known x (1 - loss) / electric consumption)

A figure that cannot be computed is a `Finding` that says why. Sources: fleet-report 3 and 4; electric kilometres as
in the method rules of the emissions.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from math import ceil
from typing import Final

from core.fleet import VehicleDay
from core.inventory import Drive, Vehicle
from core.readings import SlotShare
from core.texts import Finding
from energy.series import SHARE_NUMBERS
from fleet.stays import merged

RELIABLE_FROM: Final = Decimal("0.85")
LOSS_ASSUMED: Final = Decimal("0.10")
"""The charging loss where neither vehicle nor inventory tells one; every figure with it says so."""
LOSS_MAX: Final = Decimal("0.40")
LOSS_LEAST_WH: Final = Decimal(5_000)
"""Below this energy a measured loss says nothing."""
USED_FROM_M: Final = Decimal(1_000)
"""A vehicle was used on a day on which it drove a kilometre: odometers have whole kilometres."""
DISTANCE_LEAST_M: Final = Decimal(1_000)
DAY_S: Final = 86_400
ZERO: Final = Decimal(0)

Value = Decimal | Finding
"""A figure, or why it is not computed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleFigures:
    """What came out for one vehicle over days; `reliable` None: nobody can say.

    Percentages are of 100; `standing_percent_per_day` are points of charge. `days_used` of `working_days` may be
    more: vehicles are used on weekends too. `findings` say what is to be known of all of them.
    """

    vehicle: str
    first: date
    last: date
    days: int
    distance_m: Value
    distance_share: SlotShare
    own_charged_wh: Decimal
    elsewhere_charged_wh: Decimal
    known_wh: Decimal
    expected_wh: Value
    known_percent: Value
    reliable: bool | None
    charge_loss_percent: Value
    gross_wh_per_100km: Value
    net_wh_per_100km: Value
    standing_percent_per_day: Value
    electric_distance_m: Value
    electric_share_percent: Value
    fuel_l: Value
    fuel_l_per_100km: Value
    days_used: int
    working_days: int
    used_percent: Value
    away_s: Value
    mean_day_m: Value
    p95_day_m: Value
    dwell_s: Mapping[str, int] = field(default_factory=dict, hash=False)
    findings: tuple[Finding, ...] = ()


def figures_of(
    vehicle: Vehicle, days: Sequence[VehicleDay], working: Collection[date], first: date, last: date
) -> VehicleFigures:
    """Return the figures of a vehicle's days, which lie from `first` to `last`; `working` are the working days."""
    sums = _Sums(vehicle, days)
    used = [day.distance_m for day in days if day.distance_m is not None and day.distance_m >= USED_FROM_M]
    at_work = sum(vehicle.valid_on(day) for day in working if first <= day <= last)
    return VehicleFigures(
        vehicle=vehicle.id,
        first=first,
        last=last,
        days=len(days),
        distance_m=sums.distance_m,
        distance_share=_weakest(days),
        own_charged_wh=sums.own_wh,
        elsewhere_charged_wh=sums.elsewhere_wh,
        known_wh=sums.known_wh,
        expected_wh=sums.expected_wh,
        known_percent=sums.known_percent,
        reliable=sums.reliable,
        charge_loss_percent=sums.measured_loss_percent,
        gross_wh_per_100km=sums.gross,
        net_wh_per_100km=sums.net,
        standing_percent_per_day=sums.standing,
        electric_distance_m=sums.electric_distance_m,
        electric_share_percent=sums.electric_share_percent,
        fuel_l=sums.fuel_l,
        fuel_l_per_100km=_per_100km(sums.fuel_l, sums.distance_m),
        days_used=len(used),
        working_days=at_work,
        used_percent=Decimal(100 * len(used)) / at_work if at_work else Finding.of("figures.no_working_day"),
        away_s=sums.away_s,
        mean_day_m=sum(used, ZERO) / len(used) if used else Finding.of("figures.not_used"),
        p95_day_m=sorted(used)[ceil(Decimal("0.95") * len(used)) - 1] if used else Finding.of("figures.not_used"),
        dwell_s=merged([day.dwell_s for day in days]),
        findings=sums.findings,
    )


@dataclass(frozen=True)
class _Sums:
    """What a vehicle's days come to."""

    vehicle: Vehicle
    days: Sequence[VehicleDay]

    @cached_property
    def own_wh(self) -> Decimal:
        return sum((day.own_charged_wh for day in self.days), ZERO)

    @cached_property
    def elsewhere_wh(self) -> Decimal:
        return sum((day.elsewhere_charged_wh for day in self.days), ZERO)

    @cached_property
    def known_wh(self) -> Decimal:
        return self.own_wh + self.elsewhere_wh

    @cached_property
    def distance_m(self) -> Value:
        """Return what is known of the distance; days of which nothing is known add nothing, and a finding says so."""
        known = [day.distance_m for day in self.days if day.distance_m is not None]
        return sum(known, ZERO) if known else Finding.of("figures.no_distance")

    @cached_property
    def loss(self) -> Decimal:
        """Return which part of the energy at the plug does not reach the battery: measured, stated or assumed."""
        if isinstance(self.measured_loss_percent, Decimal):
            return self.measured_loss_percent / 100
        stated = self.vehicle.charge_loss_percent
        return LOSS_ASSUMED if stated is None else stated / 100

    @cached_property
    def measured_loss_percent(self) -> Value:
        if not self.vehicle.plugs_in:
            return Finding.of("figures.not_electric")
        told = [day for day in self.days if day.battery_charged_wh is not None and not day.elsewhere_charged_wh]
        own_wh = sum((day.own_charged_wh for day in told), ZERO)
        battery_wh = sum((day.battery_charged_wh or ZERO for day in told), ZERO)
        if own_wh < LOSS_LEAST_WH or not battery_wh:
            return Finding.of("figures.loss_not_told")
        loss = 1 - battery_wh / own_wh
        if not ZERO <= loss <= LOSS_MAX:
            return Finding.of("figures.loss_impossible", percent=round(float(100 * loss), 1))
        return 100 * loss

    @cached_property
    def rise_wh(self) -> Value:
        """Return by how much the battery holds more at the end than at the begin."""
        ends = [self.days[0].soc_begin_percent, self.days[-1].soc_end_percent] if self.days else [None, None]
        begin, end = ends
        if self.vehicle.battery_wh is None:
            return Finding.of("figures.no_battery")
        if begin is None or end is None:
            return Finding.of("figures.no_charge")
        return (end - begin) / 100 * Decimal(repr(self.vehicle.battery_wh))

    @cached_property
    def used_wh(self) -> Value:
        """Return what the vehicle used by its own word, on the days of which its distance is known too."""
        told = [day for day in self.days if day.driven_wh is not None and day.distance_m is not None]
        whole = len(told) == len(self.days) and bool(told)
        return sum((day.driven_wh or ZERO for day in told), ZERO) if whole else Finding.of("figures.use_not_told")

    @cached_property
    def consumed_wh(self) -> Value:
        """Return what the distance should have taken from the battery, by the inventory's figure or the vehicle's."""
        if isinstance(self.distance_m, Finding):
            return self.distance_m
        if self.vehicle.energy_wh_per_100km is not None:
            return self.distance_m / 100_000 * self.vehicle.energy_wh_per_100km
        return self.used_wh if isinstance(self.used_wh, Decimal) else Finding.of("figures.no_consumption")

    @cached_property
    def expected_wh(self) -> Value:
        if self.vehicle.drive is not Drive.BATTERY:
            return Finding.of("figures.expected_not_electric")
        if isinstance(self.consumed_wh, Finding):
            return self.consumed_wh
        if isinstance(self.rise_wh, Finding):
            return self.rise_wh
        return max((self.consumed_wh + self.rise_wh) / (1 - self.loss), ZERO)

    @cached_property
    def known_percent(self) -> Value:
        if isinstance(self.expected_wh, Finding):
            return self.expected_wh
        return 100 * self.known_wh / self.expected_wh if self.expected_wh else Finding.of("figures.nothing_expected")

    @cached_property
    def reliable(self) -> bool | None:
        if isinstance(self.expected_wh, Finding):
            return None
        return self.known_wh >= RELIABLE_FROM * self.expected_wh

    @cached_property
    def gross(self) -> Value:
        if not self.vehicle.plugs_in:
            return Finding.of("figures.not_electric")
        if self.vehicle.drive is Drive.PLUG_IN_HYBRID:
            return Finding.of("figures.gross_of_hybrid")
        if isinstance(self.rise_wh, Finding):
            return self.rise_wh
        return _per_100km(self.known_wh - self.rise_wh / (1 - self.loss), self.distance_m)

    @cached_property
    def net(self) -> Value:
        if not self.vehicle.plugs_in:
            return Finding.of("figures.not_electric")
        return _per_100km(self.used_wh, self.distance_m)

    @cached_property
    def standing(self) -> Value:
        if not self.vehicle.plugs_in:
            return Finding.of("figures.not_electric")
        told = [day for day in self.days if day.standby_percent is not None and day.parked_s]
        parked_s = sum(day.parked_s or 0 for day in told)
        if parked_s < DAY_S:
            return Finding.of("figures.not_parked")
        return sum((day.standby_percent or ZERO for day in told), ZERO) * DAY_S / parked_s

    @cached_property
    def electric_distance_m(self) -> Value:
        if self.vehicle.drive is Drive.BATTERY:
            return self.distance_m
        if self.vehicle.drive is not Drive.PLUG_IN_HYBRID:
            return Finding.of("figures.not_electric")
        if isinstance(self.distance_m, Finding):
            return self.distance_m
        if self.vehicle.energy_wh_per_100km is None:
            return Finding.of("figures.no_consumption")
        reach_m = self.known_wh * (1 - self.loss) / self.vehicle.energy_wh_per_100km * 100_000
        return min(self.distance_m, reach_m)

    @cached_property
    def electric_share_percent(self) -> Value:
        electric, whole = self.electric_distance_m, self.distance_m
        if isinstance(electric, Finding):
            return electric
        if isinstance(whole, Finding):
            return whole
        return 100 * electric / whole if whole else Finding.of("figures.not_driven")

    @cached_property
    def fuel_l(self) -> Value:
        if self.vehicle.drive is Drive.BATTERY:
            return Finding.of("figures.no_fuel_needed")
        told = [day.fuel_l for day in self.days if day.fuel_l is not None]
        return sum(told, ZERO) if told else Finding.of("figures.no_fuel_data")

    @cached_property
    def away_s(self) -> Value:
        told = [day.away_s for day in self.days if day.away_s is not None]
        return Decimal(sum(told)) if told else Finding.of("figures.no_presence")

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Return what is to be known of all figures."""
        found = []
        unknown = sum(day.distance_m is None for day in self.days)
        if unknown and isinstance(self.distance_m, Decimal):
            found.append(Finding.of("figures.days_without_distance", count=unknown))
        if self.reliable is False:
            percent = round(float(self.known_percent)) if isinstance(self.known_percent, Decimal) else 0
            found.append(Finding.of("figures.not_reliable", percent=percent))
        if self.known_wh and isinstance(self.distance_m, Decimal) and self.distance_m < DISTANCE_LEAST_M:
            found.append(Finding.of("figures.charged_not_driven", kwh=round(float(self.known_wh) / 1000, 1)))
        if self._assumes_loss:
            found.append(Finding.of("figures.loss_assumed", percent=round(float(100 * LOSS_ASSUMED))))
        return tuple(found)

    @property
    def _assumes_loss(self) -> bool:
        measured = isinstance(self.measured_loss_percent, Decimal)
        return self.vehicle.plugs_in and not measured and self.vehicle.charge_loss_percent is None


def _per_100km(amount: Value, distance_m: Value) -> Value:
    """Return an amount per 100 km; below a kilometre there is no such figure."""
    if isinstance(amount, Finding):
        return amount
    if isinstance(distance_m, Finding):
        return distance_m
    return amount * 100_000 / distance_m if distance_m >= DISTANCE_LEAST_M else Finding.of("figures.not_driven")


def _weakest(days: Sequence[VehicleDay]) -> SlotShare:
    """Return how a distance over days is known: as its outer ends are; missing where something between them is."""
    if not days or any(day.distance_share is SlotShare.MISSING for day in days):
        return SlotShare.MISSING
    return max((days[0].distance_share, days[-1].distance_share), key=SHARE_NUMBERS.__getitem__)
