"""How long a load was how high: the duration curve (Jahresdauerlinie), full-load hours, hours above thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from core.texts import Finding
from energy.loads import SLOTS_PER_HOUR, Load, Rates, too_little

POINTS: Final = 100
"""How many points the curve has: enough for a drawing, few enough for a table."""

THRESHOLDS: Final = (0.5, 0.75, 0.9, 0.95)
"""Parts of the peak above which hours are counted: what lies in few hours above nine tenths is cheap to avoid."""


@dataclass(frozen=True, slots=True)
class Above:
    """For how many hours the rate was above `share` of the peak."""

    share: float
    rate: float
    hours: float


@dataclass(frozen=True, slots=True, eq=False)
class Duration:
    """The rates of a load from high to low, each with the hours it was reached for.

    `full_load_h` are the hours in which the peak alone would have counted as much
    (Vollbenutzungsstunden); None where nothing was used at all.
    """

    hours: Rates
    rate: Rates
    known_h: float
    full_load_h: float | None
    above: tuple[Above, ...]


def duration_of(load: Load) -> Duration | Finding:
    """Return the duration curve of what is known of a load, or why there is none."""
    if reason := too_little(load):
        return reason
    ranked = np.sort(load.thousandths[load.known])[::-1]
    at = np.unique(np.linspace(0, len(ranked) - 1, min(POINTS, len(ranked))).astype(np.int64))
    peak = int(ranked[0])
    return Duration(
        hours=np.asarray(at + 1, np.float64) / SLOTS_PER_HOUR,
        rate=np.asarray(ranked[at], np.float64) * SLOTS_PER_HOUR / 1000,
        known_h=load.known_h,
        full_load_h=int(ranked.sum()) / peak / SLOTS_PER_HOUR if peak > 0 else None,
        above=tuple(_above(ranked, share) for share in THRESHOLDS) if peak > 0 else (),
    )


def reached_rate(load: Load, percent: int) -> Decimal | None:
    """Return the rate that a load was not above in `percent` of what is known of it (nearest rank), exactly.

    None where nothing is known.
    """
    ranked = np.sort(load.thousandths[load.known])
    if not len(ranked):
        return None
    place = max(0, -(-percent * len(ranked) // 100) - 1)
    return Decimal(int(ranked[place]) * SLOTS_PER_HOUR) / 1000


def _above(ranked: np.ndarray, share: float) -> Above:
    limit = share * int(ranked[0])
    count = int((ranked > limit).sum())
    return Above(share, limit * SLOTS_PER_HOUR / 1000, count / SLOTS_PER_HOUR)
