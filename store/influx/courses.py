"""Courses, totals and shares from InfluxDB: what is needed is fetched, then read as the embedded store does.

The rules (whole days as days, the rest as slots; how a total is known) are those of `store.spans.courses`,
run over a database in memory that holds just these rows. So both stores cannot differ.
"""

from __future__ import annotations

import asyncio
import threading
from array import array
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import duckdb
import numpy as np

from core.intervals import Amount, Course, Resolution, SeriesKey, Shares
from core.measurements import is_amount
from core.periods import Period
from core.ports import ALWAYS
from core.quantities import Quantity
from energy.series import Amounts, Means
from store.influx.intervals import Intervals
from store.points.columns import to_utc
from store.spans.calendar import Calendar
from store.spans.columns import Table, of_spans, offered
from store.spans.courses import Courses
from store.spans.tables import AMOUNT, CREATE, MEAN, PARTS

T = TypeVar("T")

_LONG: Final = timedelta(days=3660)
_MANY_GAPS: Final = 20
_BY_DAYS: Final = (None, Resolution.DAY, Resolution.MONTH)
_SETTINGS: Final[dict[str, str | bool | int | float | list[str]]] = {"threads": 1, "memory_limit": "256MB"}


class RemoteCourses:
    """The part of `core.ports.Query` that reads spans."""

    def __init__(self, intervals: Intervals) -> None:
        self._intervals = intervals
        self._memory: duckdb.DuckDBPyConnection | None = None
        self._opening = threading.Lock()
        self._desks = count()

    def close(self) -> None:
        """Give back the memory."""
        if self._memory is not None:
            self._memory.close()

    async def series(
        self, sources: Collection[str], quantity: Quantity, period: Period, resolution: Resolution, zone: ZoneInfo
    ) -> tuple[Course, ...]:
        """Return the course of each source that has one, by source; hours, days and months are those of `zone`."""
        if resolution is Resolution.RAW:
            return await self._raw(sources, quantity, period)
        async with self._fetched(sources, quantity, period, resolution, zone) as fetched:
            return await fetched.series(sources, quantity, period, resolution, zone)

    async def totals(
        self,
        groups: Mapping[str, Collection[str]],
        quantity: Quantity,
        period: Period,
        zone: ZoneInfo,
        each: Resolution | None = None,
        valid: Mapping[str, Period] = ALWAYS,
    ) -> dict[str, tuple[Amount, ...]]:
        """Return what the sources of each group counted together: once for `period`, or per day or month of it."""
        sources = {source for group in groups.values() for source in group}
        async with self._fetched(sources, quantity, period, each, zone) as fetched:
            return await fetched.totals(groups, quantity, period, zone, each, valid)

    async def shares(self, sources: Collection[str], quantity: Quantity, period: Period) -> dict[str, Shares]:
        """Return what the slots of each source stand on; time without slots is missing."""
        async with self._fetched(sources, quantity, period, Resolution.SLOT, ZoneInfo("UTC")) as fetched:
            return await fetched.shares(sources, quantity, period)

    async def _raw(self, sources: Collection[str], quantity: Quantity, period: Period) -> tuple[Course, ...]:
        found = await self._intervals.samples([(source, quantity) for source in sorted(set(sources))], period)
        return tuple(
            Course(
                source=source,
                quantity=quantity,
                resolution=Resolution.RAW,
                at_ms=array("q", rows.at_ms.tobytes()),
                value=array("d", rows.value.tobytes()),
            )
            for (source, _), rows in sorted(found.items())
        )

    @asynccontextmanager
    async def _fetched(
        self,
        sources: Collection[str],
        quantity: Quantity,
        period: Period,
        resolution: Resolution | None,
        zone: ZoneInfo,
    ) -> AsyncIterator[Courses]:
        kind: Any = Amounts if is_amount(quantity) else Means  # which of both, no caller needs to know
        keys = [(source, quantity) for source in sorted(set(sources))]
        numbers = {key: number for number, key in enumerate(keys)}
        tables = AMOUNT if kind is Amounts else MEAN
        rows: dict[str, list[Table]] = defaultdict(list)

        async def fetch(of: Resolution, some: list[SeriesKey], within: Period) -> Mapping[SeriesKey, Any]:
            found = await self._intervals.spans(kind, of, some, within)
            rows[tables[of]].append(of_spans({numbers[key]: spans for key, spans in found.items()}))
            return found

        if keys and resolution in _BY_DAYS:
            days = await fetch(Resolution.DAY, keys, period)
            for some, within in _lacking(keys, days, period, zone):
                await fetch(Resolution.SLOT, some, within)
        elif keys:
            await fetch(Resolution.SLOT, keys, period)
        desk = await asyncio.to_thread(self._desk)
        try:
            await asyncio.to_thread(_load, desk, rows)
            yield _Fetched(desk, numbers)
        finally:
            await asyncio.to_thread(_clear, desk)

    def _desk(self) -> duckdb.DuckDBPyConnection:
        """Return a connection with a place of its own in the one database in memory: a new one costs 40 ms."""
        with self._opening:
            if self._memory is None:
                self._memory = duckdb.connect(config=_SETTINGS)
            desk = self._memory.cursor()
            place = f"desk_{next(self._desks)}"
            desk.execute(f"create schema {place}")
            desk.execute(f"use {place}")
            return desk


class _Fetched(Courses):
    """`Courses` over a database in memory."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, numbers: Mapping[SeriesKey, int]) -> None:
        self._connection = connection
        self._numbers = numbers

    def numbers(self) -> Mapping[SeriesKey, int]:
        return self._numbers

    async def number(self, keys: Collection[SeriesKey]) -> Mapping[SeriesKey, int]:
        return {key: self._numbers[key] for key in keys}

    async def delivered(self) -> bool:
        return True

    async def read(self, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        return await asyncio.to_thread(work, self._connection)

    async def change(self, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        return await self.read(work)


def _load(connection: duckdb.DuckDBPyConnection, rows: Mapping[str, list[Table]]) -> None:
    for statement in CREATE:
        connection.execute(statement)
    for table, parts in rows.items():
        for part in parts:
            if len(part) > len(("series_id", "ts")):
                with offered(connection, fetched=part):
                    connection.execute(f"insert into {PARTS[table][0]} by name select * from fetched")


def _clear(connection: duckdb.DuckDBPyConnection) -> None:
    (place,) = connection.execute("select current_schema()").fetchone() or ("",)
    connection.execute("use main")
    connection.execute(f"drop schema {place} cascade")
    connection.close()


def _lacking(
    keys: list[SeriesKey], days: Mapping[SeriesKey, Any], period: Period, zone: ZoneInfo
) -> list[tuple[list[SeriesKey], Period]]:
    """Return of which spans the slots of which series are needed, because no row of a whole day covers them."""
    if period.duration > _LONG:
        return [(keys, period)]
    calendar = Calendar.of(period, None, zone)
    starts, ends = calendar.days[:-1], calendar.days[1:]
    found: dict[tuple[int, int], list[SeriesKey]] = defaultdict(list)
    for key in keys:
        has = days.get(key)
        covered = calendar.whole & np.isin(starts, has.start_ms) if has is not None else np.zeros(len(starts), np.bool_)
        open_days = np.flatnonzero(~covered)
        for run in np.split(open_days, np.flatnonzero(np.diff(open_days) > 1) + 1):
            if len(run):
                found[int(starts[run[0]]), int(ends[run[-1]])].append(key)
    if len(found) > _MANY_GAPS:
        first, last = min(start for start, _ in found), max(end for _, end in found)
        found = {(first, last): keys}
    return [(some, Period(to_utc(start), to_utc(end))) for (start, end), some in found.items()]
