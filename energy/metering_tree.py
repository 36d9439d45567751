"""Meters behind meters: whether what hangs behind one can be, and what of it nobody metered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

TOLERANCE_SHARE: Final = 0.03
"""By how much of what passed, meters of usual accuracy classes may differ together."""

Days = Sequence[int | None]
"""What was counted each day in thousandths of the unit, None where it is not known."""


@dataclass(frozen=True, slots=True)
class Excess:
    """A day (by its number) on which meters counted more than can have come to them: both figures in thousandths."""

    day: int
    there: int
    counted: int


@dataclass(frozen=True, slots=True)
class Behind:
    """What hangs right behind a meter day by day, what each consumed; generators count negative."""

    front: Days
    branches: tuple[Days, ...]
    resolution: int = 0

    def rest(self) -> tuple[int | None, ...]:
        """Return what nobody metered each day, None where something is not known."""
        return tuple(
            None if front is None or any(one is None for one in branches) else front - sum(one or 0 for one in branches)
            for front, *branches in zip(self.front, *self.branches, strict=True)
        )

    def excesses(self) -> tuple[Excess, ...]:
        """Return the days on which those behind used more than came in and was made, beyond any tolerance."""
        found = []
        for day, rest in enumerate(self.rest()):
            front = self.front[day]
            if rest is None or front is None:
                continue
            counted = [branch[day] or 0 for branch in self.branches]
            there = front - sum(one for one in counted if one < 0)
            used = sum(one for one in counted if one > 0)
            if used > there + max(round(TOLERANCE_SHARE * abs(there)), self.resolution * (len(counted) + 1)):
                found.append(Excess(day, there, used))
        return tuple(found)
