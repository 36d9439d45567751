"""What the embedded stores tell an explanation: closed months keep no receipts; frames are found by time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.periods import Period
from core.ports import Batch, Direction, Frame
from core.quantities import Quantity
from core.readings import Reading
from store.journal.files import FileJournal
from store.points.timeseries import TimeSeries

AT = datetime(2026, 8, 1, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NIGHT = datetime(2026, 11, 20, 23, 58, tzinfo=UTC)


async def test_a_closed_month_no_longer_knows_when_a_reading_was_received(tmp_path: Path) -> None:
    series = await TimeSeries.open(tmp_path / "timeseries.duckdb", AT)
    reading = Reading("meter:m", Quantity.POWER_W, AT, 1.5)
    await series.put(Batch([reading], AT + MINUTE))
    await series.compact(AT + timedelta(days=300), lambda _fraction: None)
    assert await series.arrivals("meter:m", Quantity.POWER_W, Period(AT, AT + MINUTE)) == ((reading, None),)
    await series.close()


@pytest.mark.parametrize("segment_bytes", [300, 1 << 20])
async def test_frames_of_a_station_are_found_by_time_over_all_segments(tmp_path: Path, segment_bytes: int) -> None:
    journal = await FileJournal.open(tmp_path, segment_bytes)
    for minute in range(6):
        for station in ("a", "b"):
            at_utc = NIGHT + minute * MINUTE
            await journal.append(Frame(station, "c", Direction.IN, at_utc, "ocpp1.6", b"x" * 80))
    for first in range(6):
        for last in range(first, 6):
            period = Period(NIGHT + first * MINUTE, NIGHT + last * MINUTE)
            found = await journal.frames_during("b", period)
            assert [frame.id for frame in found] == [2 * minute + 2 for minute in range(first, last)]
    day = timedelta(days=1)
    assert await journal.frames_during("b", Period(NIGHT - day, NIGHT - day + MINUTE)) == ()
    assert await journal.frames_during("b", Period(NIGHT + 5 * day, NIGHT + 6 * day)) == ()
    await journal.close()


async def test_an_empty_journal_has_no_frames(tmp_path: Path) -> None:
    journal = await FileJournal.open(tmp_path)
    assert await journal.frames_during("a", Period(NIGHT, NIGHT + MINUTE)) == ()
    await journal.close()
