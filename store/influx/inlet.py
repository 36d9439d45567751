"""The way in: readings, histories, intervals and facts become lines in the spool."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from functools import partial

import numpy as np
from numpy.typing import NDArray

from core.errors import ReadingError
from core.intervals import SeriesKey
from core.measurements import READING
from core.periods import Period
from core.ports import Batch, Clock
from core.quantities import Quantity
from core.readings import Reading, ReadingQuality, is_source
from core.work import DirtyBook, DirtySpan
from store.influx.line import FIRST_MS, LAST_MS, joined, number
from store.influx.newest import Newest
from store.influx.spool import Parcel, Spool
from store.influx.spoolfile import Entry, Kind, LatestRow, PlaceRow
from store.influx.whereabouts import Whereabouts
from store.points.columns import to_ms, to_utc
from store.points.schema import QUALITY_NUMBERS

ENTRY_POINTS = 5_000
_BULK_ROWS = 50_000
_MILLISECOND = timedelta(milliseconds=1)


def quality_of(quantity: Quantity) -> str:
    """Return the field with the number (`QUALITY_NUMBERS`) of a reading's quality."""
    return f"quality_{quantity.value}"


def received_of(quantity: Quantity) -> str:
    """Return the field with the milliseconds since 1970 at which a reading came."""
    return f"received_{quantity.value}_ms"


class Inlet:
    """Packs what is put and hands it to the spool; marks late readings before."""

    def __init__(
        self, spool: Spool, newest: Newest, whereabouts: Whereabouts, *, clock: Clock, dirty: DirtyBook | None
    ) -> None:
        self._spool = spool
        self._newest = newest
        self._whereabouts = whereabouts
        self._clock = clock
        self._dirty = dirty
        self._under_way: set[asyncio.Future[None]] = set()
        self._kept_out = ""
        self._open = asyncio.Event()
        self._turn = asyncio.Lock()

    async def put(self, batch: Batch) -> None:
        """Return once readings and receipts are in the spool; see `core.ports.ReadingSink`."""
        if batch.readings or batch.receipts:
            while self._kept_out and any(reading.source == self._kept_out for reading in batch.readings):
                await self._open.wait()
            with self._on_the_way():
                await self._put_batch(batch)

    async def _put_batch(self, batch: Batch) -> None:
        readings = batch.readings
        received_ms = to_ms(batch.received_at_utc)
        places = self._settle({reading.source for reading in readings})  # by what was known before this batch
        latest, late = self._noted(readings, received_ms)
        await self._mark(late, "late")
        now_ms = to_ms(self._clock())
        await self._store(
            Parcel(
                points=len(readings),
                pack=lambda: entries(_reading_lines(readings, received_ms, self._whereabouts), now_ms),
                latest=latest,
                places=places,
                receipts=batch.receipts,
            )
        )

    async def put_series(
        self, source: str, quantity: Quantity, at_ms: Iterable[int], values: Iterable[float], received_at_utc: datetime
    ) -> int:
        """Store one series of measured values (see `core.ports.BulkSink`); return how many instants it has."""
        at = np.asarray(at_ms, np.int64)
        value = np.asarray(values, np.float64)
        if not is_source(source):
            raise ReadingError("reading.source_invalid", source=source[:80])
        if not np.isfinite(value).all():
            raise ReadingError("reading.not_finite", source=source, quantity=quantity)
        for start in range(0, len(at), _BULK_ROWS):
            part = slice(start, start + _BULK_ROWS)
            while self._kept_out == source:
                await self._open.wait()
            with self._on_the_way():
                await self._put_part((source, quantity), at[part], value[part], to_ms(received_at_utc))
        return len(np.unique(at))

    async def put_lines(
        self, sources: Iterable[str], pack: Callable[[Whereabouts], Sequence[Entry]], points: int
    ) -> None:
        """Return once the entries are in the spool, in their order and together; `pack` runs in the spool's thread."""
        places = self._settle(set(sources))
        await self._store(Parcel(points=points, pack=lambda: pack(self._whereabouts), places=places))

    @asynccontextmanager
    async def without(self, source: str) -> AsyncIterator[None]:
        """Let nothing of a source in meanwhile; what was on its way before is in the spool.

        So nothing can come between what is read of it and what is deleted.
        """
        async with self._turn:
            self._kept_out = source
            self._open.clear()
            try:
                await self.arrived()
                yield
            finally:
                self._kept_out = ""
                self._open.set()

    async def renew(self, key: SeriesKey, row: LatestRow | None) -> None:
        """Take over which reading is a series' newest now that the one before has been deleted; None if none is."""
        latest = [] if row is None else [row]
        await self._spool.put(Parcel(points=0, pack=list, latest=latest, ended=[key] if row is None else []))
        self._newest.renew(key, row)

    async def arrived(self) -> None:
        """Return once all readings that are on their way now are in the spool, or have been refused.

        A reading's mark as late is in the ledger before the reading is in the spool.
        """
        if self._under_way:
            await asyncio.wait(set(self._under_way))

    @contextmanager
    def _on_the_way(self) -> Iterator[None]:
        put: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._under_way.add(put)
        try:
            yield
        finally:
            self._under_way.discard(put)
            put.set_result(None)

    def now_ms(self) -> int:
        """Return the present instant."""
        return to_ms(self._clock())

    async def _put_part(
        self, key: SeriesKey, at: NDArray[np.int64], value: NDArray[np.float64], received_ms: int
    ) -> None:
        source, quantity = key
        last = int(np.flatnonzero(at == at.max())[-1])
        measured = QUALITY_NUMBERS[ReadingQuality.MEASURED]
        row = LatestRow(source, quantity.value, int(at[last]), float(value[last]), measured, received_ms)
        before = self._newest.seen(key)
        late = at[at <= before.at_ms] if before else at[:0]
        places = self._settle([source])
        latest = [row] if self._newest.note(row) else []
        if len(late):
            await self._mark({key: (int(late.min()), int(late.max()))}, "import")
        now_ms = self.now_ms()

        def pack() -> list[Entry]:
            return entries(_series_lines(key, at, value, received_ms, self._whereabouts), now_ms)

        await self._store(Parcel(points=len(at), pack=pack, latest=latest, places=places))

    def _noted(
        self, readings: Sequence[Reading], received_ms: int
    ) -> tuple[list[LatestRow], dict[SeriesKey, tuple[int, int]]]:
        """Return the readings that are their series' newest, and of each series the span of those that came late.

        Late is what is not newer than the newest before this batch, but for that very reading come again.
        """
        before: dict[SeriesKey, LatestRow | None] = {}
        latest: dict[SeriesKey, LatestRow] = {}
        late: dict[SeriesKey, tuple[int, int]] = {}
        for reading in readings:
            key = reading.source, reading.quantity
            row = _row(reading, received_ms)
            if key not in before:
                before[key] = self._newest.seen(key)
            if (old := before[key]) and row.at_ms <= old.at_ms and not _is_same(row, old):
                first, last = late.get(key, (row.at_ms, row.at_ms))
                late[key] = min(first, row.at_ms), max(last, row.at_ms)
            if FIRST_MS <= row.at_ms <= LAST_MS and self._newest.note(row):
                latest[key] = row
        return list(latest.values()), late

    def _settle(self, sources: Iterable[str]) -> list[PlaceRow]:
        now_ms = self.now_ms()
        newest_ms = self._newest.newest_ms
        return self._whereabouts.settle(sources, lambda source: max(now_ms, newest_ms(source) + 1))

    async def _store(self, parcel: Parcel) -> None:
        await self._spool.put(parcel)
        self._newest.hold(parcel.latest)
        self._whereabouts.hold(parcel.places)

    async def _mark(self, late: dict[SeriesKey, tuple[int, int]], reason: str) -> None:
        if late and self._dirty is not None:
            await self._dirty.mark_dirty(
                [
                    DirtySpan(
                        source=source,
                        quantity=quantity,
                        period=Period(to_utc(first), to_utc(last) + _MILLISECOND),
                        reason=reason,
                    )
                    for (source, quantity), (first, last) in late.items()
                ]
            )


def _row(reading: Reading, received_ms: int) -> LatestRow:
    at_ms, quality = to_ms(reading.at_utc), QUALITY_NUMBERS[reading.quality]
    return LatestRow(reading.source, reading.quantity.value, at_ms, reading.value, quality, received_ms)


def _is_same(one: LatestRow, other: LatestRow) -> bool:
    return (one.at_ms, one.value, one.quality) == (other.at_ms, other.value, other.quality)


def entries(lines: Sequence[bytes], at_ms: int) -> list[Entry]:
    """Return lines as entries of the spool."""
    parts = [lines[start : start + ENTRY_POINTS] for start in range(0, len(lines), ENTRY_POINTS)]
    return [Entry(Kind.WRITE, joined(part), len(part), at_ms) for part in parts]


def _reading_lines(readings: Sequence[Reading], received_ms: int, whereabouts: Whereabouts) -> list[bytes]:
    """Return one line per source and instant; of equal series and instants the last one counts."""
    points: dict[tuple[str, int], dict[Quantity, str]] = {}
    for reading in readings:
        fields = points.setdefault((reading.source, to_ms(reading.at_utc)), {})
        fields[reading.quantity] = _fields(
            reading.quantity, reading.value, QUALITY_NUMBERS[reading.quality], received_ms
        )
    return [
        f"{whereabouts.prefix(READING, source, at_ms)} {','.join(fields.values())} {at_ms}".encode()
        for (source, at_ms), fields in points.items()
    ]


def _series_lines(
    key: SeriesKey, at: NDArray[np.int64], value: NDArray[np.float64], received_ms: int, whereabouts: Whereabouts
) -> list[bytes]:
    source, quantity = key
    measured = QUALITY_NUMBERS[ReadingQuality.MEASURED]
    prefix = partial(whereabouts.prefix, READING, source)
    return [
        f"{prefix(at_ms)} {_fields(quantity, each, measured, received_ms)} {at_ms}".encode()
        for at_ms, each in zip(at.tolist(), value.tolist(), strict=True)
    ]


def _fields(quantity: Quantity, value: float, quality: int, received_ms: int) -> str:
    name = quantity.value
    return f"{name}={number(value)},{quality_of(quantity)}={quality},{received_of(quantity)}={received_ms}"
