"""Positions of a register at borders, and what the time between stands on."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.readings import ReadingQuality, SlotShare
from energy.positions import Curve, Way, read_shares, whole_seconds
from energy.register_rules import Step
from energy.registers import Exchange, RegisterRules, count, epoch_ms
from energy.series import QUALITY_CODES, SHARE_NUMBERS

NOON = datetime(2026, 10, 25, 12, tzinfo=UTC)
MEASURED, INTERPOLATED, ESTIMATED, MISSING = (
    SHARE_NUMBERS[share]
    for share in (SlotShare.MEASURED, SlotShare.INTERPOLATED, SlotShare.ESTIMATED, SlotShare.MISSING)
)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def curve(
    *positions: tuple[float, float],
    nominal_interval_s: int = 900,
    quality: ReadingQuality = ReadingQuality.MEASURED,
    **more: object,
) -> Curve:
    instants = [epoch_ms(at(minutes)) for minutes, _ in positions]
    counted = count(instants, [value for _, value in positions], RegisterRules(max_rate_per_h=30_000), **more)
    read = read_shares(np.full(len(counted.step), QUALITY_CODES[quality], np.uint8))
    return Curve.of(counted.at_ms, counted.position, counted.step, read, nominal_interval_s)


def stood(line: Curve, minutes: float) -> tuple[int, int]:
    position, share = line.at(np.array([epoch_ms(at(minutes))]))
    return int(position[0]), int(share[0])


def test_a_position_between_two_near_ones_is_measured_on_the_straight_line() -> None:
    assert stood(curve((0, 1000), (10, 1100)), 2.5) == (1_025_000, MEASURED)


def test_a_position_across_a_gap_is_interpolated() -> None:
    assert stood(curve((0, 1000), (21, 1021)), 7) == (1_007_000, INTERPOLATED)


def test_a_fast_meter_has_short_gaps_only() -> None:
    assert stood(curve((14, 0), (17, 30), nominal_interval_s=60), 15) == (10_000, INTERPOLATED)


def test_the_course_within_one_slot_decides_no_figure() -> None:
    on_the_clock = curve((0, 0), (15, 30), (30, 60), nominal_interval_s=60)
    assert on_the_clock.way.tolist() == [Way.MEASURED] * 3
    assert curve((0, 0), (14, 30), nominal_interval_s=60).way.tolist() == [Way.MEASURED] * 2
    assert curve((1, 0), (16, 30), nominal_interval_s=60).way.tolist() == [Way.MEASURED, Way.INTERPOLATED]
    assert curve((0, 0), (30, 30), nominal_interval_s=60).way.tolist() == [Way.MEASURED, Way.INTERPOLATED]


def test_a_position_read_at_the_border_is_measured_whatever_the_gaps() -> None:
    assert stood(curve((0, 1000), (500, 1500), (900, 1600)), 500) == (1_500_000, MEASURED)


def test_inside_of_a_silence_of_days_a_position_is_an_estimate() -> None:
    weekend = curve((0, 1000), (3 * 24 * 60, 4000))
    assert stood(weekend, 24 * 60) == (2_000_000, ESTIMATED)
    assert weekend.way.tolist() == [Way.MEASURED, Way.SILENT]
    assert stood(curve((0, 1000), (24 * 60, 2000)), 60)[1] == INTERPOLATED


def test_a_meter_that_reports_weekly_has_no_silence_within_two_weeks() -> None:
    weekly = curve((0, 1000), (7 * 24 * 60, 8000), nominal_interval_s=7 * 86_400)
    assert stood(weekly, 24 * 60) == (2_000_000, INTERPOLATED)


@pytest.mark.parametrize(
    ("quality", "share"),
    [
        (ReadingQuality.MEASURED, SlotShare.MEASURED),
        (ReadingQuality.MANUAL, SlotShare.MEASURED),
        (ReadingQuality.CORRECTED, SlotShare.MEASURED),
        (ReadingQuality.RECOVERED, SlotShare.RECOVERED),
        (ReadingQuality.INTERPOLATED, SlotShare.INTERPOLATED),
        (ReadingQuality.ESTIMATED, SlotShare.ESTIMATED),
    ],
)
def test_a_stretch_is_as_good_as_the_reading_at_its_end(quality: ReadingQuality, share: SlotShare) -> None:
    assert stood(curve((0, 1000), (10, 1100), quality=quality), 5)[1] == SHARE_NUMBERS[share]


def test_an_estimate_across_a_gap_stays_an_estimate() -> None:
    assert stood(curve((0, 1000), (60, 1100), quality=ReadingQuality.ESTIMATED), 5)[1] == ESTIMATED


def test_a_glitch_does_not_bend_the_line() -> None:
    assert stood(curve((0, 1000), (5, 0), (10, 1100)), 5) == (1_050_000, MEASURED)


def test_inside_a_missing_step_nothing_is_known() -> None:
    changed = curve((0, 9000), (10, 300), (20, 310), (30, 320))
    assert stood(changed, 5) == (9_000_000, MISSING)
    assert stood(changed, 15) == (9_005_000, MEASURED)


def test_a_booked_exchange_has_no_missing_step() -> None:
    booked = Exchange(at(5), end=9100, start=295)
    changed = curve((0, 9000), (10, 300), (20, 310), (30, 320), bookings=[booked])
    assert stood(changed, 2.5) == (9_050_000, MEASURED)
    assert stood(changed, 30) == (9_125_000, MEASURED)


def test_a_fall_to_zero_in_a_silence_hides_what_was_counted_unless_the_counter_restarts() -> None:
    day_ms = 24 * 3600 * 1000
    for silent_days, restarts, way in ((1, False, Way.INTERPOLATED), (2, False, Way.MISSING), (2, True, Way.SILENT)):
        back_ms = 900_000 + silent_days * day_ms
        at_ms = [0, 900_000, back_ms, back_ms + 900_000, back_ms + 1_800_000]
        counted = count(at_ms, [9000, 9010, 0, 10, 20], RegisterRules(max_rate_per_h=30_000, restarts=restarts))
        read = np.zeros(5, np.uint8)
        line = Curve.of(counted.at_ms, counted.position, counted.step, read, 900, restarts=restarts)
        assert (counted.step[2], line.way[2]) == (Step.RESET, way)


def test_a_rollover_rises_evenly_over_the_width() -> None:
    counted = count([0, 600_000, 1_200_000, 1_800_000], [99_990, 0, 10, 20], RegisterRules(width=1e5))
    line = Curve.of(counted.at_ms, counted.position, counted.step, np.zeros(4, np.uint8), 900)
    position, _ = line.at(np.array([300_000, 900_000]))
    assert position.tolist() == [99_995_000, 100_005_000]


def test_milliseconds_become_seconds_that_still_fill_the_slot() -> None:
    spent_ms = np.array(
        [[899_501, 0, 499, 0, 0, 0], [300_333, 299_334, 300_333, 0, 0, 0], [0, 0, 0, 0, 450_500, 449_500]]
    )
    seconds = whole_seconds(spent_ms)
    assert seconds.sum(axis=1).tolist() == [900, 900, 900]
    assert seconds.tolist() == [[899, 0, 1, 0, 0], [300, 299, 301, 0, 0], [0, 0, 0, 0, 900]]


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 5000)), min_size=1, max_size=20),
    st.lists(st.floats(0, 1), min_size=1, max_size=6),
)
def test_adjoining_periods_sum_to_the_whole(steps: list[tuple[int, int]], cuts: list[float]) -> None:
    minutes, value, positions = 0, 0.0, [(0.0, 0.0)]
    for gap, rise in steps:
        minutes, value = minutes + gap, value + min(rise / 7, gap * 400)
        positions.append((float(minutes), value))
    line = curve(*positions)
    borders = sorted({0.0, float(minutes), *(round(minutes * cut, 3) for cut in cuts)})
    assume(len(borders) > 1)
    stands, _ = line.at(np.array([epoch_ms(at(border)) for border in borders]))
    parts = [int(after - before) for before, after in pairwise(stands)]
    assert all(part >= 0 for part in parts)
    assert sum(parts) == round(value * 1000)
    spent = line.spent_ms(np.array([epoch_ms(at(border)) for border in borders]))
    assert spent.sum(axis=1).tolist() == [epoch_ms(at(border)) - epoch_ms(NOON) for border in borders]
