"""What is known of outlets in a period: reckoned from the events of their stations and from planned work."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from chargepoints.availability import (
    SHORT,
    Account,
    Stretch,
    account_of,
    contact_of,
    course_of_outlet,
    outages_of_service,
)
from core.inventory import Station
from core.periods import Period, local_day
from core.station_events import SERVICE, Maintenance, StationEvent
from core.texts import Finding
from operations.evidence.figures import Span, span_of
from operations.house import Call, House
from operations.reliability.maintenance import kept

AT_ONCE: Final = 10
"""So many stations are read and reckoned at a time."""

Outlet = tuple[str, int]
"""A station and the number of its outlet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that is known of stations in a period."""

    period: Period
    stations: Sequence[Station]
    events: Mapping[str, Sequence[StationEvent]]
    planned: Mapping[str, Sequence[Period]]
    off: Sequence[Period]
    until_utc: datetime
    in_use: Mapping[str, Period]


def zone_of(house: House) -> ZoneInfo:
    """Return the zone whose days and months are meant."""
    return ZoneInfo(house.time_zone)


def span_asked(house: House, text: str, call: Call) -> Span:
    """Return the day, month or year that is asked for; without one this month. Raises `RequestError`."""
    zone = zone_of(house)
    return span_of(text or f"{call.now_utc.astimezone(zone):%Y-%m}", zone)


def gone(period: Period, now_utc: datetime) -> Period:
    """Return the part of a period that is over."""
    return Period(period.start_utc, max(period.start_utc, min(period.end_utc, now_utc)))


def stations_of(house: House, site: str | None, period: Period, call: Call) -> list[Station]:
    """Return the stations (at a site) that were in use in a period and that the actor may see, by id."""
    zone = zone_of(house)
    return [
        station
        for _, station in sorted(house.inventory().stations.items())
        if site in (None, station.site) and call.actor.sees(station.site) and in_use(station, period, zone).duration
    ]


def in_use(station: Station, period: Period, zone: ZoneInfo) -> Period:
    """Return the part of a period in which a station was in use."""
    begins = max(period.start_utc, local_day(station.valid_from, zone).start_utc)
    ends = period.end_utc if station.valid_to is None else local_day(station.valid_to, zone).start_utc
    begins = min(begins, period.end_utc)
    return Period(begins, max(begins, min(ends, period.end_utc)))


async def read(house: House, stations: Sequence[Station], period: Period, call: Call) -> Known:
    """Return what is known of stations in a period. A gap of contact at its end is seen a little further."""
    until_utc = min(max(call.now_utc, period.end_utc), period.end_utc + SHORT)
    wide = Period(period.start_utc, until_utc)
    events = await house.ledger.station_course([station.id for station in stations], wide)
    by_station: defaultdict[str, list[StationEvent]] = defaultdict(list)
    for event in events:
        by_station[event.station].append(event)
    works = await house.ledger.maintenances(wide)
    zone = zone_of(house)
    return Known(
        period=period,
        stations=stations,
        events=by_station,
        planned={station.id: planned_at(station, works) for station in stations},
        off=outages_of_service(by_station.get(SERVICE, ()), until_utc),
        until_utc=until_utc,
        in_use={station.id: in_use(station, period, zone) for station in stations},
    )


def planned_at(station: Station, works: Sequence[Maintenance]) -> tuple[Period, ...]:
    """Return when work was planned at a station, itself or with its whole site."""
    found = (kept(each) for each in works if each.station == station.id or each.site == station.site)
    return tuple(each for each in found if each is not None)


async def accounts(house: House, stations: Sequence[Station], period: Period, call: Call) -> dict[Outlet, Account]:
    """Return the account of each outlet; a few stations are read at a time, as a year of many is a lot."""
    found: dict[Outlet, Account] = {}
    for first in range(0, len(stations), AT_ONCE):
        some = stations[first : first + AT_ONCE]
        call.progress(first / len(stations), Finding.of("reliability.reckoning"))
        told = await read(house, some, period, call)
        for station in some:
            for outlet, stretches in courses(told, station).items():
                found[station.id, outlet] = account_of(stretches)
            await asyncio.sleep(0)
    return found


def courses(told: Known, station: Station) -> dict[int, tuple[Stretch, ...]]:
    """Return the course of each outlet of a station, by its number."""
    events = told.events.get(station.id, ())
    contact = contact_of(events, told.off, told.until_utc)
    period = told.in_use[station.id]
    return {
        outlet.number: course_of_outlet(events, outlet.number, contact, told.planned[station.id], period)
        for outlet in station.connectors
    }
