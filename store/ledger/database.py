"""The ledger's way to its database: transactions, upserts and cursors, alike on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from core.errors import RequestError, StoreError
from core.texts import Finding

_WRITES = "kreiswatt_writes"
_READERS = 3


class Database:
    """An engine and its transactions. Every database error leaves here as a `StoreError`."""

    def __init__(self, engine: AsyncEngine, name: str) -> None:
        self._engine = engine
        self.name = name
        self._turn = asyncio.Lock()  # SQLite has one writer: waiting here is fairer than its busy timeout

    @classmethod
    def at(cls, path: Path) -> Database:
        """Return the SQLite database in the file at `path`: durable on commit, written by one at a time."""
        engine = create_async_engine(f"sqlite+aiosqlite:///{path}", pool_size=_READERS, max_overflow=0)
        event.listen(engine.sync_engine, "connect", _configure)
        event.listen(engine.sync_engine, "begin", _begin)
        return cls(engine, str(path))

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()

    @asynccontextmanager
    async def reading(self, failure: str = "store.read_failed") -> AsyncIterator[AsyncConnection]:
        """Give a connection that sees one state of the database; `failure` is the text of a database error."""
        try:
            async with self._engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise StoreError(failure, file=self.name, error=_cause(error)) from error

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection whose changes are durable together at the end, or not at all."""
        try:
            async with self._turn, self._engine.connect() as plain:
                connection = await plain.execution_options(**{_WRITES: True})
                async with connection.begin():
                    yield connection
        except SQLAlchemyError as error:
            raise StoreError("store.write_failed", file=self.name, error=_cause(error)) from error


def insert(connection: AsyncConnection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an insert that knows `on_conflict_do_…`, in the dialect of the connection."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


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
    """Return a finding as JSON keeps it: its code and its parameters."""
    return [finding.code, dict(finding.params)]


def finding_of(row: Sequence[Any]) -> Finding:
    """Return the finding that was kept."""
    code, params = row
    return Finding.of(code, **params)


def _configure(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, or reads and writes would not be one transaction
    cursor = connection.cursor()
    for pragma in ("foreign_keys=ON", "busy_timeout=5000", "journal_mode=WAL", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _cause(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error)
