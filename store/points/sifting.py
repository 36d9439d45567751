"""Which rows of a commit are new, which stand there already, and which replace another value.

What is newer than the newest of its series cannot be there: plain appends are not looked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from store.points import incoming, schema, settled
from store.points.columns import Columns
from store.points.incoming import Incoming
from store.points.latest import Latest
from store.points.placing import placed

_WIDE_MS: Final = 24 * 3600 * 1000
_WIDEST: Final = 8
_EVERYWHERE: Final = " union all ".join(
    f"select {part} as part, ts, series_id, value, quality, ingested from {table}"
    for part, table in enumerate(schema.POINT_TABLES)
)
_FOUND: Final = "b.row, p.value, p.quality, p.ingested, p.part"
_FIND: Final = f"select {_FOUND} from ({_EVERYWHERE}) p join {incoming.TABLE} b on {incoming.SAME_PLACE}"


@dataclass(frozen=True, slots=True)
class Replaced:
    """Rows near each other in time, what they replace, and in which tables (places in `POINT_TABLES`) that is."""

    rows: Columns
    former: Columns
    parts: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Sifted:
    """What a commit writes: `rows` by series and instant, without those that stand there with the same value.

    `late` marks those not newer than the newest of their series, `added` those that replace nothing.
    """

    rows: Columns
    late: NDArray[np.bool_]
    added: NDArray[np.bool_]
    replaced: tuple[Replaced, ...] = ()


def sift(connection: DuckDBPyConnection, offered: Incoming, rows: Columns, latest: Latest) -> Sifted:
    """Return what of `rows` (by series and instant, each once) is to be written, and what it replaces."""
    newer = latest.newer(rows)
    if newer.all():
        return Sifted(rows, ~newer, newer)
    kept, added, replaced = np.ones(len(rows), np.bool_), np.ones(len(rows), np.bool_), []
    for part in _neighbours(rows.at_ms, np.flatnonzero(~newer)):
        offered.offer(rows.take(part), part)
        there = connection.execute(_FIND, offered.bounds).fetchnumpy()
        at = np.asarray(there["row"], np.intp)
        same = (there["value"] == rows.value[at]) & (there["quality"] == rows.quality[at])
        kept[at[same]] = False
        added[at] = False
        if not same.all():
            replaced.append(_replaced(rows.take(at[~same]), there, ~same))
    return Sifted(rows.take(kept), ~newer[kept], added[kept], tuple(replaced))


def write_points(connection: DuckDBPyConnection, offered: Incoming, sifted: Sifted) -> None:
    """Write sifted rows in the transaction that is open; where a value differs, the old one becomes an event."""
    for replaced in sifted.replaced:
        _take_away(connection, offered, replaced)
    for table, rows in placed(sifted.rows):
        offered.offer(rows)
        if table != schema.POINT_HOT:
            settled.add(connection, incoming.TABLE)
        received = "null" if table == schema.POINT_COLD else "ingested"
        connection.execute(
            f"insert into {table} (ts, series_id, value, quality, ingested)"
            f" select ts, series_id, value, quality, {received} from {incoming.TABLE}"
        )


def _replaced(rows: Columns, there: Mapping[str, NDArray[Any]], differs: NDArray[np.bool_]) -> Replaced:
    received = np.ma.filled(there["ingested"], np.datetime64("NaT", "ms"))[differs]  # cold has forgotten it
    former = replace(
        rows,
        value=np.asarray(there["value"][differs], np.float64),
        quality=np.asarray(there["quality"][differs], np.uint8),
        received_ms=received.astype("M8[ms]").view(np.int64),
    )
    return Replaced(rows, former, np.asarray(there["part"][differs], np.int32))


def _take_away(connection: DuckDBPyConnection, offered: Incoming, replaced: Replaced) -> None:
    changed = replaced.former.value != replaced.rows.value
    if changed.any():
        offered.offer(replaced.former.take(changed), noted_ms=replaced.rows.received_ms[changed])
        connection.execute(
            f"insert into {schema.EVENT} by name"
            f" select '{schema.REWRITTEN}' as kind, * exclude (row) from {incoming.TABLE}"
        )
    offered.offer(replaced.rows)
    for part in np.unique(replaced.parts).tolist():
        connection.execute(
            f"delete from {schema.POINT_TABLES[part]} p using {incoming.TABLE} b where {incoming.SAME_PLACE}",
            offered.bounds,
        )
    series, counts = np.unique(replaced.rows.series_id[replaced.parts > 0], return_counts=True)
    if len(series):
        settled.subtract(connection, dict(zip(series.tolist(), counts.tolist(), strict=True)))


def _neighbours(at_ms: NDArray[np.int64], rows: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Return `rows` in a few parts without wide gaps of time: one late row must not make us search all the years."""
    ordered = rows[np.argsort(at_ms[rows])]
    gaps_ms = np.diff(at_ms[ordered])
    wide = np.flatnonzero(gaps_ms > _WIDE_MS)
    widest = wide[np.argsort(gaps_ms[wide])[-_WIDEST:]]
    return np.split(ordered, np.sort(widest) + 1)
