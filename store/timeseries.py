"""The embedded time series: readings and receipts in, values out.

One drain takes whatever waits, has the writer thread commit it as one transaction, and only then
lets the callers go on. Readers work on their own connections in their own threads.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import numpy as np
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from core.errors import ReadingError, StoreError
from core.facts import LastValue
from core.periods import Period
from core.ports import Batch, Receipt
from core.quantities import Quantity
from core.readings import Reading, ReadingQuality, is_source
from store.columns import EPOCH, Columns, Numbering, SeriesKey, joined, last_wins, of_readings, to_ms
from store.courses import Courses
from store.facts import Facts
from store.intervals import Intervals
from store.latest import Latest, Written
from store.pointfile import PointFile
from store.receipts import ReceiptChange, Receipts
from store.schema import QUALITY_NUMBERS

T = TypeVar("T")

_COMMIT_ROWS = 20_000
_BULK_ROWS = 500_000
_READERS = 2


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Something to be committed: how many rows, how to make them once series have ids, and who waits."""

    count: int
    columns: Callable[[Mapping[SeriesKey, int]], Columns]
    receipts: Sequence[Receipt]
    done: asyncio.Future[None]


class TimeSeries(Intervals, Courses, Facts):
    """`ReadingSink`, `BulkSink`, `ReceiptBook`, `Query` and `FactSink` of `core.ports` over one DuckDB file.

    What concerns intervals (`energy.series.IntervalStore`), courses and facts has files of its own.
    """

    def __init__(self, file: PointFile, latest: Latest, receipts: Receipts, writer: ThreadPoolExecutor) -> None:
        self._file = file
        self._latest = latest
        self._receipts = receipts
        self._writer = writer
        self._readers = ThreadPoolExecutor(_READERS, "store-reader")
        self._waiting: deque[_Waiting] = deque()
        self._drain: asyncio.Task[None] | None = None
        self._closed = False

    @classmethod
    async def open(cls, path: Path, now_utc: datetime) -> TimeSeries:
        """Return the time series in the file at `path`, made if there is none."""
        writer = ThreadPoolExecutor(1, "store-writer")
        try:
            file, latest, receipts = await asyncio.get_running_loop().run_in_executor(writer, _opened, path, now_utc)
        except StoreError:
            writer.shutdown()
            raise
        return cls(file, latest, receipts, writer)

    async def close(self) -> None:
        """Commit what waits, then close the file."""
        if self._closed:
            return
        self._closed = True
        if self._drain is not None:
            await self._drain
        loop = asyncio.get_running_loop()
        try:
            if change := self._receipts.change(()):
                await loop.run_in_executor(self._writer, self._commit, [], change)
        finally:
            self._readers.shutdown()
            await loop.run_in_executor(self._writer, self._file.close)
            self._writer.shutdown()

    async def put(self, batch: Batch) -> None:
        """Return once readings and receipts are durable; see `core.ports.ReadingSink`."""
        readings, received_at_utc = batch.readings, batch.received_at_utc
        if not readings and not batch.receipts:
            return
        await self._commit_soon(len(readings), lambda ids: of_readings(readings, received_at_utc, ids), batch.receipts)

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
            await self._put_part((source, quantity), at[part], value[part], to_ms(received_at_utc))
        return len(at) if (at[1:] > at[:-1]).all() else len(np.unique(at))

    async def _put_part(
        self, key: SeriesKey, at: NDArray[np.int64], value: NDArray[np.float64], received_ms: int
    ) -> None:
        count = len(at)
        measured = QUALITY_NUMBERS[ReadingQuality.MEASURED]
        await self._commit_soon(
            count,
            lambda ids: Columns(
                np.full(count, ids[key], np.int32),
                at,
                value,
                np.full(count, measured, np.uint8),
                np.full(count, received_ms, np.int64),
            ),
            (),
        )

    async def receipts(self, broker: str, client: str) -> frozenset[Receipt]:
        """Return the receipts of a session that were stored and not forgotten."""
        return self._receipts.of(broker, client)

    async def forget(self, receipts: Collection[Receipt]) -> None:
        """Drop receipts: at once for who asks, in the file with the next commit or at closing.

        A crash in between brings them back, which does no harm: they are only ever compared with redeliveries.
        """
        self._receipts.forget(receipts)

    async def last(self, sources: Collection[str] | None = None) -> tuple[LastValue, ...]:
        """Return the newest value of each series, from memory."""
        return self._latest.values(sources)

    async def count(self) -> dict[str, int]:
        """Return how many readings there are per kind of source, from memory."""
        return self._latest.counts()

    async def readings(self, source: str, quantity: Quantity, period: Period) -> tuple[Reading, ...]:
        """Return the readings of one series in `period`, by instant."""
        key = source, quantity
        series_id = self._latest.ids.get(key)
        if series_id is None:
            return ()
        read = partial(self._file.readings, series_id, key, period)
        return await asyncio.get_running_loop().run_in_executor(self._readers, read)

    def numbers(self) -> Mapping[SeriesKey, int]:
        """Return the numbers of all series, under which the file knows them."""
        return MappingProxyType(self._latest.ids)

    async def number(self, keys: Collection[SeriesKey]) -> Mapping[SeriesKey, int]:
        """Return the numbers of all series once these are among them, though they may have no readings."""
        if not self._latest.ids.keys() >= set(keys):
            await self._commit_soon(0, lambda ids: of_readings((), EPOCH, {key: ids[key] for key in keys}), ())
        return self.numbers()

    async def read(self, work: Callable[[DuckDBPyConnection], T]) -> T:
        """Return what `work` reads from the file, in a reader's thread on a cursor of its own."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._file.read, work)

    async def change(self, work: Callable[[DuckDBPyConnection], T]) -> T:
        """Return what `work` returns once what it wrote is durable: one transaction, between two commits of readings.

        Readings wait meanwhile, so it should take no more than some 50 ms.
        """
        if self._closed:
            raise StoreError("store.closed")
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._file.change, work)

    async def _commit_soon(
        self,
        count: int,
        columns: Callable[[Mapping[SeriesKey, int]], Columns],
        receipts: Sequence[Receipt],
    ) -> None:
        if self._closed:
            raise StoreError("store.closed")
        loop = asyncio.get_running_loop()
        waiting = _Waiting(count, columns, receipts, loop.create_future())
        self._waiting.append(waiting)
        if self._drain is None:
            self._drain = loop.create_task(self._drain_waiting())
        await waiting.done

    async def _drain_waiting(self) -> None:
        while self._waiting:
            group = self._take_group()
            change = self._receipts.change([receipt for each in group for receipt in each.receipts])
            commit = asyncio.get_running_loop().run_in_executor(self._writer, self._commit, group, change)
            await asyncio.wait([commit])
            if error := commit.exception():
                if change:
                    self._receipts.undo(change)
                _tell(group, error)
                continue
            self._latest.follow(commit.result())
            if change:
                self._receipts.confirm(change)
            _tell(group, None)
        self._drain = None

    def _take_group(self) -> list[_Waiting]:
        """Return what one commit takes: all that waits, up to a size at which a commit is no longer short."""
        group = [self._waiting.popleft()]
        rows = group[0].count
        while self._waiting and rows + self._waiting[0].count <= _COMMIT_ROWS:
            rows += self._waiting[0].count
            group.append(self._waiting.popleft())
        return group

    def _commit(self, group: Sequence[_Waiting], change: ReceiptChange | None) -> Written:
        """Run in the writer's thread; the loop changes `_latest` only between two commits."""
        ids = Numbering(self._latest.ids, self._latest.next_id)
        rows = last_wins(joined([waiting.columns(ids) for waiting in group]))
        return self._file.write(rows, ids.fresh, self._latest, change)


def _opened(path: Path, now_utc: datetime) -> tuple[PointFile, Latest, Receipts]:
    file = PointFile(path, now_utc)
    try:
        return file, file.latest(), Receipts(file.receipts())
    except StoreError:
        file.close()
        raise


def _tell(group: Sequence[_Waiting], error: BaseException | None) -> None:
    for waiting in group:
        if waiting.done.done():  # whoever waited was cancelled
            continue
        if error is None:
            waiting.done.set_result(None)
        elif isinstance(error, StoreError):  # each its own, for a raised exception carries its traceback
            waiting.done.set_exception(StoreError(error.finding.code, **dict(error.finding.params)))
        else:
            waiting.done.set_exception(error)
