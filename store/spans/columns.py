"""Amounts and means of several series as one table of numpy columns, the form in which DuckDB takes and gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from typing import Any, Final, TypeVar

import numpy as np
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from energy.series import Amounts, Instants, Means
from store.spans.tables import SECONDS

Table = dict[str, NDArray[Any]]
"""Columns by name, all of the same length."""

Spans = TypeVar("Spans", Amounts, Means)

PLACE: Final = ("series_id", "ts")

COLUMNS: Final[dict[type[Amounts | Means], tuple[str, ...]]] = {
    Amounts: ("thousandths", *SECONDS, "begins", "ends"),
    Means: ("mean", "minimum", "maximum", *SECONDS),
}
"""The columns of a span besides its series and where it begins."""


def of_spans(changes: Mapping[int, Spans]) -> Table:
    """Return the rows of series, given by number, by series and instant; of equal places the last row."""
    parts = list(changes.values())
    if not parts:
        return of_instants({})
    columns = {
        column.name: np.concatenate([getattr(part, column.name) for part in parts]) for column in fields(parts[0])
    }
    seconds = columns.pop("seconds")
    table = _places(list(changes), [len(part) for part in parts], columns.pop("start_ms")) | columns
    return _ordered(table | {name: np.ascontiguousarray(seconds[:, place]) for place, name in enumerate(SECONDS)})


def of_instants(places: Mapping[int, Instants]) -> Table:
    """Return places of series, given by number, by series and instant, each once."""
    at_ms = np.concatenate([np.zeros(0, np.int64), *places.values()])
    return _ordered(_places(list(places), [len(each) for each in places.values()], at_ms))


def to_spans(kind: type[Spans], table: Table) -> Spans:
    """Return rows with `start_ms` and all `COLUMNS` as amounts or means."""
    given = table | {"seconds": np.column_stack([table[name] for name in SECONDS])}
    return kind(*(given[column.name] for column in fields(kind)))


def length(table: Table) -> int:
    """Return how many rows a table has."""
    return len(table["ts"])


def take(table: Table, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Table:
    """Return the rows under a mask or at these positions."""
    return {name: column[rows] for name, column in table.items()}


def places(tables: Sequence[Table]) -> Table:
    """Return the places of all tables' rows: series and instant."""
    return {name: np.concatenate([table[name] for table in tables]) for name in PLACE}


@contextmanager
def offered(connection: DuckDBPyConnection, **tables: Table) -> Iterator[None]:
    """Let statements see tables under these names."""
    for name, table in tables.items():
        connection.register(name, table)
    yield
    for name in tables:
        connection.unregister(name)


def numbered(table: Table) -> Table:
    """Return a table with the numbers of its rows as a column `row`."""
    return {**table, "row": np.arange(length(table), dtype=np.int32)}


def _places(numbers: Sequence[int], counts: Sequence[int], at_ms: Instants) -> Table:
    return {
        "series_id": np.repeat(np.asarray(numbers, np.int32), counts),
        "ts": (np.asarray(at_ms, np.int64) * 1000).view("M8[us]"),
    }


def _ordered(table: Table) -> Table:
    order = np.lexsort((table["ts"], table["series_id"]))  # stable: of equal places the last one given stays last
    series_id, ts = table["series_id"][order], table["ts"][order]
    last = np.ones(len(order), np.bool_)
    last[:-1] = (series_id[1:] != series_id[:-1]) | (ts[1:] != ts[:-1])
    return take(table, order[last])
