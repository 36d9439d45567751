"""The registry of what stations do otherwise than OCPP says, with how often it was seen here lately."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from chargepoints.quirks import REGISTRY, QuirkArea
from core.periods import Period
from core.ports import Page
from core.station_events import StationEventKind
from operations.house import Call, House
from operations.reliability.reading import stations_of
from operations.values import Told

LATELY: Final = timedelta(days=30)
"""So far back is counted how often a quirk was seen."""

KINDS: Final = (StationEventKind.NOTICE, StationEventKind.ANSWER, StationEventKind.CONNECTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuirks:
    """All quirks; with `seen` those that were seen here in the last 30 days."""

    seen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QuirkRow:
    """A quirk: what stations do and what becomes of it (`said`), where it was reported, how often it was seen here.

    `count` is None where it cannot be told from what is right.
    """

    name: str
    area: QuirkArea
    said: Told
    makers: tuple[str, ...]
    sources: tuple[str, ...]
    count: int | None
    stations: tuple[str, ...]


async def list_quirks(house: House, request: ListQuirks, call: Call) -> Page[QuirkRow]:
    """Return the registry, in its order, with what was seen at the stations the actor may see."""
    period = Period(call.now_utc - LATELY, call.now_utc)
    names = [station.id for station in stations_of(house, None, period, call)]
    seen: Counter[str] = Counter()
    where: dict[str, set[str]] = {}
    for each in await house.ledger.event_counts(KINDS, period, names):
        seen[each.code] += each.count
        where.setdefault(each.code, set()).add(each.station)
    rows = [
        QuirkRow(
            name=quirk.name,
            area=quirk.area,
            said=Told(f"quirk.{quirk.name}", {}),
            makers=quirk.makers,
            sources=quirk.sources,
            count=seen[quirk.code] if quirk.code else None,
            stations=tuple(sorted(where.get(quirk.code, ()))),
        )
        for quirk in REGISTRY
        if not request.seen or seen[quirk.code]
    ]
    return Page(tuple(rows), len(rows))
