"""Facts in InfluxDB: the latest version of each, as points."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, Final

from core.errors import StoreError
from core.periods import Period
from core.ports import FactPoint
from core.readings import instant
from store.influx.inlet import Inlet, entries
from store.influx.line import Value, point, storable, storable_ms
from store.influx.sender import Sender
from store.influx.server import Deletion, Server
from store.influx.spoolfile import Entry, Kind
from store.influx.statements import name, select, within
from store.points.columns import to_ms, to_utc

_THIRD: Final = 3
_KINDS: Final[dict[str, type]] = {"float": float, "integer": float, "string": str, "boolean": bool}


class Facts:
    """`core.ports.FactSink`."""

    def __init__(self, server: Server, inlet: Inlet, sender: Sender) -> None:
        self._server = server
        self._inlet = inlet
        self._sender = sender
        self._publishing = asyncio.Lock()

    async def publish(self, points: Sequence[FactPoint]) -> None:
        """Return once all are durable. The same (measurement, tags, instant) again replaces all its fields.

        Raises `StoreError` for a value that is no number, and for a field that had values of another kind.
        """
        if await self._server.keeps_raw_only():
            raise StoreError("influx.core_raw_only")
        by_measurement: dict[str, list[FactPoint]] = defaultdict(list)
        for each in points:
            _check(each)
            by_measurement[each.measurement].append(each)
        async with self._publishing:
            await self._sender.emptied()
            wanted: list[Entry] = []
            now_ms = self._inlet.now_ms()
            for measurement, some in by_measurement.items():
                await self._check_kinds(measurement, some)
                wanted += await self._shrinking(measurement, some, now_ms)
            lines = [
                point(each.measurement, each.tags, _floats(each.fields), _at_ms(each)) for each in points if each.fields
            ]
            wanted += entries(lines, now_ms)
            if wanted:
                await asyncio.shield(self._inlet.put_lines((), lambda _: wanted, len(lines)))

    async def withdraw_facts(self, measurement: str, period: Period, but: Sequence[FactPoint] = ()) -> None:
        """Take away all rows of a measurement in `period` but those at the places of `but`. InfluxDB 3 cannot."""
        if await self._server.keeps_raw_only():
            raise StoreError("influx.core_raw_only")
        first, last = storable_ms(period.start_utc), storable_ms(period.end_utc) - 1
        if first > last:
            return
        cannot = self._server.settings.version >= _THIRD
        looked = bool(but) or cannot  # what is not there need not be taken away
        gone = await self._others(measurement, period, but) if looked else [Deletion(measurement, first, last)]
        if gone and cannot:
            raise StoreError("influx.cannot_delete", measurement=measurement)
        now_ms = self._inlet.now_ms()
        deletions = [Entry(Kind.DELETE, deletion.as_bytes(), 0, now_ms) for deletion in gone]
        if deletions:
            await self._inlet.put_lines((), lambda _: deletions, 0)

    async def _others(self, measurement: str, period: Period, but: Sequence[FactPoint]) -> list[Deletion]:
        """Return how rows that stand elsewhere than these points are deleted."""
        await self._sender.emptied()
        kept = {(_tags(each.tags), _at_ms(each)) for each in but if each.measurement == measurement}
        found = []
        for series in await self._server.ask(select(["*"], measurement, [within(period)]) + " GROUP BY *"):
            tags = series.get("tags", {})
            instants = [row[0] for row in series["values"] if (_tags(tags), row[0]) not in kept]
            found += [Deletion(measurement, at_ms, at_ms, tags=tags) for at_ms in instants]
        return found

    async def _check_kinds(self, measurement: str, points: Sequence[FactPoint]) -> None:
        """Refuse what InfluxDB would refuse: a field is of one kind for good."""
        kinds: dict[str, type] = {}
        for series in await self._server.ask(f"SHOW FIELD KEYS FROM {name(measurement)}"):
            kinds |= {field: _KINDS.get(kind, float) for field, kind in series["values"]}
        for each in points:
            for field, value in _floats(each.fields).items():
                if kinds.setdefault(storable(field), type(value)) is not type(value):
                    raise StoreError("store.fact_kind_differs", measurement=measurement, field=field)

    async def _shrinking(self, measurement: str, points: Sequence[FactPoint], now_ms: int) -> list[Entry]:
        """Return deletions of those points that have a field which their new version has not: it would stay."""
        wanted = {(_tags(each.tags), _at_ms(each)): each.fields.keys() for each in points}
        instants = [at_ms for _, at_ms in wanted]
        period = Period(to_utc(min(instants)), to_utc(max(instants) + 1))
        statement = select(["*"], measurement, [within(period)]) + " GROUP BY *"
        found: list[Entry] = []
        for series in await self._server.ask(statement):
            tags = series.get("tags", {})
            place = _tags(tags)
            for row in series["values"]:
                fields = wanted.get((place, row[0]))
                if fields is not None and _has_more(series["columns"], row, fields):
                    if self._server.settings.version >= _THIRD:
                        raise StoreError("influx.cannot_delete", measurement=measurement)
                    deletion = Deletion(measurement, row[0], row[0], tags=tags)
                    found.append(Entry(Kind.DELETE, deletion.as_bytes(), 0, now_ms))
        return found


def _has_more(columns: Sequence[str], row: Sequence[Any], fields: object) -> bool:
    known = {storable(field) for field in fields}  # type: ignore[attr-defined]
    return any(value is not None and column not in known for column, value in zip(columns[1:], row[1:], strict=True))


def _tags(tags: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    return frozenset((storable(key), storable(value)) for key, value in tags.items() if value)


def _at_ms(each: FactPoint) -> int:
    return to_ms(instant(each.at_utc))


def _floats(fields: Mapping[str, Value]) -> dict[str, Value]:
    return {field: value if isinstance(value, bool | str) else float(value) for field, value in fields.items()}


def _check(each: FactPoint) -> None:
    instant(each.at_utc)
    for field, value in each.fields.items():
        if isinstance(value, float) and not isfinite(value):
            raise StoreError("store.fact_not_finite", measurement=each.measurement, field=field)
