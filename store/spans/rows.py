"""How samples and spans are read from the file and written to it. All of it blocks and belongs into a thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

import numpy as np
from duckdb import DuckDBPyConnection

from core.periods import Period
from energy.series import Instants
from store.points import schema
from store.points.columns import to_us
from store.spans.columns import PLACE, Table, length, numbered, offered, places, take
from store.spans.tables import PARTS

_DAY_US: Final = 24 * 3600 * 1_000_000
_REACHES_US: Final = (2 * _DAY_US, 60 * _DAY_US, 1 << 60)
_SAME_PLACE: Final = (
    "p.series_id = b.series_id and p.ts = b.ts and p.ts between make_timestamp(?) and make_timestamp(?)"
)


@dataclass(frozen=True, slots=True)
class Difference:
    """What is to be done to a table: take away the rows at places, then write rows. `count` rows change by it."""

    away: Table
    written: Table
    count: int


def samples(connection: DuckDBPyConnection, numbers: Sequence[int], period: Period) -> Table:
    """Return instants, values and qualities of the points of several series in `period`, by series and instant."""
    return connection.execute(
        f"select series_id, epoch_ms(ts) as at_ms, value, quality from {schema.POINT}"
        f" where {within(numbers)} order by series_id, ts",
        bounds_us(period),
    ).fetchnumpy()


def spans(
    connection: DuckDBPyConnection, table: str, columns: Sequence[str], numbers: Sequence[int], period: Period
) -> Table:
    """Return the rows of several series that begin in `period`, by series and instant."""
    return _in_order(
        connection.execute(
            f"select series_id, epoch_ms(ts) as start_ms, {', '.join(columns)} from {table} where {within(numbers)}",
            bounds_us(period),
        ).fetchnumpy()
    )


def counted(connection: DuckDBPyConnection, table: str, numbers: Sequence[int], period: Period) -> Table:
    """Return the rows of several series that begin in `period` and in which something was counted, in their order."""
    return _in_order(
        connection.execute(
            f"select series_id, epoch_ms(ts) as start_ms, thousandths from {table}"
            f" where {within(numbers)} and thousandths > 0",
            bounds_us(period),
        ).fetchnumpy()
    )


def _in_order(rows: Table) -> Table:
    """Return rows by series and instant, as they mostly lie already: the database takes longer for it."""
    order = np.lexsort((rows["start_ms"], rows["series_id"]))
    return {name: column[order] for name, column in rows.items()}


def spans_at(
    connection: DuckDBPyConnection, table: str, columns: Sequence[str], numbers: Sequence[int], start_ms: Instants
) -> Table:
    """Return the rows of several series that begin at some ascending instants, by series and instant."""
    wanted = {"ts": (start_ms * 1000).view("M8[us]")}
    ends = [int(start_ms[0]) * 1000, int(start_ms[-1]) * 1000 + 1]
    with offered(connection, wanted=wanted):
        return connection.execute(
            f"select series_id, epoch_ms(ts) as start_ms, {', '.join(columns)} from {table}"
            f" semi join wanted using (ts) where {within(numbers)} order by series_id, ts",
            ends,
        ).fetchnumpy()


def within(numbers: Sequence[int]) -> str:
    """Return the condition that a row is of one of these series and in a period, given by its two `bounds_us`."""
    return f"{of_series(sorted(numbers))} and ts >= make_timestamp(?) and ts < make_timestamp(?)"


def of_series(numbers: Sequence[int]) -> str:
    """Return the condition that a row is of one of these series, given in order."""
    bounds = f"series_id between {numbers[0]} and {numbers[-1]}"
    if numbers[-1] - numbers[0] + 1 == len(numbers):
        return bounds  # a long list would take longer to be read than the rows
    return f"{bounds} and series_id in ({', '.join(map(str, numbers))})"


def bounds_us(period: Period) -> list[int]:
    """Return both ends of a period in microseconds since 1970."""
    return [to_us(period.start_utc), to_us(period.end_utc)]


def firsts(connection: DuckDBPyConnection, numbers: Sequence[int]) -> dict[int, int]:
    """Return the instants of the first points of several series, by number."""
    rows = connection.execute(
        f"select series_id, epoch_ms(min(ts)) from {schema.POINT}"
        f" where series_id in ({', '.join(map(str, numbers))}) group by series_id"
    ).fetchall()
    return dict(rows)


def neighbours(connection: DuckDBPyConnection, number: int, period: Period) -> tuple[int | None, int | None]:
    """Return the instants of the last point of a series before `period` and of its first one at or after its end."""
    start_us, end_us = bounds_us(period)
    before = after = None
    for reach_us in _REACHES_US:  # near ones are found in a few blocks of the table
        if before is None:
            before = _extreme(connection, "max", number, start_us - reach_us, start_us)
        if after is None:
            after = _extreme(connection, "min", number, end_us, end_us + reach_us)
    return before, after


def _extreme(connection: DuckDBPyConnection, which: str, number: int, start_us: int, end_us: int) -> int | None:
    row = connection.execute(
        f"select epoch_ms({which}(ts)) from {schema.POINT} where {within([number])}", [start_us, end_us]
    ).fetchone()
    return row[0] if row else None


def compare(connection: DuckDBPyConnection, table: str, wanted: Table, gone: Table) -> Difference:
    """Return what is to be done so that the rows `wanted` are there, and none at the places `gone` besides them."""
    with offered(connection, wanted=numbered(wanted), gone=numbered(gone)):
        there = connection.execute(
            f"select b.row, {_equal(wanted)} as same from {table} p join wanted b on {_SAME_PLACE}", _span(wanted)
        ).fetchnumpy()
        left = connection.execute(
            f"select b.row from {table} p join gone b on {_SAME_PLACE}"
            f" anti join wanted w on w.series_id = b.series_id and w.ts = b.ts",
            _span(gone),
        ).fetchnumpy()
    written = np.ones(length(wanted), np.bool_)
    written[there["row"][there["same"]]] = False
    differing = there["row"][~there["same"]]
    away = places([take(wanted, differing), take(gone, left["row"])])
    return Difference(away, take(wanted, written), int(written.sum()) + len(left["row"]))


def parts(difference: Difference, rows: int) -> Iterator[Difference]:
    """Yield a difference in parts of about so many rows, each series whole in one of them."""
    away, written = difference.away["series_id"], difference.written["series_id"]
    begins = np.unique(np.sort(np.concatenate([away, written]))[::rows]).tolist()
    for begin, end in zip_longest(begins, begins[1:], fillvalue=np.iinfo(np.int32).max):
        yield Difference(
            take(difference.away, (away >= begin) & (away < end)),
            take(difference.written, (written >= begin) & (written < end)),
            difference.count,
        )


def write(connection: DuckDBPyConnection, table: str, difference: Difference) -> None:
    """Carry out a difference, within the caller's transaction."""
    with offered(connection, wanted=numbered(difference.written), gone=difference.away):
        for part in PARTS[table] if length(difference.away) else ():
            connection.execute(f"delete from {part} p using gone b where {_SAME_PLACE}", _span(difference.away))
        if length(difference.written):
            connection.execute(f"insert into {PARTS[table][0]} by name select * exclude (row) from wanted order by row")


def _equal(wanted: Table) -> str:
    columns = [column for column in wanted if column not in PLACE]
    return " and ".join(f"p.{column} = b.{column}" for column in columns) or "true"


def _span(table: Table) -> list[int]:
    """Return the first and last instant of a table: between them, whole blocks of the file are passed over."""
    instants_us = table["ts"].view(np.int64)
    return [int(instants_us.min()), int(instants_us.max())] if len(instants_us) else [0, 0]
