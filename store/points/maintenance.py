"""What keeps the file small and quick while readings come in (`core.care.Maintenance`)."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from duckdb import DuckDBPyConnection

from core.care import Compacted
from core.intervals import SeriesKey
from core.quantities import Quantity
from store.points import compaction, forgetting
from store.points.access import Access
from store.points.columns import to_ms
from store.points.compaction import Span
from store.points.slices import Pace, Slice, slices
from store.spans import compaction as interval_compaction

Finder = Callable[[DuckDBPyConnection, datetime], Sequence[Span]]
Mover = Callable[[DuckDBPyConnection, Span, Slice], int]

_SORTINGS: Final[tuple[tuple[Finder, Mover], ...]] = (
    (interval_compaction.spans, interval_compaction.move),
    (compaction.days, compaction.move),
    (compaction.months, compaction.move),
)
"""How what is to be sorted is found and moved, one after the other: days that have become warm make months."""


class Maintenance(Access):
    """`core.care.Maintenance`."""

    @abstractmethod
    async def checkpoint(self) -> None:
        """Write into the file proper what stands in its log."""

    @abstractmethod
    def follow_forgotten(self, counts: Mapping[int, int], before_ms: int) -> None:
        """Take over that so many points of these series have been deleted, all of them before an instant."""

    async def compact(self, until_utc: datetime, progress: Callable[[float], None]) -> Compacted:
        """Sort the readings of all days that ended by `until_utc`, in slices between which commits go on.

        The slots of months that ended by then are sorted, too.
        """
        pace = Pace(progress, len(_SORTINGS))
        for find, move in _SORTINGS:
            spans = await self.read(partial(_found, find=find, until_utc=until_utc))
            pace.expect(sum(span.rows for span in spans))
            for span in spans:
                await self._sort(span, move, pace)
        if pace.done.slices:
            await self.checkpoint()
        progress(1.0)
        return pace.done

    async def _sort(self, span: Span, move: Mover, pace: Pace) -> None:
        counts = await self.read(partial(compaction.series_counts, span=span))
        for part in slices(counts, pace):
            await pace.work(partial(self.change, partial(_moved, move=move, span=span, part=part)))

    async def forget_readings(
        self, rule: str, quantities: Collection[Quantity], before_utc: datetime, kinds: Collection[str] | None = None
    ) -> int:
        """Delete readings of quantities (of sources of these kinds, or of all) before an instant; return how many."""
        before_ms = to_ms(before_utc)
        await self.change(partial(forgetting.note, rule=rule, quantities=quantities, kinds=kinds, before_ms=before_ms))
        series = forgetting.concerned(self.numbers(), quantities, kinds)
        counts = await self.read(partial(forgetting.old_counts, series=series, before_ms=before_ms))
        pace = Pace()
        for part in slices(counts, pace):
            await pace.work(partial(self._forget_part, series, part))
        return pace.done.readings

    async def _forget_part(self, series: list[int], part: Slice) -> tuple[int, float]:
        counts, begun_s = await self.change(partial(_deleted, series=series, part=part))
        self.follow_forgotten(counts, part.last_ms + 1)
        return sum(counts.values()), begun_s

    async def forgotten(self, key: SeriesKey, at_utc: datetime) -> str | None:
        """Return the rule by which readings of a series at an instant have been deleted, None if there is none."""
        return await self.read(partial(forgetting.rule_of, key=key, at_ms=to_ms(at_utc)))


def _found(connection: DuckDBPyConnection, find: Finder, until_utc: datetime) -> Sequence[Span]:
    return find(connection, until_utc)


def _moved(connection: DuckDBPyConnection, move: Mover, span: Span, part: Slice) -> tuple[int, float]:
    begun_s = time.monotonic()
    return move(connection, span, part), begun_s


def _deleted(connection: DuckDBPyConnection, series: list[int], part: Slice) -> tuple[dict[int, int], float]:
    begun_s = time.monotonic()
    return forgetting.delete(connection, series, part), begun_s
