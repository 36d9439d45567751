"""Local clocks, working days and holidays; when a place is open by the calendar the inventory gives it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
import numpy as np
import numpy.typing as npt

from core.inventory import Calendar, Weekday
from demo.chance import FloatArray, IntArray
from energy.calendars import opening_kind

BoolArray = npt.NDArray[np.bool_]

SATURDAY = 5
SUNDAY = 6

DAY_H = 24.0
_EPOCH = date(1970, 1, 1)
_WEEKDAYS = tuple(Weekday)


@dataclass(frozen=True, slots=True)
class LocalTime:
    """What clocks and calendars of a place say at each instant."""

    hour: FloatArray
    weekday: IntArray
    holiday: BoolArray
    day: IntArray
    """Local days since 1970-01-01."""


def local_time(at_s: FloatArray, zone: ZoneInfo) -> LocalTime:
    """Return the local time of each instant; both clock changes included."""
    hours, where = np.unique(np.floor(at_s / 3600.0).astype(np.int64), return_inverse=True)
    offset_s = np.array([_offset_s(int(hour), zone) for hour in hours], dtype=np.float64)[where]
    local_s = at_s + offset_s
    day = np.floor(local_s / 86_400.0).astype(np.int64)
    days, which = np.unique(day, return_inverse=True)
    free = [is_holiday(_EPOCH + timedelta(days=int(number))) for number in days]
    return LocalTime(
        hour=(local_s - day * 86_400.0) / 3600.0,
        weekday=(day + 3) % 7,
        holiday=np.array(free, np.bool_)[which],
        day=day,
    )


def open_share(calendar: Calendar, local: LocalTime) -> FloatArray:
    """Return how open a place is by its calendar, 0 to 1: within its hours, the first and last of them half-hearted."""
    days, which = np.unique(local.day, return_inverse=True)
    kinds = np.array([opening_kind(calendar, _EPOCH + timedelta(days=int(day))) for day in days], np.int64)[which]
    share = np.zeros(len(local.hour))
    for opening in calendar.openings:
        begins, ends = _hour(opening.begins), _hour(opening.ends) or DAY_H
        came = np.clip(local.hour - begins, 0.0, 1.0) if begins > 0.0 else 1.0
        stays = np.clip(ends - local.hour, 0.0, 1.0) if ends < DAY_H else 1.0
        ours = np.isin(kinds, [_WEEKDAYS.index(day) for day in opening.days])
        share = np.where(ours, np.maximum(share, np.minimum(came, stays)), share)
    return share


def is_open_on(calendar: Calendar, day: date) -> bool:
    """Return whether a place opens at all on a day."""
    kind = opening_kind(calendar, day)
    return kind >= 0 and any(_WEEKDAYS[kind] in opening.days for opening in calendar.openings)


@cache
def is_holiday(day: date) -> bool:
    """Return whether all of Germany has a public holiday."""
    return day in _public_holidays(day.year)


def is_working_day(day: date) -> bool:
    """Return whether offices work on `day`."""
    return day.weekday() < SATURDAY and not is_holiday(day)


def _hour(clock: time) -> float:
    return clock.hour + clock.minute / 60.0


@cache
def _public_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("DE", years=year))


@cache
def _offset_s(hour: int, zone: ZoneInfo) -> float:
    offset = datetime.fromtimestamp(hour * 3600, UTC).astimezone(zone).utcoffset()
    return offset.total_seconds() if offset else 0.0
