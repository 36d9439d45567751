"""The book of mappings by which files of papers are understood; they stand in the table of all mappings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import RowMapping, and_, func, select

from core.errors import ConflictError
from core.inventory.mobility import FuelKind
from core.voucher_files import VoucherMapping
from core.vouchers import ChargePlace, VoucherKind
from store.ledger.database import Database
from store.ledger.import_tables import ABOUT, FILE_MAPPING

_M = FILE_MAPPING.c
_OF_ROW = frozenset({"name", "version", "saved_at_utc", "saved_by"})
_VOUCHERS = "vouchers"
_WORDS: Mapping[str, Any] = {
    "kind": VoucherKind,
    "fuel": lambda said: None if said is None else FuelKind(said),
    "place": lambda said: None if said is None else ChargePlace(said),
    "vehicles": lambda pairs: tuple((one, other) for one, other in pairs),
    "fuels": lambda pairs: tuple((one, other) for one, other in pairs),
}


class VoucherMappings:
    """`core.voucher_files.VoucherMappingBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save_voucher_mapping(self, mapping: VoucherMapping) -> VoucherMapping:
        """Keep a mapping as the next version of its name, and return it. Raises `ConflictError` for a name in use."""
        newest = select(_M.version, _M.body).where(_M.name == mapping.name).order_by(_M.version.desc()).limit(1)
        async with self._database.writing() as connection:
            before = (await connection.execute(newest)).mappings().one_or_none()
            if before is not None and ABOUT not in before["body"]:
                raise ConflictError("vouchers.mapping_taken", name=mapping.name)
            kept = replace(mapping, version=(before["version"] if before else 0) + 1)
            await connection.execute(FILE_MAPPING.insert().values(_row(kept)))
        return kept

    async def voucher_mapping(self, name: str, version: int | None = None) -> VoucherMapping | None:
        """Return a version of a mapping, by default the newest; None if there is none."""
        wanted = select(FILE_MAPPING).where(_M.name == name).order_by(_M.version.desc()).limit(1)
        if version is not None:
            wanted = wanted.where(_M.version == version)
        async with self._database.reading() as connection:
            row = (await connection.execute(wanted)).mappings().one_or_none()
        return None if row is None or ABOUT not in row["body"] else _mapping(row)

    async def voucher_mappings(self) -> tuple[VoucherMapping, ...]:
        """Return the newest version of each, by name."""
        newest = select(_M.name, func.max(_M.version).label("version")).group_by(_M.name).subquery()
        same = and_(_M.name == newest.c.name, _M.version == newest.c.version)
        wanted = select(FILE_MAPPING).join(newest, same).order_by(_M.name)
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted)).mappings()
            return tuple(_mapping(row) for row in rows if ABOUT in row["body"])


def _row(mapping: VoucherMapping) -> dict[str, Any]:
    said = {field.name: getattr(mapping, field.name) for field in fields(VoucherMapping)}
    body = {name: value for name, value in said.items() if name not in _OF_ROW}
    return {name: said[name] for name in _OF_ROW} | {"body": body | {ABOUT: _VOUCHERS}}


def _mapping(row: RowMapping) -> VoucherMapping:
    body = {name: _WORDS[name](value) if name in _WORDS else value for name, value in row["body"].items()}
    body.pop(ABOUT)
    return VoucherMapping(**{name: row[name] for name in _OF_ROW}, **body)
