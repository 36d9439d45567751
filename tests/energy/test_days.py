"""Slots put together to local days, months and totals."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.readings import SlotShare
from energy.days import day_borders, days_of, mean_days_of, months_of, total_of
from energy.positions import SLOT_MS
from energy.register_walk import at_utc, epoch_ms
from energy.series import Amounts, Means

BERLIN = ZoneInfo("Europe/Berlin")
YEAR_MS = epoch_ms(datetime(2025, 12, 31, 23, tzinfo=UTC))
SLOTS_A_YEAR = 365 * 96


def slots(first: int, count: int) -> Amounts:
    """Return measured slots of the year 2026 at Berlin, each of its own size."""
    start_ms = YEAR_MS + (first + np.arange(count, dtype=np.int64)) * SLOT_MS
    seconds = np.zeros((count, 5), np.int32)
    seconds[:, 0] = 900
    zeros = np.zeros(count, np.uint8)
    return Amounts(start_ms, start_ms // SLOT_MS % 997, seconds, zeros, zeros.copy())


def test_the_days_of_a_year_have_23_24_or_25_hours() -> None:
    days = days_of(slots(0, SLOTS_A_YEAR), BERLIN)
    hours = (days.seconds.sum(axis=1) / 3600).tolist()
    assert len(days) == 365
    assert {hours.index(23.0), hours.index(25.0)} == {87, 297}
    assert [at_utc(at).astimezone(BERLIN).hour for at in days.start_ms.tolist()] == [0] * 365
    assert not days.begins.any()
    assert not days.ends.any()


@given(st.integers(0, SLOTS_A_YEAR - 1), st.integers(1, 6000))
def test_days_and_months_lose_nothing(first: int, count: int) -> None:
    some = slots(first, min(count, SLOTS_A_YEAR - first))
    days, months = days_of(some, BERLIN), months_of(some, BERLIN)
    assert days.thousandths.sum() == months.thousandths.sum() == some.thousandths.sum()
    assert days.seconds[:, 0].sum() == months.seconds[:, 0].sum() == some.seconds[:, 0].sum()
    again = months_of(days, BERLIN)
    assert again.thousandths.tolist() == months.thousandths.tolist()
    assert again.seconds.tolist() == months.seconds.tolist()
    assert np.maximum(again.begins, again.ends).tolist() == np.maximum(months.begins, months.ends).tolist()


def test_march_has_743_hours_and_october_745() -> None:
    months = months_of(slots(0, SLOTS_A_YEAR), BERLIN)
    assert (months.seconds.sum(axis=1) / 3600).tolist()[2:10:7] == [743.0, 745.0]


def test_what_no_slot_covers_of_a_day_is_missing() -> None:
    (day,) = days_of(slots(10, 4), BERLIN).seconds.tolist()
    assert day == [3600, 0, 0, 0, 23 * 3600]
    part = days_of(slots(10, 4), BERLIN)
    assert (part.begins.tolist(), part.ends.tolist()) == ([4], [4])


def test_a_day_with_a_hole_is_no_whole_day() -> None:
    whole = slots(0, 96)
    holed = days_of(whole.take(np.arange(96) != 40), BERLIN)
    assert (holed.begins.tolist(), holed.ends.tolist()) == ([0], [4])
    assert total_of(holed)[1] is SlotShare.MISSING


def test_a_total_is_as_good_as_its_outer_borders() -> None:
    some = slots(0, 96)
    some.begins[1:], some.ends[:-1] = 2, 2
    assert total_of(some) == (int(some.thousandths.sum()), SlotShare.MEASURED)
    assert total_of(some.take(slice(1, None)))[1] is SlotShare.INTERPOLATED
    some.ends[50] = 4
    assert total_of(some)[1] is SlotShare.MISSING
    assert total_of(some.take(slice(0)))[1] is SlotShare.MISSING


def test_a_days_mean_weighs_each_slot_by_what_is_known_of_it() -> None:
    start_ms = YEAR_MS + np.arange(2, dtype=np.int64) * SLOT_MS
    seconds = np.array([[900, 0, 0, 0, 0], [300, 0, 0, 0, 600]], np.int32)
    day = mean_days_of(
        Means(start_ms, np.array([1.0, 5.0]), np.array([0.0, 5.0]), np.array([2.0, 9.0]), seconds), BERLIN
    )
    assert day.mean.tolist() == pytest.approx([2.0])
    assert (day.minimum.tolist(), day.maximum.tolist()) == ([0.0], [9.0])
    assert day.seconds.tolist() == [[1200, 0, 0, 0, 86_400 - 1200]]


@given(st.integers(0, SLOTS_A_YEAR * 3), st.integers(0, 300 * 96))
def test_the_borders_of_days_enclose_what_is_asked_for(first: int, span: int) -> None:
    start_ms = np.array([YEAR_MS + first * SLOT_MS, YEAR_MS + (first + span) * SLOT_MS], np.int64)
    borders = day_borders(start_ms, BERLIN)
    assert borders[0] <= start_ms[0] < borders[1]
    assert borders[-2] <= start_ms[1] < borders[-1]
