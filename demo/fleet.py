"""The district's vehicles in the live world: they drive in working hours, come back, and want to be charged."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from core.inventory import Vehicle
from core.quantities import Quantity
from demo.calendar import is_working_day
from demo.cars import Activity, Car, battery_wh, charging_limit_w, is_electric
from demo.registers import first_value
from demo.start import Start

_FIRST_HOUR, _LAST_HOUR = 6, 18
_TRIP_S, _REST_S = (40.0, 180.0), (20.0, 120.0)
_SPEED_M_PER_S = (7.0, 19.0)
_LOWEST_TO_DRIVE_PERCENT = 18.0
_FIRST_SOC_PERCENT = (30.0, 74.0)


class Fleet:
    """All vehicles valid on the day; those of duty services drive at any hour."""

    def __init__(self, start: Start) -> None:
        inventory, day = start.inventory, start.day
        self._chance = start.chance
        self._zones = {site.id: ZoneInfo(site.time_zone) for site in inventory.sites.values()}
        self._tags = {
            tag.vehicle: tag.uid for tag in inventory.tags.values() if tag.vehicle and tag.uid and tag.valid_on(day)
        }
        self.cars = {
            name: _car(vehicle, start) for name, vehicle in sorted(inventory.vehicles.items()) if vehicle.valid_on(day)
        }
        self._on_duty = _duty_vehicles(tuple(self.cars.values()))

    def move(self, seconds: float, now_s: float) -> None:
        """Let the vehicles drive, rest and set out for some seconds."""
        for name, car in self.cars.items():
            if car.activity is Activity.DRIVING:
                car.drive(seconds)
                if now_s >= car.until_s or not self._can_drive(car):
                    self._park(car, now_s)
            elif car.activity is Activity.PARKED and now_s >= car.until_s and self._sets_out(name, car, now_s):
                car.activity = Activity.DRIVING
                car.speed_m_per_s = self._chance.uniform(*_SPEED_M_PER_S)
                car.until_s = now_s + self._chance.uniform(*_TRIP_S)

    def wants_to_charge(self, site: str, below_percent: float) -> Car | None:
        """Return the parked electric vehicle of a site with the lowest battery, None if all have enough."""
        waiting = [
            car
            for car in self.cars.values()
            if car.vehicle
            and car.vehicle.site == site
            and is_electric(car.vehicle)
            and car.activity is Activity.PARKED
            and car.soc_percent < below_percent
        ]
        return min(waiting, key=lambda car: car.soc_percent, default=None)

    def unplug(self, car: Car, now_s: float) -> None:
        """Take a car off the cable."""
        car.power_w = 0.0
        self._park(car, now_s)

    def tag_of(self, car: Car) -> str | None:
        """Return the card of a car, None for a visitor's."""
        return self._tags.get(car.vehicle.id) if car.vehicle else None

    def _park(self, car: Car, now_s: float) -> None:
        car.activity, car.speed_m_per_s = Activity.PARKED, 0.0
        car.until_s = now_s + self._chance.uniform(*_REST_S)

    def _can_drive(self, car: Car) -> bool:
        electric = car.vehicle is None or is_electric(car.vehicle)
        return not electric or car.soc_percent > _LOWEST_TO_DRIVE_PERCENT

    def _sets_out(self, name: str, car: Car, now_s: float) -> bool:
        if car.vehicle is None or not self._can_drive(car):
            return False
        return name in self._on_duty or self._is_working(car.vehicle.site, now_s)

    def _is_working(self, site: str, now_s: float) -> bool:
        local = datetime.fromtimestamp(now_s, UTC).astimezone(self._zones[site])
        return _FIRST_HOUR <= local.hour < _LAST_HOUR and is_working_day(local.date())


def _duty_vehicles(cars: Sequence[Car]) -> frozenset[str]:
    """Return one electric vehicle per site and kind of telemetry: somebody is on duty day and night."""
    chosen: dict[tuple[str, str], str] = {}
    for car in cars:
        if car.vehicle and car.vehicle.feed and is_electric(car.vehicle):
            chosen.setdefault((car.vehicle.site, car.vehicle.feed.format), car.vehicle.id)
    return frozenset(chosen.values())


def _car(vehicle: Vehicle, start: Start) -> Car:
    chance = random.Random(f"{start.seed}/{vehicle.id}")
    soc_percent = start.last_value(vehicle.source, Quantity.SOC_PERCENT)
    odometer_m = start.last_value(vehicle.source, Quantity.ODOMETER_M)
    if odometer_m is None:
        odometer_m = first_value(start.seed, vehicle.source, Quantity.ODOMETER_M)
    return Car(
        vehicle=vehicle,
        battery_wh=battery_wh(vehicle),
        limit_ac_w=charging_limit_w(vehicle),
        soc_percent=chance.uniform(*_FIRST_SOC_PERCENT) if soc_percent is None else soc_percent,
        odometer_m=odometer_m,
        until_s=start.at_s + chance.uniform(0.0, 15.0),
    )
