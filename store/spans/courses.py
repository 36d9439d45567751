"""Courses, totals and shares out of the embedded time series: one read each, however many sources."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Mapping
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np

from core.intervals import Amount, Course, Resolution, Shares
from core.measurements import is_amount
from core.periods import Period
from core.ports import ALWAYS
from core.quantities import Quantity
from store.points.access import Access
from store.spans import course_rows
from store.spans.cells import AMOUNTS, MEANS
from store.spans.columns import Table
from store.spans.tables import SECONDS
from store.spans.totals import amounts_of

_KNOWN = SECONDS[:-1]


class Courses(Access):
    """The part of `core.ports.Query` that reads spans."""

    async def series(
        self, sources: Collection[str], quantity: Quantity, period: Period, resolution: Resolution, zone: ZoneInfo
    ) -> tuple[Course, ...]:
        """Return the course of each source that has one, by source; hours, days and months are those of `zone`."""
        numbers = self._numbers_of(sources, quantity)
        kind, wanted = AMOUNTS if is_amount(quantity) else MEANS, list(numbers.values())
        if not wanted:
            return ()
        match resolution:
            case Resolution.RAW:
                rows = await self.read(partial(course_rows.raw, numbers=wanted, period=period))
            case Resolution.SLOT:
                rows = await self.read(partial(course_rows.slots, kind=kind, numbers=wanted, period=period))
            case _:
                read = partial(course_rows.spans, kind=kind, numbers=wanted, period=period)
                rows = await self.read(partial(read, resolution=resolution, zone=zone))
        return tuple(_course(source, quantity, resolution, rows, place) for source, place in _places(numbers, rows))

    async def totals(
        self,
        groups: Mapping[str, Collection[str]],
        quantity: Quantity,
        period: Period,
        zone: ZoneInfo,
        each: Resolution | None = None,
        valid: Mapping[str, Period] = ALWAYS,
    ) -> dict[str, tuple[Amount, ...]]:
        """Return what the sources of each group counted together: once for `period`, or per day or month of it."""
        numbers = self._numbers_of({source for group in groups.values() for source in group}, quantity)
        wanted = list(numbers.values())
        borders, counted = await self.read(
            partial(course_rows.counted, numbers=wanted, period=period, each=each, zone=zone)
        )
        members = {name: tuple(sorted(set(sources))) for name, sources in groups.items()}
        return amounts_of(members, numbers, counted, borders, period, valid)

    async def shares(self, sources: Collection[str], quantity: Quantity, period: Period) -> dict[str, Shares]:
        """Return what the slots of each source stand on; time without slots is missing."""
        numbers = self._numbers_of(sources, quantity)
        kind, wanted = AMOUNTS if is_amount(quantity) else MEANS, list(numbers.values())
        known = await self.read(partial(course_rows.shares, kind=kind, numbers=wanted, period=period)) if wanted else {}
        span_s = int(period.duration.total_seconds())
        return {source: _shares(known.get(numbers.get(source, -1), ()), span_s) for source in sorted(set(sources))}

    def _numbers_of(self, sources: Collection[str], quantity: Quantity) -> dict[str, int]:
        """Return the numbers of those sources that have a series of the quantity, by source."""
        numbers = self.numbers()
        return {source: numbers[source, quantity] for source in sorted(set(sources)) if (source, quantity) in numbers}


def _shares(known_s: Collection[int], span_s: int) -> Shares:
    return Shares(**dict(zip(_KNOWN, known_s, strict=False)), missing_s=span_s - sum(known_s))


def _places(numbers: Mapping[str, int], rows: Table) -> list[tuple[str, slice]]:
    """Return where the rows of each source are that has any; rows come by number."""
    wanted = np.array(list(numbers.values()))
    starts = np.searchsorted(rows["series_id"], wanted, "left").tolist()
    ends = np.searchsorted(rows["series_id"], wanted, "right").tolist()
    found = zip(numbers, starts, ends, strict=True)
    return [(source, slice(start, end)) for source, start, end in found if end > start]


def _course(source: str, quantity: Quantity, resolution: Resolution, rows: Table, place: slice) -> Course:
    floats = {name: array("d", rows[name][place].tobytes()) for name in rows.keys() - {"series_id", "at_ms"}}
    at_ms = array("q", rows["at_ms"][place].tobytes())
    return Course(source=source, quantity=quantity, resolution=resolution, at_ms=at_ms, **floats)
