"""How a load goes through the day: each day as a row, and the typical day of each kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

import numpy as np

from energy.calendars import QUARTERS, LocalTime, date_of, is_holiday
from energy.loads import Load, Numbers, Rates

DAYS_MIN: Final = 5
"""Of how many days at least a typical one is made: of fewer, one odd day is more than a tenth."""

LOW, HIGH = 0.1, 0.9


class DayKind(StrEnum):
    """Kinds of days as load profiles part them; public holidays count as Sundays."""

    WORKDAY = "workday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Season(StrEnum):
    """Seasons as the standard load profiles of the VDEW part them.

    Winter is from 1 November to 20 March, summer from 15 May to 14 September.
    """

    WINTER = "winter"
    BETWEEN = "between"
    SUMMER = "summer"


@dataclass(frozen=True, slots=True, eq=False)
class HeatMap:
    """The mean rate per local day (rows, without gaps from the first day) and quarter of the clock; NaN: not known.

    The hour that clocks pass twice is the mean of both, the hour they leave out is not known.
    """

    days: tuple[date, ...]
    rate: Rates


@dataclass(frozen=True, slots=True, eq=False)
class TypicalDay:
    """What days of a kind in a season have in common: per quarter hour mean, lowest and highest tenth.

    NaN where fewer than `DAYS_MIN` of its `days` are known.
    """

    kind: DayKind
    season: Season
    days: int
    mean: Rates
    low: Rates
    high: Rates


def heat_map(load: Load, local: LocalTime) -> HeatMap:
    """Return the load as days by quarters."""
    if not len(load):
        return HeatMap((), np.empty((0, QUARTERS)))
    first, last = int(local.day[0]), int(local.day[-1])
    cell = (local.day - first) * QUARTERS + local.quarter
    size = (last - first + 1) * QUARTERS
    total = np.bincount(cell[load.known], load.rate[load.known], size)
    count = np.bincount(cell[load.known], minlength=size)
    rate = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return HeatMap(tuple(date_of(day) for day in range(first, last + 1)), rate.reshape(-1, QUARTERS))


def typical_days(days: HeatMap, state: str) -> tuple[TypicalDay, ...]:
    """Return the typical day of each kind and season of which there are enough days."""
    kinds = [(season_of(day), day_kind(day, state)) for day in days.days]
    found = []
    for season in Season:
        for kind in DayKind:
            rows = days.rate[[each == (season, kind) for each in kinds]]
            full = int((~np.isnan(rows)).any(axis=1).sum())
            if full >= DAYS_MIN:
                found.append(_typical(kind, season, rows, full))
    return tuple(found)


def day_kind(day: date, state: str) -> DayKind:
    """Return which kind of day it is in a German state."""
    if day.weekday() == 6 or is_holiday(day, state):  # noqa: PLR2004 - Sunday
        return DayKind.SUNDAY
    return DayKind.SATURDAY if day.weekday() == 5 else DayKind.WORKDAY  # noqa: PLR2004 - Saturday


def season_of(day: date) -> Season:
    """Return the season a day lies in."""
    at = (day.month, day.day)
    if (5, 15) <= at <= (9, 14):
        return Season.SUMMER
    return Season.BETWEEN if (3, 21) <= at <= (10, 31) else Season.WINTER


def _typical(kind: DayKind, season: Season, rows: Rates, days: int) -> TypicalDay:
    ranked = np.sort(rows, axis=0)  # NaN come last
    count = (~np.isnan(rows)).sum(axis=0)
    enough = count >= DAYS_MIN
    mean = np.where(enough, np.nansum(rows, axis=0) / np.maximum(count, 1), np.nan)
    low, high = (np.where(enough, _quantile(ranked, count, part), np.nan) for part in (LOW, HIGH))
    return TypicalDay(kind, season, days, mean, low, high)


def _quantile(ranked: Rates, count: Numbers, part: float) -> Rates:
    """Return the quantile of each column's first `count` values, between two ranks in proportion."""
    rank = part * np.maximum(count - 1, 0)
    below = np.floor(rank).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(count - 1, 0))
    column = np.arange(ranked.shape[1])
    first, second = ranked[below, column], ranked[above, column]
    return first + (second - first) * (rank - below)
