"""Energy flows as a drawing: from places on the left to places on the right, in bands as wide as the energy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from energy.balance import Place
from operations.balances.rows import FlowRow

WIDTH: Final = 340
LEFT, RIGHT = 108, 232
BAR: Final = 6
HIGHEST: Final = 150.0
LABEL: Final = 28.0
GAP: Final = 6.0
SOURCES: Final = tuple(Place)
SINKS: Final = tuple(reversed(Place))
"""In this order bands cross least: what is fed in comes from generators, which stand below the grid."""


@dataclass(frozen=True, slots=True)
class End:
    """A place on one side: how much came from it or went to it, and where it is drawn."""

    place: Place
    value: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Band:
    """A flow as the path of its band, in the colour of where it came from."""

    source: Place
    path: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """All flows of a period."""

    height: float
    sources: tuple[End, ...]
    sinks: tuple[End, ...]
    bands: tuple[Band, ...]


def drawn(rows: Iterable[FlowRow]) -> Drawing | None:
    """Return the drawing of flows, None where nothing flowed."""
    flows = [(row.source, row.sink, float(row.value)) for row in rows if row.value > 0]
    if not flows:
        return None
    whole = sum(value for _, _, value in flows)
    sources = _ends([(source, value) for source, _, value in flows], whole, SOURCES)
    sinks = _ends([(sink, value) for _, sink, value in flows], whole, SINKS)
    left = {end.place: end.y for end in sources}
    right = {end.place: end.y for end in sinks}
    bands = []
    for source, sink, value in sorted(flows, key=lambda flow: (SOURCES.index(flow[0]), SINKS.index(flow[1]))):
        thick = HIGHEST * value / whole
        bands.append(Band(source, _band(left[source], right[sink], thick)))
        left[source] += thick
        right[sink] += thick
    height = max(end.y + max(end.height, LABEL) for end in (*sources, *sinks))
    return Drawing(round(height + GAP, 1), sources, sinks, tuple(bands))


def _ends(flows: Iterable[tuple[Place, float]], whole: float, order: Sequence[Place]) -> tuple[End, ...]:
    totals: dict[Place, float] = {}
    for place, value in flows:
        totals[place] = totals.get(place, 0.0) + value
    ends, y = [], GAP
    for place in sorted(totals, key=order.index):
        height = HIGHEST * totals[place] / whole
        ends.append(End(place, totals[place], round(y, 1), round(height, 1)))
        y += max(height, LABEL) + GAP
    return tuple(ends)


def _band(y0: float, y1: float, thick: float) -> str:
    begin, end, middle = LEFT + BAR, RIGHT - BAR, (LEFT + RIGHT) / 2
    return (
        f"M{begin} {y0:.1f}C{middle:.0f} {y0:.1f} {middle:.0f} {y1:.1f} {end} {y1:.1f}"
        f"V{y1 + thick:.1f}C{middle:.0f} {y1 + thick:.1f} {middle:.0f} {y0 + thick:.1f} {begin} {y0 + thick:.1f}Z"
    )
