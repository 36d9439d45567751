"""Which highest quarter hour the next two hours will have: the load as it is now, and how it usually goes on.

How it usually goes on is the middle of the same quarter hours one to four weeks before. A decision of this service,
not a standard: peaks that charging makes follow no hour of the week, so further ahead nothing can be told of them.
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

AHEAD: Final = 2 * SLOTS_PER_HOUR
_DAY: Final = 96
_WEEK: Final = 7 * _DAY


@dataclass(frozen=True, slots=True)
class ExpectedPeak:
    """When the highest quarter hour begins, from the last one known on, and its mean rate in the unit per hour."""

    at_ms: int
    rate: float


def expected_peak(load: Load, local: LocalTime) -> ExpectedPeak | None:
    """Return the peak of the last quarter hour of a load and the two hours after it.

    None where that quarter hour is not known, or too little of the same ones of the last four weeks.
    """
    if not len(load) or not load.known[-1]:
        return None
    places = (local.day - local.day[0]) * _DAY + local.quarter
    now = int(places[-1])
    rates = np.full(now + 1 + AHEAD, np.nan)
    rates[places] = load.rate  # where the clock is set back, the second of two equal hours counts
    usual = _usual(rates, np.arange(now, now + 1 + AHEAD))
    if np.isnan(usual[0]):
        return None
    expected = float(load.rate[-1]) + usual - usual[0]
    slot = int(np.nanargmax(expected))
    return ExpectedPeak(int(load.start_ms[-1]) + slot * SLOT_MS, float(expected[slot]))


def _usual(rates: NDArray[np.float64], places: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the middle of the same quarter hours of the weeks before; NaN where too few are known."""
    before = places[None, :] - _WEEK * np.arange(1, WEEKS + 1)[:, None]
    found = np.where(before >= 0, rates[np.maximum(before, 0)], np.nan)
    enough = (~np.isnan(found)).sum(axis=0) >= WEEKS_MIN
    usual = np.full(len(places), np.nan)
    usual[enough] = np.nanmedian(found[:, enough], axis=0)
    return usual
