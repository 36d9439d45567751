"""What every book of bookings must do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.errors import NotFoundError
from core.quantities import Quantity
from core.work import MeterEvent, MeterEventKind

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def exchange(hour: int = 0, source: str = "meter:a") -> MeterEvent:
    return MeterEvent(
        source=source,
        quantity=Quantity.ENERGY_IMPORT_WH,
        kind=MeterEventKind.EXCHANGE,
        at_utc=NOW + timedelta(hours=hour),
        start_value=12.5,
        end_value=123_456_789.0,
        reason="Eichfrist abgelaufen",
        booked_by="anna",
        booked_at_utc=NOW + timedelta(days=1),
    )


async def test_a_booking_is_kept_whole_and_numbered(ledger: Any) -> None:
    booked = await ledger.book(exchange())
    assert booked == replace(exchange(), id=booked.id)
    assert booked.id > 0
    assert await ledger.bookings() == (booked,)


async def test_a_booking_makes_its_instant_dirty(ledger: Any) -> None:
    await ledger.book(exchange(3))
    (span,) = await ledger.dirty_spans()
    assert (span.source, span.quantity, span.reason) == ("meter:a", Quantity.ENERGY_IMPORT_WH, "booking")
    assert exchange(3).at_utc in span.period


async def test_a_withdrawn_booking_is_not_in_force_and_makes_its_instant_dirty_again(ledger: Any) -> None:
    booked = await ledger.book(exchange(3))
    await ledger.settle([span.id for span in await ledger.dirty_spans()])
    await ledger.withdraw(booked.id, NOW)
    assert await ledger.bookings() == ()
    (span,) = await ledger.dirty_spans()
    assert exchange(3).at_utc in span.period


async def test_only_a_booking_in_force_is_withdrawn(ledger: Any) -> None:
    booked = await ledger.book(exchange())
    await ledger.withdraw(booked.id, NOW)
    for unknown in (booked.id, 99):
        with pytest.raises(NotFoundError, match="booking_unknown"):
            await ledger.withdraw(unknown, NOW)
    assert len(await ledger.dirty_spans()) == 2


async def test_bookings_come_by_instant_and_by_source(ledger: Any) -> None:
    for hour, source in [(5, "meter:a"), (1, "meter:b"), (3, "meter:a")]:
        await ledger.book(exchange(hour, source))
    assert [each.at_utc.hour for each in await ledger.bookings()] == [11, 13, 15]
    assert [each.at_utc.hour for each in await ledger.bookings(["meter:a", "meter:c"])] == [13, 15]
    assert await ledger.bookings([]) == ()
