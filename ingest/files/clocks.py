"""Local instants to UTC over the changes of the clock.

In the hour that comes twice in October only the order of rows tells which one is meant: 100 quarter
hours of that day are all there, one after the other. A row whose neighbours do not tell is refused.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo

from core.imports import FileClock
from ingest.files.cells import CellError

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR_MS: Final = 3_600_000
WINTER: Final = timezone(timedelta(hours=1))
_FIRST: Final = datetime(1990, 1, 1, tzinfo=UTC)


class SeriesClock:
    """Reads the instants of one series in the order of its rows, which may rise or fall."""

    def __init__(self, clock: FileClock, zone: ZoneInfo) -> None:
        self._zone = {FileClock.UTC: UTC, FileClock.WINTER: WINTER}.get(clock, zone)
        self._is_local = clock is FileClock.LOCAL
        self._last_ms: int | None = None
        self._way = 0

    def at_ms(self, at: datetime) -> int:
        """Return the instant in milliseconds since 1970. Raises `CellError` where it is none, or could be two."""
        if at.tzinfo is not None:
            found = ms_of(at)
        elif self._is_local:
            found = self._local_ms(at)
        else:
            found = ms_of(at.replace(tzinfo=self._zone))
        if self._last_ms is not None and found != self._last_ms:
            self._way = 1 if found > self._last_ms else -1
        self._last_ms = found
        return found

    def _local_ms(self, at: datetime) -> int:
        early, late = (at.replace(tzinfo=self._zone, fold=fold) for fold in (0, 1))
        if early.utcoffset() == late.utcoffset():
            return ms_of(early)
        if early.astimezone(UTC).astimezone(self._zone).replace(tzinfo=None) != at:
            raise CellError("imports.row.never_was")
        return self._told(ms_of(early), ms_of(late))

    def _told(self, early_ms: int, late_ms: int) -> int:
        """Return which of two instants follows on the row before."""
        last_ms, way = self._last_ms, self._way or 1
        first, second = (early_ms, late_ms) if way > 0 else (late_ms, early_ms)
        if last_ms is not None:
            for candidate in (first, second):
                if 0 < (candidate - last_ms) * way <= _HOUR_MS:
                    return candidate
        raise CellError("imports.row.twice_an_hour")


def ms_of(at: datetime) -> int:
    """Return an aware instant in milliseconds since 1970. Raises `CellError` for one that cannot be."""
    try:
        utc = at.astimezone(UTC)
    except OverflowError as error:
        raise CellError("imports.row.never_was") from error
    if utc < _FIRST:
        raise CellError("imports.row.too_old", year=_FIRST.year)
    return (utc - _EPOCH) // timedelta(milliseconds=1)
