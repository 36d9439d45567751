"""The append-only journal of OCPP frames as a table, shared by several processes.

Frames that arrive within two milliseconds, or while the write before is still under way, become one
transaction. Writers of all processes come one after the other, so an id that can be read has none below
it that comes later: whoever has read up to an id has read everything up to there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg

from core.errors import StoreError
from core.periods import Period
from core.ports import Direction, Frame
from store.journal.layout import LAYOUT
from store.ledger.engines import connect, keepable, place_of_database

_GATHER_S = 0.002
_ENOUGH = 100
"""So many frames are not made to wait for more."""
_PATIENCE_S = 15.0
_READ_FRAMES = 500
_WRITERS_LOCK = 0x6B77_6A6F_7572_6E61  # "kwjourna"

_COLUMNS = "station, connection, direction, at_utc, protocol, payload, sealed"
_LOCKED = f"select pg_advisory_xact_lock({_WRITERS_LOCK})"
_ADDED = f"""
    insert into journal_frame ({_COLUMNS})
    select {_COLUMNS} from unnest(%s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::bytea[],
        %s::bool[]) with ordinality as frame ({_COLUMNS}, place) order by place
    returning id
"""
_MOVED = f"""
    insert into journal_frame ({_COLUMNS}, id) overriding system value
    select * from unnest(%s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::bytea[], %s::bool[],
        %s::bigint[]) on conflict (id) do nothing
"""
_BEHIND = "select setval(pg_get_serial_sequence('journal_frame', 'id'), (select max(id) from journal_frame))"
_READ = f"select {_COLUMNS}, id from journal_frame"

Row = tuple[Any, ...]


class DatabaseJournal:
    """`core.ports.Journal` over a PostgreSQL database; `DatabaseJournal.open(url)` makes one."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._writer: psycopg.AsyncConnection[Row] | None = None
        self._reader: psycopg.AsyncConnection[Row] | None = None
        self._reading = asyncio.Lock()
        self._waiting: list[tuple[Sequence[Frame], asyncio.Future[int]]] = []
        self._bell = asyncio.Event()
        self._closed = False
        self._writes = asyncio.create_task(self._write_all(), name="journal-writer")

    @classmethod
    async def open(cls, url: str) -> DatabaseJournal:
        """Return the journal in the database at a URL, made if there is none. Raises `StoreError` if it is no use."""
        journal = cls(url)
        try:
            await journal._ask(LAYOUT)
        except StoreError:
            await journal.close()
            raise
        return journal

    async def close(self) -> None:
        """Write what waits and close the connections."""
        self._closed = True
        self._bell.set()
        await self._writes
        for connection in (self._writer, self._reader):
            if connection is not None:
                await connection.close()

    async def append(self, frame: Frame) -> int:
        """Return the frame's id once it is durable. Raises `StoreError` if the database fails; then it is not kept."""
        return await self._durable_id((frame,))

    async def append_all(self, frames: Sequence[Frame]) -> None:
        """Return once all frames are durable, in their order. Raises `StoreError` if the database fails."""
        if frames:
            await self._durable_id(frames)

    async def take_over(self, frames: AsyncIterator[Frame]) -> None:
        """Keep the frames of another journal under the ids they have; those that are here already stay."""
        block: list[Frame] = []
        async for frame in frames:
            block.append(frame)
            if len(block) >= _READ_FRAMES:
                await self._move(block)
                block = []
        if block:
            await self._move(block)

    async def _move(self, block: Sequence[Frame]) -> None:
        numbers = [frame.id for frame in block]
        await self._ask(_MOVED, [*map(list, zip(*map(_row, block), strict=True)), numbers])
        await self._ask(_BEHIND)

    async def frames(self, after: int = 0, station: str | None = None) -> AsyncIterator[Frame]:
        """Yield the frames with an id above `after`, in order, up to the newest one at the start."""
        ((newest,),) = await self._ask("select coalesce(max(id), 0) from journal_frame")
        which = "" if station is None else "and station = %(station)s"
        page = f"{_READ} where id > %(after)s and id <= %(newest)s {which} order by id limit {_READ_FRAMES}"
        while rows := await self._ask(page, {"after": after, "newest": newest, "station": station}):
            for row in rows:
                yield _frame(row)
            after = rows[-1][-1]

    async def frames_during(self, station: str, period: Period) -> tuple[Frame, ...]:
        """Return the frames of a station in `period`, in order."""
        of_period = f"{_READ} where station = %s and at_utc >= %s and at_utc < %s order by id"
        return tuple(map(_frame, await self._ask(of_period, (station, period.start_utc, period.end_utc))))

    async def forget_frames(self, before_utc: datetime, applied: int) -> int:
        """Delete the frames of days before an instant up to the id `applied`; return how many."""
        midnight = before_utc.replace(hour=0, minute=0, second=0, microsecond=0)
        gone = "with gone as (delete from journal_frame where at_utc < %s and id <= %s returning 1) select count(*)"
        ((count,),) = await self._ask(f"{gone} from gone", (midnight, applied))
        return int(count)

    async def frames_with(self, word: bytes) -> tuple[Frame, ...]:
        """Return the frames whose message holds a word, in order."""
        rows = await self._ask(f"{_READ} where position(%s in payload) > 0 order by id", (word,))
        return tuple(map(_frame, rows))

    async def replace_in_frames(self, word: bytes, instead: bytes) -> int:
        """Replace a word in all frames and return in how many."""
        found = [(frame.id, frame.payload.replace(word, instead)) for frame in await self.frames_with(word)]
        changed = "update journal_frame set payload = new.payload from unnest(%s::bigint[], %s::bytea[])"
        where = "as new (id, payload) where journal_frame.id = new.id returning 1"
        if found:
            await self._ask(f"{changed} {where}", tuple(map(list, zip(*found, strict=True))))
        return len(found)

    async def _durable_id(self, frames: Sequence[Frame]) -> int:
        """Return the id of the first of these frames, once all are durable."""
        if self._closed:
            raise StoreError("store.closed")
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((frames, done))
        self._bell.set()
        return await done

    async def _write_all(self) -> None:
        """Write what is appended until closed."""
        while self._waiting or not self._closed:
            await self._bell.wait()
            self._bell.clear()
            if len(self._waiting) < _ENOUGH and not self._closed:
                await asyncio.sleep(_GATHER_S)
            waiting, self._waiting = self._waiting, []
            if waiting:
                await self._write(waiting)

    async def _write(self, waiting: Sequence[tuple[Sequence[Frame], asyncio.Future[int]]]) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                ids = await self._added([frame for frames, _ in waiting for frame in frames])
        except (psycopg.Error, TimeoutError) as error:
            for _, done in waiting:
                if not done.done():
                    done.set_exception(self._failed(error))
            await self._drop_writer()
            return
        place = 0
        for frames, done in waiting:
            if not done.done():  # whoever waited may have been cancelled; the frame stays
                done.set_result(ids[place])
            place += len(frames)

    async def _added(self, frames: Sequence[Frame]) -> list[int]:
        """Return the ids of frames, which are durable by then."""
        if self._writer is None or self._writer.closed:
            self._writer = await connect(self._url)
        columns = list(map(list, zip(*map(_row, frames), strict=True)))
        async with self._writer.pipeline(), self._writer.transaction():
            await self._writer.execute(_LOCKED)
            added = await self._writer.execute(_ADDED, columns, binary=True)
        return [number for (number,) in await added.fetchall()]

    async def _drop_writer(self) -> None:
        """Let go of a connection that failed: nobody knows what is still under way on it."""
        if self._writer is not None:
            await self._writer.close()
            self._writer = None

    async def _ask(self, statement: str, parameters: Any = None) -> list[Row]:
        try:
            async with self._reading:
                if self._reader is None or self._reader.closed:
                    self._reader = await connect(self._url)
                found = await self._reader.execute(statement.encode(), parameters)
                return await found.fetchall() if found.description else []
        except psycopg.Error as error:
            raise self._failed(error) from error

    def _failed(self, error: Exception) -> StoreError:
        cause = str(error).strip().partition("\n")[0] or type(error).__name__
        return StoreError("store.database_unreachable", database=place_of_database(self._url), error=cause)


def _row(frame: Frame) -> Row:
    names = keepable(frame.station), keepable(frame.connection), frame.direction.value
    return *names, frame.at_utc, frame.protocol, frame.payload, frame.sealed


def _frame(row: Row) -> Frame:
    station, connection, direction, at_utc, protocol, payload, sealed, number = row
    return Frame(
        station, connection, Direction(direction), at_utc.astimezone(UTC), protocol, bytes(payload), sealed, number
    )
