"""The peak of the next day, from the weeks before: by hand where it can be, and over clock changes and gaps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from energy.calendars import local_time
from energy.loads import Load
from energy.peak_forecast import AHEAD, ExpectedPeak, expected_peak

BERLIN = ZoneInfo("Europe/Berlin")
SLOT_MS = 900_000
WEEKS = 4 * 672
END = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
"""A Monday, 7 o'clock."""


def load(rates: np.ndarray, known: np.ndarray | None = None, end: datetime = END) -> tuple[Load, Any]:
    start_ms = int(end.timestamp()) * 1000 + SLOT_MS * np.arange(-len(rates), 0, dtype=np.int64)
    flags = np.ones(len(rates), np.bool_) if known is None else known
    counted = np.where(flags, np.round(rates * 250), 0).astype(np.int64)
    found = Load(start_ms, counted, flags, np.zeros((len(rates), 5), np.int64))
    return found, local_time(start_ms, BERLIN)


def weekly(length: int, end: datetime = END) -> np.ndarray:
    """Return 10 kW, and 50 kW on Mondays at 8 o'clock of the place."""
    start_ms = int(end.timestamp()) * 1000 + SLOT_MS * np.arange(-length, 0, dtype=np.int64)
    local = local_time(start_ms, BERLIN)
    return np.where((local.weekday == 0) & (local.quarter == 32), 50_000.0, 10_000.0)


def expected(*given: Any, **more: Any) -> ExpectedPeak:
    found = expected_peak(*load(*given, **more))
    assert found is not None
    return found


def at(peak: ExpectedPeak) -> str:
    return f"{datetime.fromtimestamp(peak.at_ms / 1000, BERLIN):%a %H:%M}"


def test_what_usually_comes_within_two_hours_is_expected() -> None:
    peak = expected(weekly(WEEKS + 96))
    assert (at(peak), peak.rate) == ("Mon 08:00", 50_000.0)


def test_what_comes_later_is_not_foreseen() -> None:
    end = END - timedelta(hours=2)
    peak = expected(weekly(WEEKS + 96, end), end=end)
    assert (at(peak), peak.rate) == ("Mon 04:45", 10_000.0)


def test_one_week_that_was_different_does_not_count() -> None:
    rates = weekly(WEEKS + 96)
    place = len(rates) - 672 + 4  # last Monday at 8 o'clock
    assert rates[place] == 50_000.0
    rates[place] = 500_000.0
    assert expected(rates).rate == 50_000.0


def test_the_load_as_it_is_now_goes_on_as_usual() -> None:
    rates = weekly(WEEKS + 96)
    rates[-1] = 35_000.0
    assert expected(rates).rate == 75_000.0
    rates[-1] = 2_000.0
    assert expected(rates).rate == 42_000.0


def test_a_peak_that_is_there_already_is_the_peak() -> None:
    end = END - timedelta(hours=2)
    rates = weekly(WEEKS + 96, end)
    rates[-1] = 90_000.0
    assert (at(expected(rates, end=end)), expected(rates, end=end).rate) == ("Mon 04:45", 90_000.0)


def test_the_hour_of_the_place_counts_over_a_clock_change() -> None:
    end = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)  # eight days after the clock was set back
    peak = expected(weekly(WEEKS + 96, end), end=end)
    assert (at(peak), peak.rate) == ("Mon 08:00", 50_000.0)


@pytest.mark.parametrize(("weeks", "is_known"), [(1, False), (2, True), (4, True)])
def test_at_least_two_weeks_must_be_known(weeks: int, is_known: bool) -> None:  # noqa: FBT001 - a table
    rates = weekly(WEEKS + 96)
    known = np.arange(len(rates)) >= len(rates) - 672 * weeks - 1
    found = expected_peak(*load(rates, known))
    assert (found is not None) is is_known


def test_of_nothing_nothing_is_expected() -> None:
    assert expected_peak(*load(np.empty(0))) is None
    assert expected_peak(*load(weekly(AHEAD))) is None
    rates = weekly(WEEKS + 96)
    assert expected_peak(*load(rates, np.arange(len(rates)) < len(rates) - 1)) is None
