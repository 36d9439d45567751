"""What keeps the file small and quick while readings come in (`core.ports.Maintenance`)."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import partial

from duckdb import DuckDBPyConnection

from core.intervals import SeriesKey
from core.ports import Compacted
from core.quantities import Quantity
from store import compaction, forgetting
from store.access import Access
from store.columns import to_ms
from store.compaction import Span
from store.slices import Pace, Slice, slices


class Maintenance(Access):
    """`core.ports.Maintenance`."""

    @abstractmethod
    async def checkpoint(self) -> None:
        """Write into the file proper what stands in its log."""

    @abstractmethod
    def follow_forgotten(self, counts: Mapping[int, int], before_ms: int) -> None:
        """Take over that so many points of these series have been deleted, all of them before an instant."""

    async def compact(self, until_utc: datetime, progress: Callable[[float], None]) -> Compacted:
        """Sort the readings of all days that ended by `until_utc`, in slices between which commits go on."""
        spans = await self.read(partial(compaction.spans, until_utc=until_utc))
        pace = Pace(sum(span.rows for span in spans), progress)
        for span in spans:
            counts = await self.read(partial(compaction.series_counts, span=span))
            for part in slices(counts, pace):
                await pace.work(partial(self.change, partial(_moved, span=span, part=part)))
        if spans:
            await self.checkpoint()
        return pace.done

    async def forget_readings(
        self, rule: str, quantities: Collection[Quantity], before_utc: datetime, kinds: Collection[str] | None = None
    ) -> int:
        """Delete readings of quantities (of sources of these kinds, or of all) before an instant; return how many."""
        before_ms = to_ms(before_utc)
        await self.change(partial(forgetting.note, rule=rule, quantities=quantities, kinds=kinds, before_ms=before_ms))
        series = forgetting.concerned(self.numbers(), quantities, kinds)
        counts = await self.read(partial(forgetting.old_counts, series=series, before_ms=before_ms))
        pace = Pace(sum(count for _, count, *_ in counts), _untold)
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


def _moved(connection: DuckDBPyConnection, span: Span, part: Slice) -> tuple[int, float]:
    begun_s = time.monotonic()
    return compaction.move(connection, span, part), begun_s


def _deleted(connection: DuckDBPyConnection, series: list[int], part: Slice) -> tuple[dict[int, int], float]:
    begun_s = time.monotonic()
    return forgetting.delete(connection, series, part), begun_s


def _untold(_: float) -> None:
    """Take progress that nobody asked for."""
