"""Which highest quarter hour the next day will have, told from the same weekday of the last weeks.

A quarter hour is expected to be as the middle of the same quarter hours one to four weeks before. Where the last hours
lie above or below what was expected of them, so do the next ones, less and less over half a day. It is a decision of
this service, not a standard; what no week has shown is not foreseen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from energy.calendars import LocalTime
from energy.loads import SLOTS_PER_HOUR, Load
from energy.positions import SLOT_MS

WEEKS: Final = 4
WEEKS_MIN: Final = 2
"""Of fewer weeks there is no middle."""

AHEAD: Final = 24 * SLOTS_PER_HOUR
RECENT: Final = 4 * SLOTS_PER_HOUR
"""So many of the last quarter hours say whether today is as it was expected."""

FADES: Final = 12 * SLOTS_PER_HOUR
LEVEL_BOUNDS: Final = (0.5, 2.0)
_DAY: Final = 96
_WEEK: Final = 7 * _DAY


@dataclass(frozen=True, slots=True)
class ExpectedPeak:
    """When the highest quarter hour of the next day is expected to begin, and its mean rate in the unit per hour."""

    at_ms: int
    rate: float


def expected_peak(load: Load, local: LocalTime) -> ExpectedPeak | None:
    """Return the peak expected within a day after the end of a load of five weeks; None where too little is known."""
    if not len(load):
        return None
    places = (local.day - local.day[0]) * _DAY + local.quarter
    rates = np.full(int(places[-1]) + 1 + AHEAD, np.nan)
    rates[places] = load.rate  # where the clock is set back, the second of two equal hours counts
    now = int(places[-1]) + 1
    ahead = _usual(rates, np.arange(now, now + AHEAD))
    if np.isnan(ahead).all():
        return None
    fading = np.clip(1 - np.arange(AHEAD) / FADES, 0, 1)
    expected = ahead * (1 + (_level(rates, now) - 1) * fading)
    slot = int(np.nanargmax(expected))
    return ExpectedPeak(int(load.start_ms[-1]) + (slot + 1) * SLOT_MS, float(expected[slot]))


def _usual(rates: NDArray[np.float64], places: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the middle of the same quarter hours of the weeks before; NaN where too few are known."""
    before = places[None, :] - _WEEK * np.arange(1, WEEKS + 1)[:, None]
    found = np.where(before >= 0, rates[np.maximum(before, 0)], np.nan)
    enough = (~np.isnan(found)).sum(axis=0) >= WEEKS_MIN
    usual = np.full(len(places), np.nan)
    usual[enough] = np.nanmedian(found[:, enough], axis=0)
    return usual


def _level(rates: NDArray[np.float64], now: int) -> float:
    """Return how the last hours were, as part of what was usual."""
    recent = np.arange(max(now - RECENT, 0), now)
    usual, found = _usual(rates, recent), rates[recent]
    known = ~np.isnan(usual) & ~np.isnan(found) & (usual > 0)
    if known.sum() < SLOTS_PER_HOUR:
        return 1.0
    return float(np.clip(found[known].sum() / usual[known].sum(), *LEVEL_BOUNDS))
