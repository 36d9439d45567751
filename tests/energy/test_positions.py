"""Positions at borders, and totals of periods between them."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.periods import Period
from core.readings import SlotShare
from energy.positions import Curve, Position, Total
from energy.registers import Exchange, RegisterRules, count, epoch_ms

NOON = datetime(2026, 10, 25, 12, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def curve(*positions: tuple[float, float], nominal_interval_s: int = 900, **more: object) -> Curve:
    instants = [epoch_ms(at(minutes)) for minutes, _ in positions]
    rules = RegisterRules(max_rate_per_h=30_000)
    return Curve(count(instants, [value for _, value in positions], rules, **more), nominal_interval_s)


def test_a_position_between_two_near_ones_is_measured_on_the_straight_line() -> None:
    assert curve((0, 1000), (10, 1100)).at(at(2.5)) == Position(25_000, SlotShare.MEASURED)


def test_a_position_across_a_gap_is_interpolated() -> None:
    assert curve((0, 1000), (21, 1021)).at(at(7)) == Position(7_000, SlotShare.INTERPOLATED)


def test_a_fast_meter_has_short_gaps_only() -> None:
    assert curve((0, 0), (3, 30), nominal_interval_s=60).at(at(1)) == Position(10_000, SlotShare.INTERPOLATED)


def test_a_position_read_at_the_border_is_measured_whatever_the_gaps() -> None:
    assert curve((0, 1000), (500, 1500), (900, 1600)).at(at(500)) == Position(500_000, SlotShare.MEASURED)


@pytest.mark.parametrize("minutes", [-1, 11])
def test_nothing_is_known_outside_of_what_was_read(minutes: int) -> None:
    assert curve((0, 1000), (10, 1100)).at(at(minutes)) is None


def test_a_glitch_does_not_bend_the_line() -> None:
    assert curve((0, 1000), (5, 0), (10, 1100)).at(at(5)) == Position(50_000, SlotShare.MEASURED)


def test_inside_a_missing_step_nothing_is_known() -> None:
    changed = curve((0, 9000), (10, 300), (20, 310), (30, 320))
    assert changed.at(at(5)) is None
    assert changed.at(at(15)) == Position(5_000, SlotShare.MEASURED)
    assert changed.total(Period(at(0), at(30))) == Total(20_000, SlotShare.MISSING)
    assert changed.total(Period(at(10), at(30))) == Total(20_000, SlotShare.MEASURED)


def test_a_booked_exchange_has_no_missing_step() -> None:
    booked = Exchange(at(5), end=9100, start=295)
    changed = curve((0, 9000), (10, 300), (20, 310), (30, 320), bookings=[booked])
    assert changed.total(Period(at(0), at(30))) == Total(125_000, SlotShare.MEASURED)


def test_a_day_between_two_readings_is_a_measured_total() -> None:
    lora = curve((0, 5000), (24 * 60, 29_000))
    assert lora.total(Period(at(0), at(24 * 60))) == Total(24_000_000, SlotShare.MEASURED)
    assert lora.total(Period(at(0), at(60))) == Total(1_000_000, SlotShare.INTERPOLATED)


def test_a_period_that_reaches_beyond_has_no_total() -> None:
    assert curve((0, 1000), (10, 1100)).total(Period(at(0), at(11))) is None


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
    parts = [line.total(Period(at(a), at(b))) for a, b in pairwise(borders)]
    whole = line.total(Period(at(0), at(minutes)))
    assert whole is not None
    assert sum(part.thousandths for part in parts if part) == whole.thousandths == round(value * 1000)
