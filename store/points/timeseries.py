"""The embedded time series: readings and receipts in, values out.

One thread writes, all in turn; readers work on cursors of their own in their own threads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from duckdb import DuckDBPyConnection

from core.errors import StoreError
from core.facts import LastValue
from core.periods import Period
from core.ports import Arrival, Batch, Receipt
from core.quantities import Quantity
from core.readings import Reading
from store.facts.facts import Facts
from store.points.bulk import Part, of_series, of_table
from store.points.columns import EPOCH, SeriesKey, of_readings
from store.points.commits import Commits, Late
from store.points.erasure import Erasure, Newest
from store.points.latest import Latest
from store.points.maintenance import Maintenance
from store.points.pointfile import PointFile
from store.points.receipts import Receipts
from store.points.rewrites import Rewrites
from store.spans.courses import Courses
from store.spans.intervals import Intervals

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T")

_READERS = 2


class TimeSeries(Intervals, Courses, Facts, Rewrites, Maintenance, Erasure):
    """`ReadingSink`, `BulkSink`, `ReceiptBook`, `Query` and `FactSink` of `core.ports` over one DuckDB file.

    What concerns intervals (`energy.series.IntervalStore`), courses and facts has files of its own.
    """

    def __init__(
        self,
        file: PointFile,
        latest: Latest,
        receipts: Receipts,
        writer: ThreadPoolExecutor,
        late: Late | None = None,
    ) -> None:
        self._file = file
        self._latest = latest
        self._receipts = receipts
        self._writer = writer
        self._readers = ThreadPoolExecutor(_READERS, "store-reader")
        self._commits = Commits(file, latest, receipts, writer, late)
        self._closed = False

    @classmethod
    async def open(cls, path: Path, now_utc: datetime, *, late: Late | None = None) -> TimeSeries:
        """Return the time series in the file at `path`, made if there is none.

        Before a commit that changes what stands behind the newest reading of a series, `late` is
        told of the spans; if it fails, so does the commit.
        """
        writer = ThreadPoolExecutor(1, "store-writer")
        try:
            file, latest, receipts = await asyncio.get_running_loop().run_in_executor(writer, _opened, path, now_utc)
        except StoreError:
            writer.shutdown()
            raise
        return cls(file, latest, receipts, writer, late)

    @property
    def path(self) -> Path:
        """Return the file."""
        return self._file.path

    async def close(self) -> None:
        """Commit what waits, then close the file."""
        if self._closed:
            return
        self._closed = True
        try:
            await self._commits.close()
        finally:
            self._readers.shutdown()
            await asyncio.get_running_loop().run_in_executor(self._writer, self._file.close)
            self._writer.shutdown()

    async def put(self, batch: Batch) -> None:
        """Return once readings and receipts are durable; see `core.ports.ReadingSink`."""
        readings, received_at_utc = batch.readings, batch.received_at_utc
        if not readings and not batch.receipts:
            return
        await self._commits.put(len(readings), lambda ids: of_readings(readings, received_at_utc, ids), batch.receipts)

    async def put_series(
        self, source: str, quantity: Quantity, at_ms: Iterable[int], values: Iterable[float], received_at_utc: datetime
    ) -> int:
        """Store one series of measured values (see `core.ports.BulkSink`); return how many instants it has."""
        at = np.asarray(at_ms, np.int64)
        parts = of_series((source, quantity), at, np.asarray(values, np.float64), received_at_utc)
        await self._put_parts(parts)
        return len(at) if (at[1:] > at[:-1]).all() else len(np.unique(at))

    async def put_table(self, table: pa.Table, received_at_utc: datetime) -> int:
        """Store readings of many series (see `core.ports.TableSink`); return how many rows the table has."""
        await self._put_parts(of_table(table, received_at_utc))
        return int(table.num_rows)

    async def _put_parts(self, parts: Iterable[Part]) -> None:
        for part in parts:
            await self._commits.put(part.count, part.columns)

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

    async def arrivals(self, source: str, quantity: Quantity, period: Period) -> tuple[Arrival, ...]:
        """Return the readings of one series in `period` with when each was received; closed months do not keep that."""
        key = source, quantity
        series_id = self._latest.ids.get(key)
        if series_id is None:
            return ()
        read = partial(self._file.arrivals, series_id, key, period)
        return await asyncio.get_running_loop().run_in_executor(self._readers, read)

    def numbers(self) -> Mapping[SeriesKey, int]:
        """Return the numbers of all series, under which the file knows them."""
        return MappingProxyType(self._latest.ids)

    async def number(self, keys: Collection[SeriesKey]) -> Mapping[SeriesKey, int]:
        """Return the numbers of all series once these are among them, though they may have no readings."""
        if not self._latest.ids.keys() >= set(keys):
            await self._commits.put(0, lambda ids: of_readings((), EPOCH, {key: ids[key] for key in keys}))
        return self.numbers()

    async def delivered(self) -> bool:
        """Return True once every reading put before this call, and every commit begun before it, can be read."""
        await self._commits.put(0, lambda ids: of_readings((), EPOCH, ids))
        return True

    async def read(self, work: Callable[[DuckDBPyConnection], T]) -> T:
        """Return what `work` reads from the file, in a reader's thread on a cursor of its own."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._file.read, work)

    async def change(self, work: Callable[[DuckDBPyConnection], T]) -> T:
        """Return what `work` returns once what it wrote is durable: one transaction, between two commits of readings.

        Readings wait meanwhile, so it should take no more than some 50 ms.
        """
        if self._closed:
            raise StoreError("store.closed")
        try:
            return await asyncio.get_running_loop().run_in_executor(self._writer, self._file.change, work)
        finally:
            self._commits.shorten_log()

    async def checkpoint(self) -> None:
        """Write into the file proper what stands in its log."""
        await asyncio.get_running_loop().run_in_executor(self._writer, self._file.checkpoint)

    def follow_erased(self, number: int, count: int, until_ms: int, newest: Newest | None) -> None:
        """Take over that so many points of a series up to an instant are gone, and which is the newest left."""
        self._latest.erase(number, count, until_ms, newest)

    def follow_forgotten(self, counts: Mapping[int, int], before_ms: int) -> None:
        """Take over that so many points of these series have been deleted, all of them before an instant."""
        self._latest.forget(counts, before_ms)


def _opened(path: Path, now_utc: datetime) -> tuple[PointFile, Latest, Receipts]:
    file = PointFile(path, now_utc)
    try:
        return file, file.latest(), Receipts(file.receipts())
    except StoreError:
        file.close()
        raise
