"""Stations whose log found no room, for as long as there is none."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

from core.periods import Period
from core.station_events import StationEventKind
from core.texts import Finding
from operations.arrivals.sightings import Seen, Sighting
from operations.house import Call, House
from operations.stations.log_room import NO_ROOM

_REMEMBERED: Final = timedelta(days=1)


async def refused_logs(house: House, call: Call) -> Seen:
    """Return the stations of which a log was refused within a day, where there still is no room for one."""
    period = Period(call.now_utc - _REMEMBERED, call.now_utc)
    counts = await house.ledger.event_counts([StationEventKind.NOTICE], period)
    refused = {each.station for each in counts if each.code == NO_ROOM}
    known = house.inventory().stations
    found = []
    for station in sorted(refused & known.keys()):
        if house.station_logs is not None and await asyncio.to_thread(house.station_logs.full, station):
            finding = Finding.of("logs.still_no_room")
            found.append(Sighting(subject=known[station].source, site=known[station].site, finding=finding))
    return Seen(sightings=tuple(found))
