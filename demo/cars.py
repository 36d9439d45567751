"""Cars as the live world moves them: parked, under way, or on a cable."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.inventory import Drive, Vehicle
from demo.charging import EFFICIENCY, percent_of, taper

USE_WH_PER_KM = 175.0
DIRECT_CURRENT_W = 43_000.0
"""Outlets of at least this power give direct current: the car's own charger is not the limit."""
_LIMIT_AC_W = 11_000.0
_LIMIT_AC_LARGE_W = 22_000.0
_LARGE_BATTERY_WH = 70_000.0
_LIMIT_PLUG_IN_HYBRID_W = 3_700.0
_GUEST_BATTERY_WH = 58_000.0


class Activity(StrEnum):
    """What a car does."""

    PARKED = "parked"
    DRIVING = "driving"
    PLUGGED_IN = "plugged_in"


@dataclass(slots=True)
class Car:
    """A car with its battery; `vehicle` is None for a visitor's. `session_wh` is what the battery took at this plug."""

    vehicle: Vehicle | None
    battery_wh: float
    limit_ac_w: float
    soc_percent: float
    odometer_m: float = 0.0
    activity: Activity = Activity.PARKED
    until_s: float = 0.0
    speed_m_per_s: float = 0.0
    power_w: float = 0.0
    session_wh: float = 0.0

    @property
    def takes_direct_current(self) -> bool:
        """Return whether the car can use a direct-current outlet at its full power."""
        return self.vehicle is None or self.vehicle.drive is Drive.BATTERY

    def drive(self, seconds: float) -> None:
        """Move on for some seconds; the battery gives what the distance costs."""
        distance_m = self.speed_m_per_s * seconds
        self.odometer_m += distance_m
        used_percent = 100.0 * USE_WH_PER_KM * distance_m / 1000.0 / self.battery_wh
        self.soc_percent = max(self.soc_percent - used_percent, 0.0)

    def charge(self, outlet_w: float, seconds: float) -> float:
        """Take power for some seconds; return the mean power at the outlet."""
        limit_w = outlet_w if outlet_w >= DIRECT_CURRENT_W and self.takes_direct_current else self.limit_ac_w
        wanted_w = min(outlet_w, limit_w) * taper(self.soc_percent)
        energy_wh = wanted_w * seconds / 3600.0
        self.soc_percent = min(self.soc_percent + percent_of(energy_wh, self.battery_wh), 100.0)
        self.session_wh += EFFICIENCY * energy_wh
        self.power_w = wanted_w
        return wanted_w


def is_electric(vehicle: Vehicle) -> bool:
    """Return whether a vehicle has a battery that is charged by cable."""
    return vehicle.drive in {Drive.BATTERY, Drive.PLUG_IN_HYBRID}


def charging_limit_w(vehicle: Vehicle) -> float:
    """Return the power that a vehicle's charger takes at most."""
    if vehicle.drive is Drive.PLUG_IN_HYBRID:
        return _LIMIT_PLUG_IN_HYBRID_W
    return _LIMIT_AC_LARGE_W if battery_wh(vehicle) >= _LARGE_BATTERY_WH else _LIMIT_AC_W


def battery_wh(vehicle: Vehicle) -> float:
    """Return a vehicle's battery, or a common one where the inventory does not say."""
    return vehicle.battery_wh or _GUEST_BATTERY_WH


def guest(soc_percent: float) -> Car:
    """Return a visitor's car."""
    return Car(vehicle=None, battery_wh=_GUEST_BATTERY_WH, limit_ac_w=_LIMIT_AC_W, soc_percent=soc_percent)
