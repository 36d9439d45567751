"""Sorting points: a day that is over goes from hot to warm, a month that is long over from warm to cold.

A slice moves its rows in one transaction, so that each point stands in one table at any time. What
was cut off is found where it stands: nothing else is remembered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from duckdb import DuckDBPyConnection

from store.points import schema, settled
from store.points.ages import closed_before, day_begin, following_month, midnight
from store.points.columns import to_ms
from store.points.incoming import WITHIN
from store.points.slices import SeriesCounts, Slice

_DAYS: Final = "select cast(ts as date) as day, count(*) from {table} group by day order by day"


@dataclass(frozen=True, slots=True)
class Span:
    """A day or month that is to be sorted: from which table to which, begin and end, and how many rows it has."""

    source: str
    target: str
    first_ms: int
    end_ms: int
    rows: int


def days(connection: DuckDBPyConnection, until_utc: datetime) -> list[Span]:
    """Return the days in hot that ended by `until_utc`, oldest first."""
    found = connection.execute(_DAYS.format(table=schema.POINT_HOT)).fetchall()
    return [
        Span(schema.POINT_HOT, schema.POINT_WARM, to_ms(midnight(day)), to_ms(midnight(day + timedelta(days=1))), rows)
        for day, rows in found
        if midnight(day) < day_begin(until_utc)
    ]


def months(connection: DuckDBPyConnection, until_utc: datetime) -> list[Span]:
    """Return the months in warm that are long over at `until_utc`, oldest first."""
    found: dict[date, int] = {}
    for day, rows in connection.execute(_DAYS.format(table=schema.POINT_WARM)).fetchall():
        if midnight(day) < closed_before(until_utc):
            month = day.replace(day=1)
            found[month] = found.get(month, 0) + rows
    return [
        Span(
            schema.POINT_WARM, schema.POINT_COLD, to_ms(midnight(month)), to_ms(midnight(following_month(month))), rows
        )
        for month, rows in found.items()
    ]


def series_counts(connection: DuckDBPyConnection, span: Span) -> SeriesCounts:
    """Return how many rows of each series are to be sorted, and between which instants they stand."""
    return connection.execute(
        f"select series_id, count(*), epoch_ms(min(ts)), epoch_ms(max(ts)) from {span.source}"
        " where ts >= epoch_ms(?)::timestamp_ms and ts < epoch_ms(?)::timestamp_ms"
        " group by series_id order by series_id",
        [span.first_ms, span.end_ms],
    ).fetchall()


def move(connection: DuckDBPyConnection, span: Span, part: Slice) -> int:
    """Move rows in the transaction that is open; return how many."""
    if span.source == schema.POINT_HOT:
        settled.add(connection, f"{schema.POINT_HOT} p where {WITHIN}", part.bounds)
    received = "null" if span.target == schema.POINT_COLD else "ingested"
    connection.execute(
        f"insert into {span.target} (ts, series_id, value, quality, ingested)"
        f" select ts, series_id, value, quality, {received} from {span.source} p where {WITHIN} order by series_id, ts",
        part.bounds,
    )
    (rows,) = connection.execute(f"delete from {span.source} p where {WITHIN}", part.bounds).fetchone() or (0,)
    return int(rows)
