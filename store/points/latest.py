"""The newest value and the number of points of every series, held in memory.

The writer compares with it (what is newer than the newest cannot be there already), the
overview shows it. It is read from the file at opening and follows each commit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.facts import LastValue
from store.points.columns import Columns, SeriesKey, to_utc
from store.points.schema import QUALITIES

_NEVER_MS = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Written:
    """What a commit changed: new series, the rows written, and which of them are no replacements."""

    series: Mapping[SeriesKey, int]
    rows: Columns
    added: NDArray[np.bool_]


class Latest:
    """The newest row per series; a series' id is its position in the arrays."""

    def __init__(self, series: Mapping[SeriesKey, int]) -> None:
        self.ids: dict[SeriesKey, int] = {}
        self._keys: list[SeriesKey] = []
        self._at_ms = np.full(0, _NEVER_MS, np.int64)
        self._value = np.zeros(0, np.float64)
        self._quality = np.zeros(0, np.uint8)
        self._received_ms = np.zeros(0, np.int64)
        self._counts = np.zeros(0, np.int64)
        self._learn(series)

    def add(self, newest: Columns, counts: NDArray[np.int64]) -> None:
        """Take over what stands in a part of the file: one row per series, and how many there are of it."""
        self._replace(newest.take(newest.at_ms >= self._at_ms[newest.series_id]))
        self._counts[newest.series_id] += counts

    @property
    def next_id(self) -> int:
        """Return the id that the next new series gets."""
        return len(self._at_ms)

    def newer(self, rows: Columns) -> NDArray[np.bool_]:
        """Return which rows are newer than anything of their series, so that nothing can be there yet."""
        known = rows.series_id < len(self._at_ms)
        newest_ms = np.full(len(rows), _NEVER_MS, np.int64)
        newest_ms[known] = self._at_ms[rows.series_id[known]]
        newer: NDArray[np.bool_] = rows.at_ms > newest_ms
        return newer

    def follow(self, written: Written) -> None:
        """Take over what a commit changed."""
        self._learn(written.series)
        rows = written.rows
        ends = np.ones(len(rows), np.bool_)  # rows come by series and instant: the last of each is its newest
        ends[:-1] = rows.series_id[1:] != rows.series_id[:-1]
        candidates = rows.take(ends)
        self._replace(candidates.take(candidates.at_ms >= self._at_ms[candidates.series_id]))
        np.add.at(self._counts, rows.series_id[written.added], 1)

    def forget(self, counts: Mapping[int, int], before_ms: int) -> None:
        """Take over that so many points of these series, all of those before an instant, are gone."""
        for number, count in counts.items():
            self._counts[number] -= count
            if self._at_ms[number] < before_ms:
                self._at_ms[number] = _NEVER_MS

    def erase(self, number: int, count: int, until_ms: int, newest: tuple[int, float, int] | None) -> None:
        """Take over that so many points of a series up to an instant are gone, and which is the newest left of it."""
        self._counts[number] -= count
        if self._at_ms[number] > until_ms:  # a newer one has come meanwhile
            return
        at_ms, value, quality = newest or (_NEVER_MS, 0.0, 0)
        self._at_ms[number], self._value[number], self._quality[number] = at_ms, value, quality

    def values(self, sources: Collection[str] | None) -> tuple[LastValue, ...]:
        """Return the newest value of each series of these sources, or of all, by source and quantity."""
        wanted = None if sources is None else frozenset(sources)
        at_ms, value = self._at_ms.tolist(), self._value.tolist()
        quality, received_ms = self._quality.tolist(), self._received_ms.tolist()
        return tuple(
            LastValue(
                source=source,
                quantity=quantity,
                at_utc=to_utc(at_ms[number]),
                value=value[number],
                quality=QUALITIES[quality[number]],
                received_at_utc=to_utc(received_ms[number]),
            )
            for source, quantity in self._keys
            if (wanted is None or source in wanted) and at_ms[number := self.ids[source, quantity]] != _NEVER_MS
        )

    def counts(self) -> dict[str, int]:
        """Return how many points there are per kind of source."""
        kinds: dict[str, int] = {}
        for (source, _), number in self.ids.items():
            kind = source.partition(":")[0]
            kinds[kind] = kinds.get(kind, 0) + int(self._counts[number])
        return kinds

    def _learn(self, series: Mapping[SeriesKey, int]) -> None:
        if not series:
            return
        self.ids.update(series)
        self._keys = sorted(self.ids)
        missing = max(series.values()) + 1 - len(self._at_ms)
        if missing > 0:
            self._at_ms = np.append(self._at_ms, np.full(missing, _NEVER_MS, np.int64))
            self._value = np.append(self._value, np.zeros(missing))
            self._quality = np.append(self._quality, np.zeros(missing, np.uint8))
            self._received_ms = np.append(self._received_ms, np.zeros(missing, np.int64))
            self._counts = np.append(self._counts, np.zeros(missing, np.int64))

    def _replace(self, newest: Columns) -> None:
        self._at_ms[newest.series_id] = newest.at_ms
        self._value[newest.series_id] = newest.value
        self._quality[newest.series_id] = newest.quality
        self._received_ms[newest.series_id] = newest.received_ms
