"""Digests of what the ledger keeps, made of rows as they lie in it: a year of a large fleet takes seconds."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, String, select, type_coerce

from core.periods import Period
from core.statements import StatementKey
from store.ledger.database import Database, replace
from store.ledger.fleet_tables import SESSION_VALUATION
from store.ledger.packed import packed
from store.ledger.statement_tables import STATEMENT
from store.ledger.tables import MARK

_S, _V = STATEMENT.c, SESSION_VALUATION.c
_INPUTS = "inputs:"
_SAID = (_V.session, _V.version, _V.vehicle, _V.energy_wh, _V.pv_wh, _V.grid_wh)


class Inputs:
    """`core.inputs.InputBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def digest_of_valuations(self, period: Period) -> str:
        """Return SHA-256 over whose the sessions begun in `period` were found to be, in all versions."""
        during = (_V.begun_at_utc >= period.start_utc, _V.begun_at_utc < period.end_utc)
        wanted = select(*map(_raw, _SAID)).where(*during).order_by(_V.session, _V.version)
        async with self._database.reading() as connection:
            return (await packed(connection, wanted, tuple)).digest()

    async def digest_of_statement(self, key: StatementKey) -> str:
        """Return SHA-256 over the newest version of a statement as it lies in the database; empty without one."""
        about = (_S.kind == key.kind, _S.period == key.period, _S.scope == key.scope)
        wanted = select(_S.version, _S.body, _S.inputs_digest, _S.digest).where(*about)
        async with self._database.reading() as connection:
            row = (await connection.execute(wanted.order_by(_S.version.desc()).limit(1))).one_or_none()
        if row is None:
            return ""
        version, body, *said = row
        return sha256(f"{version} {said} {body}".encode()).hexdigest()

    async def computed_from(self, name: str) -> int | None:
        """Return what was remembered of the inputs of something last, None if nothing was."""
        async with self._database.reading() as connection:
            found: int | None = await connection.scalar(select(MARK.c.value).where(MARK.c.name == _INPUTS + name))
        return found

    async def set_computed_from(self, name: str, inputs: int) -> None:
        """Remember a digest of the inputs that something was computed from: 63 bits of it."""
        async with self._database.writing() as connection:
            await replace(connection, MARK, [{"name": _INPUTS + name, "value": inputs}])


def _raw(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a column as it lies in the database."""
    return type_coerce(column, String)
