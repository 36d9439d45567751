"""How each source of the monthly report was known: odometers, charge levels, sessions, and the meters of its sites."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

import numpy as np

from core.fleet import VehicleDay
from core.intervals import Resolution, SeriesKey
from core.inventory import Medium, Meter, MeterRole, Vehicle
from core.periods import Period
from core.quantities import Quantity
from core.readings import SlotShare
from energy.register_walk import at_utc
from energy.series import SHARE_NUMBERS, Amounts
from operations.fleet_report.facts import FleetMonth, span_of_month
from operations.fleet_report.rows import SourceKind, SourceMonth
from operations.house import House

HOUR_S: Final = 3600
PERCENT: Final = 100
COUNTING: Final = frozenset({MeterRole.SUPPLY, MeterRole.GENERATION})


async def sources_of(house: House, month: FleetMonth, days: Sequence[VehicleDay]) -> tuple[SourceMonth, ...]:
    """Return how the sources of a month were known; of kinds that do not occur nothing."""
    of_vehicles = [each for each in _of_days(month, days) if each.expected]
    return (*of_vehicles, *_of_sessions(month), *await _of_meters(house, month))


def _of_days(month: FleetMonth, days: Sequence[VehicleDay]) -> Iterator[SourceMonth]:
    expected = [_days_there(each, month) for each in month.vehicles]
    electric = {each.id for each in month.vehicles if each.plugs_in}
    shares = [day.distance_share if day.distance_m is not None else SlotShare.MISSING for day in days]
    yield _counted(SourceKind.ODOMETER, sum(expected), shares)
    levels = [day.soc_end_percent is not None for day in days if day.vehicle in electric]
    yield _told(
        SourceKind.CHARGE_LEVEL, sum(_days_there(each, month) for each in month.vehicles if each.plugs_in), levels
    )
    yield _told(SourceKind.PRESENCE, sum(expected), [day.away_s is not None for day in days])


def _days_there(vehicle: Vehicle, month: FleetMonth) -> int:
    first = max(month.first, vehicle.valid_from)
    last = month.last if vehicle.valid_to is None else min(month.last, vehicle.valid_to)
    ends_before = vehicle.valid_to is not None and vehicle.valid_to <= month.last
    return max((last - first).days + (0 if ends_before else 1), 0)


def _of_sessions(month: FleetMonth) -> Iterator[SourceMonth]:
    if month.sessions:
        told = [each.energy_wh is not None for each in month.sessions]
        yield _told(SourceKind.SESSIONS, len(told), told)


def _told(kind: SourceKind, expected: int, told: Collection[bool]) -> SourceMonth:
    return _counted(kind, expected, [SlotShare.MEASURED for each in told if each])


def _counted(kind: SourceKind, expected: int, shares: Sequence[SlotShare]) -> SourceMonth:
    whole = max(expected, len(shares))
    percent = {share: PERCENT * shares.count(share) / whole for share in SlotShare} if whole else {}
    percent[SlotShare.MISSING] = PERCENT - sum(
        value for share, value in percent.items() if share is not SlotShare.MISSING
    )
    return SourceMonth(kind=kind, expected=whole, percent=percent)


async def _of_meters(house: House, month: FleetMonth) -> list[SourceMonth]:
    """Return the electricity meters of the sites with charge points, by name."""
    if house.intervals is None:
        return []
    sites = {each.site for each in month.stations}
    meters = [
        each
        for each in house.inventory().meters.values()
        if each.site in sites and each.medium is Medium.ELECTRICITY and each.role in COUNTING and not each.terms
        if each.valid_from <= month.last and (each.valid_to is None or each.valid_to > month.first)
    ]
    keys = [_key(each) for each in meters]
    span = span_of_month(house, month.first)
    found = await house.intervals.amounts(Resolution.DAY, keys, span) if keys else {}
    rows = [_of_meter(each, found.get(_key(each)), span) for each in meters]
    return sorted(rows, key=lambda each: each.name)


def _key(meter: Meter) -> SeriesKey:
    makes = meter.role is MeterRole.GENERATION
    return meter.source, Quantity.ENERGY_EXPORT_WH if makes else Quantity.ENERGY_IMPORT_WH


def _of_meter(meter: Meter, days: Amounts | None, span: Period) -> SourceMonth:
    span_s = int((span.end_utc - span.start_utc).total_seconds())
    told_s = np.zeros(len(SHARE_NUMBERS), np.int64) if days is None else days.seconds.sum(axis=0, dtype=np.int64)
    percent = {share: float(PERCENT * told_s[number] / span_s) for share, number in SHARE_NUMBERS.items()}
    known = sum(percent[share] for share in SHARE_NUMBERS if share is not SlotShare.MISSING)
    return SourceMonth(
        kind=SourceKind.METER,
        name=meter.name,
        expected=span_s // HOUR_S,
        percent=percent | {SlotShare.MISSING: max(PERCENT - known, 0.0)},
        silent=_is_silent(days, span),
    )


def _is_silent(days: Amounts | None, span: Period) -> bool:
    """Return whether nothing at all is known of the last day."""
    missing = SHARE_NUMBERS[SlotShare.MISSING]
    if days is None or not len(days):
        return True
    last_s = int(days.seconds[-1].sum())
    reaches = at_utc(int(days.start_ms[-1]) + last_s * 1000) >= span.end_utc
    return not reaches or int(days.seconds[-1, missing]) == last_s
