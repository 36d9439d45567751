"""Bills of suppliers, as people enter them, to be held against the meter."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierBill:
    """What a supplier bills for a meter from the `first_day` to the `last_day`.

    `used` is the amount billed in `unit` (kWh, m³). Dial readings are those of the bill in the unit of the dial
    (kWh, m³), None where it tells none. `document` names the file or folder where the bill is kept. A bill that was
    withdrawn stays with who did it and why. `id` is 0 until the ledger has given one.
    """

    site: str
    meter: str
    number: str
    first_day: date
    last_day: date
    used: Decimal
    unit: str
    net_eur: Decimal
    gross_eur: Decimal | None
    begin_reading: Decimal | None
    end_reading: Decimal | None
    document: str
    note: str
    added_by: str
    added_at_utc: datetime
    withdrawn_at_utc: datetime | None = None
    withdrawn_by: str = ""
    withdrawn_reason: str = ""
    id: int = 0


class BillBook(Protocol):
    """Keeps bills of suppliers."""

    async def add_bill(self, bill: SupplierBill) -> int:
        """Keep a bill; return its number."""
        ...

    async def bill(self, id: int) -> SupplierBill | None:  # noqa: A002
        """Return a bill, None if there is none."""
        ...

    async def bills(self, sites: Collection[str] | None = None) -> tuple[SupplierBill, ...]:
        """Return the bills of sites (of all), the latest period first, withdrawn ones too."""
        ...

    async def withdraw_bill(self, id: int, at_utc: datetime, by: str, reason: str) -> None:  # noqa: A002
        """Take a bill back. Raises `NotFoundError` if there is no such bill."""
        ...
