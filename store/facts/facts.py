"""Published facts in the embedded time series: rows of measurements, the latest version of each."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import isfinite
from typing import Final, NamedTuple

from duckdb import DuckDBPyConnection

from core.errors import StoreError
from core.periods import Period
from core.ports import FactPoint
from core.readings import instant
from store.facts.tables import FACT, FACT_SERIES, NUMBER, TEXT, TRUTH
from store.points.access import Access
from store.points.columns import to_us
from store.spans.rows import bounds_us

_POINTS: Final = 500
"""So many are written at once, for readings wait meanwhile."""


class Facts(Access):
    """`core.ports.FactSink`."""

    async def publish(self, points: Sequence[FactPoint]) -> None:
        """Return once all are durable. The same (measurement, tags, instant) again replaces all its fields.

        Raises `StoreError` for a value that is no number, and for a field that had values of another kind.
        """
        rows = [_Row.of(point) for point in points]
        for start in range(0, len(rows), _POINTS):
            latest = {row.place: row for row in rows[start : start + _POINTS]}
            await self.change(partial(_write, rows=list(latest.values())))

    async def withdraw_facts(self, measurement: str, period: Period, but: Sequence[FactPoint] = ()) -> None:
        """Take away all rows of a measurement in `period` except those at the places of `but`."""
        places = [_Row.of(point).place for point in but if point.measurement == measurement]
        await self.change(partial(_withdraw, measurement=measurement, period=period, places=places))


class _Place(NamedTuple):
    measurement: str
    tags: str
    at_us: int


@dataclass(frozen=True, slots=True)
class _Row:
    place: _Place
    fields: Mapping[str, float | str | bool]

    @classmethod
    def of(cls, point: FactPoint) -> _Row:
        tags = {key: value for key, value in point.tags.items() if value}
        text = json.dumps(tags, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        for field, value in point.fields.items():
            if isinstance(value, float) and not isfinite(value):
                raise StoreError("store.fact_not_finite", measurement=point.measurement, field=field)
        return cls(_Place(point.measurement, text, to_us(instant(point.at_utc))), point.fields)


class _Series:
    """The series of some measurements: measurement and tags, then field, lead to its number."""

    def __init__(self, connection: DuckDBPyConnection, measurements: Iterable[str]) -> None:
        self._connection = connection
        self._numbers: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        self._kinds: dict[tuple[str, str], str] = {}
        for measurement, tags, field, kind, number in connection.execute(
            f"select measurement, tags, field, kind, id from {FACT_SERIES} where list_contains(?, measurement)",
            [list(measurements)],
        ).fetchall():
            self._learn(measurement, tags, field, kind, number)

    def at(self, place: _Place) -> Collection[int]:
        """Return the numbers of all series that may have a row at a place."""
        return self._numbers[place.measurement, place.tags].values()

    def number(self, place: _Place, field: str, kind: str) -> int:
        """Return the number of the series of a field, given one if it has none."""
        before = self._kinds.get((place.measurement, field), kind)
        if before != kind:
            raise StoreError("store.fact_kind_differs", measurement=place.measurement, field=field)
        numbers = self._numbers[place.measurement, place.tags]
        if field not in numbers:
            row = self._connection.execute(
                f"insert into {FACT_SERIES} (id, measurement, tags, field, kind)"
                f" select coalesce(max(id) + 1, 0), ?, ?, ?, ? from {FACT_SERIES} returning id",
                [place.measurement, place.tags, field, kind],
            ).fetchall()
            self._learn(place.measurement, place.tags, field, kind, row[0][0])
        return numbers[field]

    def _learn(self, measurement: str, tags: str, field: str, kind: str, number: int) -> None:
        self._numbers[measurement, tags][field] = number
        self._kinds[measurement, field] = kind


def _write(connection: DuckDBPyConnection, rows: Sequence[_Row]) -> None:
    series = _Series(connection, {row.place.measurement for row in rows})
    gone = [(number, row.place.at_us) for row in rows for number in series.at(row.place)]
    written = list(_values(rows, series))
    if gone:
        connection.execute(
            f"delete from {FACT} f using (select unnest(?) as number, make_timestamp(unnest(?)) as ts) g"
            " where f.series_id = g.number and f.ts = g.ts",
            _columns(gone),
        )
    if written:
        connection.execute(
            f"insert into {FACT} (series_id, ts, number, text)"
            " select unnest(?), make_timestamp(unnest(?)), unnest(?::double[]), unnest(?::varchar[])",
            _columns(written),
        )


def _values(rows: Sequence[_Row], series: _Series) -> Iterator[tuple[int, int, float | None, str | None]]:
    """Yield what the table of facts holds: series, instant, number or text."""
    for row in rows:
        for field, value in row.fields.items():
            if isinstance(value, str):
                yield series.number(row.place, field, TEXT), row.place.at_us, None, value
            else:
                kind = TRUTH if isinstance(value, bool) else NUMBER
                yield series.number(row.place, field, kind), row.place.at_us, float(value), None


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _withdraw(connection: DuckDBPyConnection, measurement: str, period: Period, places: Sequence[_Place]) -> None:
    connection.execute(
        f"delete from {FACT} f where series_id in (select id from {FACT_SERIES} where measurement = ?)"
        " and ts >= make_timestamp(?) and ts < make_timestamp(?) and not exists (select 1"
        " from (select unnest(?::varchar[]) as tags, make_timestamp(unnest(?::bigint[])) as ts) k"
        f" join {FACT_SERIES} s on s.measurement = ? and s.tags = k.tags where s.id = f.series_id and k.ts = f.ts)",
        [
            measurement,
            *bounds_us(period),
            [place.tags for place in places],
            [place.at_us for place in places],
            measurement,
        ],
    )
    connection.execute(
        f"delete from {FACT_SERIES} where measurement = ? and id not in (select series_id from {FACT})", [measurement]
    )
