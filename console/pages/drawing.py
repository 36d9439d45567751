"""Small drawings as numbers: the points of a curve and the parts of a bar. Templates write the SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

WIDTH = 600
HEIGHT = 120
MARGIN = 4


@dataclass(frozen=True, slots=True)
class Curve:
    """A series drawn into `WIDTH` by `HEIGHT`: the line, the area under it, and the range of its values."""

    line: str
    area: str
    lowest: float
    highest: float
    start_utc: datetime
    end_utc: datetime


def curve(samples: Sequence[tuple[datetime, float]], *, from_zero: bool) -> Curve | None:
    """Return the curve of a series by instant, None if there are fewer than two instants.

    `from_zero` stands the curve on zero, as a power wants; a register is drawn between its ends.
    """
    if len(samples) < 2 or samples[0][0] == samples[-1][0]:  # noqa: PLR2004 - a line has two ends
        return None
    values = [value for _, value in samples]
    lowest, highest = min(values), max(values)
    ground = min(lowest, 0.0) if from_zero else lowest
    start, end = samples[0][0], samples[-1][0]
    points = [
        (round(WIDTH * ((at - start) / (end - start)), 1), round(_height(value, ground, highest), 1))
        for at, value in samples
    ]
    line = " ".join(f"{x},{y}" for x, y in _thinned(points))
    return Curve(line, f"0,{HEIGHT} {line} {WIDTH},{HEIGHT}", lowest, highest, start, end)


def _thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return of each unit of width the first point and the two extremes, in their order: peaks stay."""
    if len(points) <= 2 * WIDTH:
        return points
    kept: list[tuple[float, float]] = []
    for _, group in groupby(points, key=lambda point: int(point[0])):
        column = list(group)
        extremes = {min(column, key=_y), max(column, key=_y)}
        kept += [point for point in dict.fromkeys(column) if point in extremes or point == column[0]]
    return kept


def _y(point: tuple[float, float]) -> float:
    return point[1]


def share_percent(value: float, whole: float) -> float:
    """Return `value` in percent of `whole`, between 0 and 100, for a bar's width."""
    return round(min(max(100 * value / whole, 0.0), 100.0), 1) if whole > 0 else 0.0


def _height(value: float, lowest: float, highest: float) -> float:
    if highest == lowest:
        return HEIGHT / 2
    return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * (value - lowest) / (highest - lowest)
