"""fill(…): a row for every window of the range in each group that has any, as InfluxDB's fill iterator makes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from store.influxql.catalogue import Kind
from store.influxql.errors import StatementError
from store.influxql.table import MOST_ROWS, Ints, Mask, Stream, Values, bounded
from store.influxql.tree import Fill
from store.influxql.windows import MIN_TIME, Windows, changes


@dataclass(frozen=True, slots=True)
class Filling:
    """How a statement fills: windows, range (ns, both ends included), direction, and with what."""

    windows: Windows
    start_ns: int
    end_ns: int
    fill: Fill
    number: int | float = 0
    ascending: bool = True

    def filled(self, stream: Stream, name: str) -> Stream:
        """Return the rows of function `name` with those added that fill the gaps; count() counts 0 in them."""
        fill = Fill.NUMBER if self.fill is Fill.NULL and name == "count" else self.fill
        if not len(stream):
            return stream
        at: list[Ints] = []
        source: list[Ints] = []
        for first, last in stream.spans():
            times, rows = self._group(stream.at[first:last])
            at.append(times)
            source.append(np.where(rows >= 0, rows + first, -1))
            bounded(sum(map(len, at)))
        group = np.repeat(stream.group[stream.starts()], [len(times) for times in at])
        rows = np.concatenate(source)
        filled = self._values(fill, stream.values[0], rows, group, np.concatenate(at))
        others = [_where(values, rows) for values in stream.values[1:]]
        series = None if stream.series is None else np.where(rows >= 0, stream.series[np.maximum(rows, 0)], -1)
        return Stream(group, np.concatenate(at), [filled, *others], series)

    def _group(self, at: Ints) -> tuple[Ints, Ints]:
        """Return the instants of a group's rows, and which row each comes from, -1 for one that is filled."""
        expected = self._expected(int(at[0]), int(at[-1]))
        places = (
            np.searchsorted(expected, at) if self.ascending else len(expected) - 1 - np.searchsorted(expected[::-1], at)
        )
        known = (places >= 0) & (places < len(expected))
        if known.all() and bool((expected[places] == at).all()) and bool((np.diff(places) > 0).all()):
            rows = np.full(len(expected), -1, np.int64)
            rows[places] = np.arange(len(at))
            return expected, rows
        return _merged(at.tolist(), expected.tolist(), ascending=self.ascending)

    def _expected(self, first_ns: int, last_ns: int) -> Ints:
        begin, end = (self.start_ns, self.end_ns) if self.ascending else (self.end_ns, self.start_ns)
        begins = self.windows.start(begin) if begin > MIN_TIME else self.windows.start(first_ns)
        ends = self.windows.start(end) if end > MIN_TIME else last_ns
        buckets = abs(ends - begins) // self.windows.every_ns
        if buckets > MOST_ROWS:
            raise StatementError(f"max-select-buckets limit exceeded: ({buckets}/{MOST_ROWS})")
        zone = self.windows.zone
        if zone is None or len(changes(zone).at_ns) == 1:
            step = self.windows.every_ns if self.ascending else -self.windows.every_ns
            steps: Ints = np.arange(begins, ends + (1 if self.ascending else -1), step, dtype=np.int64)
            return steps
        return np.fromiter(self._stepping(begins, ends), np.int64)

    def _stepping(self, at: int, end: int) -> Iterator[int]:
        every = self.windows.every_ns if self.ascending else -self.windows.every_ns
        known = changes(self.windows.zone) if self.windows.zone else None
        offset = known.offset(at) if known else 0
        while at <= end if self.ascending else at >= end:
            yield at
            at += every
            if known and (now := known.offset(at - 1)) != offset:
                if abs(offset - now) < abs(every):
                    at += offset - now
                offset = now

    def _values(self, fill: Fill, known: Values, rows: Ints, group: Ints, at: Ints) -> Values:
        there = rows >= 0
        filled = _where(known, rows)
        if fill is Fill.NUMBER:
            return numbered(filled, there, self.number if self.fill is Fill.NUMBER else 0)
        if fill is Fill.PREVIOUS:
            return previous(filled, group)
        if fill is Fill.LINEAR and known.kind in {Kind.FLOAT, Kind.INTEGER}:
            return _linear(filled, group, at, self.windows.every_ns)
        return filled


def _where(values: Values, rows: Ints) -> Values:
    """Return the values of these rows, none where a row is -1."""
    wide = values.take(np.maximum(rows, 0))
    return Values(values.kind, wide.data.copy(), wide.there & (rows >= 0))


def _merged(at: list[int], expected: list[int], *, ascending: bool) -> tuple[Ints, Ints]:
    """Return rows as the fill iterator gives them where windows do not meet those it steps through."""
    times: list[int] = []
    rows: list[int] = []
    place = 0
    for window in expected:
        if place < len(at) and (at[place] <= window if ascending else at[place] >= window):
            times.append(at[place])
            rows.append(place)
            place += 1
        else:
            times.append(window)
            rows.append(-1)
    times += at[place:]
    rows += range(place, len(at))
    return np.array(times, np.int64), np.array(rows, np.int64)


def numbered(values: Values, there: Mask, number: float) -> Values:
    """Return values with `number` where there is no row; as text it is empty, as truth false."""
    values = Values(values.kind, values.data.copy(), values.there)
    if values.kind is Kind.STRING:
        values.data[~there] = ""
    elif values.kind is Kind.BOOLEAN:
        values.data[~there] = False
    else:
        values.data[~there] = number
    return Values(values.kind, values.data, values.there | ~there)


def previous(values: Values, group: Ints) -> Values:
    """Return values with the last one before of the same group where there is none."""
    rows = np.arange(len(group))
    last = np.maximum.accumulate(np.where(values.there, rows, -1))
    first = np.searchsorted(group, group) if bool((np.diff(group) >= 0).all()) else _firsts(group)
    there = last >= first
    return Values(values.kind, values.data[np.maximum(last, 0)], there)


def _firsts(group: Ints) -> Ints:
    starts = np.ones(len(group), np.bool_)
    starts[1:] = group[1:] != group[:-1]
    return np.maximum.accumulate(np.where(starts, np.arange(len(group)), 0))


def _linear(values: Values, group: Ints, at: Ints, every_ns: int) -> Values:
    rows = np.arange(len(group))
    before = np.maximum.accumulate(np.where(values.there, rows, -1))
    after = np.minimum.accumulate(np.where(values.there, rows, len(rows))[::-1])[::-1]
    possible = ~values.there & (before >= 0) & (after < len(rows))
    possible[possible] &= (group[before[possible]] == group[possible]) & (group[after[possible]] == group[possible])
    low, high = before[possible], after[possible]
    data = values.data.astype(np.float64)
    window = (at[possible] // every_ns).astype(np.float64)
    begin, end = (at[low] // every_ns).astype(np.float64), (at[high] // every_ns).astype(np.float64)
    slope = (data[high] - data[low]) / (end - begin)
    filled = slope * (window - begin) + data[low]
    result = values.data.copy()
    result[possible] = np.trunc(filled) if values.kind is Kind.INTEGER else filled
    return Values(values.kind, result, values.there | possible)
