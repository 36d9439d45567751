"""How charge points are: out of contact, out of order, coming and going, full of errors.

Nobody is told of a station that was never seen, that does without an alarm (`without_alarms`), or while work there is
planned: then its alarms stay as they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from chargepoints.availability import SHORT
from core.facts import ConnectorStatus
from core.inventory import Station
from core.periods import Period
from core.station_events import Contact, StationEventKind
from core.texts import Finding
from operations.arrivals.sightings import Seen, Sighting
from operations.house import Call, House
from operations.reliability.reading import planned_at

HOUR: Final = timedelta(hours=1)
FAULTED_FOR: Final = timedelta(minutes=5)
FLAPS: Final = 6
"""A station that connects so often within an hour comes and goes."""

ERRORS: Final = 10
"""So many errors within an hour are a storm."""

THREATS: Final = frozenset(
    {
        "AttemptedReplayAttacks",
        "InvalidFirmwareSignature",
        "InvalidFirmwareSigningCertificate",
        "MemoryExhaustion",
        "SecurityLogWasCleared",
        "TamperDetectionActivated",
        "ocpp.certificate_of_another",
        "ocpp.certificate_of_others",
        "ocpp.csr_of_another",
    }
)
"""The security events that a person must look into: of OCPP's list, those that nobody here can have caused."""

SERVICE: Final = "chargepoints"


@dataclass(frozen=True, slots=True)
class _Watched:
    """The stations that are looked at, and those of which nobody can say anything at the moment."""

    stations: tuple[Station, ...]
    undecided: frozenset[str]


async def offline_stations(house: House, call: Call) -> Seen:
    """Return the stations that have been out of contact for more than five minutes.

    Since the service was started, too: so long every station has to come back.
    """
    links = {link.station: link for link in await house.ledger.links()}
    watched = await _watched(house, links, "station_offline", call)
    return Seen(
        sightings=tuple(
            _sighting(station, Finding.of("alarms.station_offline"), links[station.id].since_utc)
            for station in watched.stations
            if not links[station.id].connected and call.now_utc - links[station.id].since_utc > SHORT
        ),
        undecided=watched.undecided,
    )


async def faulted_stations(house: House, call: Call) -> Seen:
    """Return the stations that say of themselves or of an outlet that it is faulted, for more than five minutes."""
    links = {link.station: link for link in await house.ledger.links()}
    watched = await _watched(house, links, "station_faulted", call)
    found: dict[str, Sighting] = {}
    known = {station.id: station for station in watched.stations}
    for status in await house.ledger.statuses():
        station = known.get(status.station)
        lasted = call.now_utc - status.received_at_utc
        if station is None or status.status is not ConnectorStatus.FAULTED or lasted < FAULTED_FOR:
            continue
        finding = Finding.of("alarms.station_faulted", outlet=status.connector, error=status.error_code or "–")
        found.setdefault(station.id, _sighting(station, finding, status.at_utc))
    return Seen(sightings=tuple(found.values()), undecided=watched.undecided)


async def flapping_stations(house: House, call: Call) -> Seen:
    """Return the stations that connected six times or more within the last hour."""
    came = frozenset({Contact.CONNECTED.value, Contact.REPLACED.value})
    return await _often(house, "station_flapping", StationEventKind.CONNECTION, FLAPS, call, came)


async def storming_stations(house: House, call: Call) -> Seen:
    """Return the stations that reported ten errors or more within the last hour."""
    return await _often(house, "station_errors", StationEventKind.ERROR, ERRORS, call)


async def threatened_stations(house: House, call: Call) -> Seen:
    """Return the stations that reported, or were, a threat to security within the last hour."""
    return await _often(house, "station_security", StationEventKind.SECURITY, 1, call, THREATS)


async def _often(
    house: House, kind: str, events: StationEventKind, least: int, call: Call, codes: Collection[str] = ()
) -> Seen:
    links = {link.station: link for link in await house.ledger.links()}
    watched = await _watched(house, links, kind, call)
    counts: Counter[str] = Counter()
    for each in await house.ledger.event_counts({events}, Period(call.now_utc - HOUR, call.now_utc)):
        if not codes or each.code in codes:
            counts[each.station] += each.count
    return Seen(
        sightings=tuple(
            _sighting(station, _told_often(kind, counts[station.id]), None)
            for station in watched.stations
            if counts[station.id] >= least
        ),
        undecided=watched.undecided,
    )


def _told_often(kind: str, count: int) -> Finding:
    if kind == "station_flapping":
        return Finding.of("alarms.station_flapping", count=count)
    if kind == "station_security":
        return Finding.of("alarms.station_security", count=count)
    return Finding.of("alarms.station_errors", count=count)


async def _watched(house: House, links: Collection[str], kind: str, call: Call) -> _Watched:
    day = house.day(call.now_utc)
    stations = [
        station
        for station in house.inventory().stations.values()
        if station.valid_on(day) and station.id in links and kind not in station.without_alarms
    ]
    if not _serves(house):
        return _Watched((), frozenset(station.source for station in stations))
    works = await house.ledger.maintenances(Period(call.now_utc, call.now_utc + timedelta(seconds=1)))
    quiet = {station.id for station in stations if any(call.now_utc in each for each in planned_at(station, works))}
    return _Watched(
        tuple(station for station in stations if station.id not in quiet),
        frozenset(f"station:{name}" for name in quiet),
    )


def _serves(house: House) -> bool:
    """Return whether stations can connect: the service is well, or is not known to be otherwise."""
    return all(part.ok for part in house.health() if part.name == SERVICE)


def _sighting(station: Station, finding: Finding, since_utc: datetime | None) -> Sighting:
    return Sighting(subject=station.source, site=station.site, finding=finding, since_utc=since_utc)
