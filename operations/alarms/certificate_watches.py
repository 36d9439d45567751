"""How soon certificates end: those of the service itself, and those that stations use."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from core.certificates import OURS, CertificateRecord, CertificateState, Urgency
from core.texts import Finding
from operations.arrivals.sightings import Seen, Sighting
from operations.house import Call, House

OWN: Final = "service:certificates"
"""The subject of alarms about certificates of the service itself."""

_NEAR: Final = frozenset({Urgency.SOON, Urgency.URGENT, Urgency.OVER})
_VERY_NEAR: Final = frozenset({Urgency.URGENT, Urgency.OVER})


async def expiring_certificates(house: House, call: Call) -> Seen:
    """Return where a certificate in use ends within `expiry.soon` days, with the one that ends first."""
    return await _ending(house, _NEAR, call)


async def urgent_certificates(house: House, call: Call) -> Seen:
    """Return where a certificate in use ends within `expiry.urgent` days, or has ended."""
    return await _ending(house, _VERY_NEAR, call)


async def _ending(house: House, urgencies: Collection[Urgency], call: Call) -> Seen:
    found: dict[str, Sighting] = {}
    for record in await house.ledger.certificates():  # those that end first at the front
        near = house.expiry.urgency(record.facts.valid_to_utc, call.now_utc) in urgencies
        if near and record.state is CertificateState.IN_USE and (seen := _sighting(house, record, call)):
            found.setdefault(seen.subject, seen)
    return Seen(sightings=tuple(found.values()))


def _sighting(house: House, record: CertificateRecord, call: Call) -> Sighting | None:
    """Return what is seen of a certificate; of stations that are no longer there nothing is."""
    if record.station == OURS:
        return Sighting(subject=OWN, site=None, finding=_finding(record, call))
    station = house.inventory().stations.get(record.station)
    if station is None or not station.valid_on(house.day(call.now_utc)):
        return None
    return Sighting(subject=station.source, site=station.site, finding=_finding(record, call))


def _finding(record: CertificateRecord, call: Call) -> Finding:
    left = record.facts.valid_to_utc - call.now_utc
    if left.total_seconds() <= 0:
        return Finding.of("alarms.certificate_over", holder=record.facts.subject)
    return Finding.of("alarms.certificate_ending", holder=record.facts.subject, count=left.days)
