"""Charts with axes as numbers: ticks, lines, bands, a year as a carpet of quarter hours. Templates write the SVG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, floor, log10

WIDTH = 600
HEIGHT = 200
TICKS_MAX = 5
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
"""What a step between ticks may be, times a power of ten."""

LEVELS = 8
"""How many colours a carpet has: more nobody can tell apart."""

Values = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from zero (or below) to `top` with evenly spaced `ticks`, the lowest first."""

    bottom: float
    top: float
    ticks: tuple[float, ...]
    decimals: int

    def y(self, value: float) -> float:
        """Return how far down a value is drawn."""
        return round(HEIGHT * (self.top - value) / (self.top - self.bottom), 1)


@dataclass(frozen=True, slots=True)
class Line:
    """A line as one run of points per stretch of known values."""

    runs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """A colour of a carpet: from which value to which, and the runs that have it as an SVG path."""

    number: int
    low: float
    high: float
    path: str


@dataclass(frozen=True, slots=True)
class Carpet:
    """Days side by side, each from midnight at the top: `width` of them, and their levels from low to high."""

    width: int
    height: int
    levels: tuple[Level, ...]


def scale(values: Sequence[float]) -> Scale:
    """Return an axis that holds zero and all values."""
    highest, lowest = max([*values, 0.0]), min([*values, 0.0])
    step = _step((highest - lowest) or 1.0)
    bottom, top = floor(lowest / step), max(ceil(highest / step - 1e-9), 1)
    ticks = tuple(step * number for number in range(bottom, top + 1))
    return Scale(step * bottom, step * top, ticks, next(n for n in range(9) if round(step, n) == round(step, 9)))


def line(values: Values, axis: Scale, at: Sequence[float] | None = None) -> Line:
    """Return a line through values, evenly spaced or `at` parts (0 to 1) of the width; gaps stay gaps."""
    place = at or [number / max(len(values) - 1, 1) for number in range(len(values))]
    return Line(tuple(" ".join(f"{_x(place[n])},{axis.y(v)}" for n, v in run) for run in _runs(values)))


def band(low: Values, high: Values, axis: Scale) -> Line:
    """Return the area between two lines."""
    last = max(len(low) - 1, 1)
    both = [None if a is None or b is None else (a, b) for a, b in zip(low, high, strict=True)]
    areas = []
    for known, group in groupby(enumerate(both), key=lambda each: each[1] is not None):
        run = [(number, pair) for number, pair in group if pair is not None]
        if known:
            there = [f"{_x(number / last)},{axis.y(pair[1])}" for number, pair in run]
            back = [f"{_x(number / last)},{axis.y(pair[0])}" for number, pair in reversed(run)]
            areas.append(" ".join(there + back))
    return Line(tuple(areas))


def carpet(days: Sequence[Values], before: int, width: int) -> Carpet | None:
    """Return days as a carpet of `width` days, the first after `before` empty ones; None if nothing is known."""
    known = [value for day in days for value in day if value is not None]
    if not known:
        return None
    lowest, highest = min(*known, 0.0), max(known)
    size = ((highest - lowest) or 1.0) / LEVELS
    paths: list[list[str]] = [[] for _ in range(LEVELS)]
    for number, day in enumerate(days):
        levels = [None if value is None else min(int((value - lowest) / size), LEVELS - 1) for value in day]
        begin = 0
        for level, group in groupby(levels):
            length = len(list(group))
            if level is not None:
                paths[level].append(f"M{number + before}.5 {begin}v{length}")
            begin += length
    levels_ = [Level(n, lowest + n * size, lowest + (n + 1) * size, "".join(path)) for n, path in enumerate(paths)]
    return Carpet(width, len(days[0]), tuple(levels_))


def _step(span: float) -> float:
    rough = span / TICKS_MAX
    power = 10.0 ** floor(log10(rough))
    return next(power * step for step in STEPS if power * step >= rough * (1 - 1e-9))


def _x(part: float) -> float:
    return round(WIDTH * part, 1)


def _runs(values: Values) -> Iterator[list[tuple[int, float]]]:
    for known, group in groupby(enumerate(values), key=lambda each: each[1] is not None):
        if known:
            yield [(number, value) for number, value in group if value is not None]
