"""The book of what is to be done about the fleet."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from core.errors import StoreError
from core.fleet import FleetAction
from store.ledger.database import Database
from store.ledger.fleet_tables import FLEET_ACTION

_C = FLEET_ACTION.c


class FleetActions:
    """`core.fleet.FleetActionBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save_action(self, action: FleetAction) -> FleetAction:
        """Insert (id 0; of the same open (code, subject) the one that is there is returned) or replace by id.

        Raises `StoreError` for no such id.
        """
        row: dict[str, Any] = {column.name: getattr(action, column.name) for column in _C if column.name != "id"}
        about = (_C.code == action.code, _C.subject == action.subject, _C.done_at_utc.is_(None))
        async with self._database.writing() as connection:
            if action.id:
                found = await connection.execute(
                    update(FLEET_ACTION).where(_C.id == action.id).values(row).returning(*_C)
                )
            else:
                found = await connection.execute(select(FLEET_ACTION).where(*about).order_by(_C.id).limit(1))
            kept = found.mappings().one_or_none()
            if kept is None and not action.id:
                kept = (await connection.execute(FLEET_ACTION.insert().values(row).returning(*_C))).mappings().one()
        if kept is None:
            raise StoreError("store.row_unknown", table=FLEET_ACTION.name, id=action.id)
        return FleetAction(**kept)

    async def actions(self, done: bool | None = None) -> tuple[FleetAction, ...]:  # noqa: FBT001
        """Return actions, those due first."""
        wanted = select(FLEET_ACTION).order_by(_C.due.is_(None), _C.due, _C.id)
        if done is not None:
            wanted = wanted.where(_C.done_at_utc.is_not(None) if done else _C.done_at_utc.is_(None))
        async with self._database.reading() as connection:
            return tuple(FleetAction(**row) for row in (await connection.execute(wanted)).mappings())
