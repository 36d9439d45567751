"""Daily means of outdoor temperature: those of a weather station's files, or of a meter that measures outdoors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from core.intervals import Resolution
from core.inventory import Inventory, Site, WeatherStation
from core.periods import Period
from core.quantities import Quantity
from core.readings import Reading
from energy.loads import ENOUGH_KNOWN
from energy.register_walk import at_utc
from energy.slots import MISSING
from operations.house import House

NOON: Final = time(12)
"""When a day's mean is stamped, in UTC: at noon the day is the same in UTC, as files tell it, and at the place."""


def reading_of(station: WeatherStation, day: date, mean_c: float) -> Reading:
    """Return a day's mean as the reading that is kept."""
    return Reading(station.source, Quantity.TEMPERATURE_C, datetime.combine(day, NOON, tzinfo=UTC), mean_c)


def station_of(inventory: Inventory, site: Site) -> WeatherStation | None:
    """Return the weather station of a site, None where it names none."""
    return inventory.weather_stations.get(site.weather_station or "")


async def daily_means(
    house: House, station: WeatherStation, first: date, end: date, zone: ZoneInfo
) -> Mapping[date, float]:
    """Return the known daily means from `first` until before `end`; where a file tells a day, it counts."""
    period = Period(_at(first), _at(end))
    found = await house.query.readings(station.source, Quantity.TEMPERATURE_C, period)
    told = {each.at_utc.date(): each.value for each in found if each.at_utc.timetz() == NOON.replace(tzinfo=UTC)}
    return {**await _measured(house, station, period, zone), **told}


async def _measured(house: House, station: WeatherStation, period: Period, zone: ZoneInfo) -> dict[date, float]:
    """Return the means of days that a meter outdoors measured nearly throughout."""
    if station.outdoor_meter is None or house.intervals is None:
        return {}
    key = (f"meter:{station.outdoor_meter}", Quantity.TEMPERATURE_C)
    rows = (await house.intervals.means(Resolution.DAY, [key], period)).get(key)
    if rows is None:
        return {}
    lacks = rows.seconds[:, MISSING] / rows.seconds.sum(axis=1)
    days = zip(rows.start_ms.tolist(), rows.mean.tolist(), lacks.tolist(), strict=True)
    return {at_utc(at).astimezone(zone).date(): mean for at, mean, lack in days if lack <= 1 - ENOUGH_KNOWN}


def _at(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
