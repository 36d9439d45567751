"""The DuckDB file with the points: opening, writing one commit, reading.

Everything here blocks and belongs into a thread: the writer's own, or a reader's with its own cursor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import duckdb
import numpy as np
from numpy.typing import NDArray

from core.errors import StoreError
from core.periods import Period
from core.quantities import Quantity
from core.readings import Reading
from store import schema
from store.columns import Columns, SeriesKey, to_utc
from store.folder import held_elsewhere
from store.latest import Latest, Written
from store.receipts import ReceiptChange, ReceiptRow

T = TypeVar("T")

_SETTINGS: Final[dict[str, str | bool | int | float | list[str]]] = {
    "memory_limit": "256MB",
    "threads": 2,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
}
_INCOMING: Final = "incoming"
_WIDE_MS: Final = 24 * 3600 * 1000
_WIDEST: Final = 8
_SAME_PLACE: Final = (
    "p.series_id = b.series_id and p.ts = b.ts and p.ts between make_timestamp(?) and make_timestamp(?)"
)
_ROW_TYPES: Final = {
    "ts": "M8[us]",
    "series_id": "i4",
    "value": "f8",
    "quality": "u1",
    "ingested": "M8[us]",
    "row": "i4",
}


class PointFile:
    """One open file. Raises `StoreError`, whose finding names the file and what to do, where it cannot be opened."""

    def __init__(self, path: Path, now_utc: datetime) -> None:
        self.path = path
        # registered once and refilled for each statement: registering anew costs as much as a small insert
        self._incoming: dict[str, NDArray[Any]] = {name: np.zeros(0, kind) for name, kind in _ROW_TYPES.items()}
        self._connect(now_utc)

    def _connect(self, now_utc: datetime) -> None:
        with _opening(self.path):
            self._connection = duckdb.connect(self.path, config=_SETTINGS)
        try:
            self._prepare(now_utc)
        except StoreError:
            self._connection.close()
            raise

    def _prepare(self, now_utc: datetime) -> None:
        with _opening(self.path):
            self._connection.register(_INCOMING, self._incoming)
            if self._connection.execute("select count(*) from duckdb_tables()").fetchone() == (0,):
                self._create(now_utc)
            (found,) = self._connection.execute(f"select max(version) from {schema.META}").fetchone() or (0,)
        if found > schema.VERSION:
            raise StoreError("store.file_too_new", file=str(self.path))

    def _create(self, now_utc: datetime) -> None:
        self._connection.execute("begin")
        for statement in schema.CREATE:
            self._connection.execute(statement)
        versions = f"insert into {schema.META} (version, since) values (?, ?)"
        self._connection.execute(versions, [schema.VERSION, _plain(now_utc)])
        self._connection.execute("commit")

    def close(self) -> None:
        """Write everything into the file proper and let go of it."""
        with _working("store.write_failed", self.path):
            self._connection.close()

    def readings(self, series_id: int, key: SeriesKey, period: Period) -> tuple[Reading, ...]:
        """Return the readings of one series in `period`, by instant; any thread may ask."""
        with _working("store.read_failed", self.path), self._connection.cursor() as connection:
            rows = connection.execute(
                f"select epoch_ms(ts), value, quality from {schema.POINT}"
                " where series_id = ? and ts >= ? and ts < ? order by ts",
                [series_id, _plain(period.start_utc), _plain(period.end_utc)],
            ).fetchall()
        qualities = schema.QUALITIES
        return tuple(Reading(*key, to_utc(at_ms), value, qualities[quality]) for at_ms, value, quality in rows)

    def latest(self) -> Latest:
        """Return the newest value and the count of every series."""
        with _opening(self.path):
            series = self._connection.execute(f"select source, quantity, series_id from {schema.SERIES}").fetchall()
            # one pass for the instants, then their rows: a sixth of the time of arg_max over each column
            newest = self._connection.execute(
                "with newest as materialized"
                f" (select series_id, max(ts) as ts, count(*) as points from {schema.POINT} group by series_id)"
                " select n.series_id, epoch_ms(n.ts) as at_ms, p.value, p.quality,"
                " epoch_ms(p.ingested) as received_ms, n.points"
                f" from newest n join {schema.POINT} p on p.series_id = n.series_id and p.ts = n.ts"
            ).fetchnumpy()
        try:
            ids = {(source, Quantity(quantity)): number for source, quantity, number in series}
        except ValueError as error:  # a quantity that a newer release has learnt
            raise StoreError("store.file_too_new", file=str(self.path)) from error
        return Latest(ids, _columns(newest), np.asarray(newest["points"], np.int64))

    def receipts(self) -> list[ReceiptRow]:
        """Return all rows of the receipt table."""
        with _opening(self.path):
            rows = self._connection.execute(f"select id, broker, client, deliveries from {schema.RECEIPT}").fetchall()
        return [ReceiptRow.of(row) for row in rows]

    def read(self, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """Return what `work` reads on a cursor of its own; any thread may ask."""
        with _working("store.read_failed", self.path), self._connection.cursor() as connection:
            return work(connection)

    def change(self, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """Return what `work` returns, once all it wrote is durable. Raises `StoreError`; then nothing was written."""
        with self._transaction():
            return work(self._connection)

    def write(
        self, rows: Columns, series: Mapping[SeriesKey, int], latest: Latest, receipts: ReceiptChange | None
    ) -> Written:
        """Return what changed, once points, new series and receipts are durable together.

        `rows` come by series and instant, each once. One that is there already is left alone;
        where its value differs, the old value becomes an event. Raises `StoreError`; then nothing was written.
        """
        with self._transaction():
            self._write_series(series)
            written = self._write_points(rows, series, latest)
            self._write_receipts(receipts)
        return written

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            with _working("store.write_failed", self.path):
                self._connection.execute("begin")
                yield
                self._connection.execute("commit")
        except BaseException:
            self._recover()
            raise

    def _recover(self) -> None:
        """Undo the transaction; where the database has shut itself after a failed write, open it again."""
        try:
            self._connection.execute("rollback")
            self._connection.execute(f"select version from {schema.META}").fetchone()
        except duckdb.Error:
            self._connection.close()
            self._connect(to_utc(0))  # the file is there: nothing is made anew

    def _write_series(self, series: Mapping[SeriesKey, int]) -> None:
        if series:
            self._connection.execute(
                f"insert into {schema.SERIES} (source, quantity, series_id) select unnest(?), unnest(?), unnest(?)",
                [[source for source, _ in series], [quantity.value for _, quantity in series], list(series.values())],
            )

    def _write_points(self, rows: Columns, series: Mapping[SeriesKey, int], latest: Latest) -> Written:
        added = latest.newer(rows)
        if not added.all():
            kept, replaced = self._rewrite(rows, np.flatnonzero(~added))
            added = kept & ~replaced
            rows, added = rows.take(kept), added[kept]
        if len(rows):
            self._offer(rows)
            self._connection.execute(f"insert into {schema.POINT_HOT} by name select * exclude (row) from {_INCOMING}")
        return Written(series, rows, added)

    def _rewrite(self, rows: Columns, doubtful: NDArray[np.intp]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Take away what differs at these rows' places; return which rows to write, and which of them replace."""
        kept, replaced = np.ones(len(rows), np.bool_), np.zeros(len(rows), np.bool_)
        for part in _neighbours(rows.at_ms, doubtful):
            self._offer(rows.take(part), part)
            there = self._connection.execute(
                f"select b.row, p.value, p.quality from {schema.POINT} p join {_INCOMING} b on {_SAME_PLACE}",
                self._span(),
            ).fetchnumpy()
            at = there["row"]
            same = (there["value"] == rows.value[at]) & (there["quality"] == rows.quality[at])
            kept[at[same]] = False
            replaced[at[~same]] = True
            if not same.all():
                self._offer(rows.take(at[~same]))
                self._take_away()
        return kept, replaced

    def _take_away(self) -> None:
        self._connection.execute(
            f"insert into {schema.EVENT} by name select '{schema.REWRITTEN}' as kind, p.*, b.ingested as noted"
            f" from {schema.POINT} p join {_INCOMING} b on {_SAME_PLACE} where p.value <> b.value",
            self._span(),
        )
        for table in (schema.POINT_HOT, schema.POINT_COLD):
            self._connection.execute(f"delete from {table} p using {_INCOMING} b where {_SAME_PLACE}", self._span())

    def _write_receipts(self, change: ReceiptChange | None) -> None:
        if change is None:
            return
        if change.dropped:
            dropped = list(change.dropped)
            self._connection.execute(f"delete from {schema.RECEIPT} where list_contains(?, id)", [dropped])
        for row in change.written:
            self._connection.execute(
                f"insert into {schema.RECEIPT} (id, broker, client, deliveries) values (?, ?, ?, ?)",
                row.columns,
            )

    def _span(self) -> list[int]:
        """Return the first and last instant offered: between them, whole blocks of the table are passed over."""
        instants = self._incoming["ts"].view(np.int64)
        return [int(instants.min()), int(instants.max())]

    def _offer(self, rows: Columns, numbers: NDArray[np.intp] | None = None) -> None:
        self._incoming.update(
            ts=(rows.at_ms * 1000).view("M8[us]"),
            series_id=rows.series_id,
            value=rows.value,
            quality=rows.quality,
            ingested=(rows.received_ms * 1000).view("M8[us]"),
            row=np.asarray(np.arange(len(rows)) if numbers is None else numbers, np.int32),
        )


def _neighbours(at_ms: NDArray[np.int64], rows: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Return `rows` in a few parts without wide gaps of time: one late row must not make us search all the years."""
    ordered = rows[np.argsort(at_ms[rows])]
    gaps_ms = np.diff(at_ms[ordered])
    wide = np.flatnonzero(gaps_ms > _WIDE_MS)
    widest = wide[np.argsort(gaps_ms[wide])[-_WIDEST:]]
    return np.split(ordered, np.sort(widest) + 1)


def _plain(at_utc: datetime) -> datetime:
    return at_utc.replace(tzinfo=None)  # the columns are UTC without saying so: timestamptz would want pytz


def _columns(found: dict[str, Any]) -> Columns:
    return Columns(
        np.asarray(found["series_id"], np.int32),
        np.asarray(found["at_ms"], np.int64),
        np.asarray(found["value"], np.float64),
        np.asarray(found["quality"], np.uint8),
        np.asarray(found["received_ms"], np.int64),
    )


@contextmanager
def _opening(path: Path) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        if held_elsewhere(path):
            raise StoreError("store.file_held", file=str(path), error=str(error)) from error
        wal = path.with_name(path.name + ".wal")
        raise StoreError("store.timeseries_unreadable", file=str(path), wal=str(wal), error=str(error)) from error


@contextmanager
def _working(code: str, path: Path) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise StoreError(code, file=str(path), error=str(error)) from error
