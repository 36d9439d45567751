"""Local clocks, working days, holidays, and the school holidays of an invented state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
import numpy as np
import numpy.typing as npt

from demo.chance import FloatArray, IntArray

BoolArray = npt.NDArray[np.bool_]

SATURDAY = 5
SUNDAY = 6

SCHOOL_BREAKS: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = (
    ((1, 1), (1, 6)),
    ((2, 2), (2, 6)),
    ((3, 30), (4, 11)),
    ((5, 26), (5, 30)),
    ((7, 16), (8, 26)),
    ((10, 12), (10, 24)),
    ((12, 22), (12, 31)),
)
"""First and last (month, day) of each break; the state is invented, so they are the same every year."""

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class LocalTime:
    """What clocks and calendars of a place say at each instant."""

    hour: FloatArray
    weekday: IntArray
    holiday: BoolArray
    school_break: BoolArray
    day: IntArray
    """Local days since 1970-01-01."""


def local_time(at_s: FloatArray, zone: ZoneInfo) -> LocalTime:
    """Return the local time of each instant; both clock changes included."""
    hours, where = np.unique(np.floor(at_s / 3600.0).astype(np.int64), return_inverse=True)
    offset_s = np.array([_offset_s(int(hour), zone) for hour in hours], dtype=np.float64)[where]
    local_s = at_s + offset_s
    day = np.floor(local_s / 86_400.0).astype(np.int64)
    days, which = np.unique(day, return_inverse=True)
    kinds = [day_kind(_EPOCH + timedelta(days=int(number))) for number in days]
    return LocalTime(
        hour=(local_s - day * 86_400.0) / 3600.0,
        weekday=(day + 3) % 7,
        holiday=np.array([holiday for holiday, _ in kinds])[which],
        school_break=np.array([school_break for _, school_break in kinds])[which],
        day=day,
    )


@cache
def day_kind(day: date) -> tuple[bool, bool]:
    """Return whether `day` is a public holiday, and whether schools are closed for a break."""
    in_break = any(first <= (day.month, day.day) <= last for first, last in SCHOOL_BREAKS)
    return day in _public_holidays(day.year), in_break


def is_working_day(day: date) -> bool:
    """Return whether offices work on `day`."""
    return day.weekday() < SATURDAY and not day_kind(day)[0]


@cache
def _public_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("DE", years=year))


@cache
def _offset_s(hour: int, zone: ZoneInfo) -> float:
    offset = datetime.fromtimestamp(hour * 3600, UTC).astimezone(zone).utcoffset()
    return offset.total_seconds() if offset else 0.0
