"""What a vehicle's days come to: energy, losses, consumption, electric kilometres, and why one is not computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Final

from core.fleet import VehicleDay
from core.inventory import Drive, Vehicle
from core.texts import Finding

RELIABLE_FROM: Final = Decimal("0.85")
LOSS_ASSUMED: Final = Decimal("0.10")
"""The charging loss where neither vehicle nor inventory tells one; every figure with it says so."""
LOSS_MAX: Final = Decimal("0.40")
LOSS_LEAST_WH: Final = Decimal(5_000)
"""Below this energy a measured loss says nothing."""
ARRIVED_SURPLUS: Final = Decimal("1.02")
ARRIVED_SURPLUS_WH: Final = Decimal(200)
"""So much more than the charge point gave a vehicle may count: their dials and midnights are not exact."""
DISTANCE_LEAST_M: Final = Decimal(1_000)
DAY_S: Final = 86_400
ZERO: Final = Decimal(0)

Value = Decimal | Finding
"""A figure, or why it is not computed."""


@dataclass(frozen=True)
class Sums:
    """What a vehicle's days come to; each figure is computed when it is asked for."""

    vehicle: Vehicle
    days: Sequence[VehicleDay]

    @cached_property
    def own_wh(self) -> Decimal:
        """Return what our charge points gave."""
        return sum((day.own_charged_wh for day in self.days), ZERO)

    @cached_property
    def elsewhere_wh(self) -> Decimal:
        """Return what papers say was charged elsewhere."""
        return sum((day.elsewhere_charged_wh for day in self.days), ZERO)

    @cached_property
    def known_wh(self) -> Decimal:
        """Return all energy that is known, at the plug."""
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
        """Return what was lost on days when the vehicle said how much arrived and charged with us only.

        More in the battery than our charge points gave came from elsewhere, whether there is a paper of it or not.
        """
        if not self.vehicle.plugs_in:
            return Finding.of("figures.not_electric")
        here = [day for day in self.days if day.battery_charged_wh is not None and not day.elsewhere_charged_wh]
        told = [day for day in here if _charged_with_us(day)] or here
        own_wh = sum((day.own_charged_wh for day in told), ZERO)
        battery_wh = sum((day.battery_charged_wh or ZERO for day in told), ZERO)
        if own_wh < LOSS_LEAST_WH or not battery_wh:
            return Finding.of("figures.loss_not_told")
        loss = 1 - battery_wh / own_wh
        if not ZERO <= loss <= LOSS_MAX:
            return Finding.of("figures.loss_impossible", percent=round(float(100 * loss), 1))
        return 100 * loss

    @cached_property
    def battery_wh(self) -> Value:
        """Return what arrived in the battery, by the vehicle's word, on the days on which it told that."""
        if not self.vehicle.plugs_in:
            return Finding.of("figures.not_electric")
        told = [day.battery_charged_wh for day in self.days if day.battery_charged_wh is not None]
        return sum(told, ZERO) if told else Finding.of("figures.loss_not_told")

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
        """Return what must have been charged at the plug for the distance and the charge at the end."""
        if self.vehicle.drive is not Drive.BATTERY:
            return Finding.of("figures.expected_not_electric")
        if isinstance(self.consumed_wh, Finding):
            return self.consumed_wh
        if isinstance(self.rise_wh, Finding):
            return self.rise_wh
        return max((self.consumed_wh + self.rise_wh) / (1 - self.loss), ZERO)

    @cached_property
    def known_percent(self) -> Value:
        """Return which part of the expected energy is known."""
        if isinstance(self.expected_wh, Finding):
            return self.expected_wh
        return 100 * self.known_wh / self.expected_wh if self.expected_wh else Finding.of("figures.nothing_expected")

    @cached_property
    def reliable(self) -> bool | None:
        """Return whether enough of the expected energy is known, None where nothing can be expected."""
        if isinstance(self.expected_wh, Finding):
            return None
        return self.known_wh >= RELIABLE_FROM * self.expected_wh

    @cached_property
    def gross(self) -> Value:
        """Return the energy at the plug per 100 km, corrected for the charge at both ends."""
        if not self.vehicle.plugs_in:
            return Finding.of("figures.not_electric")
        if self.vehicle.drive is Drive.PLUG_IN_HYBRID:
            return Finding.of("figures.gross_of_hybrid")
        if isinstance(self.rise_wh, Finding):
            return self.rise_wh
        return per_100km(self.known_wh - self.rise_wh / (1 - self.loss), self.distance_m)

    @cached_property
    def net(self) -> Value:
        """Return the energy that the vehicle used per 100 km."""
        if not self.vehicle.plugs_in:
            return Finding.of("figures.not_electric")
        return per_100km(self.used_wh, self.distance_m)

    @cached_property
    def standing(self) -> Value:
        """Return how many points of charge were lost per day of standing."""
        if not self.vehicle.plugs_in:
            return Finding.of("figures.not_electric")
        told = [day for day in self.days if day.standby_percent is not None and day.parked_s]
        parked_s = sum(day.parked_s or 0 for day in told)
        if parked_s < DAY_S:
            return Finding.of("figures.not_parked")
        return sum((day.standby_percent or ZERO for day in told), ZERO) * DAY_S / parked_s

    @cached_property
    def electric_distance_m(self) -> Value:
        """Return how far the vehicle drove on electricity."""
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
        """Return which part of the distance was electric."""
        electric, whole = self.electric_distance_m, self.distance_m
        if isinstance(electric, Finding):
            return electric
        if isinstance(whole, Finding):
            return whole
        return 100 * electric / whole if whole else Finding.of("figures.not_driven")

    @cached_property
    def fuel_l(self) -> Value:
        """Return the fuel that papers tell; without any it is not known, which is not nothing."""
        if self.vehicle.drive is Drive.BATTERY:
            return Finding.of("figures.no_fuel_needed")
        told = [day.fuel_l for day in self.days if day.fuel_l is not None]
        return sum(told, ZERO) if told else Finding.of("figures.no_fuel_data")

    @cached_property
    def away_s(self) -> Value:
        """Return how long the vehicle was away from all sites."""
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


def _charged_with_us(day: VehicleDay) -> bool:
    """Return whether all that arrived in the battery on a day came from our charge points."""
    return (day.battery_charged_wh or ZERO) <= day.own_charged_wh * ARRIVED_SURPLUS + ARRIVED_SURPLUS_WH


def per_100km(amount: Value, distance_m: Value) -> Value:
    """Return an amount per 100 km; below a kilometre there is no such figure."""
    if isinstance(amount, Finding):
        return amount
    if isinstance(distance_m, Finding):
        return distance_m
    return amount * 100_000 / distance_m if distance_m >= DISTANCE_LEAST_M else Finding.of("figures.not_driven")
