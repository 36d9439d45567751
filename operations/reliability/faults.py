"""What goes wrong with charge points of a maker, model or firmware: counted, to be sent to the vendor.

No tag, no session and no place is in it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.books import SessionFilter
from core.facts import StationLink
from core.inventory import Station
from core.periods import Period
from core.station_events import Contact, EventCount, StationEventKind
from operations.house import Call, House
from operations.reliability.availability import Grouping, key_of
from operations.reliability.reading import gone, span_asked, stations_of

COUNTED: Final = (
    StationEventKind.ERROR,
    StationEventKind.NOTICE,
    StationEventKind.REFUSED,
    StationEventKind.ANSWER,
    StationEventKind.CONNECTION,
    StationEventKind.BOOT,
)
"""The kinds of events that tell of faults."""

LOST: Final = frozenset({Contact.CLOSED.value, Contact.SILENT.value, Contact.REPLACED.value})
"""Contacts that are followed by another connection."""

BOOTS: Final = "boots"
"""The code under which boots are counted, whatever the firmware."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowFaults:
    """The day, month or year (without one: this month), what is reckoned together, at which site."""

    period: str = ""
    by: Grouping = Grouping.FIRMWARE
    site: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRow:
    """How often something happened at the `stations` of a group; per 1,000 of their `sessions` (None without any)."""

    group: str
    kind: StationEventKind
    code: str
    count: int
    stations: int
    sessions: int
    per_thousand_sessions: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What went wrong in a period, most frequent first within each group."""

    period: str
    begin_utc: datetime
    end_utc: datetime
    by: Grouping
    site: str | None
    rows: tuple[FaultRow, ...]


async def show_faults(house: House, request: ShowFaults, call: Call) -> Faults:
    """Return what went wrong with the stations that the actor may see; of a period that still runs, up to now."""
    span = span_asked(house, request.period, call)
    period = gone(span.period, call.now_utc)
    stations = stations_of(house, request.site, period, call)
    links = {link.station: link for link in await house.ledger.links()}
    counts = await house.ledger.event_counts(COUNTED, period, [station.id for station in stations])
    groups = _groups(request.by, stations, links)
    rows: list[FaultRow] = []
    for group, members in sorted(groups.items()):
        sessions = await _sessions(house, members, period)
        rows += _rows(group, members, [each for each in counts if each.station in members], sessions)
    return Faults(
        period=span.name,
        begin_utc=period.start_utc,
        end_utc=period.end_utc,
        by=request.by,
        site=request.site,
        rows=tuple(rows),
    )


def _groups(
    by: Grouping, stations: Sequence[Station], links: Mapping[str, StationLink]
) -> Mapping[str, frozenset[str]]:
    groups: defaultdict[str, set[str]] = defaultdict(set)
    by = Grouping.STATION if by is Grouping.OUTLET else by
    for station in stations:
        groups[key_of(by, station, links.get(station.id))].add(station.id)
    return {group: frozenset(members) for group, members in groups.items()}


async def _sessions(house: House, stations: frozenset[str], period: Period) -> int:
    return (await house.ledger.sessions(SessionFilter(stations=stations, period=period, limit=1))).total


def _rows(group: str, members: frozenset[str], counts: Sequence[EventCount], sessions: int) -> list[FaultRow]:
    found: Counter[tuple[StationEventKind, str]] = Counter()
    for each in counts:
        if each.kind is StationEventKind.BOOT:
            found[each.kind, BOOTS] += each.count
        elif each.kind is not StationEventKind.CONNECTION or each.code in LOST:
            found[each.kind, each.code] += each.count
    return [
        FaultRow(
            group=group,
            kind=kind,
            code=code,
            count=count,
            stations=len(members),
            sessions=sessions,
            per_thousand_sessions=1000 * count / sessions if sessions else None,
        )
        for (kind, code), count in sorted(found.items(), key=lambda item: (-item[1], item[0]))
    ]
