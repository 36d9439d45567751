"""When readings were received, as every time series tells it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from core.periods import Period
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading, ReadingQuality

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
POWER = Quantity.POWER_W


async def test_a_reading_is_told_with_when_it_was_received(readings: Any) -> None:
    late = Reading("meter:m", POWER, AT, 1.5, ReadingQuality.RECOVERED)
    await readings.put(Batch([Reading("meter:m", POWER, AT + MINUTE, 2.5)], AT + 2 * MINUTE))
    await readings.put(Batch([late], AT + 60 * MINUTE))
    told = await readings.arrivals("meter:m", POWER, Period(AT, AT + MINUTE))
    assert told == ((late, AT + 60 * MINUTE),)
    both = await readings.arrivals("meter:m", POWER, Period(AT, AT + 2 * MINUTE))
    assert [arrival.received_at_utc for arrival in both] == [AT + 60 * MINUTE, AT + 2 * MINUTE]


async def test_a_replaced_reading_is_told_with_its_last_receipt(readings: Any) -> None:
    await readings.put(Batch([Reading("meter:m", POWER, AT, 1.0)], AT + MINUTE))
    await readings.put(Batch([Reading("meter:m", POWER, AT, 2.0)], AT + 3 * MINUTE))
    ((reading, received_at_utc),) = await readings.arrivals("meter:m", POWER, Period(AT, AT + MINUTE))
    assert (reading.value, received_at_utc) == (2.0, AT + 3 * MINUTE)


async def test_nobody_has_heard_of_an_unknown_series(readings: Any) -> None:
    assert await readings.arrivals("meter:nichts", POWER, Period(AT, AT + MINUTE)) == ()
