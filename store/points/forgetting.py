"""Deleting readings by rule, and remembering which rule it was."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from duckdb import DuckDBPyConnection

from core.intervals import SeriesKey
from core.quantities import Quantity
from store.points import schema, settled
from store.points.incoming import WITHIN
from store.points.slices import SeriesCounts, Slice

_ANY_KIND: Final = ""
_SORTED: Final = " union all by name ".join(f"select * from {table}" for table in schema.POINT_TABLES[1:])


def note(
    connection: DuckDBPyConnection,
    rule: str,
    quantities: Collection[Quantity],
    kinds: Collection[str] | None,
    before_ms: int,
) -> None:
    """Write down, in the transaction that is open, that a rule deletes what stands before an instant."""
    for quantity in quantities:
        for kind in (_ANY_KIND,) if kinds is None else sorted(kinds):
            place = [rule, quantity.value, kind]
            where = "rule = ? and quantity = ? and kind = ?"
            known = connection.execute(
                f"select coalesce(max(epoch_ms(before)), ?) from {schema.FORGOTTEN} where {where}", [before_ms, *place]
            ).fetchone() or (before_ms,)
            connection.execute(f"delete from {schema.FORGOTTEN} where {where}", place)
            connection.execute(
                f"insert into {schema.FORGOTTEN} (rule, quantity, kind, before)"
                " values (?, ?, ?, epoch_ms(?)::timestamp_ms)",
                [*place, max(before_ms, known[0])],
            )


def rule_of(connection: DuckDBPyConnection, key: SeriesKey, at_ms: int) -> str | None:
    """Return the rule by which readings of a series at an instant are deleted; the first that came so far."""
    found = connection.execute(
        f"select rule from {schema.FORGOTTEN} where quantity = ? and kind in (?, ?)"
        " and before > epoch_ms(?)::timestamp_ms order by before limit 1",
        [key[1].value, _ANY_KIND, key[0].partition(":")[0], at_ms],
    ).fetchone()
    return None if found is None else str(found[0])


def concerned(
    numbers: Mapping[SeriesKey, int], quantities: Collection[Quantity], kinds: Collection[str] | None
) -> list[int]:
    """Return the numbers of the series of these quantities and kinds of sources, ascending."""
    return sorted(
        number
        for (source, quantity), number in numbers.items()
        if quantity in quantities and (kinds is None or source.partition(":")[0] in kinds)
    )


def old_counts(connection: DuckDBPyConnection, series: list[int], before_ms: int) -> SeriesCounts:
    """Return how many readings of each of these series stand before an instant."""
    return connection.execute(
        f"select series_id, count(*), epoch_ms(min(ts)), epoch_ms(max(ts)) from {schema.POINT}"
        " where list_contains(?, series_id) and ts < epoch_ms(?)::timestamp_ms group by series_id order by series_id",
        [series, before_ms],
    ).fetchall()


def delete(connection: DuckDBPyConnection, series: list[int], part: Slice) -> dict[int, int]:
    """Delete points of these series in the transaction that is open; return how many of each."""
    where, places = f"{WITHIN} and list_contains(?, p.series_id)", [*part.bounds, series]
    counts = f"select series_id, count(*) from {{}} p where {where} group by series_id"
    of_sorted = dict(connection.execute(counts.format(f"({_SORTED})"), places).fetchall())
    hot = dict(connection.execute(counts.format(schema.POINT_HOT), places).fetchall())
    if of_sorted:
        settled.subtract(connection, of_sorted)
    for table in (*schema.POINT_TABLES, schema.EVENT):
        connection.execute(f"delete from {table} p where {where}", places)
    return {number: of_sorted.get(number, 0) + hot.get(number, 0) for number in of_sorted | hot}
