"""The ledger's way to its database: transactions, upserts and cursors, alike on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import json
import math
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core.errors import RequestError, StoreError
from core.texts import Finding
from store.ledger.engines import WRITES, place_of_database, postgresql_engine, sqlite_engine

_FAILURES = (SQLAlchemyError, OverflowError, TimeoutError)

_NONE_YET = object()

PATIENCE_S = 30.0
"""How long a transaction on a server may take: one that is frozen would otherwise keep us waiting for ever."""


class Database:
    """An engine and its transactions. Every database error leaves here as a `StoreError`.

    `trouble` says why the last transaction failed, if the database or its disk was to blame.
    """

    def __init__(self, engine: AsyncEngine, name: str) -> None:
        self._engine = engine
        self.name = name
        self.trouble: Finding | None = None
        self.failures = 0
        self._turn = asyncio.Lock()  # there is one writer: waiting here is fairer than in the database

    @classmethod
    def at(cls, place: Path | str) -> Database:
        """Return the SQLite database in the file at a path, or the PostgreSQL database at a URL."""
        if isinstance(place, Path):
            return cls(sqlite_engine(place), str(place))
        return cls(postgresql_engine(place), place_of_database(place))

    @property
    def served(self) -> bool:
        """Return whether it is PostgreSQL."""
        return self._engine.dialect.name == "postgresql"

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()

    @asynccontextmanager
    async def reading(
        self, failure: str = "store.read_failed", *, however_long: bool = False
    ) -> AsyncIterator[AsyncConnection]:
        """Give a connection that sees one state of the database; `failure` is the text of a file's error."""
        try:
            async with self._limited(however_long=however_long), self._engine.connect() as connection:
                yield connection
        except _FAILURES as error:
            raise self._failed(failure, error) from error
        self.trouble = None

    @asynccontextmanager
    async def writing(self, *, however_long: bool = False) -> AsyncIterator[AsyncConnection]:
        """Give a connection whose changes are durable together at the end, or not at all.

        Writers come one after the other, those of other processes too, and see what the one before wrote.
        """
        try:
            async with self._limited(however_long=however_long), self._turn, self._engine.connect() as plain:
                connection = await plain.execution_options(**{WRITES: True})
                async with connection.begin():
                    yield connection
        except _FAILURES as error:
            raise self._failed("store.write_failed", error) from error
        self.trouble = None

    def _limited(self, *, however_long: bool = False) -> asyncio.Timeout:
        return asyncio.timeout(PATIENCE_S if self.served and not however_long else None)

    def _failed(self, failure: str, error: Exception) -> StoreError:
        cause = str(getattr(error, "orig", None) or error).strip().partition("\n")[0] or type(error).__name__
        away = _is_away(error)
        if self.served:
            code = "store.database_unreachable" if away else "store.database_refused"
            failed = StoreError(code, database=self.name, error=cause)
        else:
            failed = StoreError(failure, file=self.name, error=cause)
        if away:
            self.trouble = failed.finding
            self.failures += 1
        return failed


def insert(connection: AsyncConnection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an insert that knows `on_conflict_do_…`, in the dialect of the connection."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


async def execute_many(connection: AsyncConnection, statement: Insert, rows: Sequence[Mapping[str, Any]]) -> int:
    """Carry out a statement for very many rows (one at least); return how many rows that made.

    To SQLite they go as they are: what SQLAlchemy does for each takes as long as the database itself.
    """
    dialect = connection.dialect
    if dialect.name != "sqlite":
        return (await connection.execute(statement.execution_options(preserve_rowcount=True), rows)).rowcount
    compiled = statement.compile(dialect=dialect)
    columns = []
    for name in compiled.positiontup or ():
        bind = compiled.binds[name]
        write = bind.type.dialect_impl(dialect).bind_processor(dialect)
        told = [row[name] for row in rows] if name in rows[0] else [bind.value] * len(rows)
        columns.append(list(_written(told, write)) if write else told)
    return (await connection.exec_driver_sql(str(compiled), list(zip(*columns, strict=True)))).rowcount


def _written(column: Sequence[Any], write: Callable[[Any], Any]) -> Iterator[Any]:
    """Yield the values of a column as they go to the database, one that many rows share written once."""
    last: Any = _NONE_YET
    written = None
    for each in column:
        if each is not last:
            last, written = each, write(each)
        yield written


async def replace(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or replace those with the same primary key."""
    if rows:
        statement = insert(connection, table)
        keys = [column.name for column in table.primary_key]
        fresh = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
        await connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=fresh), list(rows))


def as_cursor(*place: str | int) -> str:
    """Return an opaque cursor for the place behind a page's last row."""
    return urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode().rstrip("=")


def place_of(cursor: str, *kinds: type) -> list[Any]:
    """Return the place a cursor stands for, values of these kinds. Raises `RequestError` if it is none of ours."""
    try:
        place = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError as error:
        raise RequestError("store.cursor_invalid") from error
    if not isinstance(place, list) or [type(value) for value in place] != list(kinds):
        raise RequestError("store.cursor_invalid")
    return place


def finding_row(finding: Finding) -> list[Any]:
    """Return a finding as JSON keeps it: its code and its parameters. JSON knows no NaN: it becomes text."""
    params = {name: str(value) if _is_no_number(value) else value for name, value in finding.params}
    return [finding.code, params]


def finding_of(row: Sequence[Any]) -> Finding:
    """Return the finding that was kept."""
    code, params = row
    return Finding.of(code, **params)


def _is_no_number(value: object) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def _is_away(error: Exception) -> bool:
    """Return whether the database cannot work at the moment, rather than refuses what was asked."""
    broken = isinstance(error, DBAPIError) and error.connection_invalidated
    return broken or isinstance(error, OperationalError | NoConnectionError | TimeoutError)
