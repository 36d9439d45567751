"""The book of suppliers' bills, on every ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from core.bills import SupplierBill
from core.errors import NotFoundError
from store.ledger.ledger import SqlLedger

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
BILL = SupplierBill(
    site="lra",
    meter="lra-strom",
    number="2026-4711",
    first_day=date(2025, 11, 1),
    last_day=date(2026, 10, 31),
    used=Decimal("182345.600"),
    unit="kWh",
    net_eur=Decimal("48959.79"),
    gross_eur=None,
    begin_reading=Decimal("1000.5"),
    end_reading=None,
    document="Rechnungen/2026/4711.pdf",
    note="Schätzung im März",
    added_by="anna",
    added_at_utc=NOW,
)


async def test_a_bill_comes_back_with_all_its_digits(ledger: SqlLedger) -> None:
    number = await ledger.add_bill(BILL)
    found = await ledger.bill(number)
    assert found == replace(BILL, id=number)
    assert str(found.used) == "182345.600"
    assert await ledger.bill(number + 1) is None


async def test_bills_come_by_site_the_latest_period_first(ledger: SqlLedger) -> None:
    older = replace(BILL, first_day=date(2024, 11, 1), last_day=date(2025, 10, 31))
    numbers = [await ledger.add_bill(bill) for bill in (older, BILL, replace(BILL, site="klinik"))]
    assert [bill.id for bill in await ledger.bills(["lra"])] == [numbers[1], numbers[0]]
    assert len(await ledger.bills()) == 3


async def test_a_withdrawn_bill_stays_with_who_did_it_and_why(ledger: SqlLedger) -> None:
    number = await ledger.add_bill(BILL)
    await ledger.withdraw_bill(number, NOW, "ole", "doppelt erfasst")
    found = await ledger.bill(number)
    assert found is not None
    assert (found.withdrawn_at_utc, found.withdrawn_by, found.withdrawn_reason) == (NOW, "ole", "doppelt erfasst")
    with pytest.raises(NotFoundError):
        await ledger.withdraw_bill(number + 1, NOW, "ole", "gibt es nicht")
