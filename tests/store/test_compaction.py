"""Sorting and deleting beside writing: nothing appears, disappears or changes, wherever it is cut off."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from core.facts import LastValue
from core.periods import Period
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading
from store.points import pointfile, schema, slices
from store.points.ages import RECEIVED_KEPT
from store.points.timeseries import TimeSeries

START = datetime(2026, 7, 30, tzinfo=UTC)
DAY = timedelta(days=1)
EVER = Period(START - 1000 * DAY, START + 1000 * DAY)
LONG_AFTER = START + 365 * DAY
SOURCES = tuple(f"meter:m{number}" for number in range(5))


def unheard(_: float) -> None:
    pass


def readings(source: str, minutes: range, value: float = 1.0) -> Batch:
    rows = [Reading(source, Quantity.POWER_W, START + timedelta(minutes=minute), value + minute) for minute in minutes]
    return Batch(rows, START + 400 * DAY)


@pytest.fixture
async def series(tmp_path: Path) -> AsyncIterator[TimeSeries]:
    opened = await TimeSeries.open(tmp_path / "t.duckdb", START)
    yield opened
    await opened.close()


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "_ROWS_MAX", 70)
    monkeypatch.setattr(slices, "_ROWS_MIN", 50)


async def asked(series: TimeSeries, query: str) -> list[tuple[Any, ...]]:
    def found(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
        return connection.execute(query).fetchall()

    return await series.read(found)


async def rows_in(series: TimeSeries) -> dict[str, int]:
    counts = [f"select '{table}', count(*) from {table}" for table in schema.POINT_TABLES]
    return dict(await asked(series, " union all ".join(counts)))


async def state(series: TimeSeries) -> tuple[dict[str, tuple[Reading, ...]], tuple[LastValue, ...], dict[str, int]]:
    found = {source: await series.readings(source, Quantity.POWER_W, EVER) for source in SOURCES}
    return {source: rows for source, rows in found.items() if rows}, await series.last(), await series.count()


async def test_a_day_that_is_over_becomes_warm_and_a_month_long_over_cold(series: TimeSeries) -> None:
    for source in SOURCES:
        await series.put(readings(source, range(0, 4 * 1440, 60)))  # 30 July to 2 August
    assert await rows_in(series) == {"point_hot": 480, "point_warm": 0, "point_cold": 0}
    done = await series.compact(START + 3.5 * DAY, unheard)
    assert done.readings == 360
    assert await rows_in(series) == {"point_hot": 120, "point_warm": 360, "point_cold": 0}
    august = datetime(2026, 8, 1, tzinfo=UTC)
    await series.compact(august + RECEIVED_KEPT - DAY, unheard)
    assert await rows_in(series) == {"point_hot": 0, "point_warm": 480, "point_cold": 0}
    await series.compact(august + RECEIVED_KEPT, unheard)
    assert await rows_in(series) == {"point_hot": 0, "point_warm": 240, "point_cold": 240}
    order = await asked(series, f"select series_id, epoch_ms(ts) from {schema.POINT_COLD} order by rowid")
    assert order == sorted(order)
    assert (await series.compact(august + RECEIVED_KEPT, unheard)).readings == 0


@pytest.mark.usefixtures("small_slices")
async def test_sorting_in_small_slices_changes_nothing_and_says_how_far_it_is(series: TimeSeries) -> None:
    for source in SOURCES:
        await series.put(readings(source, range(0, 3 * 1440, 7)))
    before = await state(series)
    said: list[float] = []
    done = await series.compact(LONG_AFTER, said.append)
    assert done.readings == 2 * sum(before[2].values())
    assert done.slices == len(said) - 1 > 60
    assert said == sorted(said)
    assert said[-1] == 1.0
    assert await state(series) == before
    assert (await rows_in(series))["point_cold"] == sum(before[2].values())


@pytest.mark.usefixtures("small_slices")
async def test_what_is_written_moved_rewritten_and_deleted_in_any_order_is_what_was_meant(tmp_path: Path) -> None:
    chance = random.Random(7)
    path = tmp_path / "t.duckdb"
    series = await TimeSeries.open(path, START)
    meant: dict[str, dict[datetime, float]] = {source: {} for source in SOURCES}
    for step in range(60):
        match chance.choice(("append", "append", "rewrite", "sort", "forget", "open")):
            case "append":
                source, first = chance.choice(SOURCES), step * 600
                batch = readings(source, range(first, first + 900, 13), value=step)
                await series.put(batch)
                meant[source] |= {reading.at_utc: reading.value for reading in batch.readings}
            case "rewrite":
                source = chance.choice(SOURCES)
                some = chance.sample(sorted(meant[source]), min(20, len(meant[source])))
                await series.put(Batch([Reading(source, Quantity.POWER_W, at, step / 7) for at in some], START))
                meant[source] |= dict.fromkeys(some, step / 7)
            case "sort":
                await series.compact(START + chance.randrange(80) * DAY, unheard)
            case "forget":
                before = START + timedelta(minutes=600 * chance.randrange(step))
                await series.forget_readings("r", [Quantity.POWER_W], before)
                meant = {source: {at: v for at, v in rows.items() if at >= before} for source, rows in meant.items()}
            case _:
                await series.close()
                series = await TimeSeries.open(path, START)
        found, last, count = await state(series)
        assert {source: {each.at_utc: each.value for each in rows} for source, rows in found.items()} == {
            source: dict(sorted(rows.items())) for source, rows in meant.items() if rows
        }, step
        assert {each.source: (each.at_utc, each.value) for each in last} == {
            source: max(rows.items()) for source, rows in meant.items() if rows
        }
        assert count.get("meter", 0) == sum(map(len, meant.values()))
    await series.close()


@pytest.mark.usefixtures("small_slices")
async def test_sorting_that_is_cut_off_goes_on_where_it_stood(series: TimeSeries) -> None:
    for source in SOURCES:
        await series.put(readings(source, range(0, 1440, 2)))
    before = await state(series)
    begun = asyncio.Event()
    sorting = asyncio.create_task(series.compact(LONG_AFTER, lambda part: begun.set() if part > 0.8 else None))
    await begun.wait()
    sorting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sorting
    moved = await rows_in(series)
    assert 0 < moved["point_cold"] < 3600
    assert await state(series) == before
    await series.compact(LONG_AFTER, unheard)
    assert await rows_in(series) == {"point_hot": 0, "point_warm": 0, "point_cold": 3600}
    assert await state(series) == before


@pytest.mark.usefixtures("small_slices")
async def test_commits_and_rewrites_go_on_between_slices(series: TimeSeries) -> None:
    for source in SOURCES:
        await series.put(readings(source, range(0, 480, 2)))
    sorting = asyncio.create_task(series.compact(LONG_AFTER, unheard))
    puts = 0
    while not sorting.done():
        await series.put(readings("meter:m0", range(puts * 2, puts * 2 + 2, 2), value=0.5))
        await series.put(readings("meter:new", range(puts, puts + 1)))
        puts += 1
    assert puts > 5
    assert await series.count() == {"meter": 1200 + puts}
    found = await series.readings("meter:m0", Quantity.POWER_W, EVER)
    assert [each.value - 2 * place for place, each in enumerate(found)] == [0.5] * puts + [1.0] * (240 - puts)


async def test_a_log_that_has_grown_long_is_written_into_the_file(
    series: TimeSeries, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = series.path.with_name(series.path.name + ".wal")
    await series.put(readings(SOURCES[0], range(900)))
    unlimited = log.stat().st_size
    monkeypatch.setattr(pointfile, "_LONG_LOG_BYTES", unlimited // 2)
    for minute in range(900, 990):
        await series.put(readings(SOURCES[0], range(minute, minute + 1)))
    await series.delivered()
    assert not log.exists() or log.stat().st_size < unlimited
    assert await series.count() == {"meter": 990}


async def test_where_another_checkpoint_is_in_the_way_sorting_ends_all_the_same(series: TimeSeries) -> None:
    await series.put(readings(SOURCES[0], range(200)))
    file = series._file
    with file._connection.cursor() as other, ThreadPoolExecutor(1) as beside:
        other.execute(f"use {pointfile.CATALOG}")
        other.execute("set debug_checkpoint_scan_sleep_ms = 300")
        slow = beside.submit(other.execute, "checkpoint")
        await asyncio.sleep(0.1)
        assert not file.checkpoint()
        slow.result()
        other.execute("set debug_checkpoint_scan_sleep_ms = 0")
    assert (await series.compact(LONG_AFTER, unheard)).readings == 200 * 2
    assert file.checkpoint()


async def test_the_receive_time_of_a_last_value_outlives_the_sorting(series: TimeSeries) -> None:
    await series.put(readings("meter:m0", range(3)))
    before = await series.last()
    await series.compact(LONG_AFTER, unheard)
    await series.close()
    again = await TimeSeries.open(series._file.path, START)
    assert await again.last() == before
    assert await asked(again, f"select distinct ingested from {schema.POINT_COLD}") == [(None,)]
    await again.close()


async def test_what_is_forgotten_by_rule_is_gone_and_the_rule_is_known(series: TimeSeries) -> None:
    for source in ("meter:a", "vehicle:b"):
        rows = [Reading(source, Quantity.SOC_PERCENT, START + day * DAY, 50.0) for day in range(10)]
        await series.put(Batch(rows, START))
    await series.compact(START + 5 * DAY, unheard)
    gone = await series.forget_readings("soc", [Quantity.SOC_PERCENT, Quantity.POWER_W], START + 7 * DAY, ["vehicle"])
    assert gone == 7
    assert await series.count() == {"meter": 10, "vehicle": 3}
    key, other = ("vehicle:b", Quantity.SOC_PERCENT), ("meter:a", Quantity.SOC_PERCENT)
    assert await series.forgotten(key, START + 6 * DAY) == "soc"
    assert await series.forgotten(key, START + 7 * DAY) is None
    assert await series.forgotten(other, START) is None
    await series.forget_readings("all", [Quantity.SOC_PERCENT], START + 9 * DAY)
    assert await series.forgotten(other, START) == "all"
    assert await series.forgotten(key, START) == "soc"
    assert await series.count() == {"meter": 1, "vehicle": 1}


async def test_a_rule_that_runs_again_leaves_one_note(series: TimeSeries) -> None:
    for day in (3, 5, 4):
        await series.forget_readings("r", [Quantity.POWER_W], START + day * DAY)
    found = await asked(series, f"select rule, quantity, kind, epoch_ms(before) from {schema.FORGOTTEN}")
    assert found == [("r", "power_w", "", int((START + 5 * DAY).timestamp() * 1000))]


async def test_a_series_of_which_all_is_forgotten_has_no_last_value_and_can_go_on(series: TimeSeries) -> None:
    await series.put(readings("meter:m0", range(3)))
    await series.forget_readings("r", [Quantity.POWER_W], LONG_AFTER)
    assert await series.last() == ()
    await series.put(readings("meter:m0", range(2)))
    assert await series.count() == {"meter": 2}


async def test_a_long_history_of_a_series_goes_where_it_would_be_brought(series: TimeSeries) -> None:
    at_ms = [int((START - number * DAY / 24).timestamp() * 1000) for number in range(3000)]
    await series.put_series("meter:m0", Quantity.POWER_W, at_ms, range(3000), START + DAY / 2)
    assert await rows_in(series) == {"point_hot": 1, "point_warm": 1416, "point_cold": 1583}
    before = await state(series)
    assert before[2] == {"meter": 3000}
    await series.put_series("meter:m0", Quantity.POWER_W, at_ms, range(3000), START + DAY / 2)
    assert await state(series) == before
    await series.put_series("meter:m0", Quantity.POWER_W, at_ms, range(1, 3001), START + DAY / 2)
    await series.close()
    again = await TimeSeries.open(series._file.path, START)
    found = await again.readings("meter:m0", Quantity.POWER_W, EVER)
    assert [each.value for each in found] == list(range(3000, 0, -1))
    assert await again.count() == {"meter": 3000}
    assert [each.value for each in await again.last()] == [1]
    await again.close()


def test_slices_cover_every_row_once() -> None:
    pace = slices.Pace(unheard)
    pace.rows = 100
    counts = [(3, 40, 5, 9), (4, 60, 2, 7), (7, 1, 6, 6), (8, 250, 0, 999), (9, 99, 3, 4), (11, 2, 1, 2)]
    assert [each.bounds for each in slices.slices(counts, pace)] == [
        [2, 9, 3, 4],
        [6, 6, 7, 7],
        [0, 332, 8, 8],
        [333, 665, 8, 8],
        [666, 999, 8, 8],
        [3, 4, 9, 9],
        [1, 2, 11, 11],
    ]
