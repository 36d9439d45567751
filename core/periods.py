"""Half-open periods of time, and the local days and months of a place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.errors import ReadingError

SLOT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From `start_utc` (inside) to `end_utc` (outside). Raises `ReadingError` if naive or reversed."""

    start_utc: datetime
    end_utc: datetime

    def __post_init__(self) -> None:
        for at in (self.start_utc, self.end_utc):
            if at.utcoffset() is None:
                raise ReadingError("reading.time_naive", at=at.isoformat())
        if self.end_utc < self.start_utc:
            raise ReadingError("period.reversed", start=self.start_utc.isoformat(), end=self.end_utc.isoformat())
        object.__setattr__(self, "start_utc", self.start_utc.astimezone(UTC))
        object.__setattr__(self, "end_utc", self.end_utc.astimezone(UTC))

    @property
    def duration(self) -> timedelta:
        """Return the elapsed time between both ends."""
        return self.end_utc - self.start_utc

    def __contains__(self, at: datetime) -> bool:
        return self.start_utc <= at < self.end_utc

    def slots(self, length: timedelta = SLOT) -> Iterator[Period]:
        """Yield the consecutive slots of `length` that tile the period; the last one may be shorter."""
        start = self.start_utc
        while start < self.end_utc:
            end = min(start + length, self.end_utc)
            yield Period(start, end)
            start = end


def local_day(day: date, zone: ZoneInfo) -> Period:
    """Return the calendar day at a place: 23, 24 or 25 hours."""
    return Period(_midnight(day, zone), _midnight(day + timedelta(days=1), zone))


def local_month(year: int, month: int, zone: ZoneInfo) -> Period:
    """Return the calendar month at a place; March and October differ by an hour in Europe."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return Period(_midnight(date(year, month, 1), zone), _midnight(following, zone))


def local_days(period: Period, zone: ZoneInfo) -> Iterator[Period]:
    """Yield the local days of `period`, the first and last cut to it; together they tile it."""
    start = period.start_utc
    while start < period.end_utc:
        whole = local_day(start.astimezone(zone).date(), zone)
        end = min(whole.end_utc, period.end_utc)
        yield Period(start, end)
        start = end


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
