"""The book of planned work at charge points."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, select, update

from core.periods import Period
from core.station_events import Maintenance
from store.ledger.database import Database
from store.ledger.station_tables import MAINTENANCE

_C = MAINTENANCE.c
_PLAIN = ("station", "site", "reason", "added_by", "added_at_utc", "cancelled_by", "cancelled_at_utc")


class Maintenances:
    """`core.station_events.MaintenanceBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_maintenance(self, maintenance: Maintenance) -> Maintenance:
        """Keep planned work; return it with its id."""
        row: dict[str, Any] = {name: getattr(maintenance, name) for name in _PLAIN}
        row |= {"start_utc": maintenance.period.start_utc, "end_utc": maintenance.period.end_utc}
        async with self._database.writing() as connection:
            added = (await connection.execute(MAINTENANCE.insert().values(row).returning(*_C))).mappings().one()
        return _maintenance(added)

    async def maintenance(self, id: int) -> Maintenance | None:  # noqa: A002
        """Return one, None if there is none."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(MAINTENANCE).where(_C.id == id))).mappings().one_or_none()
        return None if row is None else _maintenance(row)

    async def maintenances(self, period: Period | None = None) -> tuple[Maintenance, ...]:
        """Return what is planned in a period (or ever), the cancelled too, by begin."""
        wanted = select(MAINTENANCE).order_by(_C.start_utc, _C.id)
        if period is not None:
            wanted = wanted.where(_C.start_utc < period.end_utc, _C.end_utc > period.start_utc)
        async with self._database.reading() as connection:
            return tuple(_maintenance(row) for row in (await connection.execute(wanted)).mappings())

    async def cancel_maintenance(self, id: int, by: str, at_utc: datetime) -> Maintenance | None:  # noqa: A002
        """Cancel planned work and return it; the first to do so stays. None: there is no such."""
        first = update(MAINTENANCE).where(_C.id == id, _C.cancelled_at_utc.is_(None))
        async with self._database.writing() as connection:
            await connection.execute(first.values(cancelled_by=by, cancelled_at_utc=at_utc))
            row = (await connection.execute(select(MAINTENANCE).where(_C.id == id))).mappings().one_or_none()
        return None if row is None else _maintenance(row)


def _maintenance(row: RowMapping) -> Maintenance:
    told = {name: row[name] for name in _PLAIN}
    return Maintenance(**told, id=row["id"], period=Period(row["start_utc"], row["end_utc"]))
