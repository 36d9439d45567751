"""What buildings use: electricity by use, weekday and hour, heat by cold, water by people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.inventory import Calendar, SiteKind
from demo.calendar import SATURDAY, SUNDAY, LocalTime, open_share
from demo.chance import FloatArray, wander

HEATING_LIMIT_C = 15.0
"""Above this outdoor temperature nothing is heated."""


@dataclass(frozen=True, slots=True)
class Use:
    """How a kind of building is used, per square metre of floor."""

    base_w_per_m2: float
    peak_w_per_m2: float
    opens_hour: float
    closes_hour: float
    heat_w_per_m2_k: float
    water_m3_per_m2_h: float
    last_weekday: int = SATURDAY - 1
    closed_on_holidays: bool = True


USES: dict[SiteKind, Use] = {
    SiteKind.SCHOOL: Use(1.6, 9.0, 7.0, 16.5, 1.5, 4e-6),
    SiteKind.OFFICE: Use(2.4, 12.0, 7.0, 18.0, 1.3, 3e-6),
    SiteKind.FIRE_STATION: Use(2.5, 6.0, 6.5, 22.0, 1.4, 5e-6, SUNDAY, closed_on_holidays=False),
    SiteKind.DEPOT: Use(2.0, 9.0, 5.5, 17.0, 1.2, 5e-6, SATURDAY),
    SiteKind.CLINIC: Use(9.0, 17.0, 5.5, 20.5, 1.6, 2e-5, SUNDAY, closed_on_holidays=False),
    SiteKind.HALL: Use(1.2, 11.0, 15.0, 22.5, 1.6, 8e-6, SATURDAY),
    SiteKind.POOL: Use(12.0, 30.0, 6.0, 22.0, 3.5, 6e-5, SUNDAY, closed_on_holidays=False),
    SiteKind.LIBRARY: Use(1.8, 10.0, 9.5, 19.0, 1.3, 3e-6, SATURDAY),
    SiteKind.KINDERGARTEN: Use(1.5, 8.0, 6.5, 17.0, 1.4, 9e-6),
    SiteKind.WORKS: Use(7.0, 18.0, 5.0, 22.0, 1.0, 4e-5, SUNDAY, closed_on_holidays=False),
    SiteKind.PARKING: Use(0.3, 0.8, 17.0, 23.5, 0.0, 0.0, SUNDAY, closed_on_holidays=False),
}

DEFAULT_FLOOR_M2: dict[SiteKind, float] = {
    SiteKind.SCHOOL: 6500.0,
    SiteKind.OFFICE: 4800.0,
    SiteKind.FIRE_STATION: 1400.0,
    SiteKind.DEPOT: 2600.0,
    SiteKind.CLINIC: 9000.0,
    SiteKind.HALL: 1800.0,
    SiteKind.POOL: 2400.0,
    SiteKind.LIBRARY: 1500.0,
    SiteKind.KINDERGARTEN: 900.0,
    SiteKind.WORKS: 1200.0,
    SiteKind.PARKING: 1500.0,
}


def busy_share(use: Use, local: LocalTime, calendar: Calendar | None = None) -> FloatArray:
    """Return how busy a building is, 0 to 1, with an hour of coming and going at both ends of the day.

    Outside the hours of a calendar nobody is there; which holidays and breaks there are, it alone says.
    """
    rising = np.clip(local.hour - use.opens_hour + 0.5, 0.0, 1.0)
    falling = np.clip(use.closes_hour + 0.5 - local.hour, 0.0, 1.0)
    busy = np.where(local.weekday <= use.last_weekday, np.minimum(rising, falling), 0.0)
    if calendar is not None:
        return np.minimum(busy, open_share(calendar, local))
    return np.where(local.holiday, 0.0, busy) if use.closed_on_holidays else busy


def electric_w(use: Use, floor_m2: float, busy: FloatArray, at_s: FloatArray, key: int) -> FloatArray:
    """Return the electric load of a building without charging and generation; never below half its base load."""
    per_m2 = use.base_w_per_m2 + (use.peak_w_per_m2 - use.base_w_per_m2) * busy
    slow = 0.08 * wander(key, at_s, 5400.0)
    quick = 0.05 * wander(key ^ 0x5DEECE66D, at_s, 47.0)
    return floor_m2 * per_m2 * (1.0 + slow + quick)


def heat_w(use: Use, floor_m2: float, busy: FloatArray, outdoor_c: FloatArray) -> FloatArray:
    """Return the heat a building takes; lowered by a third while nobody is in it."""
    cold_k = np.maximum(HEATING_LIMIT_C - outdoor_c, 0.0)
    hot_water_w = use.water_m3_per_m2_h * 12_000.0
    lowered = 0.67 + 0.33 * busy
    return floor_m2 * (use.heat_w_per_m2_k * cold_k * lowered + hot_water_w)


def water_m3_per_h(use: Use, floor_m2: float, busy: FloatArray, at_s: FloatArray, key: int) -> FloatArray:
    """Return the water flow: people in the building, and a tap that drips at night."""
    taps = 1.0 + 0.9 * wander(key ^ 0x2545F4914F6CDD1D, at_s, 1200.0)
    return floor_m2 * use.water_m3_per_m2_h * (0.02 + busy * taps)
