"""Readings taken away again, wherever in the file they stand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.periods import Period
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading
from store.points.columns import to_ms
from store.points.timeseries import TimeSeries

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
KEY = ("meter:a", Quantity.ENERGY_IMPORT_WH)
OTHER = ("meter:b", Quantity.ENERGY_IMPORT_WH)
ALL = Period(NOW - timedelta(days=400), NOW + timedelta(days=1))


def instants(count: int, begin: datetime) -> list[int]:
    return [to_ms(begin + timedelta(minutes=15 * number)) for number in range(count)]


async def test_an_erased_reading_is_gone_from_hot_warm_and_cold_and_the_one_before_is_the_newest(
    tmp_path: Path,
) -> None:
    series = await TimeSeries.open(tmp_path / "t.duckdb", NOW)
    last_year = instants(3000, NOW - timedelta(days=300))
    await series.put_series(*KEY, last_year, [float(n) for n in range(3000)], NOW)
    today = [Reading(*KEY, NOW - timedelta(minutes=15 * n), 5000.0 - n) for n in (2, 1, 0)]
    await series.put(Batch([*today, Reading(*OTHER, NOW, 7.0)], NOW))
    await series.compact(NOW, lambda _part: None)

    assert await series.erase(KEY, [to_ms(NOW), *last_year[-2:]]) == 3
    assert [(one.source, one.value) for one in await series.last()] == [("meter:a", 4999.0), ("meter:b", 7.0)]
    assert await series.erase(KEY, [to_ms(one.at_utc) for one in today]) == 2
    assert (await series.last([KEY[0]]))[0].value == 2997.0
    assert await series.count() == {"meter": 2999}
    await series.close()

    again = await TimeSeries.open(tmp_path / "t.duckdb", NOW)
    assert [(one.source, one.value) for one in await again.last()] == [("meter:a", 2997.0), ("meter:b", 7.0)]
    assert await again.count() == {"meter": 2999}
    assert len(await again.readings(*KEY, ALL)) == 2998
    await again.close()


async def test_of_a_series_that_is_erased_whole_nothing_is_left_and_it_can_begin_anew(tmp_path: Path) -> None:
    series = await TimeSeries.open(tmp_path / "t.duckdb", NOW)
    at_ms = instants(50_000, NOW - timedelta(days=700))
    await series.put_series(*KEY, at_ms, [float(n) for n in range(50_000)], NOW)
    assert await series.erase(KEY, at_ms) == 50_000
    assert await series.last() == ()
    assert await series.erase(OTHER, at_ms) == 0
    await series.put(Batch([Reading(*KEY, NOW, 1.0)], NOW))
    assert [one.value for one in await series.last()] == [1.0]
    await series.close()
