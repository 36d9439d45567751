"""What every book of vouchers must do."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.errors import RequestError
from core.inventory.mobility import FuelKind
from core.periods import Period
from core.vouchers import ChargePlace, Voucher, VoucherFilter, VoucherKind

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def fuel(vehicle: str = "a", hour: float = 0, **more: Any) -> Voucher:
    made = Voucher(
        kind=VoucherKind.FUEL,
        vehicle=vehicle,
        at_utc=NOW + timedelta(hours=hour),
        number="4711",
        fuel=FuelKind.DIESEL,
        fuel_l=Decimal("41.270"),
        amount_eur=Decimal("72.50"),
        entered_by="anna",
        entered_at_utc=NOW,
    )
    return replace(made, **more)


CHARGED = Voucher(
    kind=VoucherKind.CHARGING,
    vehicle="b",
    at_utc=NOW,
    energy_wh=Decimal(12340),
    place=ChargePlace.HOME,
    distance_m=Decimal("1.5"),
    odometer_m=Decimal(1_000_000),
    file_import=3,
    entered_at_utc=NOW,
)


async def found(ledger: Any, **wanted: Any) -> tuple[Voucher, ...]:
    items: tuple[Voucher, ...] = (await ledger.vouchers(VoucherFilter(**wanted))).items
    return items


async def test_a_voucher_is_kept_whole_and_once(ledger: Any) -> None:
    assert await ledger.keep_vouchers([fuel(), CHARGED, fuel()]) == 2
    assert await ledger.keep_vouchers([fuel(amount_eur=Decimal(1)), fuel(number="4712")]) == 1
    assert await ledger.keep_vouchers([]) == 0
    other, charged, first = sorted(await found(ledger), key=lambda each: -each.id)
    assert [replace(each, id=0) for each in (first, charged, other)] == [fuel(), CHARGED, fuel(number="4712")]
    assert (str(first.fuel_l), str(first.amount_eur)) == ("41.270", "72.50")


async def test_of_many_lines_that_overlap_each_is_kept_once(ledger: Any, ledger_place: Path | str) -> None:
    lines = [fuel(hour=number) for number in range(1200)]
    other = await type(ledger).open(ledger_place)
    try:
        counts = await asyncio.gather(ledger.keep_vouchers(lines[:800]), other.keep_vouchers(lines[400:]))
    finally:
        await other.close()
    assert sum(counts) == 1200
    assert (await ledger.vouchers(VoucherFilter())).total == 1200


async def test_a_withdrawn_voucher_is_seen_only_if_asked_for_and_may_come_again(ledger: Any) -> None:
    await ledger.keep_vouchers([fuel(), CHARGED])
    (number,) = [each.id for each in await found(ledger, kind=VoucherKind.FUEL)]
    assert await ledger.withdraw_vouchers([number, 99], NOW, "vera", "doppelt") == 1
    assert await ledger.withdraw_vouchers([number], NOW, "carl", "noch einmal") == 0
    assert [each.vehicle for each in await found(ledger)] == ["b"]
    (gone,) = await found(ledger, kind=VoucherKind.FUEL, withdrawn=True)
    assert (gone.withdrawn_at_utc, gone.withdrawn_by, gone.withdrawn_reason) == (NOW, "vera", "doppelt")
    assert await ledger.keep_vouchers([fuel()]) == 1
    assert len(await found(ledger, kind=VoucherKind.FUEL, withdrawn=True)) == 2
    assert len(await found(ledger, kind=VoucherKind.FUEL)) == 1


async def test_vouchers_are_found_by_vehicle_kind_period_and_import(ledger: Any) -> None:
    await ledger.keep_vouchers([fuel(), fuel(hour=1), fuel("c", hour=2), CHARGED])
    assert [each.vehicle for each in await found(ledger, vehicles=["c", "b"])] == ["c", "b"]
    assert [each.vehicle for each in await found(ledger, kind=VoucherKind.CHARGING)] == ["b"]
    assert [each.vehicle for each in await found(ledger, file_import=3)] == ["b"]
    assert await found(ledger, vehicles=[]) == ()
    period = Period(NOW, NOW + timedelta(hours=2))
    assert [(each.vehicle, each.at_utc) for each in await found(ledger, period=period)] == [
        ("a", NOW + timedelta(hours=1)),
        ("b", NOW),
        ("a", NOW),
    ]


async def test_all_of_a_period_come_by_vehicle_and_instant_without_the_withdrawn(ledger: Any) -> None:
    await ledger.keep_vouchers([fuel("c"), fuel(hour=1), fuel(), CHARGED, fuel(hour=9)])
    (charged,) = await found(ledger, kind=VoucherKind.CHARGING)
    await ledger.withdraw_vouchers([charged.id], NOW, "vera", "")
    period = Period(NOW, NOW + timedelta(hours=9))
    told = await ledger.vouchers_during(period)
    assert [(each.vehicle, each.at_utc) for each in told] == [("a", NOW), ("a", NOW + timedelta(hours=1)), ("c", NOW)]
    assert [each.vehicle for each in await ledger.vouchers_during(period, ["c"])] == ["c"]


async def test_pages_of_vouchers_tile_the_list_newest_first(ledger: Any) -> None:
    await ledger.keep_vouchers([fuel(hour=number // 3, number=str(number)) for number in range(7)])
    page = await ledger.vouchers(VoucherFilter(limit=2))
    assert page.total == 7
    numbers = [each.number for each in page.items]
    while page.next_cursor is not None:
        page = await ledger.vouchers(VoucherFilter(limit=2, cursor=page.next_cursor))
        numbers += [each.number for each in page.items]
    assert numbers == ["6", "5", "4", "3", "2", "1", "0"]
    with pytest.raises(RequestError):
        await ledger.vouchers(VoucherFilter(cursor="nonsense"))
