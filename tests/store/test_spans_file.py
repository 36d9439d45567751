"""Intervals and facts in the file itself: sorted, reopened, undone, and of one kind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection

from core.errors import StoreError
from core.intervals import Resolution
from core.periods import Period, local_month
from core.ports import FactPoint
from core.quantities import Quantity
from energy.days import days_of
from store.points.timeseries import TimeSeries
from store.spans.tables import PARTS, SLOT_AMOUNT
from tests.span_model import BERLIN, Slot, amounts, means

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
ENERGY, POWER = Quantity.ENERGY_IMPORT_WH, Quantity.POWER_W
OCTOBER, NOVEMBER = local_month(2026, 10, BERLIN), Period(datetime(2026, 11, 1, tzinfo=UTC), NOW)
SOURCES = [f"meter:m{number}" for number in range(5)]


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[TimeSeries]:
    opened = await TimeSeries.open(tmp_path / "timeseries.duckdb", NOW)
    yield opened
    await opened.close()


def slots(period: Period) -> list[Slot]:
    starts = enumerate(slot.start_utc for slot in period.slots())
    return [Slot(at, (900, 0, 0, 0, 0), number, mean=1.0, minimum=0.0, maximum=2.0) for number, at in starts]


async def fill(file: TimeSeries) -> None:
    for period in (OCTOBER, NOVEMBER):
        rows = amounts(slots(period))
        await file.put_amounts(Resolution.SLOT, {(source, ENERGY): rows for source in SOURCES})
        await file.put_amounts(Resolution.DAY, {(source, ENERGY): days_of(rows, BERLIN) for source in SOURCES})
        await file.put_means(Resolution.SLOT, {("meter:m0", POWER): means(slots(period))})


async def said(file: TimeSeries) -> object:
    whole = Period(OCTOBER.start_utc, NOVEMBER.end_utc)
    courses = await file.series(SOURCES, ENERGY, whole, Resolution.SLOT, BERLIN)
    powers = await file.series(SOURCES, POWER, whole, Resolution.SLOT, BERLIN)
    told = [(each.source, list(each.at_ms), list(each.value), list(each.measured)) for each in (*courses, *powers)]
    return told, await file.totals({"": SOURCES}, ENERGY, whole, BERLIN, Resolution.DAY)


async def rows_of(file: TimeSeries, table: str) -> list[tuple[int, int]]:
    def read(connection: DuckDBPyConnection) -> list[tuple[int, int]]:
        return connection.execute(f"select series_id, epoch_ms(ts) from {table}").fetchall()

    return await file.read(read)


async def test_slots_of_months_that_are_over_are_sorted_and_nothing_else_changes(file: TimeSeries) -> None:
    await fill(file)
    before = await said(file)
    hot, cold = PARTS[SLOT_AMOUNT]
    assert await rows_of(file, cold) == []
    await file.compact(NOW, lambda _: None)
    sorted_rows = await rows_of(file, cold)
    assert len(sorted_rows) == len(set(sorted_rows)) == 5 * 745 * 4
    assert {at_ms for _, at_ms in await rows_of(file, hot)} == {
        int(slot.start.timestamp() * 1000) for slot in slots(NOVEMBER)
    }
    assert await said(file) == before


async def test_a_slot_that_has_been_sorted_is_replaced_and_removed_like_any(file: TimeSeries) -> None:
    await fill(file)
    await file.compact(NOW, lambda _: None)
    key = (SOURCES[2], ENERGY)
    rows = slots(OCTOBER)
    changed = [Slot(rows[7].start, (0, 0, 900, 0, 0), 70_000), rows[8]]
    gone = {key: amounts([rows[100]]).start_ms}
    assert await file.put_amounts(Resolution.SLOT, {key: amounts(changed)}, gone) == 2
    await file.compact(NOW, lambda _: None)
    found = (await file.amounts(Resolution.SLOT, [key], OCTOBER))[key]
    assert len(found) == len(rows) - 1
    assert found.thousandths[7] == 70_000
    assert (await file.amounts(Resolution.SLOT, [(SOURCES[1], ENERGY)], OCTOBER))[SOURCES[1], ENERGY].thousandths[
        7
    ] == 7


async def test_everything_is_there_after_reopening(tmp_path: Path, file: TimeSeries) -> None:
    await fill(file)
    fact = FactPoint(measurement="session", tags={"source": "x"}, at_utc=NOW, fields={"energy_wh": 1.0})
    await file.publish([fact])
    before = await said(file)
    await file.close()
    reopened = await TimeSeries.open(tmp_path / "timeseries.duckdb", NOW)
    try:
        assert await said(reopened) == before
        assert sum((await reopened.count()).values()) == 0
        await reopened.put_amounts(Resolution.SLOT, {("plant:wea-3", ENERGY): amounts(slots(NOVEMBER)[:1])})
        numbers = reopened.numbers()
        assert len(set(numbers.values())) == len(numbers) == 7
        await reopened.publish([fact])
        assert len(await rows_of(reopened, "fact")) == 1
    finally:
        await reopened.close()


async def test_readings_are_committed_while_a_long_put_goes_on(file: TimeSeries) -> None:
    waits: list[float] = []

    async def commit() -> None:
        loop = asyncio.get_running_loop()
        while not putting.done():
            begun = loop.time()
            await file.change(lambda connection: connection.execute("select 1").fetchone())
            waits.append(loop.time() - begun)

    year = amounts(slots(Period(NOW - timedelta(days=200), NOW)))
    putting = asyncio.ensure_future(
        file.put_amounts(Resolution.SLOT, {(f"meter:y{number}", ENERGY): year for number in range(6)})
    )
    await commit()
    assert await putting == 6 * 200 * 96
    assert len(waits) > 5


async def test_a_field_keeps_its_kind_of_values(file: TimeSeries) -> None:
    await file.publish([FactPoint(measurement="m", tags={"source": "a"}, at_utc=NOW, fields={"x": 1})])
    for value in ("1", True):
        with pytest.raises(StoreError) as raised:
            await file.publish([FactPoint(measurement="m", tags={"source": "b"}, at_utc=NOW, fields={"x": value})])
        assert raised.value.finding.code == "store.fact_kind_differs"
    await file.publish([FactPoint(measurement="n", tags={"source": "b"}, at_utc=NOW, fields={"x": "1"})])
    assert len(await rows_of(file, "fact")) == 2


async def test_what_fails_in_the_middle_leaves_nothing_behind(file: TimeSeries) -> None:
    points = [
        FactPoint(measurement="m", tags={"source": "a"}, at_utc=NOW, fields={"x": 1.0}),
        FactPoint(measurement="m", tags={"source": "a"}, at_utc=NOW + timedelta(seconds=1), fields={"x": "text"}),
    ]
    with pytest.raises(StoreError):
        await file.publish(points)
    assert await rows_of(file, "fact") == []
    await file.publish(points[1:])
    assert len(await rows_of(file, "fact")) == 1
