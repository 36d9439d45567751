"""Lines and bars over time, and bars beside each other, as numbers on a sheet; the template writes the SVG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10
from typing import Final

WIDTH: Final = 600
HEIGHT: Final = 160
_TICKS: Final = 4
_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)

Values = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A series as runs of points, or as rectangles (x, y, width, height)."""

    runs: tuple[str, ...] = ()
    bars: tuple[tuple[float, float, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Axis:
    """The values at the ticks, the lowest first, with how far down each is."""

    bottom: float
    top: float
    ticks: tuple[tuple[float, float], ...]

    def y(self, value: float) -> float:
        """Return how far down a value is."""
        return round(HEIGHT * (self.top - value) / (self.top - self.bottom), 1)


def axis_of(all_values: Sequence[Values], low: float | None = None, high: float | None = None) -> Axis:
    """Return an axis on which all values have room, from zero or below; `low` and `high` are what a panel asks for."""
    known = [value for values in all_values for value in values if value is not None]
    bottom = min([0.0, *known]) if low is None else low
    top = max([0.0, *known]) if high is None else high
    top = top if top > bottom else bottom + 1
    raw = (top - bottom) / _TICKS
    power = 10.0 ** floor(log10(raw))
    step = next(power * each for each in _STEPS if power * each >= raw * (1 - 1e-9))
    first, last = floor(bottom / step + 1e-9), ceil(top / step - 1e-9)
    axis = Axis(first * step, last * step, ())
    ticks = tuple((number * step, axis.y(number * step)) for number in range(first, last + 1))
    return Axis(axis.bottom, axis.top, ticks)


def stacked(all_values: Sequence[Values]) -> list[list[float | None]]:
    """Return each series on top of those before it; what is not known adds nothing."""
    found: list[list[float | None]] = []
    below: list[float] = []
    for values in all_values:
        below += [0.0] * (len(values) - len(below))
        below = [base + (value or 0.0) for base, value in zip(below, values, strict=False)]
        found.append([None if value is None else base for base, value in zip(below, values, strict=False)])
    return found


def lines(times: Sequence[int], values: Values, start_ms: int, end_ms: int, axis: Axis) -> Drawn:
    """Return a line, broken where nothing is known."""
    runs: list[list[str]] = [[]]
    for at_ms, value in zip(times, values, strict=True):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(f"{_x(at_ms, start_ms, end_ms)},{axis.y(value)}")
    # One point alone is a line of no length, which round ends make a dot.
    return Drawn(runs=tuple(" ".join(run if len(run) > 1 else run * 2) for run in runs if run))


def columns(
    times: Sequence[int], values: Values, start_ms: int, end_ms: int, axis: Axis, place: int = 0, of: int = 1
) -> Drawn:
    """Return a bar for each instant, `of` series beside each other."""
    steps = [later - sooner for sooner, later in pairwise(times) if later > sooner]
    step = min(steps, default=end_ms - start_ms)
    width = max(WIDTH * step / max(end_ms - start_ms, 1) * 0.8 / of, 0.5)
    zero = axis.y(max(axis.bottom, 0.0))
    return Drawn(
        bars=tuple(
            (
                round(_x(at_ms, start_ms, end_ms) + place * width, 1),
                min(axis.y(value), zero),
                round(width, 1),
                round(abs(zero - axis.y(value)), 1),
            )
            for at_ms, value in zip(times, values, strict=True)
            if value is not None
        )
    )


def moments(start_ms: int, end_ms: int, count: int = 4) -> Iterator[tuple[int, float]]:
    """Yield instants along the axis of time, with how far to the right each is."""
    for number in range(count + 1):
        at_ms = start_ms + (end_ms - start_ms) * number // count
        yield at_ms, _x(at_ms, start_ms, end_ms)


def _x(at_ms: int, start_ms: int, end_ms: int) -> float:
    return round(WIDTH * (at_ms - start_ms) / max(end_ms - start_ms, 1), 1)
