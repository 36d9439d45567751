"""Sorting points: a day that is over from hot to warm, a month that is long over to cold.

A slice moves its rows in one transaction, so that each point stands in one table at any time. What
was cut off is found where it stood: nothing else is remembered. Days and months are those of UTC;
the order of rows on disk concerns no result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from duckdb import DuckDBPyConnection

from store import schema
from store.columns import to_ms
from store.incoming import WITHIN
from store.slices import SeriesCounts, Slice

RECEIVED_KEPT: Final = timedelta(days=45)
"""How long after a month's end its readings keep the instant of their receipt: past the month's statement."""

_DAY: Final = timedelta(days=1)
_DAYS: Final = (
    f"select 0 as warm, cast(ts as date) as day, count(*) from {schema.POINT_HOT} group by day"
    f" union all select 1, cast(ts as date) as day, count(*) from {schema.POINT_WARM} group by day"
)
# of two with the same instant the later one counts: it has taken the other's place
_SETTLE: Final = (
    f"merge into {schema.SETTLED} s using (select series_id, count(*) as points, max(ts) as ts,"
    " arg_max(value, ts) as value, arg_max(quality, ts) as quality, arg_max(ingested, ts) as ingested"
    f" from {schema.POINT_HOT} p where {WITHIN} group by series_id) m on s.series_id = m.series_id"
    " when matched and m.ts >= s.ts then update set points = s.points + m.points, ts = m.ts, value = m.value,"
    " quality = m.quality, ingested = m.ingested"
    " when matched then update set points = s.points + m.points"
    " when not matched then insert (points, ts, series_id, value, quality, ingested)"
    " values (m.points, m.ts, m.series_id, m.value, m.quality, m.ingested)"
)


@dataclass(frozen=True, slots=True)
class Span:
    """A day or month to be sorted: where its rows stand, where they go, and how many there are."""

    first_ms: int
    end_ms: int
    tables: tuple[str, ...]
    target: str
    rows: int


def spans(connection: DuckDBPyConnection, until_utc: datetime) -> list[Span]:
    """Return what is to be sorted of the time up to `until_utc`, oldest first."""
    found: dict[tuple[int, int, str], int] = {}
    hot_only: dict[tuple[int, int, str], bool] = {}
    for warm, day, rows in connection.execute(_DAYS).fetchall():
        span = _span_of(day, until_utc)
        if span is None or (warm and span[2] == schema.POINT_WARM):
            continue
        found[span] = found.get(span, 0) + rows
        hot_only[span] = hot_only.get(span, True) and not warm
    return [
        Span(first, end, schema.POINT_TABLES[: 1 if hot_only[first, end, target] else 2], target, rows)
        for (first, end, target), rows in sorted(found.items())
    ]


def _span_of(day: date, until_utc: datetime) -> tuple[int, int, str] | None:
    month = day.replace(day=1)
    following = (month + timedelta(days=32)).replace(day=1)
    if _midnight(following) + RECEIVED_KEPT <= until_utc:
        return to_ms(_midnight(month)), to_ms(_midnight(following)), schema.POINT_COLD
    if _midnight(day) + _DAY <= until_utc:
        return to_ms(_midnight(day)), to_ms(_midnight(day) + _DAY), schema.POINT_WARM
    return None


def series_counts(connection: DuckDBPyConnection, span: Span) -> SeriesCounts:
    """Return how many rows of each series are to be sorted."""
    return connection.execute(
        f"select series_id, count(*), epoch_ms(min(ts)), epoch_ms(max(ts)) from ({_all_of(span.tables)})"
        " where ts >= epoch_ms(?)::timestamp_ms and ts < epoch_ms(?)::timestamp_ms"
        " group by series_id order by series_id",
        [span.first_ms, span.end_ms],
    ).fetchall()


def move(connection: DuckDBPyConnection, span: Span, part: Slice) -> int:
    """Move rows in the transaction that is open; return how many."""
    if schema.POINT_HOT in span.tables:
        connection.execute(_SETTLE, part.bounds)
    received = "null" if span.target == schema.POINT_COLD else "ingested"
    connection.execute(
        f"insert into {span.target} (ts, series_id, value, quality, ingested)"
        f" select ts, series_id, value, quality, {received} from ({_all_of(span.tables)}) p"
        f" where {WITHIN} order by series_id, ts",
        part.bounds,
    )
    return sum(_deleted(connection, table, part) for table in span.tables)


def _deleted(connection: DuckDBPyConnection, table: str, part: Slice) -> int:
    (count,) = connection.execute(f"delete from {table} p where {WITHIN}", part.bounds).fetchone() or (0,)
    return int(count)


def _all_of(tables: Sequence[str]) -> str:
    return " union all by name ".join(f"select * from {table}" for table in tables)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
