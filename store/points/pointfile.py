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

from core.errors import StoreError
from core.periods import Period
from core.ports import Arrival
from core.quantities import Quantity
from core.readings import Reading
from store.folder import held_elsewhere
from store.points import schema
from store.points.columns import Columns, SeriesKey, to_utc
from store.points.incoming import Incoming
from store.points.latest import Latest
from store.points.receipts import ReceiptChange, ReceiptRow
from store.points.sifting import Sifted, sift, write_points
from store.points.upgrade import upgrade

T = TypeVar("T")

_SETTINGS: Final[dict[str, str | bool | int | float | list[str]]] = {
    "memory_limit": "256MB",
    "threads": 2,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
    # A checkpoint only writes what is new and drops blocks of which nothing is left: moving what is
    # left of others together would keep the writer for a quarter of a second.
    "max_vacuum_tasks": 0,
    # Only if `shorten_log` could not: a checkpoint within a commit would keep the writer for both.
    "wal_autocheckpoint": "64MB",
}
_LONG_LOG_BYTES: Final = 8_000_000
"""A longer log would keep the writer longer at once, a shorter one would leave row groups half full."""
CATALOG: Final = "store"
"""The name under which a connection has the file; a cursor must `use` it."""
_GROUP_ROWS: Final = 28_672
"""So that instants and values of minute data fill a block each, and little is read in vain of a series' month."""
_BLOCK_BYTES: Final = 65_536
"""A quarter of DuckDB's own; in yet smaller ones it would not pack bits."""

_DAMAGED: Final = "Corrupt database file"
_NEWEST_COLUMNS: Final = "epoch_ms(p.ts) as at_ms, p.value, p.quality, epoch_ms(p.ingested) as received_ms"
_SETTLED: Final = f"select p.series_id, {_NEWEST_COLUMNS}, p.points from {schema.SETTLED} p"
# one pass for the instants, then their rows: a sixth of the time of arg_max over each column
_NEWEST: Final = (
    "with newest as materialized"
    f" (select series_id, max(ts) as ts, count(*) as points from {schema.POINT_HOT} group by series_id)"
    f" select n.series_id, {_NEWEST_COLUMNS}, n.points"
    f" from newest n join {schema.POINT_HOT} p on p.series_id = n.series_id and p.ts = n.ts"
)


class PointFile:
    """One open file. Raises `StoreError`, whose finding names the file and what to do, where it cannot be opened."""

    def __init__(self, path: Path, now_utc: datetime) -> None:
        self.path = path
        self._log = path.with_name(path.name + ".wal")
        self.generation = 0
        """Grows with each transaction, so that who has looked knows whether what was seen still holds."""
        self._incoming = Incoming()
        self._connect(now_utc)

    def _connect(self, now_utc: datetime) -> None:
        with _opening(self.path):
            self._connection = attached(self.path)
        try:
            self._prepare(now_utc)
        except StoreError:
            self._connection.close()
            raise

    def _prepare(self, now_utc: datetime) -> None:
        connection, since = self._connection, _plain(now_utc)
        with _opening(self.path):
            self._incoming.register(connection)
            tables = f"select count(*) from duckdb_tables() where database_name = '{CATALOG}'"
            connection.execute("begin")
            if connection.execute(tables).fetchone() == (0,):
                for statement in schema.CREATE:
                    connection.execute(statement)
                connection.execute(f"insert into {schema.META} values (?, ?)", [schema.VERSION, since])
            (found,) = connection.execute(f"select max(version) from {schema.META}").fetchone() or (0,)
            if found > schema.VERSION:
                raise StoreError("store.file_too_new", file=str(self.path))
            upgrade(connection, found, since)
            connection.execute("commit")

    def close(self) -> None:
        """Write everything into the file proper and let go of it."""
        with _working("store.write_failed", self.path):
            self._connection.close()

    def checkpoint(self) -> bool:
        """Write into the file proper what stands in its log; return whether that could be done.

        A reader that has just begun can be in the way: what is in the log is durable, and the next time will do.
        """
        with _working("store.write_failed", self.path):
            try:
                self._connection.execute("checkpoint")
            except duckdb.TransactionException:
                return False
        return True

    @property
    def log_is_long(self) -> bool:
        """Return whether it is time to write into the file proper what stands in its log."""
        try:
            return self._log.stat().st_size >= _LONG_LOG_BYTES
        except FileNotFoundError:  # all of it stands in the file
            return False

    def shorten_log(self) -> None:
        """Write a long log into the file proper."""
        if self.log_is_long:
            self.checkpoint()

    def readings(self, series_id: int, key: SeriesKey, period: Period) -> tuple[Reading, ...]:
        """Return the readings of one series in `period`, by instant; any thread may ask."""

        def of_series(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, float, int]]:
            return connection.execute(
                f"select epoch_ms(ts), value, quality from {schema.POINT}"
                " where series_id = ? and ts >= ? and ts < ? order by ts",
                [series_id, _plain(period.start_utc), _plain(period.end_utc)],
            ).fetchall()

        rows = self.read(of_series)
        qualities = schema.QUALITIES
        return tuple(Reading(*key, to_utc(at_ms), value, qualities[quality]) for at_ms, value, quality in rows)

    def arrivals(self, series_id: int, key: SeriesKey, period: Period) -> tuple[Arrival, ...]:
        """Return the readings of one series in `period` with when each was received; closed months do not keep that."""

        def of_series(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, float, int, int | None]]:
            return connection.execute(
                f"select epoch_ms(ts), value, quality, epoch_ms(ingested) from {schema.POINT}"
                " where series_id = ? and ts >= ? and ts < ? order by ts",
                [series_id, _plain(period.start_utc), _plain(period.end_utc)],
            ).fetchall()

        return tuple(
            Arrival(
                Reading(*key, to_utc(at_ms), value, schema.QUALITIES[quality]),
                None if received_ms is None else to_utc(received_ms),
            )
            for at_ms, value, quality, received_ms in self.read(of_series)
        )

    def latest(self) -> Latest:
        """Return the newest value and the count of every series."""
        with _opening(self.path):
            series = self._connection.execute(f"select source, quantity, series_id from {schema.SERIES}").fetchall()
            settled = self._connection.execute(_SETTLED).fetchnumpy()
            hot = self._connection.execute(_NEWEST).fetchnumpy()
        try:
            ids = {(source, Quantity(quantity)): number for source, quantity, number in series}
        except ValueError as error:  # a quantity that a newer release has learnt
            raise StoreError("store.file_too_new", file=str(self.path)) from error
        latest = Latest(ids)
        for newest in (settled, hot):
            latest.add(_columns(newest), np.asarray(newest["points"], np.int64))
        return latest

    def receipts(self) -> list[ReceiptRow]:
        """Return all rows of the receipt table."""
        with _opening(self.path):
            rows = self._connection.execute(f"select id, broker, client, deliveries from {schema.RECEIPT}").fetchall()
        return [ReceiptRow.of(row) for row in rows]

    def read(self, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """Return what `work` reads on a cursor of its own; any thread may ask."""
        with _working("store.read_failed", self.path), self._connection.cursor() as connection:
            connection.execute(f"use {CATALOG}")
            return work(connection)

    def change(self, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """Return what `work` returns, once all it wrote is durable. Raises `StoreError`; then nothing was written."""
        with self._transaction():
            return work(self._connection)

    def sift(self, rows: Columns, latest: Latest) -> Sifted:
        """Return what of `rows` (by series and instant, each once) is to be written, and what it replaces."""
        with _working("store.read_failed", self.path):
            return sift(self._connection, self._incoming, rows, latest)

    def write(self, sifted: Sifted, series: Mapping[SeriesKey, int], receipts: ReceiptChange | None) -> None:
        """Return once points, new series and receipts are durable together.

        Where a value differs from what stands there, the old value becomes an event. Raises
        `StoreError`; then nothing was written. What was sifted must still hold: see `generation`.
        """
        with self._transaction():
            self._write_series(series)
            write_points(self._connection, self._incoming, sifted)
            self._write_receipts(receipts)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            with _working("store.write_failed", self.path):
                self._connection.execute("begin")
                yield
                self._connection.execute("commit")
                self.generation += 1
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


def attached(path: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection to the file at `path`, made if there is none, under our settings. Raises `duckdb.Error`."""
    connection = duckdb.connect(config={**_SETTINGS, "temp_directory": f"{path}.tmp"})
    try:
        block = "" if path.exists() else f", block_size {_BLOCK_BYTES}"
        place = str(path).replace("'", "''")
        connection.execute(f"attach '{place}' as {CATALOG} (row_group_size {_GROUP_ROWS}{block})")
        connection.execute(f"use {CATALOG}")
    except duckdb.Error:
        connection.close()
        raise
    return connection


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
        if _DAMAGED in str(error):  # a block whose checksum is wrong
            raise StoreError("store.timeseries_damaged", file=str(path), error=str(error)) from error
        raise StoreError(code, file=str(path), error=str(error)) from error
