"""What a vehicle does on a day: when it leaves and comes back, how far, and what it charges under way."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from core.inventory import Drive, Inventory, SiteKind, Vehicle
from core.inventory.mobility import VehicleClass
from demo.calendar import SATURDAY, is_working_day
from demo.chance import key_of, one_of
from demo.local_days import local_s

_ON_CALL_SHARE = 0.55
"""Share of weekends and holidays on which a vehicle of an emergency or care service drives."""
_ON_CALL = frozenset({SiteKind.FIRE_STATION, SiteKind.CLINIC})
_FAR_SHARE, _FAR_TIMES = 0.04, (2.2, 4.0)
"""A car now and then goes to the capital of the state."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A trip as it is meant."""

    depart_s: float
    return_s: float
    distance_m: float


@dataclass(frozen=True, slots=True)
class Trip:
    """A trip as it was; `electric_m` of `distance_m` by battery, `burnt_l` from the tank."""

    depart_s: float
    return_s: float
    distance_m: float
    electric_m: float
    burnt_l: float


@dataclass(frozen=True, slots=True)
class Refill:
    """What was charged at somebody else's charge point; `has_paper` whether there is a bill."""

    at_s: float
    energy_wh: float
    has_paper: bool


def plan_of(inventory: Inventory, seed: int, vehicle: Vehicle, day: date) -> Plan | None:
    """Return what a vehicle means to do on a day, None if it stays; the same whenever it is asked."""
    chance = random.Random(f"{seed}/{vehicle.id}/{day}")
    site = inventory.sites[vehicle.site]
    drives = is_working_day(day) or (site.kind in _ON_CALL and chance.random() < _ON_CALL_SHARE)
    if not drives or chance.random() < (0.06 if day.weekday() < SATURDAY else 0.3):
        return None
    usual_km = 22.0 + 55.0 * one_of(key_of(seed, "km", vehicle.id))
    depart_s = local_s(day, chance.uniform(6.6, 9.2), ZoneInfo(site.time_zone))
    return_s = depart_s + chance.uniform(3.0, 7.5) * 3600.0
    distance_m = 1000.0 * usual_km * chance.lognormvariate(0.0, 0.4)
    if vehicle.vehicle_class is VehicleClass.M1 and chance.random() < _FAR_SHARE:
        distance_m *= chance.uniform(*_FAR_TIMES)
    return Plan(depart_s, return_s, distance_m)


def secretive_of(inventory: Inventory) -> str | None:
    """Return the vehicle that charges elsewhere without anybody knowing: the last one that has telemetry."""
    known = [
        name
        for name, vehicle in sorted(inventory.vehicles.items())
        if vehicle.feed and vehicle.drive is Drive.BATTERY and not vehicle.personal and vehicle.valid_to is None
    ]
    return known[-1] if len(known) > 1 else None
