"""Who computes from readings is told what changes behind the newest of a series, before it changes; of nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.errors import StoreError
from core.periods import Period
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading
from core.work import DirtySpan
from store.open import Stores
from store.points import schema
from store.points.timeseries import TimeSeries

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EVER = Period(NOW - timedelta(days=400), NOW + timedelta(days=400))


class Told(list[DirtySpan]):
    """Keeps what it is told, and what stood in the file at that time."""

    def __init__(self) -> None:
        super().__init__()
        self.series: TimeSeries | None = None
        self.stood: list[list[float]] = []
        self.error: StoreError | None = None

    async def mark(self, spans: Sequence[DirtySpan]) -> None:
        assert self.series is not None
        readings = await self.series.readings("meter:a", Quantity.POWER_W, EVER)
        self.stood.append([reading.value for reading in readings])
        if self.error:
            raise self.error
        self.extend(spans)

    @property
    def brief(self) -> list[tuple[str, str, float, float]]:
        return [
            (
                each.source,
                each.reason,
                (each.period.start_utc - NOW) / MINUTE,
                (each.period.end_utc - timedelta(milliseconds=1) - NOW) / MINUTE,
            )
            for each in self
        ]


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
async def series(tmp_path: Path, told: Told) -> AsyncIterator[TimeSeries]:
    told.series = opened = await TimeSeries.open(tmp_path / "t.duckdb", NOW, late=told.mark)
    yield opened
    await opened.close()


def batch(*minutes: float, value: float = 1.0, source: str = "meter:a") -> Batch:
    return Batch([Reading(source, Quantity.POWER_W, NOW + minute * MINUTE, value) for minute in minutes], NOW)


async def test_what_follows_the_newest_needs_no_word(series: TimeSeries, told: Told) -> None:
    await series.put(batch(0, 1, 2))
    await series.put(batch(3))
    await series.put(batch(0, source="meter:b"))
    assert told.stood == []


async def test_a_late_reading_is_told_before_it_is_stored(series: TimeSeries, told: Told) -> None:
    await series.put(batch(0, 10, value=1.0))
    await series.put(batch(5, 20, value=2.0))
    assert told.brief == [("meter:a", "late", 5, 5)]
    assert told.stood == [[1.0, 1.0]]
    assert [each.value for each in await series.readings("meter:a", Quantity.POWER_W, EVER)] == [1.0, 2.0, 1.0, 2.0]


async def test_another_value_at_the_same_instant_is_told_as_rewritten(series: TimeSeries, told: Told) -> None:
    await series.put(batch(0, 10))
    await series.put(batch(10, value=2.0))
    assert told.brief == [("meter:a", "rewritten", 10, 10)]


async def test_the_same_reading_once_more_needs_no_word(series: TimeSeries, told: Told) -> None:
    await series.put(batch(0, 10))
    await series.put(batch(0, 10))
    assert told == []


async def test_rows_near_each_other_are_one_span_and_series_and_far_rows_are_others(
    series: TimeSeries, told: Told
) -> None:
    await series.put(batch(10_000))
    await series.put(batch(10_000, source="meter:b"))
    await series.put(batch(0, 1, 2, 600, 9000))
    await asyncio.gather(series.put(batch(7)), series.put(batch(7, source="meter:b")))
    assert told.brief == [
        ("meter:a", "late", 0, 600),
        ("meter:a", "late", 9000, 9000),
        ("meter:a", "late", 7, 7),
        ("meter:b", "late", 7, 7),
    ]


async def test_nothing_is_stored_where_the_word_could_not_be_kept(series: TimeSeries, told: Told) -> None:
    await series.put(batch(0, 10))
    told.error = StoreError("store.write_failed", file="ledger", error="full")
    with pytest.raises(StoreError):
        await series.put(batch(5))
    assert await series.count() == {"meter": 2}
    told.error = None
    await series.put(batch(5))
    assert await series.count() == {"meter": 3}


async def test_points_that_move_while_the_word_is_kept_are_found_where_they_are(series: TimeSeries) -> None:
    await series.put(batch(0, 10))

    async def mark(_: Sequence[DirtySpan]) -> None:
        await series.change(
            lambda connection: connection.execute(
                f"insert into {schema.POINT_WARM} select * from {schema.POINT_HOT}; delete from {schema.POINT_HOT}"
            )
        )

    series._commits._late = mark
    await series.put(batch(0, value=7.0))
    assert [each.value for each in await series.readings("meter:a", Quantity.POWER_W, EVER)] == [7.0, 1.0]


async def test_the_ledger_of_the_same_folder_is_told(stores: Stores) -> None:
    await stores.readings.put(batch(0, 10))
    await stores.readings.put(batch(5))
    (span,) = await stores.ledger.dirty_spans()
    assert (span.source, span.quantity, span.reason) == ("meter:a", Quantity.POWER_W, "late")
    assert span.period == Period(NOW + 5 * MINUTE, NOW + 5 * MINUTE + timedelta(milliseconds=1))
