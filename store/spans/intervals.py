"""Samples for the interval engine, and the amounts and means it computes, in the embedded time series."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core.intervals import Resolution, SeriesKey
from core.periods import Period
from energy.series import NOTHING_COUNTED, QUALITY_CODES, Amounts, Counts, Instants, Means, Samples
from store.points import schema
from store.points.access import Access
from store.spans import rows as interval_rows
from store.spans.columns import COLUMNS, Spans, Table, of_instants, of_spans, to_spans
from store.spans.tables import AMOUNT, MEAN

Rows = TypeVar("Rows", Samples, Amounts, Counts, Means)

_QUALITIES = np.zeros(max(schema.QUALITIES) + 1, np.uint8)
for _number, _quality in schema.QUALITIES.items():
    _QUALITIES[_number] = QUALITY_CODES[_quality]


_ROWS = 20_000
"""About so many rows are written at once, for readings wait meanwhile."""


class Intervals(Access):
    """`energy.series.IntervalStore`."""

    async def samples(self, keys: Sequence[SeriesKey], period: Period) -> dict[SeriesKey, Samples]:
        """Return the readings of several series in `period`; a series without any is left out."""
        numbers = self._known(keys)
        if not numbers:
            return {}
        rows = await self.read(partial(interval_rows.samples, numbers=list(numbers.values()), period=period))
        found = Samples(rows["at_ms"], rows["value"], _QUALITIES[rows["quality"]])
        return _by_series(numbers, rows["series_id"], found)

    async def neighbours(self, key: SeriesKey, period: Period) -> tuple[int | None, int | None]:
        """Return the instants of a series' last reading before `period` and its first one at or after its end."""
        number = self.numbers().get(key)
        if number is None:
            return None, None
        return await self.read(partial(interval_rows.neighbours, number=number, period=period))

    async def firsts(self, keys: Sequence[SeriesKey]) -> dict[SeriesKey, int]:
        """Return the instant of each series' first reading; a series without any is left out."""
        numbers = self._known(keys)
        if not numbers:
            return {}
        found = await self.read(partial(interval_rows.firsts, numbers=list(numbers.values())))
        return {key: found[number] for key, number in numbers.items() if number in found}

    async def put_amounts(
        self,
        resolution: Resolution,
        changes: Mapping[SeriesKey, Amounts],
        removed: Mapping[SeriesKey, Instants] | None = None,
    ) -> int:
        """Write rows, take away those that begin at `removed`; return how many rows changed."""
        return await self._put(AMOUNT[resolution], changes, removed or {})

    async def put_means(
        self,
        resolution: Resolution,
        changes: Mapping[SeriesKey, Means],
        removed: Mapping[SeriesKey, Instants] | None = None,
    ) -> int:
        """Write rows, take away those that begin at `removed`; return how many rows changed."""
        return await self._put(MEAN[resolution], changes, removed or {})

    async def amounts(
        self, resolution: Resolution, keys: Sequence[SeriesKey], period: Period
    ) -> dict[SeriesKey, Amounts]:
        """Return the rows that begin in `period`; a series without any is left out."""
        return await self._get(AMOUNT[resolution], keys, period, Amounts)

    async def counted(self, keys: Sequence[SeriesKey], period: Period) -> dict[SeriesKey, Counts]:
        """Return the slots that begin in `period` in which something was counted, of every series asked for."""
        numbers = self._known(keys)
        found: dict[SeriesKey, Counts] = {}
        if numbers:
            read = partial(interval_rows.counted, table=AMOUNT[Resolution.SLOT], numbers=list(numbers.values()))
            rows = await self.read(partial(read, period=period))
            found = _by_series(numbers, rows["series_id"], Counts(rows["start_ms"], rows["thousandths"]))
        return {key: found.get(key, NOTHING_COUNTED) for key in keys}

    async def amounts_at(self, keys: Sequence[SeriesKey], start_ms: Instants) -> dict[SeriesKey, Amounts]:
        """Return the slots that begin at these ascending instants; a series without any is left out."""
        numbers = self._known(keys)
        if not numbers or not len(start_ms):
            return {}
        table, columns = AMOUNT[Resolution.SLOT], COLUMNS[Amounts]
        read = partial(interval_rows.spans_at, table=table, columns=columns, start_ms=start_ms)
        rows = await self.read(partial(read, numbers=list(numbers.values())))
        return _by_series(numbers, rows["series_id"], to_spans(Amounts, rows))

    async def means(self, resolution: Resolution, keys: Sequence[SeriesKey], period: Period) -> dict[SeriesKey, Means]:
        """Return the rows that begin in `period`; a series without any is left out."""
        return await self._get(MEAN[resolution], keys, period, Means)

    async def _put(self, table: str, changes: Mapping[SeriesKey, Spans], removed: Mapping[SeriesKey, Instants]) -> int:
        changes = {key: rows for key, rows in changes.items() if len(rows)}
        numbers = await self.number(changes)
        wanted = of_spans({numbers[key]: rows for key, rows in changes.items()})
        gone = of_instants({numbers[key]: at_ms for key, at_ms in removed.items() if key in numbers})
        return await asyncio.shield(self._settle(table, wanted, gone))  # once begun, it is done whoever waits

    async def _settle(self, table: str, wanted: Table, gone: Table) -> int:
        async with self._putting:
            difference = await self.read(partial(interval_rows.compare, table=table, wanted=wanted, gone=gone))
            for part in interval_rows.parts(difference, _ROWS):
                await self.change(partial(interval_rows.write, table=table, difference=part))
        return difference.count

    @cached_property
    def _putting(self) -> asyncio.Lock:
        """Held from comparing to writing, so that what was compared with is still there."""
        return asyncio.Lock()

    async def _get(
        self, table: str, keys: Sequence[SeriesKey], period: Period, kind: type[Spans]
    ) -> dict[SeriesKey, Spans]:
        numbers = self._known(keys)
        if not numbers:
            return {}
        read = partial(interval_rows.spans, table=table, columns=COLUMNS[kind])
        rows = await self.read(partial(read, numbers=list(numbers.values()), period=period))
        return _by_series(numbers, rows["series_id"], to_spans(kind, rows))

    def _known(self, keys: Sequence[SeriesKey]) -> dict[SeriesKey, int]:
        numbers = self.numbers()
        return {key: numbers[key] for key in keys if key in numbers}


def _by_series(numbers: Mapping[SeriesKey, int], series_id: NDArray[np.int32], rows: Rows) -> dict[SeriesKey, Rows]:
    """Return rows, which come by series, under the key of each series that has any."""
    ids = np.array(list(numbers.values()))
    starts, ends = np.searchsorted(series_id, ids, "left"), np.searchsorted(series_id, ids, "right")
    places = zip(numbers, starts.tolist(), ends.tolist(), strict=True)
    return {key: rows.take(slice(start, end)) for key, start, end in places if end > start}
