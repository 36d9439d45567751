"""Where a register stood at an instant, and what it counted in a period.

A position at a border is rounded to whole thousandths of the unit (mWh, cm³, mm), so any sum of
adjoining periods telescopes. Between two trusted positions the register is taken to rise evenly.
Shape and total are two qualities: the total of a period is measured if both its ends are,
whatever lies between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from core.periods import Period
from core.readings import SlotShare
from energy.register_rules import Step
from energy.register_walk import Instants, Values, epoch_ms
from energy.registers import Counted

MEASURED_GAP_MAX_S = 20 * 60


@dataclass(frozen=True, slots=True)
class Position:
    """What a register had counted at an instant, in thousandths of its unit, and how that is known."""

    thousandths: int
    share: SlotShare


@dataclass(frozen=True, slots=True)
class Total:
    """What a register counted in a period, in thousandths of its unit.

    `share` is the weaker of both ends, `MISSING` if a step inside cannot be known; then
    `thousandths` is only the part that was counted.
    """

    thousandths: int
    share: SlotShare


class Curve:
    """The trusted positions of one register, in order of time."""

    def __init__(self, counted: Counted, nominal_interval_s: int) -> None:
        trusted = np.isin(counted.step, [step for step in Step if step.trusted])
        self._at_ms: Instants = counted.at_ms[trusted]
        self._position: Values = counted.position[trusted]
        self._missing_ms: Instants = counted.at_ms[np.isin(counted.step, [step for step in Step if step.missing])]
        self._measured_gap_ms = min(2 * nominal_interval_s, MEASURED_GAP_MAX_S) * 1000

    def at(self, at_utc: datetime) -> Position | None:
        """Return the position at an instant, None outside of what is known or inside a missing step.

        Measured between positions not further apart than min(2 x nominal interval, 20 minutes),
        interpolated between others.
        """
        at_ms = epoch_ms(at_utc)
        after = int(np.searchsorted(self._at_ms, at_ms, side="left"))
        if after == len(self._at_ms):
            return None
        if self._at_ms[after] == at_ms:
            return Position(_thousandths(float(self._position[after])), SlotShare.MEASURED)
        if after == 0 or self._is_missing(int(self._at_ms[after])):
            return None
        return self._between(after, at_ms)

    def total(self, period: Period) -> Total | None:
        """Return what was counted in a period, None if one of its ends is not known."""
        start, end = self.at(period.start_utc), self.at(period.end_utc)
        if start is None or end is None:
            return None
        first, last = np.searchsorted(
            self._missing_ms, [epoch_ms(period.start_utc), epoch_ms(period.end_utc)], side="right"
        )
        measured = start.share is end.share is SlotShare.MEASURED
        known = SlotShare.MEASURED if measured else SlotShare.INTERPOLATED
        return Total(end.thousandths - start.thousandths, SlotShare.MISSING if last > first else known)

    def _between(self, after: int, at_ms: int) -> Position:
        (t0, t1), (p0, p1) = self._at_ms[after - 1 : after + 1].tolist(), self._position[after - 1 : after + 1].tolist()
        share = SlotShare.MEASURED if t1 - t0 <= self._measured_gap_ms else SlotShare.INTERPOLATED
        return Position(_thousandths(p0 + (p1 - p0) * ((at_ms - t0) / (t1 - t0))), share)

    def _is_missing(self, at_ms: int) -> bool:
        return bool(np.isin(at_ms, self._missing_ms))


def _thousandths(value: float) -> int:
    return round(value * 1000)
