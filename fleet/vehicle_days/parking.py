"""How long a vehicle stood, and how much charge it lost while it did and was not charged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.quantities import Quantity
from energy.registers import trusted
from energy.series import Instants
from fleet.vehicle_days.telling import NOTHING, Telling

STOOD_MAX_MM: Final = 100_000
"""A vehicle that moved by less than 100 m between two reports stood, however long it was silent."""

JITTER_PERCENT: Final = 1.0
"""So much a charge may rise without a charger: whole percent flicker, batteries recover."""

Spans = Sequence[tuple[int, int]]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Parking:
    """Of each day: how long the vehicle stood uncharged (s), and how many points of charge it lost meanwhile.

    Negative and NaN where nothing is known of the day.
    """

    parked_s: NDArray[np.int64]
    lost_percent: Floats


def parking_of(telling: Telling, borders_ms: Instants, charging: Spans) -> Parking:
    """Return a vehicle's standing on each day between `borders_ms`; `charging` are the times it was at an outlet."""
    at_ms, stands = _standing(telling)
    if len(at_ms) < 2:  # noqa: PLR2004 - one report says nothing of the time
        days = len(borders_ms) - 1
        return Parking(np.full(days, -1), np.full(days, np.nan))
    free = _Spans.of(at_ms[:-1][stands], at_ms[1:][stands]).without(_at_outlets(telling, charging))
    parked_ms = np.diff(free.until(borders_ms))
    known = (borders_ms[:-1] < at_ms[-1]) & (borders_ms[1:] > at_ms[0])
    lost = _lost(telling, free, borders_ms)
    return Parking(np.where(known, parked_ms // 1000, -1), np.where(known & (parked_ms > 0), lost, np.nan))


@dataclass(frozen=True, slots=True, eq=False)
class _Spans:
    """Times that do not overlap, in order."""

    begin_ms: Instants
    end_ms: Instants

    @staticmethod
    def of(begin_ms: Instants, end_ms: Instants) -> _Spans:
        """Return adjoining and overlapping times as one."""
        if not len(begin_ms):
            return _Spans(begin_ms, end_ms)
        order = np.argsort(begin_ms, kind="stable")
        begin_ms, reach_ms = begin_ms[order], np.maximum.accumulate(end_ms[order])
        first = np.flatnonzero(np.append(True, begin_ms[1:] > reach_ms[:-1]))
        return _Spans(begin_ms[first], reach_ms[np.append(first[1:], len(begin_ms)) - 1])

    def without(self, others: _Spans) -> _Spans:
        """Return what of these times lies in none of the others."""
        if not len(others.begin_ms) or not len(self.begin_ms):
            return self
        cuts = np.unique(np.concatenate([self.begin_ms, self.end_ms, others.begin_ms, others.end_ms]))
        begin, end = cuts[:-1], cuts[1:]
        keep = self.holds(begin) & ~others.holds(begin)
        return _Spans.of(begin[keep], end[keep])

    def holds(self, at_ms: Instants) -> NDArray[np.bool_]:
        """Return which instants lie in one of these times (their ends do not)."""
        row = np.searchsorted(self.begin_ms, at_ms, side="right") - 1
        inside: NDArray[np.bool_] = (row >= 0) & (at_ms < self.end_ms[np.maximum(row, 0)])
        return inside

    def until(self, at_ms: Instants) -> NDArray[np.int64]:
        """Return how long these times last in all until each instant."""
        if not len(self.begin_ms):
            return np.zeros(len(at_ms), np.int64)
        whole = np.concatenate([[0], np.cumsum(self.end_ms - self.begin_ms)])
        row = np.searchsorted(self.begin_ms, at_ms, side="right")
        in_last = np.clip(at_ms - self.begin_ms[row - 1], 0, (self.end_ms - self.begin_ms)[row - 1])
        return np.where(row > 0, whole[row - 1] + in_last, 0)


def _standing(telling: Telling) -> tuple[Instants, NDArray[np.bool_]]:
    """Return the instants of an odometer's trusted values, and whether the vehicle stood between each two."""
    rows = trusted(telling.odometer.step)
    at_ms, position = telling.odometer.at_ms[rows], telling.odometer.position[rows]
    return at_ms, np.diff(position) <= STOOD_MAX_MM


def _at_outlets(telling: Telling, charging: Spans) -> _Spans:
    """Return when a vehicle was charged, by our sessions and by its own word."""
    samples = telling.series.get(Quantity.CHARGING_FLAG, NOTHING)
    on = samples.value > 0
    begin, end = samples.at_ms[:-1][on[:-1]], samples.at_ms[1:][on[:-1]]
    ours = np.array(charging, np.int64).reshape(-1, 2)
    return _Spans.of(np.concatenate([begin, ours[:, 0]]), np.concatenate([end, ours[:, 1]]))


def _lost(telling: Telling, free: _Spans, borders_ms: Instants) -> Floats:
    """Return how many points were lost on each day, between values that lie in one time of standing.

    What is lost between two values is spread evenly over the time between them.
    """
    levels = telling.levels
    at_ms, percent = levels.at_ms, levels.percent
    if len(at_ms) < 2:  # noqa: PLR2004 - a loss has two ends
        return np.full(len(borders_ms) - 1, np.nan)
    whole = np.diff(free.until(at_ms)) == np.diff(at_ms)
    fall = -np.diff(percent)
    counts = whole & (fall >= -JITTER_PERCENT)
    until = np.concatenate([[0.0], np.cumsum(np.where(counts, fall, 0.0))])
    lost: Floats = np.maximum(np.diff(np.interp(borders_ms, at_ms, until)), 0.0)
    return lost
