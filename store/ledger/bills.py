"""The book of suppliers' bills."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from core.bills import SupplierBill
from core.errors import NotFoundError
from store.ledger.bill_tables import SUPPLIER_BILL
from store.ledger.database import Database

_C = SUPPLIER_BILL.c


class Bills:
    """`core.bills.BillBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_bill(self, bill: SupplierBill) -> int:
        """Keep a bill; return its number."""
        async with self._database.writing() as connection:
            added = SUPPLIER_BILL.insert().values(_row(bill)).returning(_C.id)
            return int((await connection.execute(added)).scalar_one())

    async def bill(self, id: int) -> SupplierBill | None:  # noqa: A002
        """Return a bill, None if there is none."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(SUPPLIER_BILL).where(_C.id == id))).mappings().one_or_none()
        return None if row is None else SupplierBill(**row)

    async def bills(self, sites: Collection[str] | None = None) -> tuple[SupplierBill, ...]:
        """Return the bills of sites (of all), the latest period first, withdrawn ones too."""
        newest = select(SUPPLIER_BILL).order_by(_C.last_day.desc(), _C.id.desc())
        async with self._database.reading() as connection:
            found = [SupplierBill(**row) for row in (await connection.execute(newest)).mappings()]
        among = None if sites is None else frozenset(sites)
        return tuple(bill for bill in found if among is None or bill.site in among)

    async def withdraw_bill(self, id: int, at_utc: datetime, by: str, reason: str) -> None:  # noqa: A002
        """Take a bill back. Raises `NotFoundError` if there is no such bill."""
        said = {"withdrawn_at_utc": at_utc, "withdrawn_by": by, "withdrawn_reason": reason}
        async with self._database.writing() as connection:
            withdrawn = update(SUPPLIER_BILL).where(_C.id == id).values(said).returning(_C.id)
            if await connection.scalar(withdrawn) is None:
                raise NotFoundError("bills.unknown", id=id)


def _row(bill: SupplierBill) -> dict[str, Any]:
    return {column.name: getattr(bill, column.name) for column in _C if column.name != "id"}
