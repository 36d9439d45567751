"""The spans and local days of a period at a place, and which stored slots and days lie in them, as columns.

Instants are milliseconds since 1970.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from core.intervals import SLOT_S, Resolution
from core.periods import Period
from energy.series import Instants
from store.points.columns import to_ms
from store.spans.columns import Table

_SLOT_MS: Final = SLOT_S * 1000
_HOUR_MS: Final = 3600 * 1000
_BY_DAYS: Final = (None, Resolution.DAY, Resolution.MONTH)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A period's spans and its local days, each given by borders: one more than there are.

    Days and spans at both ends are cut to the period. `whole` says which days are not cut, and may
    so be read as days.
    """

    spans: Instants
    days: Instants
    whole: NDArray[np.bool_]

    @classmethod
    def of(
        cls, period: Period, resolution: Resolution | None, zone: ZoneInfo, searched: Period | None = None
    ) -> Calendar:
        """Return the spans of a resolution (None: the period is one), and the days of that part that is `searched`."""
        inner = searched or period
        midnights = _midnights(inner, zone)
        days = _cut(midnights, inner)
        whole = np.isin(days[:-1], midnights) & np.isin(days[1:], midnights)
        if resolution not in _BY_DAYS:
            whole[:] = False
        return cls(_spans(period, resolution, zone), days, whole)

    def days_as_rows(self) -> Table:
        """Return the whole days: where each begins, its span, and whether (1 or 0) it is that span's first or last."""
        return self._rows(self.days[:-1][self.whole], self.days[1:][self.whole])

    def slots_as_rows(self, first: int, last: int) -> Table:
        """Return the slots from day number `first` up to `last`: as days, and the number of the day each lies in."""
        start_ms, end_ms = int(self.days[first]), int(self.days[last])
        starts = np.arange(-(-start_ms // _SLOT_MS), end_ms // _SLOT_MS, dtype=np.int64) * _SLOT_MS
        number = np.searchsorted(self.days, starts, "right") - 1
        return self._rows(starts, starts + _SLOT_MS) | {"day": number.astype(np.int32)}

    def _rows(self, starts: Instants, ends: Instants) -> Table:
        span = np.searchsorted(self.spans, starts, "right") - 1
        return {
            "ts": (starts * 1000).view("M8[us]"),
            "span": span.astype(np.int32),
            "is_first": (self.spans[span] == starts).astype(np.uint8),
            "is_last": (self.spans[span + 1] == ends).astype(np.uint8),
        }


def _spans(period: Period, resolution: Resolution | None, zone: ZoneInfo) -> Instants:
    match resolution:
        case None:
            return _ends(period)
        case Resolution.MONTH:
            borders = _midnights(period, zone, of_months=True)
        case Resolution.DAY:
            borders = _midnights(period, zone)
        case _:
            borders = _parted(_midnights(period, zone), _HOUR_MS if resolution is Resolution.HOUR else _SLOT_MS)
    return _cut(borders, period)


def _ends(period: Period) -> Instants:
    return np.array([to_ms(period.start_utc), to_ms(period.end_utc)], np.int64)


def _midnights(period: Period, zone: ZoneInfo, *, of_months: bool = False) -> Instants:
    """Return the midnights around and in a period, those of all days or of the first ones of months."""
    first, last = (at_utc.astimezone(zone).date() for at_utc in (period.start_utc, period.end_utc))
    days = (first + timedelta(days=number) for number in range((last - first).days + 2))
    return np.array([_midnight_ms(day, zone) for day in days if day.day == 1 or not of_months], np.int64)


def _midnight_ms(day: date, zone: ZoneInfo) -> int:
    return to_ms(datetime.combine(day, time(), tzinfo=zone))


def _parted(midnights: Instants, step_ms: int) -> Instants:
    """Return the borders of the parts of days, each as long as the step, counted from midnight."""
    counts = -(-np.diff(midnights) // step_ms)
    part = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.append(np.repeat(midnights[:-1], counts) + part * step_ms, midnights[-1])


def _cut(borders: Instants, period: Period) -> Instants:
    """Return the borders in a period, its ends among them; of an empty one just its start."""
    start_ms, end_ms = _ends(period)
    return np.unique(np.concatenate([[start_ms], borders[(borders > start_ms) & (borders < end_ms)], [end_ms]]))
