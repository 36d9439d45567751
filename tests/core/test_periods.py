"""Periods are half open, and a local day or month is as long as the clocks make it."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ReadingError
from core.periods import Period, local_day, local_days, local_month

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [BERLIN, ZoneInfo("UTC"), ZoneInfo("America/Sao_Paulo"), ZoneInfo("Africa/Cairo"), ZoneInfo("Asia/Kathmandu")]
NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
days = st.dates(date(1990, 1, 1), date(2100, 1, 1))


def hours(period: Period) -> float:
    return period.duration / timedelta(hours=1)


@pytest.mark.parametrize(
    ("year", "month", "expected"), [(2025, 3, 743), (2025, 10, 745), (2026, 3, 743), (2026, 10, 745)]
)
def test_a_month_with_a_clock_change_is_an_hour_shorter_or_longer(year: int, month: int, expected: int) -> None:
    assert hours(local_month(year, month, BERLIN)) == expected


@pytest.mark.parametrize(("month", "expected"), [(1, 744), (2, 672), (4, 720), (12, 744)])
def test_other_months_are_as_long_as_their_days(month: int, expected: int) -> None:
    assert hours(local_month(2026, month, BERLIN)) == expected


def test_a_year_has_all_its_hours() -> None:
    assert sum(hours(local_month(2026, month, BERLIN)) for month in range(1, 13)) == 8760


@pytest.mark.parametrize(
    ("day", "expected"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 7, 1), 24)]
)
def test_a_day_with_a_clock_change_is_an_hour_shorter_or_longer(day: date, expected: int) -> None:
    assert hours(local_day(day, BERLIN)) == expected


def test_a_local_day_begins_at_local_midnight() -> None:
    assert local_day(date(2026, 7, 1), BERLIN).start_utc == datetime(2026, 6, 30, 22, tzinfo=UTC)


@given(st.integers(1990, 2100), st.integers(1, 12), st.sampled_from(ZONES))
def test_local_days_tile_a_month(year: int, month: int, zone: ZoneInfo) -> None:
    whole = local_month(year, month, zone)
    tiles = list(local_days(whole, zone))
    assert (tiles[0].start_utc, tiles[-1].end_utc) == (whole.start_utc, whole.end_utc)
    assert all(before.end_utc == after.start_utc for before, after in pairwise(tiles))
    assert len(tiles) == (whole.end_utc.astimezone(zone).date() - date(year, month, 1)).days


@given(st.integers(1990, 2099), st.integers(1, 12), st.sampled_from(ZONES))
def test_months_follow_each_other(year: int, month: int, zone: ZoneInfo) -> None:
    following = (year, month + 1) if month < 12 else (year + 1, 1)
    assert local_month(year, month, zone).end_utc == local_month(*following, zone).start_utc


@given(days, st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from(ZONES))
def test_local_days_of_any_period_tile_it(day: date, after_s: int, length_s: int, zone: ZoneInfo) -> None:
    start = local_day(day, zone).start_utc + timedelta(seconds=after_s)
    period = Period(start, start + timedelta(seconds=length_s))
    tiles = list(local_days(period, zone))
    assert sum((tile.duration for tile in tiles), timedelta()) == period.duration
    assert all(tile.duration > timedelta() for tile in tiles)
    for tile in tiles:
        last = tile.end_utc - timedelta(microseconds=1)
        assert tile.start_utc.astimezone(zone).date() == last.astimezone(zone).date()


def test_the_start_is_inside_and_the_end_is_outside() -> None:
    period = Period(NOON, NOON + timedelta(hours=1))
    assert NOON in period
    assert NOON + timedelta(hours=1) not in period
    assert NOON - timedelta(microseconds=1) not in period


@given(st.integers(0, 10_000), st.integers(1, 3_000))
def test_slots_tile_a_period_and_only_the_last_is_shorter(length_s: int, slot_s: int) -> None:
    period = Period(NOON, NOON + timedelta(seconds=length_s))
    slots = list(period.slots(timedelta(seconds=slot_s)))
    assert sum((slot.duration for slot in slots), timedelta()) == period.duration
    assert all(slot.duration == timedelta(seconds=slot_s) for slot in slots[:-1])
    assert all(before.end_utc == after.start_utc for before, after in pairwise(slots))


def test_the_days_of_the_clock_change_have_92_and_100_slots() -> None:
    assert len(list(local_day(date(2026, 3, 29), BERLIN).slots())) == 92
    assert len(list(local_day(date(2026, 10, 25), BERLIN).slots())) == 100


def test_an_empty_period_has_no_slots_and_no_days() -> None:
    empty = Period(NOON, NOON)
    assert list(empty.slots()) == list(local_days(empty, BERLIN)) == []
    assert NOON not in empty


def test_local_times_become_utc() -> None:
    period = Period(datetime(2026, 7, 1, tzinfo=BERLIN), datetime(2026, 7, 2, tzinfo=BERLIN))
    assert period == local_day(date(2026, 7, 1), BERLIN)
    assert period.start_utc.tzinfo is UTC


def test_a_naive_or_reversed_period_is_refused() -> None:
    with pytest.raises(ReadingError, match=r"reading\.time_naive"):
        Period(datetime(2026, 7, 1), NOON)  # noqa: DTZ001 - the fault itself
    with pytest.raises(ReadingError, match=r"period\.reversed"):
        Period(NOON, NOON - timedelta(seconds=1))
