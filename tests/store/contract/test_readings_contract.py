"""What every time series must do."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import ReadingError
from core.periods import Period
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading, ReadingQuality

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
ALL_TIME = Period(datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))
LAST = datetime(2262, 4, 11)  # noqa: DTZ001 - InfluxDB knows no later day; what it refuses is tested with it
METER = "meter:schule-a-strom"
POWER = Quantity.POWER_W

_fresh = itertools.count()


def reading(second: float, value: float, source: str = METER, quantity: Quantity = POWER, **more: Any) -> Reading:
    return Reading(source, quantity, NOW + timedelta(seconds=second), value, **more)


def batch(*readings: Reading, received: datetime = NOW) -> Batch:
    return Batch(readings, received)


async def all_of(store: Any, source: str = METER, quantity: Quantity = POWER) -> list[Reading]:
    return list(await store.readings(source, quantity, ALL_TIME))


some_readings = st.lists(
    st.builds(
        Reading,
        st.sampled_from(["meter:a", "meter:b", "station:lra-01/2"]),
        st.sampled_from([Quantity.POWER_W, Quantity.ENERGY_IMPORT_WH]),
        st.one_of(
            st.datetimes(datetime(1900, 1, 1), LAST, timezones=st.just(UTC)),  # noqa: DTZ001
            st.integers(0, 5).map(lambda second: NOW + timedelta(seconds=second)),
        ),
        st.floats(allow_nan=False, allow_infinity=False),
        st.sampled_from(ReadingQuality),
    ),
    max_size=30,
)


@given(st.lists(some_readings, min_size=1, max_size=4))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_what_was_written_is_read_back_exactly_and_the_last_value_of_an_instant_stays(
    readings: Any, batches: list[list[Reading]]
) -> None:
    example = next(_fresh)  # each example writes sources of its own into the same store
    expected: dict[tuple[str, Quantity], dict[datetime, Reading]] = {}
    for written in batches:
        named = [
            Reading(
                f"{each.source.replace(':', f':e{example}-')}", each.quantity, each.at_utc, each.value, each.quality
            )
            for each in written
        ]
        await readings.put(batch(*named))
        for each in named:
            expected.setdefault((each.source, each.quantity), {})[each.at_utc] = each
    for (source, quantity), by_instant in expected.items():
        ordered = [by_instant[at] for at in sorted(by_instant)]
        assert await all_of(readings, source, quantity) == ordered
        (newest,) = [each for each in await readings.last([source]) if each.quantity is quantity]
        assert (newest.at_utc, newest.value, newest.quality) == (
            ordered[-1].at_utc,
            ordered[-1].value,
            ordered[-1].quality,
        )


async def test_twice_is_once(readings: Any) -> None:
    same = batch(reading(0, 1.0), reading(1, 2.0))
    for _ in range(3):
        await readings.put(same)
    assert await all_of(readings) == list(same.readings)
    assert await readings.count() == {"meter": 2}


async def test_of_equal_instants_in_one_batch_the_last_wins(readings: Any) -> None:
    await readings.put(batch(reading(0, 1.0), reading(1, 5.0), reading(0, 2.0)))
    assert [each.value for each in await all_of(readings)] == [2.0, 5.0]


async def test_a_rewritten_instant_has_the_new_value_and_quality(readings: Any) -> None:
    await readings.put(batch(reading(0, 1.0), reading(1, 2.0), reading(2, 3.0)))
    await readings.put(batch(reading(1, 7.0, quality=ReadingQuality.CORRECTED)))
    assert [(each.value, each.quality.value) for each in await all_of(readings)] == [
        (1.0, "measured"),
        (7.0, "corrected"),
        (3.0, "measured"),
    ]
    assert await readings.count() == {"meter": 3}


async def test_a_late_older_reading_does_not_become_the_last_value(readings: Any) -> None:
    await readings.put(batch(reading(10, 10.0)))
    await readings.put(batch(reading(5, 5.0), received=NOW + timedelta(minutes=1)))
    (last,) = await readings.last()
    assert (last.value, last.at_utc, last.received_at_utc) == (10.0, NOW + timedelta(seconds=10), NOW)


async def test_a_rewritten_newest_reading_becomes_the_last_value(readings: Any) -> None:
    await readings.put(batch(reading(10, 10.0)))
    later = NOW + timedelta(minutes=1)
    await readings.put(batch(reading(10, 11.0), received=later))
    (last,) = await readings.last()
    assert (last.value, last.received_at_utc) == (11.0, later)


async def test_last_values_come_by_source_and_quantity_and_of_the_sources_asked_for(readings: Any) -> None:
    sources = ["vehicle:erz-e-101", "meter:b", "meter:a"]
    await readings.put(
        batch(*(reading(0, 1.0, source, quantity) for source in sources for quantity in (POWER, Quantity.VOLTAGE_V)))
    )
    found = [(each.source, each.quantity) for each in await readings.last()]
    assert found == sorted(found)
    assert len(found) == 6
    assert {each.source for each in await readings.last(["meter:a", "meter:unknown"])} == {"meter:a"}
    assert await readings.last([]) == ()


async def test_a_period_holds_its_start_and_not_its_end(readings: Any) -> None:
    await readings.put(batch(*(reading(second, float(second)) for second in range(5))))
    period = Period(NOW + timedelta(seconds=1), NOW + timedelta(seconds=3))
    assert [each.value for each in await readings.readings(METER, POWER, period)] == [1.0, 2.0]
    empty = Period(period.start_utc, period.start_utc)
    assert await readings.readings(METER, POWER, empty) == ()


async def test_an_unknown_series_has_no_readings(readings: Any) -> None:
    assert await all_of(readings, "meter:nobody") == []
    assert await readings.last() == ()
    assert await readings.count() == {}


async def test_counts_are_per_kind_of_source(readings: Any) -> None:
    await readings.put(batch(reading(0, 1.0), reading(0, 1.0, "station:lra-01/1"), reading(1, 1.0, "station:lra-01/1")))
    assert await readings.count() == {"meter": 1, "station": 2}


async def test_many_who_put_at_once_are_all_stored(readings: Any) -> None:
    puts = [batch(reading(second, float(second), f"meter:m{second % 7}")) for second in range(300)]
    await asyncio.gather(*map(readings.put, puts))
    assert await readings.count() == {"meter": 300}


async def test_who_stops_waiting_disturbs_nobody(readings: Any) -> None:
    tasks = [asyncio.create_task(readings.put(batch(reading(second, 1.0)))) for second in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [result for result in results[1::2] if result is not None] == []
    stored = {each.at_utc for each in await all_of(readings)}
    assert stored >= {NOW + timedelta(seconds=second) for second in range(1, 20, 2)}


async def test_a_long_history_is_stored_like_single_readings(readings: Any) -> None:
    await readings.put(batch(reading(60, -1.0)))
    start_ms = int(NOW.timestamp() * 1000)
    at_ms = np.arange(1000) * 60_000 + start_ms
    stored = await readings.put_series(METER, POWER, at_ms, np.arange(1000.0), NOW)
    assert stored == 1000
    again = await readings.put_series(METER, POWER, at_ms[::-1], np.arange(1000.0)[::-1], NOW)
    assert again == 1000
    found = await all_of(readings)
    assert [each.value for each in found] == list(np.arange(1000.0))
    assert await readings.count() == {"meter": 1000}


async def test_a_history_with_a_wrong_name_or_value_is_refused(readings: Any) -> None:
    with pytest.raises(ReadingError):
        await readings.put_series("Nonsense", POWER, [0], [1.0], NOW)
    with pytest.raises(ReadingError):
        await readings.put_series(METER, POWER, [0], [float("nan")], NOW)
    assert await readings.count() == {}


async def test_an_empty_batch_is_nothing(readings: Any) -> None:
    await readings.put(batch())
    assert await readings.put_series(METER, POWER, [], [], NOW) == 0
    assert await readings.count() == {}


async def test_everything_is_there_after_reopening(tmp_path: Path, readings: Any) -> None:
    await readings.put(batch(reading(0, 1.0), reading(1, 2.0, "station:lra-01/1", Quantity.VOLTAGE_V)))
    await readings.put(batch(reading(0, 3.0)))
    before = await readings.last(), await readings.count(), await all_of(readings)
    await readings.close()
    reopened = await type(readings).open(tmp_path / "timeseries.duckdb", NOW)
    try:
        assert (await reopened.last(), await reopened.count(), await all_of(reopened)) == before
        await reopened.put(batch(reading(9, 9.0, "meter:new")))
        assert len(await reopened.last()) == 3
    finally:
        await reopened.close()
