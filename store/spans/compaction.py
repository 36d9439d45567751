"""Sorting slots: a month that is over goes from hot to cold, by series and instant, as points do."""

from __future__ import annotations

from datetime import datetime

from duckdb import DuckDBPyConnection

from store.points.ages import following_month, midnight
from store.points.columns import to_ms
from store.points.compaction import Span
from store.points.incoming import WITHIN
from store.points.slices import Slice
from store.spans.tables import PARTS, SLOT_AMOUNT, SLOT_MEAN


def spans(connection: DuckDBPyConnection, until_utc: datetime) -> list[Span]:
    """Return the months of slots to be sorted that ended by `until_utc`, oldest first."""
    found = []
    for hot, cold in (PARTS[SLOT_AMOUNT], PARTS[SLOT_MEAN]):
        months = f"select cast(date_trunc('month', ts) as date) as month, count(*) from {hot} group by month"
        for month, rows in sorted(connection.execute(months).fetchall()):
            begin, end = midnight(month), midnight(following_month(month))
            if end <= until_utc:
                found.append(Span(source=hot, target=cold, first_ms=to_ms(begin), end_ms=to_ms(end), rows=rows))
    return found


def move(connection: DuckDBPyConnection, span: Span, part: Slice) -> int:
    """Move slots in the transaction that is open; return how many."""
    connection.execute(
        f"insert into {span.target} by name select * from {span.source} p where {WITHIN} order by series_id, ts",
        part.bounds,
    )
    (count,) = connection.execute(f"delete from {span.source} p where {WITHIN}", part.bounds).fetchone() or (0,)
    return int(count)
