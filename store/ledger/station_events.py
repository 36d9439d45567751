"""The book of what happened at charge points."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.periods import Period
from core.ports import Page
from core.station_events import (
    COUNTED,
    SERVICE,
    WHOLE_STATION,
    EventCount,
    StationEvent,
    StationEventFilter,
    StationEventKind,
)
from store.ledger.database import Database, as_cursor, finding_of, finding_row, insert, place_of
from store.ledger.filling import filler
from store.ledger.station_tables import STATION_EVENT
from store.ledger.tables import STATION_LINK, STATION_STATUS
from store.points.columns import from_us, to_us

_C = STATION_EVENT.c
_NAMES = tuple(column.name for column in _C if column.name != "id")
_COLUMNS = tuple(_C[name] for name in _NAMES)
_KIND, _FINDING = _NAMES.index("kind"), _NAMES.index("finding")
_KINDS = {kind.value: kind for kind in StationEventKind}
_RUNNING = ("finding", "count", "last_frame")
_fill = filler(StationEvent, _NAMES)


class StationEvents:
    """`core.station_events.StationEventBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save_events(self, events: Sequence[StationEvent]) -> None:
        """Insert events, or replace the counts of those that are there."""
        if not events:
            return
        async with self._database.writing() as connection:
            statement = insert(connection, STATION_EVENT)
            fresh = {name: statement.excluded[name] for name in _RUNNING}
            await connection.execute(
                statement.on_conflict_do_update(index_elements=["id"], set_=fresh), [_row(event) for event in events]
            )

    async def station_events(self, wanted: StationEventFilter) -> Page[StationEvent]:
        """Return events, newest first."""
        matching = and_(*_conditions(wanted))
        rows = select(*_COLUMNS).where(matching).order_by(_C.received_at_utc.desc(), _C.id.desc())
        if wanted.cursor is not None:
            at_us, last = place_of(wanted.cursor, int, str)
            at_utc = from_us(at_us)
            rows = rows.where(or_(_C.received_at_utc < at_utc, and_(_C.received_at_utc == at_utc, _C.id < last)))
        async with self._database.reading() as connection:
            total = await connection.scalar(select(func.count()).select_from(STATION_EVENT).where(matching))
            found = (await connection.execute(rows.limit(wanted.limit + 1))).all()
        items = tuple(_event(row) for row in found[: wanted.limit])
        more = len(found) > wanted.limit and items
        return Page(items, total or 0, as_cursor(to_us(items[-1].received_at_utc), items[-1].id) if more else None)

    async def station_course(self, stations: Collection[str] | None, period: Period) -> tuple[StationEvent, ...]:
        """Return states and contacts in a period and the newest of each before it, by the station's own instant.

        With them come the starts and stops of the service.
        """
        service = and_(_C.station == SERVICE, _C.kind == StationEventKind.SERVICE.value, _C.at_utc < period.end_utc)
        within = and_(_C.at_utc >= period.start_utc, _C.at_utc < period.end_utc)
        wanted = [select(STATION_EVENT).where(service)]
        for known, outlet, kind in _KNOWN:
            there = and_(outlet, _C.kind == kind.value, _among(known.c.station, stations))
            newest = _newest(and_(outlet, _C.at_utc < period.start_utc), kind, _C.at_utc).correlate(known)
            before = select(newest.scalar_subquery()).select_from(known).where(_among(known.c.station, stations))
            wanted += [
                select(*_C).select_from(known).join(STATION_EVENT, there).where(within),
                select(STATION_EVENT).where(_C.id.in_(before)),
            ]
        found: list[StationEvent] = []
        async with self._database.reading() as connection:
            for each in wanted:
                found += await _events(connection, each)
        return tuple(sorted(found, key=lambda event: (event.at_utc, event.frame, event.id)))

    async def event_counts(
        self, kinds: Collection[StationEventKind], period: Period, stations: Collection[str] | None = None
    ) -> tuple[EventCount, ...]:
        """Return how often each code of these kinds was received in a period, by station, kind and code."""
        among = and_(
            _C.kind.in_(sorted(kinds)),
            _among(_C.station, stations),
            _C.received_at_utc >= period.start_utc,
            _C.received_at_utc < period.end_utc,
        )
        key = _C.station, _C.kind, _C.code
        wanted = select(*key, func.sum(_C.count).label("times")).where(among).group_by(*key).order_by(*key)
        async with self._database.reading() as connection:
            return tuple(
                EventCount(station=station, kind=StationEventKind(kind), code=code, count=int(times))
                for station, kind, code, times in await connection.execute(wanted)
            )

    async def newest_events(self, after_frame: int, since_utc: datetime) -> tuple[StationEvent, ...]:
        """Return what a start goes on from: see `core.station_events.StationEventBook`."""
        counted = and_(_C.kind.in_(sorted(COUNTED)), or_(_C.last_frame > after_frame, _C.received_at_utc >= since_utc))
        outlet = and_(_C.station == STATION_STATUS.c.station, _C.connector == STATION_STATUS.c.connector)
        state = _newest(outlet, StationEventKind.STATUS, _C.frame).correlate(STATION_STATUS).scalar_subquery()
        service = _newest(_C.station.is_not(None), StationEventKind.SERVICE, _C.received_at_utc)
        known = or_(
            _C.id.in_(select(state).select_from(STATION_STATUS)),
            _C.id == service.scalar_subquery(),
        )
        async with self._database.reading() as connection:
            some = await _events(connection, select(STATION_EVENT).where(known).order_by(_C.frame, _C.id))
            return some + await _events(connection, select(STATION_EVENT).where(counted).order_by(_C.frame, _C.id))

    async def forget_journalled_events(self, first_frame: int, station: str | None = None) -> int:
        """Delete events of frames from this one on (of a station), to be made from them again; return how many."""
        told = and_(_C.frame >= max(first_frame, 1), _among(_C.station, None if station is None else (station,)))
        async with self._database.writing() as connection:
            return (await connection.execute(delete(STATION_EVENT).where(told))).rowcount


def _newest(which: ColumnElement[bool], kind: StationEventKind, by: ColumnElement[Any]) -> Select[Any]:
    inner = STATION_EVENT.c
    return select(inner.id).where(which, inner.kind == kind.value).order_by(by.desc(), inner.id.desc()).limit(1)


_KNOWN = (
    (
        STATION_STATUS,
        and_(_C.station == STATION_STATUS.c.station, _C.connector == STATION_STATUS.c.connector),
        StationEventKind.STATUS,
    ),
    (
        STATION_LINK,
        and_(_C.station == STATION_LINK.c.station, _C.connector == WHOLE_STATION),
        StationEventKind.CONNECTION,
    ),
)
"""By which outlets and stations are known: from there the events of each are found by their index."""


def _among(column: ColumnElement[str], stations: Collection[str] | None) -> ColumnElement[bool]:
    return column.is_not(None) if stations is None else column.in_(sorted(stations))


def _conditions(wanted: StationEventFilter) -> list[ColumnElement[bool]]:
    conditions = [_among(_C.station, wanted.stations)]
    if wanted.kinds is not None:
        conditions.append(_C.kind.in_(sorted(wanted.kinds)))
    if wanted.connector is not None:
        conditions.append(_C.connector == wanted.connector)
    if wanted.period is not None:
        conditions += [_C.received_at_utc >= wanted.period.start_utc, _C.received_at_utc < wanted.period.end_utc]
    return conditions


async def _events(connection: AsyncConnection, wanted: Select[Any]) -> tuple[StationEvent, ...]:
    return tuple(map(_event, await connection.execute(wanted.with_only_columns(*_COLUMNS))))


def _row(event: StationEvent) -> dict[str, Any]:
    row = {name: getattr(event, name) for name in _NAMES}
    finding = None if event.finding is None else finding_row(event.finding)
    return row | {"id": event.id, "kind": event.kind.value, "finding": finding}


def _event(row: Row[Any]) -> StationEvent:
    """Return the event of a row with all columns but the id: a year of many stations is read by this."""
    told = list(row)
    told[_KIND] = _KINDS[told[_KIND]]
    if told[_FINDING] is not None:
        told[_FINDING] = finding_of(told[_FINDING])
    return _fill(told)
