"""Slots put together to local days and months, and to totals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from core.periods import Period, local_day, local_days, local_month
from core.readings import SlotShare
from energy.register_walk import at_utc, epoch_ms
from energy.series import SHARE_NUMBERS, Amounts, Instants, Means
from energy.slots import MISSING

Calendar = Callable[[Instants, ZoneInfo], Instants]
"""Returns the borders of spans of a place that cover instants, one more than there are spans."""


def day_borders(start_ms: Instants, zone: ZoneInfo) -> Instants:
    """Return the local midnights from the one at or before the first instant to the one after the last."""
    years = [_year_of(int(at_ms), zone) for at_ms in (start_ms[0], start_ms[-1])]
    midnights = np.concatenate([_midnights(year, zone) for year in range(years[0], years[1] + 1)])
    first, last = np.searchsorted(midnights, [start_ms[0], start_ms[-1]], side="right")
    return (
        midnights[first - 1 : last + 1]
        if last < len(midnights)
        else np.append(midnights[first - 1 :], epoch_ms(local_month(years[1], 12, zone).end_utc))
    )


def month_borders(start_ms: Instants, zone: ZoneInfo) -> Instants:
    """Return the begins of local months from the one at or before the first instant to the one after the last."""
    first, last = (at_utc(int(at_ms)).astimezone(zone) for at_ms in (start_ms[0], start_ms[-1]))
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month + 1)
    return np.array([epoch_ms(local_month(month // 12, month % 12 + 1, zone).start_utc) for month in months], np.int64)


def days_of(slots: Amounts, zone: ZoneInfo) -> Amounts:
    """Return the local days (23, 24 or 25 hours) that slots lie in; what no slot covers is missing."""
    return _summed(slots, day_borders(slots.start_ms, zone)) if len(slots) else slots


def months_of(slots: Amounts, zone: ZoneInfo) -> Amounts:
    """Return the local months that slots or days lie in; what none of them covers is missing."""
    return _summed(slots, month_borders(slots.start_ms, zone)) if len(slots) else slots


def mean_days_of(slots: Means, zone: ZoneInfo) -> Means:
    """Return the local days that slots lie in, each slot weighing as much as is known of it."""
    if not len(slots):
        return slots
    borders = day_borders(slots.start_ms, zone)
    first, span_s = _spans(slots.start_ms, borders)
    known_s = slots.seconds.sum(axis=1) - slots.seconds[:, MISSING]
    total_s = np.add.reduceat(known_s, first)
    weight = known_s / np.repeat(np.maximum(total_s, 1), np.diff(np.append(first, len(slots))))
    least, greatest = np.minimum.reduceat(slots.minimum, first), np.maximum.reduceat(slots.maximum, first)
    mean = np.clip(np.add.reduceat(slots.mean * weight, first), least, greatest)
    starts = _starts(slots.start_ms, borders, first)
    return Means(starts, mean, least, greatest, _seconds(slots.seconds, first, span_s))


def total_of(spans: Amounts) -> tuple[int, SlotShare]:
    """Return what spans in their order counted together (thousandths), and how that total is known.

    It is as good as the weaker of its two outer borders; missing where spans do not adjoin, or where
    something in between could not be counted.
    """
    if not len(spans):
        return 0, SlotShare.MISSING
    adjoin = spans.start_ms[1:] == spans.start_ms[:-1] + spans.seconds[:-1].sum(axis=1, dtype=np.int64) * 1000
    lacks = (spans.begins == MISSING) | (spans.ends == MISSING)
    weaker = MISSING if lacks.any() or not adjoin.all() else max(int(spans.begins[0]), int(spans.ends[-1]))
    return int(spans.thousandths.sum()), _SHARES[weaker]


_SHARES = {number: share for share, number in SHARE_NUMBERS.items()}


def _summed(slots: Amounts, borders: Instants) -> Amounts:
    first, span_s = _spans(slots.start_ms, borders)
    last = np.append(first[1:], len(slots)) - 1
    starts = _starts(slots.start_ms, borders, first)
    ends_ms = slots.start_ms + slots.seconds.sum(axis=1, dtype=np.int64) * 1000
    lacks = (slots.begins == MISSING) | (slots.ends == MISSING)
    lacks[1:] |= slots.start_ms[1:] != ends_ms[:-1]
    lacks[first] = (slots.begins == MISSING)[first] | (slots.ends == MISSING)[first]
    incomplete = np.logical_or.reduceat(lacks, first) | (ends_ms[last] != starts + span_s * 1000)
    begins = np.where(slots.start_ms[first] == starts, slots.begins[first], MISSING).astype(np.uint8)
    ends = np.where(incomplete, MISSING, slots.ends[last]).astype(np.uint8)
    thousandths = np.add.reduceat(slots.thousandths, first)
    return Amounts(starts, thousandths, _seconds(slots.seconds, first, span_s), begins, ends)


def _spans(start_ms: Instants, borders: Instants) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Return the first row of each span that has any, and how many seconds that span has."""
    span = np.searchsorted(borders, start_ms, side="right") - 1
    first = np.flatnonzero(np.diff(span, prepend=-1))
    return first, (np.diff(borders) // 1000)[span[first]]


def _starts(start_ms: Instants, borders: Instants, first: NDArray[np.intp]) -> Instants:
    return borders[np.searchsorted(borders, start_ms[first], side="right") - 1]


def _seconds(seconds: NDArray[np.int32], first: NDArray[np.intp], span_s: NDArray[np.int64]) -> NDArray[np.int32]:
    summed = np.add.reduceat(seconds, first, axis=0, dtype=np.int64)
    summed[:, MISSING] += span_s - summed.sum(axis=1)
    return summed.astype(np.int32)


def _year_of(at_ms: int, zone: ZoneInfo) -> int:
    return at_utc(at_ms).astimezone(zone).year


@lru_cache(maxsize=256)
def _midnights(year: int, zone: ZoneInfo) -> Instants:
    whole = Period(local_day(date(year, 1, 1), zone).start_utc, local_day(date(year, 12, 31), zone).end_utc)
    return np.array([epoch_ms(day.start_utc) for day in local_days(whole, zone)], np.int64)
