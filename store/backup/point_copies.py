"""The time-series file as Parquet parts while the writer goes on, and a new file from such parts.

A reader's transaction sees the file as it was when the transaction began, whatever is committed,
sorted or deleted meanwhile. What goes with the parts is how the tables were made: a file is filled
in the layout it had and becomes one of the present when it is opened.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
from pyarrow import parquet

from core.errors import StoreError
from store.points import schema
from store.points.pointfile import CATALOG, attached

PATIENCE_S: Final = 0.1
"""How long commits are held while the ledger is pinned at the same instant."""

_ROWS: Final = 500_000
_BATCH_ROWS: Final = 50_000
_ENCODINGS: Final[Mapping[str, str]] = {"ts": "DELTA_BINARY_PACKED", "value": "BYTE_STREAM_SPLIT"}


@dataclass(frozen=True, slots=True)
class PointPart:
    """Some rows of a table as a Parquet file."""

    table: str
    rows: int
    data: bytes


class PointSnapshot:
    """The time series as it was at one instant. Everything here blocks; one thread at a time may use it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def close(self) -> None:
        """Let go of that instant."""
        self._connection.close()

    def layout(self) -> tuple[str, ...]:
        """Return the statements that make the tables and views."""
        made = "select sql from duckdb_{0}() where database_name = ? and not internal order by {1}_name"
        with self._reading():
            tables = self._connection.execute(made.format("tables", "table"), [CATALOG]).fetchall()
            views = self._connection.execute(made.format("views", "view"), [CATALOG]).fetchall()
        return tuple(sql for (sql,) in (*tables, *views))

    def counts(self) -> dict[str, int]:
        """Return how many readings there are per kind of source."""
        query = (
            f"select split_part(source, ':', 1) as kind, sum(points)::bigint from {schema.SERIES} join"
            f" (select series_id, count(*) as points from {schema.POINT} group by series_id) using (series_id)"
            " group by kind order by kind"
        )
        with self._reading():
            return dict(self._connection.execute(query).fetchall())

    def sizes(self) -> dict[str, int]:
        """Return how many rows each table has."""
        with self._reading():
            query = (
                "select table_name from duckdb_tables() where database_name = ? and not internal order by table_name"
            )
            names = [name for (name,) in self._connection.execute(query, [CATALOG]).fetchall()]
            return {name: self._count(name) for name in names}

    def parts(self, name: str) -> Iterator[PointPart]:
        """Yield all rows of a table, so many at once, in the order in which they stand."""
        with self._reading():
            reader = self._connection.sql(f"select * from {name}").to_arrow_reader(_BATCH_ROWS)
            waiting: list[pa.RecordBatch] = []
            rows = 0
            for batch in reader:
                waiting.append(batch)
                rows += batch.num_rows
                if rows >= _ROWS:
                    yield _part(name, pa.Table.from_batches(waiting, reader.schema))
                    waiting, rows = [], 0
            if rows:
                yield _part(name, pa.Table.from_batches(waiting, reader.schema))

    def _count(self, name: str) -> int:
        ((count,),) = self._connection.execute(f"select count(*) from {name}").fetchall()
        return int(count)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except duckdb.Error as error:
            raise StoreError("store.read_failed", file=str(self._path), error=str(error)) from error


class Pin:
    """Takes the instant of a snapshot in the writer's thread and holds commits until `release`, but not for long."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._release = threading.Event()

    def release(self) -> None:
        """Let commits go on."""
        self._release.set()

    def take(self, connection: duckdb.DuckDBPyConnection, pinned: Callable[[], object]) -> PointSnapshot | None:
        """Return the snapshot, None if nobody released it in time; `pinned` is called once it stands."""
        cursor = connection.cursor()
        cursor.execute(f"use {CATALOG}")
        cursor.execute("begin transaction read only")
        cursor.execute(f"select max(version) from {schema.META}").fetchall()
        pinned()
        if self._release.wait(PATIENCE_S):
            return PointSnapshot(cursor, self._path)
        cursor.close()
        return None


class PointFiller:
    """Fills a new time-series file with the parts of a copy. Everything here blocks."""

    def __init__(self, path: Path, layout: Sequence[str]) -> None:
        """Make the file at `path`. Raises `StoreError` if there is one, or the layout makes no tables."""
        self._path = path
        if path.exists():
            raise StoreError("backup.file_exists", file=str(path))
        with self._writing():
            self._connection = attached(path)
            for statement in layout:
                self._connection.execute(statement)

    def fill(self, table: str, data: bytes) -> int:
        """Put a part of a table into it and return how many rows it has."""
        with self._writing():
            rows = parquet.read_table(pa.BufferReader(data))
            self._connection.register("incoming_part", rows)
            self._connection.execute(f'insert into "{table}" by name select * from incoming_part')
            self._connection.unregister("incoming_part")
        return int(rows.num_rows)

    def close(self) -> None:
        """Write everything into the file proper."""
        with self._writing():
            self._connection.execute("checkpoint")
            self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except (duckdb.Error, pa.ArrowException) as error:
            raise StoreError("store.write_failed", file=str(self._path), error=str(error)) from error


def _part(name: str, rows: pa.Table) -> PointPart:
    written = io.BytesIO()
    encodings = {field.name: _ENCODINGS[field.name] for field in rows.schema if field.name in _ENCODINGS}
    parquet.write_table(
        rows,
        written,
        compression="zstd",
        use_dictionary=[field.name for field in rows.schema if field.name not in encodings],
        column_encoding=encodings or None,
    )
    return PointPart(name, rows.num_rows, written.getvalue())
