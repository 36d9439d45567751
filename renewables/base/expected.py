"""What a year will come to that is not over: what is known of it, and the other months by our own estimate, marked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from core.texts import Finding
from renewables.energy_base import BaseMonth, BaseSource, EnergyBase

FEWEST_MONTHS: Final = 3
"""A mean of fewer months says nothing of the others (own rule)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A year as it is known, and as it will be: `base` with the `estimated` months, or the `reason` why there is none.

    Only what is fed in is estimated: nobody knows what will be cut.
    """

    base: EnergyBase | None
    estimated: tuple[str, ...] = ()
    reason: Finding | None = None


def expected_of(base: EnergyBase, before: EnergyBase | None) -> Expected:
    """Return a year with its unknown months as in the year before, else as the mean of its own."""
    unknown = [month.month for month in base.months if month.fed_in_wh is None]
    earlier = {} if before is None else {month.month[5:]: month for month in before.months if _tells(month)}
    known = [month.fed_in_wh or 0 for month in base.months if _tells(month)]
    mean = sum(known) // len(known) if len(known) >= FEWEST_MONTHS else None
    months: list[BaseMonth] = []
    for month in base.months:
        if month.fed_in_wh is not None:
            months.append(month)
            continue
        then = earlier.get(month.month[5:])
        estimate = mean if then is None else then.fed_in_wh
        if estimate is None:
            return Expected(base=None, reason=Finding.of("feed_in.no_estimate", month=month.month))
        months.append(replace(month, fed_in_wh=estimate, source=BaseSource.ESTIMATE))
    return Expected(base=replace(base, months=tuple(months)), estimated=tuple(unknown))


def _tells(month: BaseMonth) -> bool:
    """Return whether somebody said what was fed in; a month before there was a plant says nothing of others."""
    return month.fed_in_wh is not None and month.source is not BaseSource.NONE
