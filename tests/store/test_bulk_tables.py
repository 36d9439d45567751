"""Arrow tables of many series: stored as they are, or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb  # noqa: F401  (before pyarrow, which would else bring pandas in)
import pyarrow as pa
import pytest

from core.errors import ReadingError
from core.periods import Period
from core.quantities import Quantity
from core.readings import Reading, ReadingQuality
from store.points import bulk
from store.points.columns import to_ms
from store.points.timeseries import TimeSeries

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
EVER = Period(NOW, NOW + timedelta(days=400))
START_MS = to_ms(NOW)


def table(**changed: Any) -> pa.Table:
    columns = {
        "source": pa.array(["meter:a", "meter:b", "meter:a"]).dictionary_encode(),
        "quantity": pa.array(["power_w", "power_w", "energy_import_wh"]),
        "at_ms": pa.array([START_MS, START_MS + 1, START_MS + 2]),
        "value": pa.array([1.0, 2.0, 3.0]),
    }
    return pa.table({name: column for name, column in (columns | changed).items() if column is not None})


@pytest.fixture(params=[2, bulk._ROWS])
def rows_per_commit(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "_ROWS", request.param)


@pytest.fixture
async def readings(tmp_path: Path) -> AsyncIterator[TimeSeries]:
    opened = await TimeSeries.open(tmp_path / "timeseries.duckdb", NOW)
    yield opened
    await opened.close()


@pytest.mark.usefixtures("rows_per_commit")
async def test_a_table_becomes_readings(readings: TimeSeries) -> None:
    assert await readings.put_table(table(), NOW) == 3
    assert await readings.readings("meter:a", Quantity.POWER_W, EVER) == (
        Reading("meter:a", Quantity.POWER_W, NOW, 1.0),
    )
    assert [(each.source, each.quantity, each.value) for each in await readings.last()] == [
        ("meter:a", Quantity.ENERGY_IMPORT_WH, 3.0),
        ("meter:a", Quantity.POWER_W, 1.0),
        ("meter:b", Quantity.POWER_W, 2.0),
    ]


async def test_instants_may_be_timestamps_and_qualities_are_kept(readings: TimeSeries) -> None:
    instants = pa.array([NOW, NOW, NOW], pa.timestamp("us", tz="UTC"))
    qualities = pa.array(["measured", "manual", "estimated"])
    await readings.put_table(table(at_ms=instants, quality=qualities), NOW)
    assert [(each.at_utc, each.quality) for each in await readings.last()] == [
        (NOW, ReadingQuality.ESTIMATED),
        (NOW, ReadingQuality.MEASURED),
        (NOW, ReadingQuality.MANUAL),
    ]


async def test_a_table_again_is_the_table_once_and_the_last_row_of_an_instant_wins(readings: TimeSeries) -> None:
    twice = pa.concat_tables([table(), table(value=pa.array([4.0, 5.0, 6.0]))])
    for _ in range(2):
        await readings.put_table(twice, NOW)
    assert await readings.count() == {"meter": 3}
    assert [each.value for each in await readings.last()] == [6.0, 4.0, 5.0]


@pytest.mark.usefixtures("rows_per_commit")
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"source": pa.array(["meter:a", "meter:a", "Meter A"])}, "reading.source_invalid"),
        ({"source": pa.array(["meter:a", "meter:a", None])}, "store.column_missing"),
        ({"quantity": pa.array(["power_w", "power_w", "moonlight_lx"])}, "store.word_unknown"),
        ({"value": pa.array([1.0, 2.0, float("nan")])}, "reading.not_finite"),
        ({"value": None}, "store.column_missing"),
        ({"at_ms": pa.array([START_MS, None, START_MS])}, "store.column_missing"),
        ({"quality": pa.array(["measured", "measured", "guessed"])}, "store.word_unknown"),
    ],
)
async def test_a_table_with_a_row_that_is_no_reading_is_refused_whole(
    readings: TimeSeries, changed: dict[str, Any], code: str
) -> None:
    with pytest.raises(ReadingError) as refused:
        await readings.put_table(table(**changed), NOW)
    assert refused.value.finding.code == code
    assert await readings.count() == {}


async def test_an_empty_table_stores_nothing(readings: TimeSeries) -> None:
    assert await readings.put_table(table().slice(0, 0), NOW) == 0
    assert await readings.last() == ()
