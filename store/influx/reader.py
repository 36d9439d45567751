"""Readings out of InfluxDB, by InfluxQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any, Final

import numpy as np

from core.intervals import SeriesKey
from core.measurements import READING
from core.periods import Period
from core.ports import Arrival
from core.quantities import Quantity
from core.readings import Reading, is_source
from energy.series import QUALITY_CODES, Samples
from store.influx.inlet import quality_of, received_of
from store.influx.line import FIRST_MS, LAST_MS
from store.influx.server import Server
from store.influx.spoolfile import LatestRow
from store.influx.statements import name, of_sources, portions, select, within
from store.points.columns import to_utc
from store.points.schema import QUALITIES

SOURCES_AT_ONCE: Final = 100
EARLIEST_UTC: Final = to_utc(FIRST_MS)
LATEST_UTC: Final = to_utc(LAST_MS)
_CODES: Final = np.array([QUALITY_CODES[QUALITIES[stored]] for stored in range(len(QUALITIES))], np.uint8)

Columns = Mapping[str, Sequence[Any]]


class Reader:
    """Asks for readings; the caller has made sure that the spool's are there."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def readings(self, source: str, quantity: Quantity, period: Period) -> tuple[Reading, ...]:
        """Return the readings of one series in `period`, by instant."""
        fields = [name(quantity.value), name(quality_of(quantity))]
        found = await self._server.ask(select(fields, READING, [of_sources([source]), within(period)]))
        return tuple(
            Reading(source, quantity, to_utc(at_ms), float(value), QUALITIES[int(quality or 0)])
            for series in found
            for at_ms, value, quality in series["values"]
            if value is not None
        )

    async def arrivals(self, source: str, quantity: Quantity, period: Period) -> tuple[Arrival, ...]:
        """Return the readings of one series in `period`, by instant, with when each was received."""
        fields = [name(quantity.value), name(quality_of(quantity)), name(received_of(quantity))]
        found = await self._server.ask(select(fields, READING, [of_sources([source]), within(period)]))
        return tuple(
            Arrival(
                Reading(source, quantity, to_utc(at_ms), float(value), QUALITIES[int(quality or 0)]),
                None if received_ms is None else to_utc(int(received_ms)),
            )
            for series in found
            for at_ms, value, quality, received_ms in series["values"]
            if value is not None
        )

    async def samples(self, keys: Sequence[SeriesKey], period: Period) -> dict[SeriesKey, Samples]:
        """Return the readings of several series in `period`; a series without any is left out."""
        found: dict[SeriesKey, Samples] = {}
        for quantity, sources in by_quantity(keys).items():
            fields = [name(quantity.value), name(quality_of(quantity))]
            async for source, columns in self.grouped(fields, READING, sources, period):
                samples = _samples(columns, quantity)
                if len(samples):
                    found[source, quantity] = samples
        return found

    async def neighbours(self, key: SeriesKey, period: Period) -> tuple[int | None, int | None]:
        """Return the instants of a series' last reading before `period` and its first one at or after its end."""
        source, quantity = key
        before = Period(EARLIEST_UTC, max(period.start_utc, EARLIEST_UTC))
        after = Period(min(period.end_utc, LATEST_UTC), LATEST_UTC)
        return await self._edge("last", source, quantity, before), await self._edge("first", source, quantity, after)

    async def firsts(self, keys: Sequence[SeriesKey]) -> dict[SeriesKey, int]:
        """Return the instants of the first readings of several series; a series without any is left out."""
        found: dict[SeriesKey, int] = {}
        for quantity, sources in by_quantity(keys).items():
            for part in portions(sources, SOURCES_AT_ONCE):
                first = select([f"first({name(quantity.value)})"], READING, [of_sources(part)], ["source"])
                for series in await self._server.ask(first):
                    found[series["tags"]["source"], quantity] = int(series["values"][0][0])
        return found

    async def count(self) -> dict[str, int]:
        """Return how many readings there are per kind of source."""
        counted = [f"count({name(quantity.value)})" for quantity in Quantity]
        found = await self._server.ask(select(counted, READING, [], ["kind"]))
        counts = {series["tags"]["kind"]: sum(number or 0 for number in series["values"][0][1:]) for series in found}
        return {kind: count for kind, count in sorted(counts.items()) if count}

    async def newest(self, key: SeriesKey) -> LatestRow | None:
        """Return the newest reading of a series, None if it has none."""
        source, quantity = key
        return next(iter(await self._newest_of(quantity, [of_sources([source])])), None)

    async def latest(self) -> list[LatestRow]:
        """Return the newest reading of every series."""
        return [row for quantity in Quantity for row in await self._newest_of(quantity, [])]

    async def _newest_of(self, quantity: Quantity, conditions: Sequence[str]) -> list[LatestRow]:
        fields = [f"last({name(quantity.value)})", name(quality_of(quantity)), name(received_of(quantity))]
        newest: dict[str, LatestRow] = {}
        for series in await self._server.ask(select(fields, READING, conditions, ["source"])):
            source = series.get("tags", {}).get("source", "")
            for row in series["values"]:
                match row:  # what was not written by us is passed over
                    case [int() as at_ms, int() | float() as value, quality, received_ms] if is_source(source):
                        known = float(value), int(quality or 0), int(received_ms or at_ms)
                        newest[source] = LatestRow(source, quantity.value, at_ms, *known)
        return list(newest.values())

    async def grouped(
        self, fields: Sequence[str], measurement: str, sources: Collection[str], period: Period
    ) -> AsyncIterator[tuple[str, Columns]]:
        """Yield the columns of each source that has rows in `period`, by instant."""
        for part in portions(sources, SOURCES_AT_ONCE):
            statement = select(fields, measurement, [of_sources(part), within(period)], ["source"])
            async for series in self._server.series(statement):
                columns = dict(zip(series["columns"], zip(*series["values"], strict=True), strict=True))
                yield series["tags"]["source"], columns

    async def _edge(self, which: str, source: str, quantity: Quantity, period: Period) -> int | None:
        statement = select([f"{which}({name(quantity.value)})"], READING, [of_sources([source]), within(period)])
        for series in await self._server.ask(statement):
            return int(series["values"][0][0])
        return None


def by_quantity(keys: Sequence[SeriesKey]) -> dict[Quantity, list[str]]:
    """Return the sources of each quantity."""
    found: dict[Quantity, list[str]] = {}
    for source, quantity in keys:
        found.setdefault(quantity, []).append(source)
    return found


def _samples(columns: Columns, quantity: Quantity) -> Samples:
    value = np.array(columns[quantity.value], np.float64)  # null becomes NaN
    known = np.isfinite(value)
    stored = np.array([number or 0 for number in columns[quality_of(quantity)]], np.intp)
    return Samples(np.array(columns["time"], np.int64), value, _CODES[stored]).take(known)
