"""What is a gap in a register's series, and where it begins and ends."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.quantities import Quantity
from energy.gaps import Gap, gaps, goes_back
from energy.intervals import SeriesRules, compute
from energy.positions import SLOT_MS
from energy.series import Amounts, Samples

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
BEGIN: Final = 1_793_577_600_000  # a full quarter hour


def slots(*readings_ms: int) -> Amounts:
    """Return the slots of a register that counted 1 Wh a minute, read at these times after `BEGIN`."""
    at_ms = np.array(readings_ms, np.int64)
    samples = Samples(BEGIN + at_ms, at_ms / MINUTE, np.zeros(len(at_ms), np.uint8))
    computed = compute(samples, SeriesRules(quantity=Quantity.ENERGY_IMPORT_WH, nominal_interval_s=900))
    assert computed is not None
    return computed.amounts[Quantity.ENERGY_IMPORT_WH]


def each(begin_ms: int, end_ms: int) -> range:
    return range(begin_ms, end_ms, 5 * MINUTE)


def test_a_silence_longer_than_a_day_is_a_gap_from_reading_to_reading() -> None:
    silent = slots(*each(0, 2 * HOUR), 2 * HOUR + 7 * MINUTE, *each(30 * HOUR + 4 * MINUTE, 32 * HOUR))
    assert gaps(silent) == (Gap(BEGIN + 2 * HOUR + 7 * MINUTE, BEGIN + 30 * HOUR + 4 * MINUTE),)


def test_a_shorter_silence_is_none_for_what_it_counted_is_spread_over_it() -> None:
    assert gaps(slots(*each(0, 2 * HOUR), *each(26 * HOUR, 28 * HOUR))) == ()


def test_before_the_first_reading_nothing_is_missed() -> None:
    assert gaps(slots(*each(11 * MINUTE, 2 * HOUR))) == ()


def test_slots_that_are_not_there_are_missing() -> None:
    found = slots(*each(0, 4 * HOUR))
    assert gaps(found.take(found.start_ms != BEGIN + HOUR)) == (Gap(BEGIN + HOUR, BEGIN + HOUR + SLOT_MS),)
    torn = found.take((found.start_ms < BEGIN + HOUR) | (found.start_ms >= BEGIN + 3 * HOUR))
    assert gaps(torn) == (Gap(BEGIN + HOUR, BEGIN + 3 * HOUR),)


def test_a_slot_that_lacks_little_is_no_gap() -> None:
    found = slots(*each(0, 2 * HOUR))
    found.seconds[3] = (841, 0, 0, 0, 59)
    assert gaps(found) == ()
    found.seconds[3] = (840, 0, 0, 0, 60)
    assert gaps(found) == (Gap(BEGIN + 3 * SLOT_MS, BEGIN + 4 * SLOT_MS),)


def test_a_meter_that_has_been_silent_for_more_than_25_hours_is_in_a_gap_since_its_last_reading() -> None:
    found, newest_ms = slots(*each(0, 2 * HOUR)), BEGIN + 115 * MINUTE
    assert gaps(found, newest_ms=newest_ms, now_ms=newest_ms + 25 * HOUR) == ()
    assert gaps(found, newest_ms=newest_ms, now_ms=newest_ms + 25 * HOUR + 1) == (Gap(newest_ms, None),)
    assert gaps(found.take(slice(0)), newest_ms=BEGIN, now_ms=BEGIN + 26 * HOUR) == (Gap(BEGIN, None),)


def test_a_meter_that_reports_once_a_day_may_be_silent_for_two() -> None:
    silent_ms = BEGIN + 47 * HOUR
    assert gaps(slots(0, 1), newest_ms=BEGIN, now_ms=silent_ms, nominal_interval_s=86_400) == ()


def test_only_a_gap_at_the_very_begin_of_what_was_looked_at_may_go_further_back() -> None:
    found = slots(*each(0, 2 * HOUR), *each(30 * HOUR, 32 * HOUR))
    assert not goes_back(found, gaps(found))
    cut = found.take(found.start_ms >= BEGIN + 10 * HOUR)
    assert goes_back(cut, gaps(cut))
    assert not goes_back(cut, ())


def test_a_silence_that_goes_on_and_the_same_one_when_it_has_ended_begin_alike() -> None:
    newest_ms = 2 * HOUR + 14 * MINUTE + 30_250  # half a minute of its slot is left
    going_on = gaps(slots(*each(0, newest_ms), newest_ms), newest_ms=BEGIN + newest_ms, now_ms=BEGIN + 40 * HOUR)
    ended = gaps(slots(*each(0, newest_ms), newest_ms, *each(48 * HOUR, 50 * HOUR)))
    assert [gap.begin_ms for gap in going_on] == [gap.begin_ms for gap in ended] == [BEGIN + newest_ms - 250]


@given(st.lists(st.integers(1, 40), min_size=2, max_size=12))
def test_gaps_are_exactly_the_silences_of_which_no_course_is_known(hours: list[int]) -> None:
    readings_ms = np.cumsum(hours) * HOUR
    expected = [
        Gap(BEGIN + int(begin), BEGIN + int(end)) for begin, end in pairwise(readings_ms) if end - begin > 25 * HOUR
    ]
    merged: list[Gap] = []
    for gap in expected:
        if merged and merged[-1].end_ms == gap.begin_ms:
            merged[-1] = Gap(merged[-1].begin_ms, gap.end_ms)
        else:
            merged.append(gap)
    assert gaps(slots(*readings_ms.tolist())) == tuple(merged)
