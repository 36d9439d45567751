"""All series that InfluxQL can ask for: measurement, tags, fields, and where the values of each field stand."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Final

from duckdb import DuckDBPyConnection

from core.intervals import SeriesKey
from core.inventory import Inventory
from core.measurements import DAY, INTERVAL, READING, greatest_field, is_amount, least_field, quality_field, tags_of
from core.quantities import Quantity
from core.readings import SlotShare
from store.facts import tables as fact_tables
from store.points import schema
from store.spans import tables as interval_tables


class Kind(StrEnum):
    """What values a field has; the value is InfluxDB's word."""

    FLOAT = "float"
    INTEGER = "integer"
    STRING = "string"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Column:
    """Where the values of a field of a series stand: rows of `table` with this id, `sql` over the row `p`."""

    table: str
    series_id: int
    sql: str
    kind: Kind = Kind.FLOAT


@dataclass(frozen=True, slots=True)
class Series:
    """One series: its tags, and its fields by name."""

    tags: Mapping[str, str]
    columns: Mapping[str, Column]


@dataclass(frozen=True)
class Measurement:
    """Series that share their measurement, in the order of their tags."""

    name: str
    series: tuple[Series, ...]

    @cached_property
    def fields(self) -> dict[str, Kind]:
        """Return the kind of each field."""
        return {name: column.kind for series in self.series for name, column in series.columns.items()}

    @cached_property
    def tag_keys(self) -> tuple[str, ...]:
        """Return all keys of tags, sorted."""
        return tuple(sorted({key for series in self.series for key in series.tags}))


Catalogue = Mapping[str, Measurement]
"""Measurements by name."""

_SLOT_S: Final = "900::double"
_DAY_S: Final = f"({' + '.join(f'p.{column}' for column in interval_tables.SECONDS)})::double"
_AMOUNT: Final = "p.thousandths / 1000::double"
_FACTS: Final = {
    fact_tables.NUMBER: (Kind.FLOAT, "p.number"),
    fact_tables.TRUTH: (Kind.BOOLEAN, "p.number <> 0"),
    fact_tables.TEXT: (Kind.STRING, "p.text"),
}
_SPANS: Final = (
    (interval_tables.SLOT_AMOUNT, INTERVAL, _SLOT_S),
    (interval_tables.SLOT_MEAN, INTERVAL, _SLOT_S),
    (interval_tables.DAY_AMOUNT, DAY, _DAY_S),
    (interval_tables.DAY_MEAN, DAY, _DAY_S),
)
TABLES: Final = (schema.POINT, *(table for table, _, _ in _SPANS))


def occupied(connection: DuckDBPyConnection) -> dict[str, frozenset[int]]:
    """Return which series have rows in each table."""
    return {
        table: frozenset(
            number for (number,) in connection.execute(f"select distinct series_id from {table}").fetchall()
        )
        for table in TABLES
    }


def facts(connection: DuckDBPyConnection) -> list[tuple[int, str, str, str, str]]:
    """Return all series of facts that have rows: id, measurement, tags, field, kind."""
    return connection.execute(
        f"select id, measurement, tags, field, kind from {fact_tables.FACT_SERIES}"
        f" where id in (select series_id from {fact_tables.FACT}) order by id"
    ).fetchall()


def catalogue(
    numbers: Mapping[SeriesKey, int],
    inventory: Inventory,
    present: Mapping[str, Collection[int]],
    published: Iterable[tuple[int, str, str, str, str]],
) -> Catalogue:
    """Return all that there is, by measurement; of vehicles that a single person uses there is nothing."""
    found: dict[tuple[str, str], dict[str, Column]] = {}
    places: dict[str, dict[str, str]] = {}
    for (source, quantity), number in numbers.items():
        if inventory.is_personal(source):
            continue
        if source not in places:
            places[source] = tags_of(source, inventory)
        for measurement, name, column in _of_series(quantity, number, present):
            found.setdefault((measurement, source), {})[name] = column
    series = [(measurement, Series(places[source], columns)) for (measurement, source), columns in found.items()]
    told = (fact for fact in _of_facts(published) if not inventory.is_personal(fact[1].tags.get("source", "")))
    return _by_measurement([*series, *told])


def within(everything: Catalogue, sites: Collection[str]) -> Catalogue:
    """Return only the series at these sites; a series without a site is nobody's but whole scopes'."""
    seen = {
        name: replace(
            measurement, series=tuple(series for series in measurement.series if series.tags.get("site") in sites)
        )
        for name, measurement in everything.items()
    }
    return {name: measurement for name, measurement in seen.items() if measurement.series}


def _of_series(
    quantity: Quantity, number: int, present: Mapping[str, Collection[int]]
) -> Iterator[tuple[str, str, Column]]:
    if number in present[schema.POINT]:
        yield READING, quantity.value, Column(schema.POINT, number, "p.value")
    for table, measurement, span_s in _SPANS:
        if number not in present[table]:
            continue
        values = {quantity.value: _AMOUNT}
        if not is_amount(quantity):
            values = {
                quantity.value: "p.mean",
                least_field(quantity): "p.minimum",
                greatest_field(quantity): "p.maximum",
            }
        shares = {quality_field(quantity, share): f"p.{share.value}_s / {span_s}" for share in SlotShare}
        for name, sql in (values | shares).items():
            yield measurement, name, Column(table, number, sql)


def _of_facts(published: Iterable[tuple[int, str, str, str, str]]) -> Iterator[tuple[str, Series]]:
    found: dict[tuple[str, str], dict[str, Column]] = {}
    for number, measurement, tags, field, word in published:
        kind, sql = _FACTS[word]
        found.setdefault((measurement, tags), {})[field] = Column(fact_tables.FACT, number, sql, kind)
    for (measurement, tags), columns in found.items():
        yield measurement, Series(json.loads(tags), columns)


def _by_measurement(series: Iterable[tuple[str, Series]]) -> Catalogue:
    found: dict[str, list[Series]] = {}
    for measurement, each in series:
        found.setdefault(measurement, []).append(each)
    return {
        name: Measurement(name, tuple(sorted(found[name], key=lambda each: sorted(each.tags.items()))))
        for name in sorted(found)
    }
