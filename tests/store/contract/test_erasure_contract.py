"""Readings taken away again, by every store that can: they are gone, and nothing else is."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from core.periods import Period
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading
from store.influx.timeseries import InfluxTimeSeries
from store.points.columns import to_ms
from store.points.timeseries import TimeSeries

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
KEY = ("meter:a", Quantity.ENERGY_IMPORT_WH)
POWER = ("meter:a", Quantity.POWER_W)
OTHER = ("meter:b", Quantity.ENERGY_IMPORT_WH)
ALL = Period(NOW - timedelta(days=400), NOW + timedelta(days=1))


def quarters(key: tuple[str, Quantity], count: int, first: float = 0.0) -> list[Reading]:
    begin = NOW - timedelta(minutes=15 * (count - 1))
    return [Reading(*key, begin + timedelta(minutes=15 * n), first + n) for n in range(count)]


def instants(readings: Sequence[Reading]) -> list[int]:
    return [to_ms(one.at_utc) for one in readings]


async def test_what_is_erased_is_gone_and_all_beside_it_stays(readings: TimeSeries | InfluxTimeSeries) -> None:
    energy, power, other = quarters(KEY, 200), quarters(POWER, 200, 500.0), quarters(OTHER, 200)
    between = [Reading(*POWER, one.at_utc + timedelta(minutes=7), 1.5) for one in energy[:-1]]
    await readings.put(Batch([*energy, *power, *between, *other], NOW))
    going = Random(7).sample(energy, 120)
    assert await readings.can_erase()
    assert await readings.erase(KEY, instants(going)) == 120
    assert await readings.erase(KEY, instants(going)) == 0
    assert await readings.readings(*KEY, ALL) == tuple(one for one in energy if one not in going)
    assert await readings.readings(*POWER, ALL) == tuple(sorted([*power, *between], key=lambda one: one.at_utc))
    assert await readings.readings(*OTHER, ALL) == tuple(other)
    arrivals = await readings.arrivals(*POWER, ALL)
    assert {one.received_at_utc for one in arrivals} == {NOW}


async def test_the_newest_that_is_left_is_the_newest_also_after_opening_again(
    readings: TimeSeries | InfluxTimeSeries, tmp_path: Path
) -> None:
    energy, power = quarters(KEY, 5), quarters(POWER, 5, 500.0)
    await readings.put(Batch([*energy, *power], NOW))
    await readings.erase(KEY, instants(energy[3:]))
    assert [(one.quantity, one.value) for one in await readings.last()] == [(KEY[1], 2.0), (POWER[1], 504.0)]
    await readings.erase(POWER, instants(power))
    assert [(one.quantity, one.value) for one in await readings.last()] == [(KEY[1], 2.0)]
    await readings.close()
    again = await type(readings).open(tmp_path / "timeseries.duckdb", NOW)
    assert [(one.quantity, one.value) for one in await again.last()] == [(KEY[1], 2.0)]
    await again.put(Batch([energy[4], power[0]], NOW))
    assert [(one.quantity, one.value) for one in await again.last()] == [(KEY[1], 4.0), (POWER[1], 500.0)]
    assert await again.count() == {"meter": 5}
    await again.close()


async def test_what_comes_meanwhile_is_not_lost(readings: TimeSeries | InfluxTimeSeries) -> None:
    energy = quarters(KEY, 3_000)
    await readings.put(Batch(energy, NOW))
    late = [Reading(*KEY, one.at_utc + timedelta(minutes=1), 7.0) for one in energy[::10]]

    async def keep_coming() -> None:
        for one in late:
            await readings.put(Batch([one], NOW))
            await asyncio.sleep(0)

    await asyncio.gather(readings.erase(KEY, instants(energy)), keep_coming())
    assert await readings.readings(*KEY, ALL) == tuple(late)
