"""A vehicle's state of charge over time: what it said, without what it cannot have meant.

A control unit that sleeps says 0, 127.5, 255 or -40 for "I do not know". What lies outside of 0 to 100 % is
dropped, and so is a 0 between two values that are well above it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from energy.series import Instants, Samples

SILENCE_MAX_MS: Final = 25 * 3_600_000
"""Across a longer silence nobody knows the charge: as for registers, the longest local day."""

FULL_PERCENT: Final = 100.0
ZERO_MAX_PERCENT: Final = 0.5
ZERO_BESIDE_PERCENT: Final = 5.0
"""A charge of 0 whose neighbours are both above this was never there: no vehicle falls so far without saying so."""

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class ChargeLevels:
    """What a vehicle said of its charge, by instant (percent), and the instants of what it cannot have meant."""

    at_ms: Instants
    percent: Values
    dropped_ms: Instants

    def __len__(self) -> int:
        return len(self.at_ms)

    def at(self, instant_ms: int) -> float | None:
        """Return the charge at an instant: on the line between two values, or the last one if nothing came after it.

        None where the values next to it are more than 25 hours apart, or the last one is as old.
        """
        after = int(np.searchsorted(self.at_ms, instant_ms, side="left"))
        if after < len(self) and int(self.at_ms[after]) == instant_ms:
            return float(self.percent[after])
        if after == 0 or not len(self):
            return None
        end_ms = int(self.at_ms[after]) if after < len(self) else instant_ms
        if end_ms - int(self.at_ms[after - 1]) > SILENCE_MAX_MS:
            return None
        last = slice(after - 1, after + 1)
        return float(np.interp(instant_ms, self.at_ms[last], self.percent[last]))

    def rise(self, begin_ms: int, end_ms: int) -> float | None:
        """Return by how many points a charge session raised the charge (negative: it fell), None if not known.

        A vehicle comes with less and leaves with more than it holds in between: at the begin counts the lower
        of the values before and after, at the end the higher. So hourly reports serve as well as quick ones.
        """
        begin, end = self._beside(begin_ms), self._beside(end_ms)
        return max(end) - min(begin) if begin and end else None

    def _beside(self, instant_ms: int) -> list[float]:
        """Return the values next to an instant that are not more than 25 hours away from it."""
        after = int(np.searchsorted(self.at_ms, instant_ms, side="left"))
        rows = [row for row in (after - 1, after) if 0 <= row < len(self)]
        if after < len(self) and int(self.at_ms[after]) == instant_ms:
            rows = [after]
        return [float(self.percent[row]) for row in rows if abs(int(self.at_ms[row]) - instant_ms) <= SILENCE_MAX_MS]


def charge_levels(samples: Samples) -> ChargeLevels:
    """Return what a series of states of charge says, without sentinels."""
    possible = (samples.value >= 0.0) & (samples.value <= FULL_PERCENT)
    at_ms, percent = samples.at_ms[possible], samples.value[possible]
    zeros = _false_zeros(percent)
    dropped_ms = np.sort(np.concatenate([samples.at_ms[~possible], at_ms[zeros]]))
    return ChargeLevels(at_ms[~zeros], percent[~zeros], dropped_ms)


def rounded(percent: float | None) -> Decimal | None:
    """Return percent with two decimals, as they are kept; None stays None."""
    return None if percent is None else Decimal(repr(percent)).quantize(Decimal("0.01"))


def _false_zeros(percent: Values) -> Flags:
    """Return which values are a zero between higher ones; several zeros running are one."""
    zero = percent <= ZERO_MAX_PERCENT
    known = np.flatnonzero(~zero)
    if not zero.any() or not len(known):
        return np.zeros(len(percent), np.bool_)
    place = np.searchsorted(known, np.arange(len(percent)))
    before = np.where(place > 0, percent[known[np.maximum(place - 1, 0)]], 0.0)
    after = np.where(place < len(known), percent[known[np.minimum(place, len(known) - 1)]], 0.0)
    return zero & (before > ZERO_BESIDE_PERCENT) & (after > ZERO_BESIDE_PERCENT)
