"""What happened at a station, newest first: states, connections, errors, and every message refused, with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from core.errors import NotFoundError
from core.inventory import Station
from core.periods import Period
from core.ports import Page
from core.station_events import StationEvent, StationEventFilter, StationEventKind
from operations.house import Call, House
from operations.values import Limit, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class ListStationEvents:
    """Events of a station: of a kind, at an outlet (0: the whole station), received in a span of time."""

    id: str
    kind: StationEventKind | None = None
    connector: int | None = None
    since_utc: datetime | None = None
    until_utc: datetime | None = None
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StationEventRow:
    """One event. `at_utc` is the station's own instant, `received_at_utc` ours (of several the first).

    `code` says what happened in the words of its kind, `info` what the station itself adds, `finding` our reason.
    """

    station: str
    kind: StationEventKind
    connector: int
    at_utc: datetime
    received_at_utc: datetime
    code: str
    info: str
    count: int
    finding: Told | None


async def list_station_events(house: House, request: ListStationEvents, call: Call) -> Page[StationEventRow]:
    """Return what happened at a station, newest first. Raises `NotFoundError` or `ForbiddenError`."""
    station = station_seen(house, request.id, call)
    wanted = StationEventFilter(
        stations=frozenset({station.id}),
        kinds=None if request.kind is None else frozenset({request.kind}),
        connector=request.connector,
        period=_period(request, call),
        limit=request.limit,
        cursor=request.cursor,
    )
    page = await house.ledger.station_events(wanted)
    return Page(tuple(map(_row, page.items)), page.total, page.next_cursor)


def station_seen(house: House, id_: str, call: Call) -> Station:
    """Return a station that the actor may see. Raises `NotFoundError` or `ForbiddenError`."""
    station = house.inventory().stations.get(id_)
    if station is None:
        raise NotFoundError("stations.unknown", id=id_)
    call.must_see(station.site)
    return station


def _period(request: ListStationEvents, call: Call) -> Period | None:
    if request.since_utc is None and request.until_utc is None:
        return None
    since_utc = request.since_utc or datetime.min.replace(tzinfo=UTC)
    return Period(since_utc, request.until_utc or max(call.now_utc, since_utc))


def _row(event: StationEvent) -> StationEventRow:
    return StationEventRow(
        station=event.station,
        kind=event.kind,
        connector=event.connector,
        at_utc=event.at_utc,
        received_at_utc=event.received_at_utc,
        code=event.code,
        info=event.info,
        count=event.count,
        finding=None if event.finding is None else Told.of(event.finding),
    )
