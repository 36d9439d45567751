"""What watches see of the district at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.inventory import Meter
from core.texts import Finding
from operations.house import Call, House


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Something that should not be, of a subject at a site (None: the whole district), since when as far as known."""

    subject: str
    site: str | None
    finding: Finding
    since_utc: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All sightings of one kind. Of `undecided` subjects nobody can say at the moment whether it is so."""

    sightings: tuple[Sighting, ...] = ()
    undecided: frozenset[str] = frozenset()


def watched_meters(house: House, call: Call) -> list[Meter]:
    """Return the meters in use that report by themselves."""
    day = house.day(call.now_utc)
    return [meter for meter in house.inventory().meters.values() if meter.valid_on(day) and meter.feed is not None]
