"""Whether a base load changes little by little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from math import sqrt
from statistics import median
from typing import Final

from core.texts import Finding
from energy.base_load import Week

YEAR_DAYS: Final = 364
"""So many days ago lies the same week of last year: the same weekdays, the same season."""

RECENT_WEEKS: Final = 13
"""How many of the last weeks are held against last year's: a quarter of a year."""

PAIRS_MIN: Final = 8
"""Of eight differences the least and the greatest hold their middle between them with a certainty of 99 %."""

SLOPE_WEEKS: Final = 26
SLOPE_WEEKS_MIN: Final = 12
"""Without last year: a line through at most half a year, else it is the season that is seen, and at least a quarter."""

TOLD: Final = 0.1
"""From which change on it is told: a tenth of the base load is what a forgotten pump or server adds."""

CERTAIN: Final = 1.96
"""Standard deviations that hold 95 % of all cases."""


class Against(StrEnum):
    """What weeks are compared with."""

    LAST_YEAR = "last_year"
    EACH_OTHER = "each_other"


@dataclass(frozen=True, slots=True)
class Creep:
    """How much a base load has changed (in the unit per hour), and between which bounds that is so with 95 %.

    Against last year it is the middle difference of the last `weeks` weeks from the same ones a year ago;
    else what the middle slope between any two weeks comes to over all of them. `former` is what it was before.
    """

    against: Against
    weeks: int
    former: float
    change: float
    low: float
    high: float

    @property
    def share(self) -> float | None:
        """Return the change as part of what was before, None where that was nothing."""
        return self.change / self.former if self.former > 0 else None

    @property
    def is_certain(self) -> bool:
        """Return whether it has changed for certain, and by enough to be told."""
        return (self.low > 0 or self.high < 0) and (self.share is None or abs(self.share) >= TOLD)


def creep_of(weeks: Sequence[Week], *, seasonal: bool = False) -> Creep | Finding:
    """Return how a base load changes, or why it cannot be told.

    `weeks` reach back into last year where it is known. What is `seasonal` (heat) is only held against last year.
    """
    recent, former = _pairs(weeks)
    if len(recent) >= PAIRS_MIN:
        return _against_last_year(recent, former)
    if seasonal:
        return Finding.of("loads.creep_needs_last_year", count=len(recent), needed=PAIRS_MIN)
    line = weeks[-SLOPE_WEEKS:]
    if len(line) < SLOPE_WEEKS_MIN:
        return Finding.of("loads.creep_too_few_weeks", count=len(line), needed=SLOPE_WEEKS_MIN)
    return _against_each_other(line)


def _pairs(weeks: Sequence[Week]) -> tuple[list[float], list[float]]:
    """Return the last weeks that have a counterpart a year ago, and those counterparts."""
    rate = {week.day: week.rate for week in weeks}
    days = [week.day for week in weeks[-RECENT_WEEKS:] if week.day - YEAR_DAYS in rate]
    return [rate[day] for day in days], [rate[day - YEAR_DAYS] for day in days]


def _against_last_year(recent: Sequence[float], former: Sequence[float]) -> Creep:
    """Return the middle difference with the bounds of the sign test."""
    differences = sorted(new - old for new, old in zip(recent, former, strict=True))
    count = len(differences)
    rank = max(int((count - CERTAIN * sqrt(count)) / 2), 0)
    return Creep(
        Against.LAST_YEAR, count, median(former), median(differences), differences[rank], differences[-rank - 1]
    )


def _against_each_other(weeks: Sequence[Week]) -> Creep:
    """Return the line through the middle of all slopes (Theil and Sen) with the bounds that Kendall's tau gives it."""
    slopes = sorted((b.rate - a.rate) / (b.day - a.day) for a, b in combinations(weeks, 2))
    count, days = len(weeks), weeks[-1].day - weeks[0].day
    spread = CERTAIN * sqrt(count * (count - 1) * (2 * count + 5) / 18)
    rank = max(int((len(slopes) - spread) / 2), 0)
    slope = median(slopes)
    begin = max(median(week.rate - slope * (week.day - weeks[0].day) for week in weeks), 0.0)
    return Creep(Against.EACH_OTHER, count, begin, slope * days, slopes[rank] * days, slopes[-rank - 1] * days)
