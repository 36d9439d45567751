"""Meters that report, but whose values no longer move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from core.intervals import Amount, Course, Resolution
from core.inventory import Medium, Meter, MeterRole
from core.periods import Period, local_day
from core.quantities import Quantity
from core.readings import SlotShare
from core.texts import Finding
from operations.arrivals.sightings import Seen, Sighting, watched_meters
from operations.house import Call, House
from operations.intervals.counting import totals_of

REGISTERS = (Quantity.ENERGY_IMPORT_WH, Quantity.ENERGY_EXPORT_WH, Quantity.HEAT_WH, Quantity.VOLUME_M3)

PATIENCE_DAYS: Mapping[Medium, Mapping[MeterRole, int]] = {
    Medium.ELECTRICITY: {
        MeterRole.SUPPLY: 1,
        MeterRole.GENERATION: 4,
        MeterRole.STORAGE: 7,
        MeterRole.SUBMETER: 14,
        MeterRole.TENANT: 14,
    },
    Medium.HEAT: {MeterRole.SUPPLY: 7},
    Medium.GAS: {MeterRole.SUPPLY: 7},
    Medium.WATER: {MeterRole.SUPPLY: 14},
}
"""How many whole days a meter may count nothing, holidays and snow on the roof included; else it is not judged.

A building's supply meter always draws something; behind other meters things are switched off for weeks.
"""

HEATING_MONTHS = frozenset({10, 11, 12, 1, 2, 3, 4})
"""October to April: only then must heat and gas be used."""

LOOK_BACK_DAYS = 28
POWER_HOURS = 20
"""So many hours of the last day must have a power before it can be called stuck."""


async def stuck_meters(house: House, call: Call) -> Seen:
    """Return the meters that counted nothing for longer than their kind ever does, or whose power never changes."""
    meters = watched_meters(house, call)
    zone, today = ZoneInfo(house.time_zone), house.day(call.now_utc)
    still = await _still_days(house, meters, today, zone)
    steady = await _steady_power(house, meters, call, zone)
    found = []
    for meter in meters:
        days, patience = still.get(meter.source, 0), _patience(meter, today)
        if patience is not None and days >= patience:
            found.append(_sighting(meter, Finding.of("alarms.meter_stuck_days", count=days), today, days, zone))
        elif meter.source in steady:
            power = Finding.of("alarms.power_stuck", power_w=round(steady[meter.source], 1))
            found.append(_sighting(meter, power, today, 1, zone))
    return Seen(sightings=tuple(found))


def _patience(meter: Meter, today: date) -> int | None:
    if meter.medium in (Medium.HEAT, Medium.GAS) and today.month not in HEATING_MONTHS:
        return None
    return PATIENCE_DAYS.get(meter.medium, {}).get(meter.role)


async def _still_days(house: House, meters: Sequence[Meter], today: date, zone: ZoneInfo) -> dict[str, int]:
    """Return how many whole days up to yesterday each meter is known to have counted nothing on any dial."""
    groups = {meter.source: [meter.source] for meter in meters}
    begin_utc = local_day(today - timedelta(days=LOOK_BACK_DAYS), zone).start_utc
    period = Period(begin_utc, local_day(today, zone).start_utc)
    days: dict[str, list[tuple[Amount, ...]]] = {}
    for quantity in REGISTERS if groups else ():
        for source, amounts in (await totals_of(house, groups, quantity, period, zone, Resolution.DAY)).items():
            days.setdefault(source, []).append(amounts)
    return {source: _still(dials) for source, dials in days.items()}


def _still(dials: Sequence[tuple[Amount, ...]]) -> int:
    """Return how many of the newest days every dial that is known stood still."""
    count = 0
    for amounts in zip(*(reversed(dial) for dial in dials), strict=True):
        known = [amount for amount in amounts if amount.thousandths is not None]
        if not known or any(amount.thousandths or amount.share is SlotShare.MISSING for amount in known):
            break
        count += 1
    return count


async def _steady_power(house: House, meters: Sequence[Meter], call: Call, zone: ZoneInfo) -> dict[str, float]:
    """Return the power of each electricity meter whose power was the same, and not 0, all day long."""
    sources = [meter.source for meter in meters if meter.medium is Medium.ELECTRICITY]
    if not sources:
        return {}
    day = Period(call.now_utc - timedelta(days=1), call.now_utc)
    courses = await house.query.series(sources, Quantity.POWER_W, day, Resolution.HOUR, zone)
    return {course.source: course.value[0] for course in courses if _is_steady(course)}


def _is_steady(course: Course) -> bool:
    if len(course.value) < POWER_HOURS:
        return False
    lowest, highest = min(course.minimum, default=0.0), max(course.maximum, default=0.0)
    return lowest == highest != 0


def _sighting(meter: Meter, finding: Finding, today: date, days: int, zone: ZoneInfo) -> Sighting:
    since_utc = local_day(today - timedelta(days=days), zone).start_utc
    return Sighting(subject=meter.source, site=meter.site, finding=finding, since_utc=since_utc)
