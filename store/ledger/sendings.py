"""The book of reports' ways to their recipients. Letters are read only when somebody asks for one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from typing import Any

from sqlalchemy import RowMapping, select, update

from core.errors import StoreError
from core.sendings import Sending, SendingState
from store.ledger.database import Database, insert
from store.ledger.fleet_tables import SENDING

_C = SENDING.c
_NAMES = tuple(field.name for field in fields(Sending))
_SHOWN = tuple(_C[name] for name in _NAMES)


class Sendings:
    """`core.sendings.SendingBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep_sending(self, sending: Sending, letter: bytes | None = None) -> Sending:
        """Insert (id 0; of the same `message_id` the one that is there is returned) or replace by id.

        Without a letter the one that is kept stays. Raises `StoreError` for no such id.
        """
        row = {name: getattr(sending, name) for name in _NAMES if name != "id"}
        row |= {"letter": letter} if letter is not None else {}
        async with self._database.writing() as connection:
            if sending.id:
                replaced = update(SENDING).where(_C.id == sending.id).values(row)
                found = (await connection.execute(replaced.returning(*_SHOWN))).mappings().one_or_none()
            else:
                fresh = insert(connection, SENDING).values(row)
                await connection.execute(fresh.on_conflict_do_nothing(index_elements=["message_id"]))
                same = select(*_SHOWN).where(_C.message_id == sending.message_id)
                found = (await connection.execute(same)).mappings().one()
        if found is None:
            raise StoreError("store.row_unknown", table=SENDING.name, id=sending.id)
        return _sending(found)

    async def sendings(
        self, report: str | None = None, period: str | None = None, states: Collection[SendingState] | None = None
    ) -> tuple[Sending, ...]:
        """Return sendings, newest first."""
        wanted = select(*_SHOWN).order_by(_C.created_at_utc.desc(), _C.id.desc())
        if report is not None:
            wanted = wanted.where(_C.report == report)
        if period is not None:
            wanted = wanted.where(_C.period == period)
        if states is not None:
            wanted = wanted.where(_C.state.in_([state.value for state in states]))
        async with self._database.reading() as connection:
            return tuple(_sending(row) for row in (await connection.execute(wanted)).mappings())

    async def sent_letter(self, id: int) -> bytes | None:  # noqa: A002
        """Return the letter of a sending as it was given to the server, None if there is none."""
        async with self._database.reading() as connection:
            letter: bytes | None = await connection.scalar(select(_C.letter).where(_C.id == id))
        return letter


def _sending(row: RowMapping) -> Sending:
    said: dict[str, Any] = {name: row[name] for name in _NAMES}
    return Sending(**{**said, "state": SendingState(row["state"])})
