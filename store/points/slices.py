"""Long work on the points, cut into slices after each of which commits of readings have their turn."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from core.care import Compacted

_WANTED_S: Final = 0.025
_ROWS_AT_FIRST: Final = 12_000
_ROWS_MIN: Final = 4_000
_ROWS_MAX: Final = 22_000
"""Well below a row group of the file: what nearly is one becomes one, and slices are to fill one after the other."""

SeriesCounts = Sequence[tuple[int, int, int, int]]
"""Numbers of series, ascending; how many rows each has, and the first and last instant of those (in ms)."""


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows of some series between two instants (milliseconds since 1970, the last one inside)."""

    first_series: int
    last_series: int
    first_ms: int
    last_ms: int

    @property
    def bounds(self) -> list[int]:
        """Return what `incoming.WITHIN` takes."""
        return [self.first_ms, self.last_ms, self.first_series, self.last_series]


class Pace:
    """How many rows a slice may have so that it keeps the writer for some 25 ms; and what has been done."""

    def __init__(self, progress: Callable[[float], None] | None = None, stages: int = 1) -> None:
        self.rows = min(_ROWS_AT_FIRST, _ROWS_MAX)
        self._progress = progress
        self._stages = stages
        self._stage = 0
        self._expected = self._begun_with = 0
        self._done = self._slices = 0
        self._longest_s = 0.0

    def expect(self, rows: int) -> None:
        """Begin a stage, in which so many rows are to be done."""
        self._stage += 1
        self._expected, self._begun_with = rows, self._done

    async def work(self, slice_of_work: Callable[[], Awaitable[tuple[int, float]]]) -> None:
        """Do a slice, which returns its rows and when it began; then let others have as much time."""
        rows, begun_s = await slice_of_work()
        took_s = time.monotonic() - begun_s
        self.rows = round(min(max(self.rows * min(max(_WANTED_S / took_s, 0.5), 1.2), _ROWS_MIN), _ROWS_MAX))
        self._done += rows
        self._slices += 1
        self._longest_s = max(self._longest_s, took_s)
        if self._progress:
            part = min((self._done - self._begun_with) / max(self._expected, 1), 1.0)
            self._progress((self._stage - 1 + part) / self._stages)
        await asyncio.sleep(took_s)

    @property
    def done(self) -> Compacted:
        """Return what has been done."""
        return Compacted(readings=self._done, slices=self._slices, longest_s=self._longest_s)


def slices(counts: SeriesCounts, pace: Pace) -> Iterator[Slice]:
    """Yield slices by series, and by time where one series has too many rows; each as large as `pace` has it then."""
    place = 0
    while place < len(counts):
        first, rows, begin_ms, last_ms = counts[place]
        place += 1
        if rows > pace.rows:
            yield from _by_time(first, begin_ms, last_ms, -(-rows // pace.rows))
            continue
        last = first
        while place < len(counts) and rows + counts[place][1] <= pace.rows:
            last, more, its_begin_ms, its_last_ms = counts[place]
            rows, begin_ms, last_ms = rows + more, min(begin_ms, its_begin_ms), max(last_ms, its_last_ms)
            place += 1
        yield Slice(first, last, begin_ms, last_ms)


def _by_time(series: int, begin_ms: int, last_ms: int, parts: int) -> Iterator[Slice]:
    borders = [begin_ms + (last_ms + 1 - begin_ms) * part // parts for part in range(parts + 1)]
    for begin, end in pairwise(borders):
        yield Slice(series, series, begin, end - 1)
