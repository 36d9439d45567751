"""The books of what vehicles did on a day, and of what is left of it later."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, delete, select

from core.fleet import VehicleDay
from core.packed import Packed
from core.readings import SlotShare
from core.vehicle_months import VehicleMonth
from store.ledger.database import Database, finding_row, insert, replace
from store.ledger.fleet_tables import VEHICLE_DAY, VEHICLE_MONTH
from store.ledger.packed import Rows, maker, packed, raw_columns

_D = VEHICLE_DAY.c
_M = VEHICLE_MONTH.c
_DAY_NAMES = tuple(column.name for column in _D)
_RAW = raw_columns(VEHICLE_DAY.c)
_days = maker(VehicleDay, tuple(VEHICLE_DAY.c), {"distance_share": SlotShare})


class VehicleDays:
    """`core.fleet.VehicleDayBook` and `core.vehicle_months.VehicleMonthBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save_vehicle_days(self, days: Sequence[VehicleDay]) -> None:
        """Insert or replace by (vehicle, day)."""
        async with self._database.writing() as connection:
            await replace(connection, VEHICLE_DAY, [_row(day) for day in days])

    async def vehicle_days(
        self, first: date, last: date, vehicles: Collection[str] | None = None
    ) -> tuple[VehicleDay, ...]:
        """Return the days from `first` to `last`, by vehicle and day."""
        return (await self.packed_vehicle_days(first, last, vehicles)).facts()

    async def packed_vehicle_days(
        self, first: date, last: date, vehicles: Collection[str] | None = None
    ) -> Packed[VehicleDay]:
        """Return the same, not made out yet."""
        wanted = _of(select(*_RAW).where(_D.day.between(first, last)), _D.vehicle, vehicles)
        async with self._database.reading() as connection:
            return await packed(connection, wanted.order_by(_D.vehicle, _D.day), days_of_rows)

    async def first_vehicle_day(self) -> date | None:
        """Return the oldest day that any vehicle has, None if none has one."""
        async with self._database.reading() as connection:
            oldest: date | None = await connection.scalar(select(_D.day).order_by(_D.day).limit(1))
        return oldest

    async def settle_vehicle_months(self, months: Sequence[VehicleMonth], first: date, last: date) -> int:
        """Keep sums and forget the days from `first` to `last`, both or neither; return how many days went.

        A month that was settled before stays as it is: its days are gone, and what comes late would stand for all.
        """
        rows = [{column.name: getattr(month, column.name) for column in _M} for month in months]
        async with self._database.writing() as connection:
            if rows:
                fresh = insert(connection, VEHICLE_MONTH)
                await connection.execute(fresh.on_conflict_do_nothing(index_elements=["vehicle", "month"]), rows)
            return (await connection.execute(delete(VEHICLE_DAY).where(_D.day.between(first, last)))).rowcount

    async def vehicle_months(
        self, first: date, last: date, vehicles: Collection[str] | None = None
    ) -> tuple[VehicleMonth, ...]:
        """Return the sums of the months that begin from `first` to `last`, by vehicle and month."""
        wanted = _of(select(VEHICLE_MONTH).where(_M.month.between(first, last)), _M.vehicle, vehicles)
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted.order_by(_M.vehicle, _M.month))).mappings()
            return tuple(VehicleMonth(**row) for row in rows)


def days_of_rows(rows: Rows) -> tuple[VehicleDay, ...]:
    """Return the days of rows as they lie in the database."""
    return _days(rows)


def _of(wanted: Select[Any], vehicle: Any, vehicles: Collection[str] | None) -> Select[Any]:
    return wanted if vehicles is None else wanted.where(vehicle.in_(list(vehicles)))


def _row(day: VehicleDay) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(day, name) for name in _DAY_NAMES}
    return row | {
        "dwell_s": dict(sorted(day.dwell_s.items())),
        "findings": [finding_row(finding) for finding in day.findings],
    }
