"""The two databases a ledger lives in, set up so that the books cannot tell one from the other.

Writers come one after the other, readers see one state, text sorts by code point, instants are
in UTC. Neither keeps NUL in text on every way, nor half a surrogate pair: both become U+FFFD.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import psycopg
from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

WRITES = "kreiswatt_writes"
"""The execution option that makes a connection's transaction one that writes."""

_READERS = 3
_CONNECTIONS = 5
_CACHE_KIB = 16_384
"""So much of a file a connection keeps at hand; with the 2 MiB of SQLite itself, looking up takes twice as long."""
_WRITERS_LOCK = 0x6B77_6C65_6467_6572  # "kwledger"
_BEGIN_TO_WRITE = f"SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({_WRITERS_LOCK})"
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")

_SESSION = {
    "timezone": "UTC",
    "default_transaction_isolation": "repeatable\\ read",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
}
_COMMITTED = {"default_transaction_isolation": "read\\ committed"}
_REACH = {
    "application_name": "kreiswatt",
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""A server that vanished without a word is noticed after half a minute."""


def sqlite_engine(path: Path) -> AsyncEngine:
    """Return the database in the file at `path`: durable on commit, written by one at a time."""
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path)),
        pool_size=_READERS,
        max_overflow=0,
        connect_args={"factory": _RolledBack},
        json_serializer=_write_json,
        json_deserializer=_read_json,
    )
    event.listen(engine.sync_engine, "connect", _configure)
    return _alike(engine, _begin_sqlite)


def _write_json(value: Any) -> str:
    """Return what a JSON column shall hold; see `_read_json`."""
    return "[]" if value == [] else json.dumps(value)


def _read_json(text: str) -> Any:
    """Return what a JSON column holds; of most rows it is nothing at all."""
    if text == "[]":
        return []
    return {} if text == "{}" else json.loads(text)


def postgresql_engine(url: str) -> AsyncEngine:
    """Return the database at `url`. A connection that broke is replaced when it is next needed."""
    place = make_url(url).set(drivername="postgresql+psycopg")
    options = " ".join(f"-c {name}={value}" for name, value in _SESSION.items())
    asked = {name: value for name, value in _REACH.items() if name not in place.query}
    engine = create_async_engine(
        place, pool_size=_CONNECTIONS, max_overflow=0, pool_pre_ping=True, connect_args=asked | {"options": options}
    )
    return _alike(engine, _begin_postgresql)


async def connect(url: str) -> psycopg.AsyncConnection[Any]:
    """Return a connection of its own to the database at `url`; each statement is a transaction unless one is begun."""
    place = make_url(url).set(drivername="postgresql")
    options = " ".join(f"-c {name}={value}" for name, value in (_SESSION | _COMMITTED).items())
    asked = {name: value for name, value in _REACH.items() if name not in place.query}
    said = place.render_as_string(hide_password=False)
    return await psycopg.AsyncConnection.connect(said, autocommit=True, options=options, **asked)  # type: ignore[arg-type]


def place_of_database(url: str) -> str:
    """Return what a message may say about a database: its server and name, never user or password."""
    place = make_url(url)
    port = f":{place.port}" if place.port else ""
    return f"postgresql://{place.host or ''}{port}/{place.database or ''}"


def keepable(text: str) -> str:
    """Return the text as both databases keep it."""
    try:
        text.encode()  # of a long text ten times as fast as to look for half of a surrogate pair
    except UnicodeEncodeError:
        return _UNKEEPABLE.sub("\ufffd", text)
    return text.replace("\0", "\ufffd")


class _RolledBack(sqlite3.Connection):
    """A connection that takes back what was not committed before it is closed, as happens where a task is cancelled.

    SQLite keeps a closed connection, with its locks, while a statement of it has rows to tell.
    """

    def close(self) -> None:
        """Roll back and close; once closed, do nothing."""
        with suppress(sqlite3.ProgrammingError):
            self.rollback()
        super().close()


def _alike(engine: AsyncEngine, begin: Any) -> AsyncEngine:
    event.listen(engine.sync_engine, "begin", begin)
    event.listen(engine.sync_engine, "before_cursor_execute", _cleaned, retval=True)
    return engine


def _configure(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, or reads and writes would not be one transaction
    cursor = connection.cursor()
    for pragma in (
        "foreign_keys=ON",
        "busy_timeout=5000",
        "journal_mode=WAL",
        "synchronous=FULL",
        f"cache_size=-{_CACHE_KIB}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.execute("PRAGMA secure_delete=FAST")  # what was erased shall not be found in the file
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _writes(connection) else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    if _writes(connection):
        # Whoever waited must see what the one before wrote, so the snapshot is not taken while waiting.
        connection.exec_driver_sql(_BEGIN_TO_WRITE)


def _writes(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get(WRITES))


def _cleaned(
    _connection: Connection, _cursor: Any, statement: str, parameters: Any, _context: Any, executemany: Any
) -> tuple[str, Any]:
    if not executemany:
        return statement, _clean(parameters)
    return statement, parameters if _is_clean(parameters) else [_clean(row) for row in parameters]


def _is_clean(rows: Any) -> bool:
    """Return whether all text of rows is surely keepable, at a fraction of what it takes to look at each."""
    try:
        return b"\\u0000" not in orjson.dumps(rows, default=str)
    except orjson.JSONEncodeError:  # half a surrogate pair, or what JSON does not hold
        return False


def _clean(row: Any) -> Any:
    if isinstance(row, Mapping):
        return {name: _kept(value) for name, value in row.items()}
    return tuple(map(_kept, row)) if isinstance(row, Sequence) else row


def _kept(value: Any) -> Any:
    return keepable(value) if isinstance(value, str) else value
