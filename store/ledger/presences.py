"""The book of where vehicles stood."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from core.fleet import Presence
from core.periods import Period
from store.ledger.database import Database, replace
from store.ledger.fleet_tables import PRESENCE

_C = PRESENCE.c


class Presences:
    """`core.fleet.PresenceBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save_presences(self, presences: Sequence[Presence]) -> None:
        """Insert or replace by (vehicle, instant)."""
        async with self._database.writing() as connection:
            await replace(connection, PRESENCE, [_row(presence) for presence in presences])

    async def presences(self, vehicles: Collection[str], period: Period) -> tuple[Presence, ...]:
        """Return by vehicle and instant what began in `period`, and of each vehicle the last before it."""
        newest = _newest(_C.since_utc < period.start_utc, _C.vehicle.in_(list(vehicles))).subquery().c
        wanted = (
            select(PRESENCE)
            .outerjoin(newest.vehicle.table, newest.vehicle == _C.vehicle)
            .where(
                _C.vehicle.in_(list(vehicles)),
                _C.since_utc < period.end_utc,
                or_(_C.since_utc >= period.start_utc, _C.since_utc == newest.since_utc),
            )
        )
        return await self._read(wanted)

    async def last_presences(self) -> tuple[Presence, ...]:
        """Return of each vehicle the newest, by vehicle."""
        newest = _newest().subquery().c
        its = and_(newest.vehicle == _C.vehicle, newest.since_utc == _C.since_utc)
        return await self._read(select(PRESENCE).join(newest.vehicle.table, its))

    async def _read(self, wanted: Select[Any]) -> tuple[Presence, ...]:
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted.order_by(_C.vehicle, _C.since_utc))).mappings()
            return tuple(Presence(**row) for row in rows)


def _newest(*conditions: ColumnElement[bool]) -> Select[Any]:
    newest = func.max(_C.since_utc, type_=_C.since_utc.type).label("since_utc")
    return select(_C.vehicle, newest).where(*conditions).group_by(_C.vehicle)


def _row(presence: Presence) -> dict[str, Any]:
    return {column.name: getattr(presence, column.name) for column in _C}
