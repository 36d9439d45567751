"""integral(): the area under the course of each group, cut at the borders of the windows."""

from __future__ import annotations

import numpy as np

from store.influxql.catalogue import Kind
from store.influxql.literals import NS
from store.influxql.table import Stream, Values
from store.influxql.tree import Call, Duration
from store.influxql.windows import Windows


def integral(call: Call, points: Stream, windows: Windows, *, ascending: bool) -> Stream:
    """Return the areas, in value × unit of time (a second, or the second argument), by group and window.

    Without windows they stand at 1970.
    """
    unit_ns = next((arg.ns for arg in call.args[1:] if isinstance(arg, Duration)), NS["s"])
    group, at, areas = [], [], []
    data = points.values[0].data.astype(np.float64)
    for first, last in points.spans():
        course = _Course(windows, unit_ns, ascending=ascending)
        for point in zip(points.at[first:last].tolist(), data[first:last].tolist(), strict=True):
            course.add(*point)
        found = course.close()
        group += [int(points.group[first])] * len(found)
        at += [window for window, _ in found]
        areas += [area for _, area in found]
    values = Values(Kind.FLOAT, np.array(areas, np.float64), np.ones(len(areas), np.bool_))
    return Stream(np.array(group, np.int64), np.array(at, np.int64), [values])


class _Course:
    """Adds up trapezoids, as InfluxDB's reducer does."""

    def __init__(self, windows: Windows, unit_ns: int, *, ascending: bool) -> None:
        self._windows = windows
        self._unit_ns = unit_ns
        self._ascending = ascending
        self._window = self._end = 0
        self._before: tuple[int, float] | None = None
        self._sum = 0.0
        self._found: list[tuple[int, float]] = []

    def add(self, at: int, value: float) -> None:
        """Take the next point; of several with one instant the last counts."""
        if self._before is None:
            self._enter(at)
        elif self._before[0] != at:
            if self._windows.every_ns and (at >= self._end if self._ascending else at <= self._end):
                self._cut(at, value)
            self._trapezoid(at, value)
        self._before = (at, value)

    def close(self) -> list[tuple[int, float]]:
        """Return the areas by window; a last point on a window's very start encloses none."""
        if self._before is not None and self._before[0] != self._window:
            self._found.append((self._window, self._sum))
        return self._found

    def _enter(self, at: int) -> None:
        if self._windows.every_ns:
            start, end = self._windows.of(at, at, at)
            self._window, self._end = (start, end) if self._ascending else (end, start)

    def _cut(self, at: int, value: float) -> None:
        before_at, before = self._before or (at, value)
        if before_at != self._end:
            between = before + (value - before) / (at - before_at) * (self._end - before_at)
            self._trapezoid(self._end, between)
            self._before = (self._end, between)
        self._found.append((self._window, self._sum))
        self._enter(at)
        self._sum = 0.0

    def _trapezoid(self, at: int, value: float) -> None:
        before_at, before = self._before or (at, value)
        self._sum += 0.5 * (value + before) * ((at - before_at) / self._unit_ns)
