"""The base load: what a place draws when nobody is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.texts import Finding
from energy.calendars import LocalTime
from energy.loads import Flags, Load, Numbers, too_little, whole_hours

LOW: Final = 0.1
"""Which part of a week's quiet hours lies below its base load: a cold night or a cleaner raises it in none, and a
short power cut in a few hours does not lower it."""

HOURS_MIN: Final = 24
"""How many quiet hours of a week must be known: of two dozen a tenth still leaves two below."""

WEEKS_MIN: Final = 2
"""Of one week nobody knows whether it was like the others."""

_WEEK = 7
_FIRST_MONDAY: Final = 4
"""1970-01-05, counted from 1970-01-01."""


@dataclass(frozen=True, slots=True)
class Week:
    """A week's base load: the quiet hour that a tenth of all lie below or at.

    `day` is the week's local Monday (days since 1970-01-01), `at_ms` when that hour begins, `thousandths`
    what was counted in it, `hours` how many quiet hours of the week are known.
    """

    day: int
    at_ms: int
    thousandths: int
    hours: int

    @property
    def rate(self) -> float:
        """Return the base load in the unit per hour (W of Wh)."""
        return self.thousandths / 1000


@dataclass(frozen=True, slots=True)
class BaseLoad:
    """The base load of a period: that of its middle week (the lower of two).

    `share` is the part, 0 to 1, of all that was counted that the base load would come to; None where
    nothing was counted.
    """

    week: Week
    weeks: tuple[Week, ...]
    share: float | None


def weeks_of(load: Load, local: LocalTime, quiet: Flags) -> tuple[Week, ...]:
    """Return the base load of each local week that has enough known quiet hours, in their order.

    It is looked for in whole hours: dials of whole kilowatt-hours stand still for a quarter of one.
    """
    slots, hours = whole_hours(load, quiet)
    monday = _mondays(local.day[slots])
    found = []
    for day in np.unique(monday).tolist():
        of_week = np.flatnonzero(monday == day)
        if len(of_week) >= HOURS_MIN:
            rank = int(LOW * (len(of_week) - 1))
            hour = of_week[np.argsort(hours[of_week], kind="stable")[rank]]
            found.append(Week(day, int(load.start_ms[slots[hour]]), int(hours[hour]), len(of_week)))
    return tuple(found)


def base_load_of(load: Load, weeks: tuple[Week, ...]) -> BaseLoad | Finding:
    """Return the base load of a period from those of its weeks, or why it cannot be told."""
    if reason := too_little(load):
        return reason
    if len(weeks) < WEEKS_MIN:
        return Finding.of("loads.too_few_weeks", count=len(weeks), needed=WEEKS_MIN, hours=HOURS_MIN)
    middle = sorted(weeks, key=lambda week: (week.thousandths, week.day))[(len(weeks) - 1) // 2]
    counted = int(load.thousandths.sum())
    share = min(middle.thousandths * load.known_h / counted, 1.0) if counted > 0 else None
    return BaseLoad(middle, weeks, share)


def _mondays(day: Numbers) -> Numbers:
    return day - (day - _FIRST_MONDAY) % _WEEK
