"""Intervals and days in InfluxDB: `energy.series.IntervalStore` over points of its own measurements.

A put reads first what is there and writes only what differs. To take a row of one quantity away, its
point is deleted and written again without it, because points hold all quantities of a source. What one
put changes is in the spool together; InfluxDB shows it request by request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

import numpy as np

from core.errors import StoreError
from core.intervals import SLOT_S, Resolution, SeriesKey
from core.measurements import TAG_KEYS
from core.periods import Period
from energy.series import NOTHING_COUNTED, Amounts, Counts, Instants, Means, Samples
from store.influx.inlet import Inlet, entries
from store.influx.line import number
from store.influx.reader import Reader, by_quantity
from store.influx.sender import Sender
from store.influx.server import Deletion, Server
from store.influx.spans import MEASUREMENTS, differing, fields_of, read, written
from store.influx.spoolfile import Entry, Kind
from store.influx.statements import name
from store.influx.whereabouts import Whereabouts
from store.points.columns import to_utc

Spans = TypeVar("Spans", Amounts, Means)
Change = tuple[SeriesKey, Amounts | Means]

_STEPS_MS: Final = {Resolution.SLOT: SLOT_S * 1000, Resolution.DAY: 1}
_THIRD: Final = 3
_AT_ONCE: Final = 40
"""So many series of a year's quarter hours are held at once."""


class Intervals:
    """Reads and writes spans. Everything raises `StoreError` while InfluxDB is away or still behind."""

    def __init__(self, server: Server, reader: Reader, inlet: Inlet, sender: Sender) -> None:
        self._server = server
        self._reader = reader
        self._inlet = inlet
        self._sender = sender
        self._putting = asyncio.Lock()

    async def samples(self, keys: Sequence[SeriesKey], period: Period) -> dict[SeriesKey, Samples]:
        """Return the readings of several series in `period`; a series without any is left out."""
        await self._sender.emptied()
        return await self._reader.samples(keys, period)

    async def neighbours(self, key: SeriesKey, period: Period) -> tuple[int | None, int | None]:
        """Return the instants of a series' last reading before `period` and its first one at or after its end."""
        await self._sender.emptied()
        return await self._reader.neighbours(key, period)

    async def firsts(self, keys: Sequence[SeriesKey]) -> dict[SeriesKey, int]:
        """Return the instant of each series' first reading; a series without any is left out."""
        await self._sender.emptied()
        return await self._reader.firsts(keys)

    async def delivered(self) -> bool:
        """Return True once InfluxDB has all that is in the spool."""
        await self._sender.emptied()
        return True

    async def amounts(
        self, resolution: Resolution, keys: Sequence[SeriesKey], period: Period
    ) -> dict[SeriesKey, Amounts]:
        """Return the rows that begin in `period`; a series without any is left out."""
        return await self.spans(Amounts, resolution, keys, period)

    async def counted(self, keys: Sequence[SeriesKey], period: Period) -> dict[SeriesKey, Counts]:
        """Return the slots that begin in `period` in which something was counted, of every series asked for."""
        found = dict.fromkeys(keys, NOTHING_COUNTED)
        for key, rows in (await self.amounts(Resolution.SLOT, keys, period)).items():
            some = rows.thousandths > 0
            found[key] = Counts(rows.start_ms[some], rows.thousandths[some])
        return found

    async def amounts_at(self, keys: Sequence[SeriesKey], start_ms: Instants) -> dict[SeriesKey, Amounts]:
        """Return the slots that begin at these ascending instants; a series without any is left out."""
        found: dict[SeriesKey, Amounts] = {}
        if not len(start_ms):
            return found
        period = Period(to_utc(int(start_ms[0])), to_utc(int(start_ms[-1]) + 1))
        for first in range(0, len(keys), _AT_ONCE):
            some = await self.amounts(Resolution.SLOT, keys[first : first + _AT_ONCE], period)
            there = {key: rows.take(np.isin(rows.start_ms, start_ms)) for key, rows in some.items()}
            found |= {key: rows for key, rows in there.items() if len(rows)}
        return found

    async def means(self, resolution: Resolution, keys: Sequence[SeriesKey], period: Period) -> dict[SeriesKey, Means]:
        """Return the rows that begin in `period`; a series without any is left out."""
        return await self.spans(Means, resolution, keys, period)

    async def spans(
        self, kind: type[Spans], resolution: Resolution, keys: Sequence[SeriesKey], period: Period
    ) -> dict[SeriesKey, Spans]:
        """Return the rows of a kind that begin in `period`."""
        await self._sender.emptied()
        found: dict[SeriesKey, Spans] = {}
        for quantity, sources in by_quantity(keys).items():
            fields = [name(field) for field in fields_of(kind, quantity)]
            async for source, columns in self._reader.grouped(fields, MEASUREMENTS[resolution], sources, period):
                rows = read(kind, quantity, columns)
                if len(rows):
                    found[source, quantity] = rows
        return found

    async def put(
        self,
        kind: type[Spans],
        resolution: Resolution,
        changes: Mapping[SeriesKey, Spans],
        removed: Mapping[SeriesKey, Instants],
    ) -> int:
        """Write rows, take away those that begin at `removed`; return how many rows changed."""
        await self._refuse(removed)
        async with self._putting:
            there = await self._there(kind, resolution, changes, removed)
            fresh = [(key, differing(rows, there.get(key))) for key, rows in changes.items()]
            gone = {key: _both(removed[key], there[key].start_ms, changes.get(key)) for key in removed if key in there}
            count = sum(len(rows) for _, rows in fresh) + sum(map(len, gone.values()))
            if count:
                rest = await self._rest(kind, MEASUREMENTS[resolution], gone)
                pack = _pack(resolution, fresh, gone, rest, self._inlet.now_ms())
                sources = {source for source, _ in (*changes, *removed)}
                await asyncio.shield(self._inlet.put_lines(sources, pack, count))
        return count

    async def _refuse(self, removed: Mapping[SeriesKey, Instants]) -> None:
        if await self._server.keeps_raw_only():
            raise StoreError("influx.core_raw_only")
        if self._server.settings.version >= _THIRD and any(map(len, removed.values())):
            raise StoreError("influx.cannot_delete", measurement="interval_15m, day")

    async def _there(
        self,
        kind: type[Spans],
        resolution: Resolution,
        changes: Mapping[SeriesKey, Spans],
        removed: Mapping[SeriesKey, Instants],
    ) -> dict[SeriesKey, Spans]:
        edges: list[Instants] = [rows.start_ms for rows in changes.values()]
        all_ms = np.concatenate([np.zeros(0, np.int64), *edges, *removed.values()])
        if not len(all_ms):
            return {}
        period = Period(to_utc(int(all_ms.min())), to_utc(int(all_ms.max()) + 1))
        return await self.spans(kind, resolution, sorted({*changes, *removed}), period)

    async def _rest(
        self, kind: type[Amounts | Means], measurement: str, gone: Mapping[SeriesKey, Instants]
    ) -> dict[tuple[str, int], str]:
        """Return what other quantities say in the points that are to be deleted, by source and instant."""
        rest: dict[tuple[str, int], str] = {}
        for (source, quantity), at_ms in gone.items():
            if not len(at_ms):
                continue
            period = Period(to_utc(int(at_ms.min())), to_utc(int(at_ms.max()) + 1))
            own = {*fields_of(kind, quantity), *TAG_KEYS, "time"}
            wanted = set(at_ms.tolist())
            async for _, columns in self._reader.grouped(["*"], measurement, [source], period):
                for place, at in enumerate(columns["time"]):
                    if at in wanted:
                        rest[source, at] = _others(columns, place, own)
        return rest


def _both(removed: Instants, there: Instants, written_rows: Amounts | Means | None) -> Instants:
    """Return the instants that are to go, are there, and are not written anew by the same put."""
    going = np.intersect1d(removed, there)
    return going if written_rows is None else np.setdiff1d(going, written_rows.start_ms)


def _others(columns: Mapping[str, Sequence[Any]], place: int, own: set[str]) -> str:
    found = ((field, values[place]) for field, values in columns.items() if field not in own)
    return ",".join(f"{field}={number(value)}" for field, value in found if value is not None)


def _pack(
    resolution: Resolution,
    fresh: Sequence[Change],
    gone: Mapping[SeriesKey, Instants],
    rest: Mapping[tuple[str, int], str],
    now_ms: int,
) -> Callable[[Whereabouts], list[Entry]]:
    measurement = MEASUREMENTS[resolution]

    def pack(whereabouts: Whereabouts) -> list[Entry]:
        lines = [
            f"{whereabouts.prefix(measurement, source, at_ms)} {fields} {at_ms}".encode()
            for source, at_ms, fields in _rows(fresh, rest)
        ]
        deletions = [
            Entry(Kind.DELETE, Deletion(measurement, first, last, {"source": source}).as_bytes(), 0, now_ms)
            for (source, _), at_ms in gone.items()
            for first, last in _runs(at_ms, _STEPS_MS[resolution])
        ]
        return [*deletions, *entries(lines, now_ms)]

    return pack


def _rows(fresh: Sequence[Change], rest: Mapping[tuple[str, int], str]) -> Iterable[tuple[str, int, str]]:
    for (source, at_ms), fields in rest.items():
        if fields:
            yield source, at_ms, fields
    for (source, quantity), rows in fresh:
        for at_ms, fields in written(rows, quantity):
            yield source, at_ms, fields


def _runs(at_ms: Instants, step_ms: int) -> list[tuple[int, int]]:
    """Return first and last of each run of instants between which no other can lie."""
    ordered = np.unique(at_ms)
    if not len(ordered):
        return []
    parts = np.split(ordered, np.flatnonzero(np.diff(ordered) > step_ms) + 1)
    return [(int(part[0]), int(part[-1])) for part in parts]
