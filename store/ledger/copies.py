"""The ledger as lines of JSON, the same from either database, and back into either.

The first line of a part says which columns follow and what kind each is, so that a copy is read
without the release that wrote it: it is put into tables of its own revision, then brought forward.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    column,
    func,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from core.errors import RequestError, StoreError
from store.ledger.database import Database
from store.ledger.metadata import METADATA
from store.ledger.migrate import migrate
from store.ledger.types import ExactDecimal, IsoDay, UtcDateTime

_ROWS: Final = 20_000
_PART_BYTE: Final = 32_000_000
_AT_ONCE: Final = 500

_KINDS: Final[tuple[tuple[type[TypeEngine[Any]], str, TypeEngine[Any]], ...]] = (
    (UtcDateTime, "instant", UtcDateTime()),
    (IsoDay, "day", IsoDay()),
    (ExactDecimal, "decimal", ExactDecimal()),
    (JSON, "json", JSON(none_as_null=True)),
    (LargeBinary, "bytes", LargeBinary()),
    (Boolean, "boolean", Boolean()),
    (Float, "float", Float()),
    (Integer, "integer", BigInteger()),
    (String, "text", String()),
)
"""How the kinds of columns are called in a copy; subclasses stand before their bases."""

_TYPES: Final = {name: made for _, name, made in _KINDS}
_WRITTEN: Final[dict[str, Callable[[Any], Any]]] = {
    "instant": lambda value: value.isoformat(),
    "day": lambda value: value.isoformat(),
    "decimal": str,
    "bytes": lambda value: b64encode(value).decode(),
}
_READ: Final[dict[str, Callable[[Any], Any]]] = {
    "instant": datetime.fromisoformat,
    "day": date.fromisoformat,
    "decimal": Decimal,
    "bytes": b64decode,
}


@dataclass(frozen=True, slots=True)
class LedgerPart:
    """Some rows of a table, packed."""

    table: str
    rows: int
    data: bytes


class LedgerSnapshot:
    """The ledger as it was at one instant; `revision` names its tables."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.revision = ""
        self._connection = connection

    async def pin(self) -> None:
        """Return once what is read from here on is the state of this instant."""
        self.revision = await self._connection.scalar(text("select version_num from alembic_version")) or ""

    async def parts(self) -> AsyncIterator[LedgerPart]:
        """Yield all rows of all tables, so many at once."""
        for each in METADATA.sorted_tables:
            kinds = [(one.name, _kind(one)) for one in each.c]
            following = await self._following(each)
            first = True
            result = await self._connection.stream(select(each).order_by(*each.primary_key))
            lines: list[str] = []
            async for rows in result.partitions(_AT_ONCE):
                lines += [_line(row, kinds) for row in rows]
                if len(lines) >= _ROWS or sum(map(len, lines)) >= _PART_BYTE:
                    yield _packed(each.name, kinds, following, lines)
                    lines, first = [], False
            if lines or first:
                yield _packed(each.name, kinds, following, lines)

    async def _following(self, each: Table) -> int:
        """Return the number the table counted up to, even if that row is gone; 0 if it does not count."""
        name = _counted(each)
        if name is None:
            return 0
        if self._connection.dialect.name == "postgresql":
            sequence = await self._connection.scalar(func.pg_get_serial_sequence(each.name, name))
            query = f"select case when is_called then last_value else last_value - 1 end from {sequence}"
            return int(await self._connection.scalar(text(query)) or 0) if sequence else 0
        query = "select seq from sqlite_sequence where name = :name"
        return int(await self._connection.scalar(text(query), {"name": each.name}) or 0)


class Copies:
    """Copies of the ledger while it is in use."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[LedgerSnapshot]:
        """Give a view of the ledger that no later change touches, once it has been pinned."""
        async with self._database.reading(however_long=True) as connection:
            yield LedgerSnapshot(connection)


class LedgerFiller:
    """Fills an empty database with a copy; `LedgerFiller.into` makes one. All of it is there at the end, or nothing."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    @classmethod
    @asynccontextmanager
    async def into(cls, place: Path | str, revision: str) -> AsyncIterator[LedgerFiller]:
        """Give what fills the ledger at a path or URL, in the tables of `revision`.

        Raises `RequestError` if there is something in it, `StoreError` if the revision is a newer release's.
        """
        database = Database.at(place)
        try:
            async with database.writing(however_long=True) as connection:
                if await connection.run_sync(lambda plain: bool(inspect(plain).get_table_names())):
                    raise RequestError("backup.ledger_not_empty", database=database.name)
                await connection.run_sync(migrate, database.name, revision)
                yield cls(connection)
        finally:
            await database.close()

    async def fill(self, data: bytes) -> int:
        """Put the rows of a part into their table and return how many they are."""
        lines = iter(zlib.decompress(data).decode().splitlines())
        head = json.loads(next(lines))
        name, kinds, following = head["table"], [tuple(kind) for kind in head["columns"]], head["following"]
        target = table(name, *(column(each, _TYPES[kind]) for each, kind in kinds))
        count = 0
        while block := list(islice(lines, _AT_ONCE)):
            await self._connection.execute(target.insert(), [_row(line, kinds) for line in block])
            count += len(block)
        if following:
            await self._go_on_behind(name, following)
        return count

    async def _go_on_behind(self, name: str, following: int) -> None:
        if self._connection.dialect.name == "postgresql":
            key = await self._connection.run_sync(
                lambda plain: inspect(plain).get_pk_constraint(name)["constrained_columns"][0]
            )
            query = "select setval(pg_get_serial_sequence(:name, :key), :following)"
            await self._connection.execute(text(query), {"name": name, "key": key, "following": following})
            return
        gone = text("delete from sqlite_sequence where name = :name")
        await self._connection.execute(gone, {"name": name})
        fresh = text("insert into sqlite_sequence (name, seq) values (:name, :following)")
        await self._connection.execute(fresh, {"name": name, "following": following})


def _kind(one: Column[Any]) -> str:
    for made, name, _ in _KINDS:
        if isinstance(one.type, made):
            return name
    raise StoreError("backup.column_unknown", table=str(one.table), column=one.name)


def _counted(each: Table) -> str | None:
    found = each.autoincrement_column
    return None if found is None else found.name


def _line(row: Sequence[Any], kinds: Sequence[tuple[str, str]]) -> str:
    values = [
        value if value is None or kind not in _WRITTEN else _WRITTEN[kind](value)
        for value, (_, kind) in zip(row, kinds, strict=True)
    ]
    return json.dumps(values, ensure_ascii=True, separators=(",", ":"))


def _row(line: str, kinds: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
    return {
        name: value if value is None or kind not in _READ else _READ[kind](value)
        for value, (name, kind) in zip(json.loads(line), kinds, strict=True)
    }


def _packed(name: str, kinds: Sequence[tuple[str, str]], following: int, lines: Sequence[str]) -> LedgerPart:
    head = json.dumps({"table": name, "columns": kinds, "following": following})
    return LedgerPart(name, len(lines), zlib.compress("\n".join([head, *lines]).encode(), 3))
