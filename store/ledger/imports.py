"""The book of imported files and of the mappings they were understood by."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, RowMapping, and_, func, select

from core.imports import (
    ClockChange,
    FileClock,
    FileImport,
    FileLayout,
    FileMapping,
    ImportFilter,
    ImportPart,
    ImportState,
    RowKind,
    RowProblem,
    Stamp,
)
from core.intervals import SeriesKey
from core.ports import Page
from core.quantities import Quantity
from store.ledger.database import Database, as_cursor, finding_of, finding_row, place_of
from store.ledger.database import replace as insert_or_replace
from store.ledger.import_tables import ABOUT, FILE_IMPORT, FILE_IMPORT_PART, FILE_MAPPING

_I = FILE_IMPORT.c
_M = FILE_MAPPING.c
_P = FILE_IMPORT_PART.c
_OF_ROW = frozenset({"name", "version", "saved_at_utc", "saved_by"})
_WORDS: Mapping[str, Any] = {
    "quantity": Quantity,
    "kind": RowKind,
    "clock": FileClock,
    "stamp": Stamp,
    "layout": FileLayout,
    "clock_change": ClockChange,
    "factor": Decimal,
    "meters": lambda pairs: tuple((one, other) for one, other in pairs),
    "statuses": lambda pairs: tuple((one, other) for one, other in pairs),
}


class Imports:
    """`core.imports.ImportBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save_mapping(self, mapping: FileMapping) -> FileMapping:
        """Keep a mapping as the next version of its name, and return it."""
        newest = select(func.max(_M.version)).where(_M.name == mapping.name)
        async with self._database.writing() as connection:
            kept = replace(mapping, version=(await connection.scalar(newest) or 0) + 1)
            await connection.execute(FILE_MAPPING.insert().values(_mapping_row(kept)))
        return kept

    async def mapping(self, name: str, version: int | None = None) -> FileMapping | None:
        """Return a version of a mapping, by default the newest; None if there is none."""
        wanted = select(FILE_MAPPING).where(_M.name == name).order_by(_M.version.desc()).limit(1)
        if version is not None:
            wanted = wanted.where(_M.version == version)
        async with self._database.reading() as connection:
            row = (await connection.execute(wanted)).mappings().one_or_none()
        return None if row is None or ABOUT in row["body"] else _mapping(row)

    async def mappings(self) -> tuple[FileMapping, ...]:
        """Return the newest version of each, by name."""
        newest = select(_M.name, func.max(_M.version).label("version")).group_by(_M.name).subquery()
        same = and_(_M.name == newest.c.name, _M.version == newest.c.version)
        wanted = select(FILE_MAPPING).join(newest, same).order_by(_M.name)
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted)).mappings()
            return tuple(_mapping(row) for row in rows if ABOUT not in row["body"])

    async def save_import(self, made: FileImport) -> FileImport:
        """Insert an import, or replace it by its id, and return it with its id."""
        row = _import_row(made)
        async with self._database.writing() as connection:
            if made.id:
                await connection.execute(FILE_IMPORT.update().where(_I.id == made.id).values(row))
                return made
            number = await connection.scalar(FILE_IMPORT.insert().values(row).returning(_I.id))
        return replace(made, id=number or 0)

    async def file_import(self, id: int) -> FileImport | None:  # noqa: A002
        """Return one import, None if there is none."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(FILE_IMPORT).where(_I.id == id))).mappings().one_or_none()
        return None if row is None else _import(row)

    async def file_imports(self, wanted: ImportFilter) -> Page[FileImport]:
        """Return imports, newest first."""
        conditions: list[ColumnElement[bool]] = [] if wanted.state is None else [_I.state == wanted.state.value]
        rows = select(FILE_IMPORT).where(*conditions).order_by(_I.id.desc())
        async with self._database.reading() as connection:
            found = [_import(row) for row in (await connection.execute(rows)).mappings()]
        seen = [each for each in found if wanted.sites is None or set(each.sites) <= wanted.sites]
        after = place_of(wanted.cursor, int)[0] if wanted.cursor else None
        rest = [each for each in seen if after is None or each.id < after]
        items = rest[: wanted.limit]
        return Page(tuple(items), len(seen), as_cursor(items[-1].id) if len(rest) > len(items) else None)

    async def imports_of(self, digest: str) -> tuple[FileImport, ...]:
        """Return the imports of one and the same file, newest first."""
        wanted = select(FILE_IMPORT).where(_I.digest == digest).order_by(_I.id.desc())
        async with self._database.reading() as connection:
            return tuple(_import(row) for row in (await connection.execute(wanted)).mappings())

    async def save_part(self, id: int, part: ImportPart) -> None:  # noqa: A002
        """Keep what an import is about to add to one series, before it is added."""
        row = {
            "import_id": id,
            "source": part.source,
            "quantity": part.quantity.value,
            "instants": _packed(part.at_ms),
            "bookings": list(part.bookings),
            "leans_on": list(part.leans_on),
            "total": part.total,
        }
        async with self._database.writing() as connection:
            await insert_or_replace(connection, FILE_IMPORT_PART, [row])

    async def parts_of(self, key: SeriesKey) -> dict[int, ImportPart]:
        """Return what imports that stand added to a series, by import."""
        stands = _I.state != ImportState.WITHDRAWN.value
        joined = FILE_IMPORT_PART.join(FILE_IMPORT, _I.id == _P.import_id)
        wanted = select(FILE_IMPORT_PART).select_from(joined).where(_P.source == key[0], _P.quantity == key[1], stands)
        async with self._database.reading() as connection:
            return {row["import_id"]: _part(row) for row in (await connection.execute(wanted)).mappings()}

    async def parts(self, id: int) -> tuple[ImportPart, ...]:  # noqa: A002
        """Return what an import added, by series."""
        wanted = select(FILE_IMPORT_PART).where(_P.import_id == id).order_by(_P.source, _P.quantity)
        async with self._database.reading() as connection:
            return tuple(_part(row) for row in (await connection.execute(wanted)).mappings())


def _packed(at_ms: Sequence[int]) -> bytes:
    """Return instants as packed steps: those of a load profile are all the same and need next to nothing."""
    return zlib.compress(np.diff(np.asarray(at_ms, "<i8"), prepend=0).tobytes(), 6)


def _unpacked(data: bytes) -> tuple[int, ...]:
    return tuple(np.cumsum(np.frombuffer(zlib.decompress(data), "<i8")).tolist())


def _part(row: RowMapping) -> ImportPart:
    return ImportPart(
        source=row["source"],
        quantity=Quantity(row["quantity"]),
        at_ms=_unpacked(row["instants"]),
        bookings=tuple(row["bookings"]),
        leans_on=tuple(row["leans_on"]),
        total=row["total"],
    )


def _mapping_row(mapping: FileMapping) -> dict[str, Any]:
    said = {field.name: getattr(mapping, field.name) for field in fields(FileMapping)}
    body = {name: str(value) if isinstance(value, Decimal) else value for name, value in said.items()}
    return {name: said[name] for name in _OF_ROW} | {"body": {n: v for n, v in body.items() if n not in _OF_ROW}}


def _mapping(row: RowMapping) -> FileMapping:
    body = {name: _WORDS[name](value) if name in _WORDS else value for name, value in row["body"].items()}
    return FileMapping(**{**{name: row[name] for name in _OF_ROW}, **body})


def _import_row(made: FileImport) -> dict[str, Any]:
    said = {column.name: getattr(made, column.name) for column in _I if column.name != "id"}
    problems = [[one.line, one.column, one.found, finding_row(one.finding)] for one in made.problems]
    return said | {
        "state": made.state.value,
        "sites": list(made.sites),
        "problems": problems,
        "notes": [finding_row(note) for note in made.notes],
    }


def _import(row: RowMapping) -> FileImport:
    problems = [RowProblem(line, column, found, finding_of(said)) for line, column, found, said in row["problems"]]
    return FileImport(
        **{
            **row,
            "state": ImportState(row["state"]),
            "sites": tuple(row["sites"]),
            "problems": tuple(problems),
            "notes": tuple(finding_of(note) for note in row["notes"]),
        }
    )
