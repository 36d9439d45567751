"""Rows of which there are very many: read as they lie in the database, and made into facts column by column."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import partial
from hashlib import sha256
from typing import Any, Generic, TypeVar

import orjson
from sqlalchemy import JSON, Column, ColumnElement, Float, Select, String, case, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from core.packed import Packed
from core.texts import Finding
from store.ledger.database import finding_of
from store.ledger.filling import column_filler
from store.ledger.types import ExactDecimal, IsoDay, UtcDateTime, day_of

Fact = TypeVar("Fact")
Maker = Callable[[Iterable[Any]], Iterable[Any]]
Rows = Sequence[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class PackedRows(Generic[Fact]):
    """`core.packed.Packed` over rows of a table; `made` is a function of a module, found by its name when unpickled."""

    made: Callable[[Rows], tuple[Fact, ...]]
    rows: Rows

    def facts(self) -> tuple[Fact, ...]:
        """Return the facts, in the order in which they were read."""
        return self.made(self.rows)

    def digest(self) -> str:
        """Return SHA-256 over all that the rows say."""
        return sha256(orjson.dumps(self.rows, default=str)).hexdigest()

    def __len__(self) -> int:
        """Return how many they are."""
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class PackedText(Generic[Fact]):
    """The same where the database tells all rows as one text, a JSON array of arrays.

    SQLite's driver lets other threads run before each row, and waits for its turn after it; a text is told at once.
    """

    made: Callable[[Rows], tuple[Fact, ...]]
    text: str
    count: int

    def facts(self) -> tuple[Fact, ...]:
        """Return the facts, in the order in which they were read."""
        return self.made(orjson.loads(self.text))

    def digest(self) -> str:
        """Return SHA-256 over all that the rows say."""
        return sha256(self.text.encode()).hexdigest()

    def __len__(self) -> int:
        """Return how many they are."""
        return self.count


async def packed(
    connection: AsyncConnection, wanted: Select[Any], made: Callable[[Rows], tuple[Fact, ...]]
) -> Packed[Fact]:
    """Return the rows that are wanted (`raw_columns`), as they lie in the database."""
    if connection.dialect.name != "sqlite":
        return PackedRows(made, list(map(tuple, await connection.execute(wanted))))
    rows = wanted.limit(-1).subquery()  # with a limit their order is kept
    cells = func.json_array(*map(_exactly, rows.c))
    whole = select(func.count(), func.json_group_array(cells, type_=String)).select_from(rows)
    count, text = (await connection.execute(whole)).one()
    return PackedText(made, text, count)


def raw_columns(columns: Iterable[Column[Any]]) -> list[Any]:
    """Return columns in their order, to be read as they lie in the database."""
    return [column if isinstance(column.type, Float) else type_coerce(column, String) for column in columns]


def _exactly(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a column with all digits of a float: SQLite's JSON would have fifteen of them."""
    if not isinstance(column.type, Float):
        return column
    return case((column.is_(None), None), else_=func.json(func.printf("%!.17g", column)))


def maker(
    kind: type[Fact], columns: Collection[Column[Any]], words: dict[str, type[StrEnum]]
) -> Callable[[Rows], tuple[Fact, ...]]:
    """Return what makes facts of rows of these columns: thrice as fast as row by row.

    `words` are the columns that hold the words of an enumeration; `findings`, where there are any, stands in a column
    of that name.
    """
    fill = column_filler(kind, [column.name for column in columns])
    makers = [_maker(column, words) for column in columns]

    def made(rows: Rows) -> tuple[Fact, ...]:
        found = zip(*rows, strict=True) if rows else ((),) * len(makers)
        return fill(len(rows), (make(each) if make else each for make, each in zip(makers, found, strict=True)))

    return made


def _maker(column: Column[Any], words: dict[str, type[StrEnum]]) -> Maker | None:
    """Return what makes values of what lies in a column, None where it is them already."""
    if column.name in words:
        return partial(map, {word.value: word for word in words[column.name]}.__getitem__)
    if column.name == "findings":
        return partial(map, _findings)
    for kind, make in _MAKERS:
        if isinstance(column.type, kind):
            return make
    return None


def _amounts(column: Iterable[str | None]) -> list[Decimal | None]:
    return [None if each is None else Decimal(each) for each in column]


def _instant(value: str | datetime | None) -> datetime | None:
    if value is None:
        return None
    return datetime.fromisoformat(f"{value}+00:00") if isinstance(value, str) else value.astimezone(UTC)


def _findings(value: str | list[Any]) -> tuple[Finding, ...]:
    if value in ("[]", []):
        return ()
    return tuple(map(finding_of, _json(value)))


def _json(value: Any) -> Any:
    """Return what a JSON column holds: SQLite tells its text, PostgreSQL's driver has read it already."""
    if value == "{}":
        return {}
    return json.loads(value) if isinstance(value, str) else value


_MAKERS: tuple[tuple[type, Maker], ...] = (
    (ExactDecimal, _amounts),
    (IsoDay, partial(map, day_of)),
    (UtcDateTime, partial(map, _instant)),
    (JSON, partial(map, _json)),
)
