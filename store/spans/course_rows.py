"""How courses and totals are read from the file. All of it blocks and belongs into a reader's thread."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from duckdb import DuckDBPyConnection

from core.intervals import SLOT_S, Resolution
from core.periods import Period
from energy.series import Instants
from store.points import schema
from store.points.columns import to_utc
from store.spans.calendar import Calendar
from store.spans.cells import AMOUNTS, KNOWN_S, Kind, cells, known_s
from store.spans.columns import Table, take
from store.spans.rows import bounds_us, within
from store.spans.tables import PARTS, SECONDS

_LONG: Final = timedelta(days=3660)


def raw(connection: DuckDBPyConnection, numbers: Sequence[int], period: Period) -> Table:
    """Return the readings of series: `series_id`, `at_ms`, `value`."""
    return connection.execute(
        f"select series_id, epoch_ms(ts) as at_ms, value from {schema.POINT}"
        f" where {within(numbers)} order by series_id, ts",
        bounds_us(period),
    ).fetchnumpy()


def slots(connection: DuckDBPyConnection, kind: Kind, numbers: Sequence[int], period: Period) -> Table:
    """Return the slots that begin in `period` and of which anything is known, as columns of courses."""
    return connection.execute(
        f"select series_id, epoch_ms(ts) as at_ms, {kind.course}, measured_s / {SLOT_S} as measured"
        f" from {kind.tables[Resolution.SLOT]} where {within(numbers)} and {KNOWN_S} > 0 order by series_id, ts",
        bounds_us(period),
    ).fetchnumpy()


def spans(
    connection: DuckDBPyConnection,
    kind: Kind,
    numbers: Sequence[int],
    period: Period,
    resolution: Resolution,
    zone: ZoneInfo,
) -> Table:
    """Return the hours, days or months of `period` of which anything is known, as columns of courses.

    Between two readings an amount is known, even where nothing is of its course.
    """
    period = _clamped(connection, kind, period, zone)
    calendar = Calendar.of(period, resolution, zone)
    table = cells(connection, kind, numbers, calendar)
    length_ms = np.diff(calendar.spans)
    table = take(table, kind.shown(table, length_ms[table["span"]]))
    return {
        "series_id": table["series_id"],
        "at_ms": calendar.spans[table["span"]],
        **kind.finish(table, known_s(table)),
        "measured": table["measured_s"] * 1000 / length_ms[table["span"]],
    }


def counted(
    connection: DuckDBPyConnection, numbers: Sequence[int], period: Period, each: Resolution | None, zone: ZoneInfo
) -> tuple[Instants, Table]:
    """Return the borders of the spans of `period`, and what series counted in each, as `cells`."""
    calendar = Calendar.of(period, each, zone, _clamped(connection, AMOUNTS, period, zone))
    return calendar.spans, cells(connection, AMOUNTS, numbers, calendar)


def shares(
    connection: DuckDBPyConnection, kind: Kind, numbers: Sequence[int], period: Period
) -> dict[int, tuple[int, ...]]:
    """Return the known seconds of the slots of series that lie in `period`, as in `SECONDS`, by number."""
    start_us, end_us = bounds_us(period)
    rows = connection.execute(
        f"select series_id, {', '.join(f'sum({name})::bigint' for name in SECONDS[:-1])}"
        f" from {kind.tables[Resolution.SLOT]} where {within(numbers)} group by series_id",
        [start_us, max(start_us, end_us - SLOT_S * 1_000_000 + 1)],
    ).fetchall()
    return {number: tuple(seconds) for number, *seconds in rows}


def _clamped(connection: DuckDBPyConnection, kind: Kind, period: Period, zone: ZoneInfo) -> Period:
    """Return a very long period without the years of which nothing can be known, before days are counted out."""
    if period.duration <= _LONG:
        return period
    tables = [part for table in kind.tables.values() for part in PARTS[table]]
    bounds = " union all ".join(f"select min(ts) as first, max(ts) as last from {table}" for table in tables)
    first, last = connection.execute(f"select epoch_ms(min(first)), epoch_ms(max(last)) from ({bounds})").fetchall()[0]
    if first is None:
        return Period(period.start_utc, period.start_utc)
    start_utc = datetime(to_utc(first).year - 1, 1, 1, tzinfo=zone)
    end_utc = datetime(to_utc(last).year + 2, 1, 1, tzinfo=zone)
    start_utc = min(max(period.start_utc, start_utc), period.end_utc)
    return Period(start_utc, max(start_utc, min(period.end_utc, end_utc)))
