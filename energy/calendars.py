"""What clock and calendar of a place say at each quarter hour, and when the place is in use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from holidays import country_holidays
from numpy.typing import NDArray

from core.inventory import Calendar, Opening, Weekday
from energy.loads import Flags, Numbers
from energy.positions import SLOT_MS
from energy.series import Instants

QUARTERS: Final = 96
"""How many quarter hours the clock of a day has; the day on which clocks go back passes four of them twice."""

_DAY_MS: Final = 86_400_000
_QUARTER_MIN: Final = 15
_EPOCH: Final = date(1970, 1, 1)
_EPOCH_WEEKDAY: Final = 3
_DAYS: Final = tuple(Weekday)
_HOLIDAY: Final = _DAYS.index(Weekday.HOLIDAY)


@dataclass(frozen=True, slots=True, eq=False)
class LocalTime:
    """The local day (days since 1970-01-01), quarter of the clock's day (0 to 95) and weekday (Monday 0) of slots."""

    day: Numbers
    quarter: Numbers
    weekday: Numbers

    def take(self, slots: slice) -> LocalTime:
        """Return the local time of a stretch of slots."""
        return LocalTime(self.day[slots], self.quarter[slots], self.weekday[slots])


def local_time(start_ms: Instants, zone: ZoneInfo) -> LocalTime:
    """Return the local time at which slots begin, over clock changes."""
    local_ms = start_ms + _offsets_ms(start_ms, zone)
    day = local_ms // _DAY_MS
    return LocalTime(day, local_ms % _DAY_MS // SLOT_MS, (day + _EPOCH_WEEKDAY) % 7)


def date_of(day: int) -> date:
    """Return the date of a day that is counted from 1970-01-01."""
    return _EPOCH + timedelta(days=day)


def holidays_in(local: LocalTime, state: str) -> Flags:
    """Return which slots lie on a public holiday of a German state (`SN`); of an unknown one, of all Germany."""
    days, where = np.unique(local.day, return_inverse=True)
    return np.array([is_holiday(date_of(day), state) for day in days.tolist()], np.bool_)[where]


def is_holiday(day: date, state: str) -> bool:
    """Return whether a day is a public holiday in a German state."""
    return day in _holidays(state, day.year)


def in_use(calendar: Calendar, local: LocalTime) -> Flags:
    """Return in which slots a place is in use, be it for a minute of them: all others it surely is not."""
    days, where = np.unique(local.day, return_inverse=True)
    kinds = np.array([opening_kind(calendar, date_of(day)) for day in days.tolist()], np.int64)
    return np.concatenate([_openings(calendar), np.zeros((1, QUARTERS), np.bool_)])[kinds[where], local.quarter]


def opening_kind(calendar: Calendar, day: date) -> int:
    """Return whose openings hold on a day, by its place among `Weekday`; -1 where the place is closed by a break."""
    if not calendar.open_in_breaks and any(each.first <= day <= each.last for each in calendar.breaks):
        return -1
    return _HOLIDAY if is_holiday(day, calendar.state) else day.weekday()


def _openings(calendar: Calendar) -> Flags:
    """Return for Monday to Sunday and public holidays which quarters are in use."""
    found = np.zeros((len(_DAYS), QUARTERS), np.bool_)
    for opening in calendar.openings:
        first, last = _quarters(opening)
        for day in opening.days:
            found[_DAYS.index(day), first:last] = True
    return found


def _quarters(opening: Opening) -> tuple[int, int]:
    first = _minutes(opening.begins) // _QUARTER_MIN
    last = -(-_minutes(opening.ends) // _QUARTER_MIN)
    return first, last or QUARTERS


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


@lru_cache(maxsize=256)
def _holidays(state: str, year: int) -> frozenset[date]:
    known = state if state in _states() else None
    return frozenset(country_holidays("DE", subdiv=known, years=year))


@cache
def _states() -> frozenset[str]:
    return frozenset(country_holidays("DE").subdivisions)


def _offsets_ms(start_ms: Instants, zone: ZoneInfo) -> NDArray[np.int64]:
    """Return what local time is ahead of UTC: looked up by day, by hour only on days on which clocks change."""
    days, where = np.unique(start_ms // _DAY_MS, return_inverse=True)
    begins = np.array([_offset_ms(day * _DAY_MS, zone) for day in days.tolist()], np.int64)
    ends = np.array([_offset_ms((day + 1) * _DAY_MS, zone) for day in days.tolist()], np.int64)
    offsets = begins[where]
    for slot in np.flatnonzero((begins != ends)[where]).tolist():
        offsets[slot] = _offset_ms(int(start_ms[slot]), zone)
    return offsets


@lru_cache(maxsize=4096)
def _offset_ms(at_ms: int, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone).utcoffset()
    return int((offset or timedelta()).total_seconds()) * 1000
