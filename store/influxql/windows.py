"""The windows of GROUP BY time, by InfluxDB's own arithmetic over changes of the clock."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

MIN_TIME: Final = -(2**63) + 2
MAX_TIME: Final = 2**63 - 2
"""The instants that stand for no bound, in nanoseconds since 1970."""

_S: Final = 1_000_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST: Final = datetime(1900, 1, 1, tzinfo=UTC)
_LAST_YEAR: Final = 2100
_STEP: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Changes:
    """When a zone's offset changes (ns since 1970), and what it is from then on (ns); the first holds since ever."""

    at_ns: tuple[int, ...]
    offset_ns: tuple[int, ...]

    def offset(self, at_ns: int) -> int:
        """Return the offset at an instant."""
        return self.offset_ns[max(0, bisect_right(self.at_ns, at_ns) - 1)]


@lru_cache(maxsize=64)
def changes(zone: ZoneInfo) -> Changes:
    """Return the changes of a zone from 1900 to 2100."""
    at, found = _FIRST, [(MIN_TIME, _offset(zone, _FIRST))]
    while at.year < _LAST_YEAR:
        following = at + _STEP
        if _offset(zone, following) != found[-1][1]:
            change = _change(zone, at, following)
            found.append((int((change - _EPOCH).total_seconds()) * _S, _offset(zone, change)))
        at = following
    return Changes(tuple(at_ns for at_ns, _ in found), tuple(offset for _, offset in found))


def _offset(zone: ZoneInfo, at: datetime) -> int:
    return int((at.astimezone(zone).utcoffset() or timedelta(0)).total_seconds()) * _S


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    was = _offset(zone, before)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (middle, after) if _offset(zone, middle) == was else (before, middle)
    return after


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows of `every_ns` (0: the range is one), shifted by `shift_ns`, at a zone's clock where there is one."""

    every_ns: int = 0
    shift_ns: int = 0
    zone: ZoneInfo | None = None

    def of(self, at_ns: int, start_ns: int, end_ns: int) -> tuple[int, int]:
        """Return start and end of the window that holds an instant; without windows, of the range."""
        if not self.every_ns:
            return start_ns, end_ns + 1
        at = at_ns - self.shift_ns
        offset = self._offset(at)
        into = (at + offset) % self.every_ns
        start = MIN_TIME if MIN_TIME + into >= at else at - into
        end = MAX_TIME if MAX_TIME - (self.every_ns - into) <= at else at + self.every_ns - into
        if self.zone is not None:
            start, end = self._adjusted(start, end, offset)
        return start + self.shift_ns, end + self.shift_ns

    def start(self, at_ns: int) -> int:
        """Return where the window begins that holds an instant."""
        return self.of(at_ns, at_ns, at_ns)[0]

    def _adjusted(self, start: int, end: int, offset: int) -> tuple[int, int]:
        moved = offset - self._offset(start)
        if 0 < abs(moved) < self.every_ns:
            start += moved
        after = self._offset(end)
        moved = offset - after
        if 0 < abs(moved) < self.every_ns and (moved > 0 or self._offset(end + moved) == after):
            end += moved
        return start, end

    def _offset(self, at_ns: int) -> int:
        return 0 if self.zone is None else changes(self.zone).offset(at_ns)

    def overlaps(self, least_ns: int, most_ns: int) -> list[tuple[int, int, int]]:
        """Return where windows reach over the start of the next one, as where clocks go back: (start, next, end).

        InfluxDB counts what lies there to the earlier window once it has anything in it.
        """
        if self.zone is None or not self.every_ns:
            return []
        known = changes(self.zone)
        margin = 2 * self.every_ns
        return [
            overlap
            for place in range(1, len(known.at_ns))
            if least_ns - margin <= known.at_ns[place] <= most_ns + margin
            and 0 < known.offset_ns[place - 1] - known.offset_ns[place] < self.every_ns
            for overlap in self._overlaps_near(known.at_ns[place])
        ]

    def _overlaps_near(self, at_ns: int) -> list[tuple[int, int, int]]:
        around = range(at_ns - 2 * self.every_ns, at_ns + 2 * self.every_ns, 15 * 60 * _S)
        starts = sorted({self.start(each) for each in around})
        found = []
        for start, following in pairwise(starts):
            end = self.of(start, start, start)[1]
            if end > following:
                found.append((start, following, end))
        return found

    def sql(self, at: str, least_ns: int, most_ns: int) -> str:
        """Return SQL for the start of the window of column `at`, whose values lie between these."""
        every = f"{self.every_ns}::bigint"
        shifted = f"({at} - {self.shift_ns}::bigint)" if self.shift_ns else at
        if self.zone is None:
            into = f"({shifted} % {every})"
            return f"{at} - {into if least_ns >= self.shift_ns else f'(({into} + {every}) % {every})'}"
        offset = self._offset_sql(shifted, least_ns, most_ns)
        start = f"({shifted} - (((({shifted} + {offset}) % {every}) + {every}) % {every}))"
        moved = f"({offset} - {self._offset_sql(start, least_ns, most_ns)})"
        return f"{start} + case when abs({moved}) < {every} then {moved} else 0 end + {self.shift_ns}::bigint"

    def _offset_sql(self, at: str, least_ns: int, most_ns: int) -> str:
        if self.zone is None:
            return "0"
        known = changes(self.zone)
        margin = 2 * self.every_ns + abs(self.shift_ns)
        first = max(0, bisect_right(known.at_ns, least_ns - margin) - 1)
        last = bisect_right(known.at_ns, most_ns + margin)
        cases = [
            f"when {at} < {known.at_ns[number + 1]}::bigint then {known.offset_ns[number]}::bigint"
            for number in range(first, last - 1)
        ]
        final = f"{known.offset_ns[max(first, last - 1)]}::bigint"
        return f"(case {' '.join(cases)} else {final} end)" if cases else final
