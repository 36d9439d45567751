"""What the DuckDB file keeps beyond the port: replaced values, series numbers; and what a put may cost."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from core.errors import StoreError
from core.periods import Period
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading, ReadingQuality
from store.points import schema
from store.points.pointfile import PointFile
from store.points.timeseries import TimeSeries

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
HOUR = Period(NOW, NOW + timedelta(hours=1))


def batch(second: int, value: float, source: str = "meter:a", **more: Any) -> Batch:
    return Batch([Reading(source, Quantity.POWER_W, NOW + timedelta(seconds=second), value, **more)], LATER)


@pytest.fixture
async def series(tmp_path: Path) -> AsyncIterator[TimeSeries]:
    opened = await TimeSeries.open(tmp_path / "t.duckdb", NOW)
    yield opened
    await opened.close()


async def rows(series: TimeSeries, query: str) -> list[tuple[Any, ...]]:
    await series.close()
    with duckdb.connect(series._file.path, read_only=True) as connection:
        found: list[tuple[Any, ...]] = connection.execute(query).fetchall()
        return found


async def test_a_replaced_value_is_kept_as_an_event(series: TimeSeries) -> None:
    await series.put(batch(0, 1.0))
    await series.put(batch(0, 1.0))
    await series.put(batch(0, 1.0, quality=ReadingQuality.CORRECTED))
    await series.put(batch(0, 2.0))
    events = await rows(series, f"select kind, value, quality, noted from {schema.EVENT}")
    corrected = schema.QUALITY_NUMBERS[ReadingQuality.CORRECTED]
    assert events == [(schema.REWRITTEN, 1.0, corrected, LATER.replace(tzinfo=None))]


async def test_a_point_in_the_cold_table_is_replaced_like_any_other(series: TimeSeries) -> None:
    await series.put(batch(0, 1.0))
    await series.put(batch(5, 5.0))
    move = f"insert into {schema.POINT_COLD} select * from {schema.POINT_HOT}; delete from {schema.POINT_HOT}"
    await asyncio.get_running_loop().run_in_executor(series._writer, series._file._connection.execute, move)
    await series.put(batch(0, 7.0))
    await series.put(batch(5, 5.0))
    assert await rows(series, f"select value from {schema.POINT} order by ts") == [(7.0,), (5.0,)]


async def test_late_readings_of_many_years_are_replaced_too(series: TimeSeries) -> None:
    days = range(0, 4000, 200)
    await series.put(Batch([batch(day * 86400, 1.0).readings[0] for day in days], NOW))
    await series.put(Batch([batch(day * 86400, float(day % 400 > 0)).readings[0] for day in days], NOW))
    assert await series.count() == {"meter": len(days)}
    found = await rows(series, f"select value, count(*) from {schema.POINT} group by value order by value")
    assert found == [(0.0, 10), (1.0, 10)]


async def test_a_file_with_a_quantity_of_a_newer_release_is_refused(series: TimeSeries) -> None:
    await series.close()
    with duckdb.connect(series._file.path) as connection:
        connection.execute(f"insert into {schema.SERIES} values (0, 'meter:a', 'moonlight_lx')")
    with pytest.raises(StoreError) as refused:
        await TimeSeries.open(series._file.path, NOW)
    assert refused.value.finding.code == "store.file_too_new"


async def test_a_database_of_somebody_else_is_refused(tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "other.duckdb") as connection:
        connection.execute("create table mine (a integer)")
    with pytest.raises(StoreError) as refused:
        await TimeSeries.open(tmp_path / "other.duckdb", NOW)
    assert refused.value.finding.code == "store.timeseries_unreadable"


async def test_a_series_keeps_its_number_when_its_first_commit_failed(
    series: TimeSeries, monkeypatch: pytest.MonkeyPatch
) -> None:
    await series.put(batch(0, 1.0, "meter:a"))

    def broken(*_: object) -> None:
        raise duckdb.IOException("disk")

    with monkeypatch.context() as patched:
        patched.setattr(PointFile, "_write_receipts", broken)
        failed = await asyncio.gather(
            *(series.put(batch(0, 1.0, f"meter:{name}")) for name in "bcd"), return_exceptions=True
        )
    assert [type(error) for error in failed] == [StoreError] * 3
    assert await series.count() == {"meter": 1}
    await series.put(batch(0, 2.0, "meter:c"))
    assert [each.source for each in await series.last()] == ["meter:a", "meter:c"]
    assert await rows(series, f"select source, series_id from {schema.SERIES} order by series_id") == [
        ("meter:a", 0),
        ("meter:c", 1),
    ]


async def test_a_database_that_shut_itself_is_opened_again(series: TimeSeries) -> None:
    await series.put(batch(0, 1.0))
    series._file._connection.close()
    with pytest.raises(StoreError):
        await series.put(batch(1, 2.0))
    await series.put(batch(1, 2.0))
    assert [each.value for each in await series.readings("meter:a", Quantity.POWER_W, HOUR)] == [1.0, 2.0]


async def test_reading_works_while_writing(series: TimeSeries) -> None:
    async def write() -> None:
        for second in range(1, 100):
            await series.put(batch(second, float(second)))

    async def read() -> int:
        return len(await series.readings("meter:a", Quantity.POWER_W, HOUR))

    await series.put(batch(0, 0.0))
    writing = asyncio.create_task(write())
    counts = []
    while not writing.done():
        counts.append(await read())
    assert counts == sorted(counts)
    assert await read() == 100


async def test_last_values_of_a_thousand_series_come_within_20_ms(series: TimeSeries) -> None:
    readings = [Reading(f"meter:m{number}", Quantity.POWER_W, NOW, 1.0) for number in range(1000)]
    await series.put(Batch(readings, NOW))
    times_s = []
    for _ in range(5):
        begun = time.perf_counter()
        assert len(await series.last()) == 1000
        times_s.append(time.perf_counter() - begun)
    assert min(times_s) < 0.020


def test_the_hot_path_imports_no_data_frames_and_little_memory(tmp_path: Path) -> None:
    program = """
import asyncio, pathlib, sys
from datetime import UTC, datetime
from core.periods import Period
from core.ports import Batch, Receipt
from core.quantities import Quantity
from core.readings import Reading
from store.open import open_embedded
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
async def main():
    for _ in range(2):
        stores = await open_embedded(pathlib.Path(sys.argv[1]), lambda: NOW)
        for value in (1.0, 2.0):
            rows = [Reading("meter:a", Quantity.POWER_W, NOW, value)]
            await stores.readings.put(Batch(rows, NOW, [Receipt("b", "c", 1, b"d")]))
        await stores.readings.readings("meter:a", Quantity.POWER_W, Period(NOW, NOW))
        await stores.readings.put_series("meter:b", Quantity.POWER_W, [1, 2], [1.0, 2.0], NOW)
        await stores.close()
asyncio.run(main())
print(*sorted({"pandas", "polars", "pyarrow"} & sys.modules.keys()))
"""
    answer = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == ""
    assert answer.stderr == ""
