"""How much is left in a tank or store is read by people like a dial, and comes to what was used."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from core.intervals import Resolution
from core.inventory import Inventory, Medium, Meter, MeterRole
from core.periods import Period
from core.quantities import Quantity
from core.work import MeterEventKind
from operations.metering.booking_rows import Booked, BookingRefusedError
from operations.metering.bookings import WithdrawBooking, withdraw_booking
from operations.metering.dials import dials_for
from operations.metering.life import ExchangeMeter, ReadMeter, exchange_meter, read_meter
from store.open import open_embedded
from tests.operations.explaining import Asked
from tests.operations.places import NOW, SINCE, inventory

BEGIN = datetime(2026, 9, 30, 22, tzinfo=UTC)
DAY = timedelta(days=1)
EVER = Period(BEGIN - DAY, NOW)


def meter(id: str, medium: Medium) -> Meter:  # noqa: A002
    return Meter(
        id=id,
        name=id.title(),
        medium=medium,
        role=MeterRole.SUPPLY,
        site="schule",
        valid_from=SINCE,
        nominal_interval_s=2_678_400,
    )


PELLETS, OIL = meter("pellets", Medium.PELLETS), meter("oel", Medium.OIL)


def with_stores() -> Inventory:
    base = inventory()
    return replace(base, meters={**base.meters, **{each.id: each for each in (PELLETS, OIL)}})


class Boiler(Asked):
    """A school that is heated from a tank and a store, and what a test asks of it."""

    async def read(self, id: str, day: int, value: float, quantity: Quantity | None = None) -> Booked:  # noqa: A002
        request = ReadMeter(id=id, start_value=value, at_utc=BEGIN + day * DAY, quantity=quantity)
        return await read_meter(self.house, request, self.call)

    async def used(self, id: str, quantity: Quantity) -> int:  # noqa: A002
        rows = await self.stores.readings.amounts(Resolution.SLOT, [(f"meter:{id}", quantity)], EVER)
        return sum(int(rows[key].thousandths.sum()) for key in rows)


@pytest_asyncio.fixture
async def boiler(tmp_path: Path) -> AsyncIterator[Boiler]:
    stores = await open_embedded(tmp_path, lambda: NOW)
    try:
        asked = Boiler(stores, tmp_path)
        asked.house = replace(asked.house, inventory=with_stores)
        yield asked
    finally:
        await stores.close()


@pytest.mark.parametrize(
    ("id", "quantity", "counted"),
    [("pellets", Quantity.STOCK_G, Quantity.MASS_G), ("oel", Quantity.TANK_M3, Quantity.VOLUME_M3)],
)
async def test_levels_that_people_read_come_to_what_was_used(
    boiler: Boiler,
    id: str,  # noqa: A002
    quantity: Quantity,
    counted: Quantity,
) -> None:
    first = await boiler.read(id, 0, 4_000.0, quantity)
    assert (first.booking.quantity, first.effect.after, first.doubts) == (quantity, None, ())
    await boiler.compute()
    fell = await boiler.read(id, 10, 3_100.0, quantity)
    assert (fell.effect.before, fell.effect.after, fell.doubts) == (None, Decimal(900), ())
    await boiler.compute()
    assert await boiler.used(id, counted) == 900_000
    filled = await boiler.read(id, 11, 5_000.0, quantity)
    assert filled.doubts == ()
    later = await boiler.read(id, 20, 4_800.0, quantity)
    await boiler.compute()
    assert await boiler.used(id, counted) == 1_100_000
    assert later.booking.id is not None
    await withdraw_booking(boiler.house, WithdrawBooking(id=later.booking.id, reason="verlesen"), boiler.call)
    await boiler.compute()
    assert await boiler.used(id, counted) == 900_000


async def test_a_store_of_pellets_is_what_is_read_of_their_meter(boiler: Boiler) -> None:
    assert (await boiler.read("pellets", 0, 4_000.0)).booking.quantity is Quantity.STOCK_G
    assert (await boiler.read("oel", 0, 4_000.0)).booking.quantity is Quantity.VOLUME_M3


async def test_a_level_is_only_read(boiler: Boiler) -> None:
    asked: dict[str, Any] = {"id": "pellets", "at_utc": BEGIN, "end_value": 1.0, "start_value": 0.0}
    with pytest.raises(BookingRefusedError) as caught:
        await exchange_meter(boiler.house, ExchangeMeter(**asked), boiler.call)
    assert [each.code for each in caught.value.findings] == ["bookings.level_only_read"]
    with pytest.raises(BookingRefusedError):
        await boiler.read("pellets", 0, -1.0)
    assert dials_for(PELLETS, MeterEventKind.EXCHANGE) == ()
    assert dials_for(OIL, MeterEventKind.EXCHANGE) == (Quantity.VOLUME_M3,)
