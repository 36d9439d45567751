"""The table `settled`: of each series, how many points stand in warm and cold, and the newest of those.

It is kept in the transactions that change warm and cold, so that opening need not look into them,
whether the file was closed or its process killed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from duckdb import DuckDBPyConnection

from store.points import schema

# of two with the same instant the later one counts: it has taken the other's place
_ADD: Final = (
    f"merge into {schema.SETTLED} s using (select series_id, count(*) as points, max(ts) as ts,"
    " arg_max(value, ts) as value, arg_max(quality, ts) as quality, arg_max(ingested, ts) as ingested"
    " from {rows} group by series_id) m on s.series_id = m.series_id"
    " when matched and m.ts >= s.ts then update set points = s.points + m.points, ts = m.ts, value = m.value,"
    " quality = m.quality, ingested = m.ingested"
    " when matched then update set points = s.points + m.points"
    " when not matched then insert (points, ts, series_id, value, quality, ingested)"
    " values (m.points, m.ts, m.series_id, m.value, m.quality, m.ingested)"
)

_ALL_SORTED: Final = " union all by name ".join(
    f"select * replace (coalesce(ingested, ts) as ingested) from {table} where series_id = ?"
    for table in schema.POINT_TABLES[1:]
)


def add(connection: DuckDBPyConnection, rows: str, parameters: Sequence[object] = ()) -> None:
    """Note that the points of a table expression come to warm or cold; they still say when they were received."""
    connection.execute(_ADD.format(rows=rows), parameters)


def subtract(connection: DuckDBPyConnection, counts: Mapping[int, int]) -> None:
    """Note that so many points of each series leave warm and cold; if the newest does, hot has one as new."""
    connection.execute(
        f"update {schema.SETTLED} s set points = s.points - m.points"
        " from (select unnest(?) as series_id, unnest(?) as points) m where m.series_id = s.series_id",
        [list(counts), list(counts.values())],
    )
    connection.execute(f"delete from {schema.SETTLED} where points = 0")


def renew(connection: DuckDBPyConnection, number: int) -> None:
    """Note again what of a series stands in warm and cold, as the newest of it may have left."""
    connection.execute(f"delete from {schema.SETTLED} where series_id = ?", [number])
    add(connection, f"({_ALL_SORTED})", [number, number])
