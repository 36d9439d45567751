"""Meters that no longer report."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.inventory import Meter
from core.ports import Health
from core.texts import Finding
from operations.arrivals.sightings import Seen, Sighting, watched_meters
from operations.house import Call, House

MISSED_INTERVALS = 4
"""So many values in a row that did not come are silence."""

LEAST = timedelta(hours=1)
"""What reports every minute may be away for as long: a restart, an update of the router."""

DAYS_FROM_H = 48


async def silent_meters(house: House, call: Call) -> Seen:
    """Return the meters whose newest value is older than four of their intervals, or that never sent one.

    While the connection to its broker is down nobody can say that a meter is silent.
    """
    cut_off = _cut_off(house.health())
    meters = watched_meters(house, call)
    heard = await _heard(house, [meter.source for meter in meters])
    undecided = frozenset(meter.source for meter in meters if meter.feed and meter.feed.broker in cut_off)
    found = [
        _sighting(meter, heard.get(meter.source), call.now_utc)
        for meter in meters
        if meter.source not in undecided and _is_silent(meter, heard.get(meter.source), house, call.now_utc)
    ]
    return Seen(sightings=tuple(found), undecided=undecided)


def allowed(meter: Meter) -> timedelta:
    """Return how long a meter may be without a value before it is silent."""
    return max(LEAST, MISSED_INTERVALS * timedelta(seconds=meter.nominal_interval_s))


async def _heard(house: House, sources: Collection[str]) -> dict[str, datetime]:
    heard: dict[str, datetime] = {}
    for value in await house.query.last(sources) if sources else ():
        heard[value.source] = max(heard.get(value.source, value.at_utc), value.at_utc)
    return heard


def _is_silent(meter: Meter, heard_utc: datetime | None, house: House, now_utc: datetime) -> bool:
    first = datetime.combine(meter.valid_from, datetime.min.time(), ZoneInfo(house.time_zone))
    return now_utc - (heard_utc or first) > allowed(meter)


def _sighting(meter: Meter, heard_utc: datetime | None, now_utc: datetime) -> Sighting:
    return Sighting(subject=meter.source, site=meter.site, finding=_finding(heard_utc, now_utc), since_utc=heard_utc)


def _finding(heard_utc: datetime | None, now_utc: datetime) -> Finding:
    if heard_utc is None:
        return Finding.of("alarms.meter_never")
    hours = int((now_utc - heard_utc) / timedelta(hours=1))
    if hours < DAYS_FROM_H:
        return Finding.of("alarms.meter_silent_hours", count=hours)
    return Finding.of("alarms.meter_silent_days", count=hours // 24)


def _cut_off(parts: Collection[Health]) -> frozenset[str]:
    """Return the brokers whose ingest is not well: it is called `ingest:<broker>`."""
    return frozenset(part.name.partition(":")[2] for part in parts if not part.ok and part.name.startswith("ingest:"))
