"""What driving took by the warmth of days: classes of the daily mean, and how much more it takes in winter.

    energy          own charge points + elsewhere - rise of the charge x battery / (1 - charging loss), at the plug
    winter factor   energy per 100 km on days below 10 degrees / that on warmer days

Only days of battery vehicles count of which distance, charge at both ends and temperature are known; a vehicle that
charges elsewhere unknown to anybody is left out. Source: fleet-report 3, section 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from core.fleet import VehicleDay
from core.inventory import Drive, Vehicle
from core.texts import Finding
from fleet.candidates.driven_again import WINTER_BELOW_C
from fleet.vehicle_days.sums import DISTANCE_LEAST_M, ZERO, Sums, Value

CLASSES: Final[dict[str, float]] = {"below_0": 0.0, "to_10": WINTER_BELOW_C, "to_20": 20.0, "above_20": float("inf")}
"""The classes of the daily mean, with the temperature (degrees Celsius) below which they lie."""

COLD: Final = frozenset({"below_0", "to_10"})
DAYS_LEAST: Final = 30
"""Fewer days on either side say nothing of the winter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmthClass:
    """Days of one class of temperature: how far was driven, and the energy at the plug that this took."""

    name: str
    days: int = 0
    distance_m: Decimal = ZERO
    energy_wh: Decimal = ZERO

    @property
    def wh_per_100km(self) -> Decimal:
        """Return the energy at the plug per 100 km."""
        return self.energy_wh * 100_000 / self.distance_m


def classes_of(
    vehicles: Iterable[Vehicle],
    days: Mapping[str, Sequence[VehicleDay]],
    means_c: Mapping[str, Mapping[date, float]],
) -> tuple[WarmthClass, ...]:
    """Return the classes in which something was driven, coldest first; `days` by vehicle, `means_c` by site."""
    found = {name: WarmthClass(name=name) for name in CLASSES}
    for vehicle in vehicles:
        if vehicle.drive is Drive.BATTERY and vehicle.battery_wh is not None:
            for day, energy_wh in _energies(vehicle, days.get(vehicle.id, ())):
                mean_c = means_c.get(vehicle.site, {}).get(day.day)
                if mean_c is not None:
                    name = next(each for each, below in CLASSES.items() if mean_c < below)
                    found[name] = _with(found[name], day.distance_m or ZERO, energy_wh)
    return tuple(each for each in found.values() if each.days)


def winter_factor(classes: Iterable[WarmthClass]) -> Value:
    """Return how many times as much driving takes on cold days, or why nobody can say."""
    classes = list(classes)
    if not classes:
        return Finding.of("figures.no_warmth")
    cold = _together([each for each in classes if each.name in COLD])
    warm = _together([each for each in classes if each.name not in COLD])
    if min(cold.days, warm.days) < DAYS_LEAST:
        return Finding.of("figures.too_few_warmth_days", cold=cold.days, warm=warm.days, least=DAYS_LEAST)
    return cold.wh_per_100km / warm.wh_per_100km if warm.energy_wh > 0 else Finding.of("figures.no_warmth")


def _energies(vehicle: Vehicle, days: Sequence[VehicleDay]) -> Iterable[tuple[VehicleDay, Decimal]]:
    sums = Sums(vehicle, days)
    if sums.reliable is False:
        return
    battery_wh, reaches = Decimal(repr(vehicle.battery_wh)), 1 - sums.loss
    for day in days:
        if day.soc_begin_percent is None or day.soc_end_percent is None:
            continue
        if day.distance_m is not None and day.distance_m >= DISTANCE_LEAST_M:
            rise_wh = (day.soc_end_percent - day.soc_begin_percent) / 100 * battery_wh
            yield day, day.own_charged_wh + day.elsewhere_charged_wh - rise_wh / reaches


def _with(before: WarmthClass, distance_m: Decimal, energy_wh: Decimal) -> WarmthClass:
    return WarmthClass(
        name=before.name,
        days=before.days + 1,
        distance_m=before.distance_m + distance_m,
        energy_wh=before.energy_wh + energy_wh,
    )


def _together(classes: Sequence[WarmthClass]) -> WarmthClass:
    return WarmthClass(
        name="",
        days=sum(each.days for each in classes),
        distance_m=sum((each.distance_m for each in classes), ZERO),
        energy_wh=sum((each.energy_wh for each in classes), ZERO),
    )
