"""Which column of a row that is a day stands for which of the day's intervals, also when the clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import pairwise
from typing import Final

from core.imports import ClockChange
from ingest.files.clocks import ms_of

DAY_MIN: Final = 1440
HOUR_MIN: Final = 60
_TWO_MIN: Final = 120
"""Where the zone knows no hour that comes twice, its columns stand where Europe has them."""

Plan = tuple[tuple[int, ...], ...]
"""Of each column the begins of the intervals whose value it holds, in milliseconds: none, one, or two together."""


def day_plan(day: date, zone: tzinfo, interval_min: int, change: ClockChange) -> Plan:
    """Return what the columns of a local day stand for.

    Raises `OverflowError` or `CellError` for a day that no calendar has.
    """
    slots = _slots(day, zone, interval_min)
    if change is ClockChange.IN_ORDER:
        return tuple((at_ms,) for at_ms, _ in slots)
    by_time: dict[int, list[int]] = {}
    for at_ms, minute in slots:
        by_time.setdefault(minute, []).append(at_ms)
    if change is ClockChange.SUMMED:
        return tuple(tuple(by_time.get(minute, ())) for minute in range(0, DAY_MIN, interval_min))
    found: list[tuple[int, ...]] = []
    for minute, again in _times_of_both(day.year, zone, interval_min):
        found.append(tuple(by_time.get(minute, ())[again : again + 1]))
    return tuple(found)


def column_times(year: int, zone: tzinfo, interval_min: int, change: ClockChange) -> list[int]:
    """Return at which minute of the day each column's interval begins by the clock on an ordinary day."""
    if change is ClockChange.BOTH:
        return [minute for minute, _ in _times_of_both(year, zone, interval_min)]
    return list(range(0, DAY_MIN, interval_min))


def columns_most(interval_min: int, change: ClockChange) -> int:
    """Return how many columns a day can have at most: those of the hour that comes twice are more."""
    more = 0 if change is ClockChange.SUMMED else HOUR_MIN // interval_min
    return DAY_MIN // interval_min + more


def is_ordinary(day: date, zone: tzinfo) -> bool:
    """Return whether the clock does not change on a day."""
    begin, end = _ends(day, zone)
    return end - begin == timedelta(days=1)


def _slots(day: date, zone: tzinfo, interval_min: int) -> list[tuple[int, int]]:
    """Return the begins of a day's intervals, each with its minute of the day by the clock."""
    begin, end = _ends(day, zone)
    found = []
    for number in range((end - begin) // timedelta(minutes=interval_min)):
        at = begin + timedelta(minutes=interval_min * number)
        local = at.astimezone(zone)
        found.append((ms_of(at), local.hour * HOUR_MIN + local.minute))
    return found


def _ends(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    following = day + timedelta(days=1)
    begin, end = (datetime(each.year, each.month, each.day, tzinfo=zone).astimezone(UTC) for each in (day, following))
    return begin, end


def _times_of_both(year: int, zone: tzinfo, interval_min: int) -> list[tuple[int, int]]:
    """Return the minute of each column, and 1 for those of the hour that comes again."""
    first = _twice_from_min(year, zone)
    times = [(minute, 0) for minute in range(0, DAY_MIN, interval_min)]
    place = (first + HOUR_MIN) // interval_min
    times[place:place] = [(minute, 1) for minute in range(first, first + HOUR_MIN, interval_min)]
    return times


@lru_cache(maxsize=256)
def _twice_from_min(year: int, zone: tzinfo) -> int:
    """Return from which minute of its day on an hour comes twice in a year."""
    noons = [datetime(year, 1, 1, 12, tzinfo=zone) + timedelta(days=number) for number in range(366)]
    for before, after in pairwise(noons):
        if _offset_min(after) < _offset_min(before):
            return _first_again(after.date(), zone)
    return _TWO_MIN


def _first_again(day: date, zone: tzinfo) -> int:
    seen: set[int] = set()
    for _, minute in _slots(day, zone, 1):
        if minute in seen:
            return minute
        seen.add(minute)
    return _TWO_MIN


def _offset_min(at: datetime) -> float:
    offset = at.utcoffset()
    return 0.0 if offset is None else offset.total_seconds() / 60
