"""Register truth: the cases of the table, one by one, as positions of a dial read every 15 minutes."""

import math
import time
from datetime import UTC, date, datetime

import numpy as np
import pytest

from core.errors import CalculationError
from core.inventory import Medium, Meter, MeterRole
from core.quantities import Quantity
from core.readings import Reading
from energy.registers import (
    START,
    Counted,
    Exchange,
    ManualReading,
    RegisterRules,
    Step,
    at_utc,
    count,
    epoch_ms,
    positions_of,
    rules_of,
)

QUARTER_MS = 900_000
UNLIMITED = RegisterRules()
KW_10 = RegisterRules(max_rate_per_h=10_000.0)


def read(values: list[float], rules: RegisterRules = UNLIMITED, **more: object) -> Counted:
    return count([index * QUARTER_MS for index in range(len(values))], values, rules, **more)


@pytest.mark.parametrize(
    ("values", "rules", "total", "steps"),
    [
        pytest.param([100, 101, 103], UNLIMITED, 3, "FIRST COUNTED COUNTED", id="rise"),
        pytest.param([100, 100, 100], UNLIMITED, 0, "FIRST COUNTED COUNTED", id="standstill"),
        pytest.param([100, 99.2, 100.5], UNLIMITED, 0.5, "FIRST HELD COUNTED", id="jitter"),
        pytest.param([100, 99.2, 99.1, 99.0], UNLIMITED, 0, "FIRST HELD HELD HELD", id="jitter that stays"),
        pytest.param([100, 0, 101], UNLIMITED, 1, "FIRST GLITCH COUNTED", id="zero blip"),
        pytest.param([100, 0, 0, 0, 0, 101], UNLIMITED, 1, "FIRST GLITCH GLITCH GLITCH GLITCH COUNTED", id="long blip"),
        pytest.param([100, 50, 101], UNLIMITED, 1, "FIRST GLITCH COUNTED", id="dip"),
        pytest.param([100, 9e9, 101], KW_10, 1, "FIRST GLITCH COUNTED", id="spike"),
        pytest.param([5000, 0, 20, 40], UNLIMITED, 40, "FIRST RESET COUNTED COUNTED", id="reset"),
        pytest.param([5000, 0, 0, 0, 7], UNLIMITED, 7, "FIRST RESET COUNTED COUNTED COUNTED", id="reset, idle first"),
        pytest.param(
            [99_998, 99_999, 1, 3, 4],
            RegisterRules(width=1e5),
            6,
            "FIRST COUNTED ROLLOVER COUNTED COUNTED",
            id="rollover of a five-digit dial",
        ),
        pytest.param(
            [2**32 - 10, 0, 4, 9],
            RegisterRules(width=2.0**32),
            19,
            "FIRST ROLLOVER COUNTED COUNTED",
            id="rollover of a 32-bit counter",
        ),
        pytest.param(
            [99_999, 0, 0, 0, 100_000],
            RegisterRules(width=1e6),
            1,
            "FIRST GLITCH GLITCH GLITCH COUNTED",
            id="zero blip far from the width",
        ),
        pytest.param([9000, 300, 310, 330], UNLIMITED, 30, "FIRST EXCHANGE COUNTED COUNTED", id="exchange, lower"),
        pytest.param([9000, 90_000, 90_010, 90_030], KW_10, 30, "FIRST JUMP COUNTED COUNTED", id="exchange, higher"),
        pytest.param([9000, 80_000, 300, 310, 330], KW_10, 30, "FIRST GLITCH EXCHANGE COUNTED COUNTED", id="both"),
        pytest.param([100, math.nan, 101], UNLIMITED, 1, "FIRST INVALID COUNTED", id="not a number"),
        pytest.param([100, math.inf, 101], UNLIMITED, 1, "FIRST INVALID COUNTED", id="infinite"),
        pytest.param([math.nan, 100, 101], UNLIMITED, 1, "INVALID FIRST COUNTED", id="begins with nothing"),
        pytest.param(
            [5000, 0, math.nan, 20, 40], UNLIMITED, 40, "FIRST RESET INVALID COUNTED COUNTED", id="hole in a reset"
        ),
    ],
)
def test_a_dial_is_read_as_the_table_says(values: list[float], rules: RegisterRules, total: float, steps: str) -> None:
    counted = read(values, rules)
    assert counted.total == total
    assert " ".join(step.name for step in counted.steps) == steps
    assert counted.deltas.sum() == pytest.approx(total)
    assert counted.pending == 0


def test_a_list_and_an_array_give_the_same() -> None:
    at_ms, values = [0, 1000, 2000], [1.5, 2.0, 4.25]
    from_list = count(at_ms, values, UNLIMITED)
    from_array = count(np.array(at_ms), np.array(values), UNLIMITED)
    assert from_list.total == from_array.total == 2.75
    assert from_list.position.tolist() == from_array.position.tolist() == [1500, 2000, 4250]


def test_nothing_has_no_total() -> None:
    nothing = count([], [], UNLIMITED)
    assert (nothing.total, nothing.steps, nothing.pending) == (0.0, [], 0)
    assert nothing.state == START


def test_what_is_pending_is_not_counted_and_becomes_a_proposal() -> None:
    counted = read([5000, 5010, 700, 710])
    assert counted.total == 10
    assert counted.pending == 2
    assert counted.steps == [Step.FIRST, Step.COUNTED]
    proposal = counted.state.proposal
    assert proposal is not None
    assert (proposal.step, proposal.from_value, proposal.to_value) == (Step.PENDING, 5010, 700)
    assert (epoch_ms(proposal.from_utc), epoch_ms(proposal.to_utc)) == (QUARTER_MS, 2 * QUARTER_MS)


def test_a_clean_register_leaves_no_proposal() -> None:
    assert read([1, 2, 3]).state.proposal is None


def test_a_suspected_exchange_names_both_sides_of_the_missing_step() -> None:
    (proposal,) = read([9000, 300, 310, 330]).proposals
    assert (proposal.step, proposal.from_value, proposal.to_value) == (Step.EXCHANGE, 9000, 300)


def test_a_replaced_meter_counts_on_by_what_was_booked() -> None:
    booked = Exchange(at_utc(QUARTER_MS + 1), end=9040.0, start=298.0)
    counted = read([9000, 9010, 300, 310], bookings=[booked])
    assert counted.steps == [Step.FIRST, Step.COUNTED, Step.BOOKED, Step.COUNTED, Step.COUNTED]
    assert counted.deltas.tolist() == [0, 10, 30, 2, 10]
    assert counted.proposals == ()


def test_a_booking_settles_what_was_pending_before_it() -> None:
    before = read([9000, 5, 6])
    assert before.pending == 2
    after = count([], [], UNLIMITED, bookings=[Exchange(at_utc(3 * QUARTER_MS), 9100, 6)], state=before.state)
    assert after.pending == 0
    assert after.total == 100
    assert after.steps == [Step.GLITCH, Step.GLITCH, Step.BOOKED]


def test_an_exchange_may_be_the_first_thing_known() -> None:
    counted = read([12, 15], bookings=[Exchange(at_utc(0), end=77_000, start=10)])
    assert counted.steps == [Step.BOOKED, Step.COUNTED, Step.COUNTED]
    assert counted.total == 5


@pytest.mark.parametrize(
    ("values", "manual", "total", "step"),
    [
        pytest.param([9000, 9010], 9020, 20, Step.MANUAL, id="on the line"),
        pytest.param([9000, 9010], 80_000, 71_000, Step.COUNTED, id="above the limit: a person has seen it"),
        pytest.param([9000, 9010], 9009.5, 10, Step.MANUAL, id="within the tolerance"),
        pytest.param([9000, 9010], 0, 10, Step.RESET, id="zero"),
        pytest.param([9000, 9010], 400, 10, Step.EXCHANGE, id="lower"),
    ],
)
def test_a_manual_reading_decides_at_once(values: list[float], manual: float, total: float, step: Step) -> None:
    booked = ManualReading(at_utc(2 * QUARTER_MS), manual)
    counted = read(values, RegisterRules(max_rate_per_h=10_000.0, clock_tolerance_s=0), bookings=[booked])
    assert counted.total == total
    assert counted.steps[-1] is step
    assert counted.pending == 0


def test_a_manual_reading_confirms_a_quarantined_jump() -> None:
    booked = ManualReading(at_utc(3 * QUARTER_MS), 90_020)
    counted = read([9000, 90_000, 90_010], KW_10, bookings=[booked])
    assert counted.steps == [Step.FIRST, Step.COUNTED, Step.COUNTED, Step.MANUAL]
    assert counted.total == 81_020


def test_a_manual_reading_rejects_a_fall_that_was_none() -> None:
    counted = read([9000, 0, 0], bookings=[ManualReading(at_utc(3 * QUARTER_MS), 9005)])
    assert counted.steps == [Step.FIRST, Step.GLITCH, Step.GLITCH, Step.MANUAL]
    assert counted.total == 5


def test_a_reading_by_hand_may_be_the_first() -> None:
    counted = read([12, 15], bookings=[ManualReading(at_utc(0), 10)])
    assert counted.steps[0] is Step.MANUAL
    assert counted.total == 5


def test_the_tolerance_is_absolute() -> None:
    rules = RegisterRules(resolution=1, max_rate_per_h=36_000, clock_tolerance_s=5)
    assert rules.tolerance == pytest.approx(50)
    million = 1_000_000.0
    assert read([million, million - 50, million], rules).steps[1] is Step.HELD
    assert read([million, million - 51, million], rules).steps[1] is Step.GLITCH


def test_two_meters_on_one_topic_do_not_count_the_difference() -> None:
    mixed = [value for index in range(50) for value in (1000.0 + index, 500_000.0 + index)]
    counted = read(mixed, KW_10)
    assert counted.total == 49
    assert counted.steps.count(Step.GLITCH) + counted.pending == 50


def test_a_limit_that_is_too_low_hides_nothing() -> None:
    counted = read([0, 900, 1800, 2700, 3600], RegisterRules(max_rate_per_h=1000, clock_tolerance_s=0))
    assert counted.total == 0
    assert counted.pending == 4
    assert counted.state.proposal is not None


def test_positions_must_be_in_order_of_time() -> None:
    with pytest.raises(CalculationError, match=r"register\.not_in_order at=1970-01-01T00:00:01"):
        count([2000, 1000], [1, 2], UNLIMITED)
    with pytest.raises(CalculationError, match=r"register\.not_in_order"):
        count([1000], [2], UNLIMITED, state=count([2000], [1], UNLIMITED).state)


def test_columns_must_be_of_one_length() -> None:
    with pytest.raises(CalculationError, match=r"register\.lengths_differ instants=2 values=1"):
        count([1, 2], [1], UNLIMITED)


@pytest.mark.parametrize(
    "wrong", [{"resolution": 0.0}, {"max_rate_per_h": math.inf}, {"width": -1.0}, {"confirm": 0}, {"near_zero": -1.0}]
)
def test_rules_are_positive_and_finite(wrong: dict[str, float]) -> None:
    with pytest.raises(CalculationError, match=f"register.rules_invalid names={next(iter(wrong))}"):
        RegisterRules(**wrong)


def _meter(**more: object) -> Meter:
    return Meter(
        id="schule-a-strom",
        name="Strom",
        valid_from=date(2025, 1, 1),
        site="schule-a",
        medium=Medium.ELECTRICITY,
        role=MeterRole.SUPPLY,
        **more,
    )


def test_a_meters_limits_become_its_rules() -> None:
    rules = rules_of(_meter(max_power_w=30_000.0, digits=9, resolution=1.0), Quantity.ENERGY_IMPORT_WH)
    assert rules.width == 1e9
    assert rules.max_rate_per_h == 30_000
    assert rules.tolerance == pytest.approx(30_000 * 5 / 3600)
    assert rules.zero_bound == 7500


def test_a_meter_without_a_limit_still_refuses_its_lifetime_as_one_step() -> None:
    rules = rules_of(_meter(), Quantity.ENERGY_IMPORT_WH)
    assert rules.tolerance == 1.0
    assert read([0, 20_481_950, 20_481_960, 20_481_970], rules).total == 20


def test_only_a_dial_has_rules() -> None:
    with pytest.raises(CalculationError, match=r"register\.not_a_register"):
        rules_of(_meter(), Quantity.POWER_W)


def test_readings_become_positions_in_order_of_time() -> None:
    times = [datetime(2026, 3, 29, 1, minute, 0, 1000, tzinfo=UTC) for minute in (30, 0, 15)]
    readings = [Reading("meter:a", Quantity.HEAT_WH, at, float(at.minute)) for at in times]
    at_ms, values = positions_of(readings)
    assert values.tolist() == [0, 15, 30]
    assert at_utc(int(at_ms[0])) == times[1]


def test_a_million_clean_positions_are_counted_in_a_blink() -> None:
    at_ms = np.arange(1_000_000, dtype=np.int64) * 1000
    values = np.cumsum(np.random.default_rng(1).random(1_000_000))
    rules = RegisterRules(max_rate_per_h=100_000)
    took_s = []
    for _ in range(3):
        begun = time.perf_counter()
        total = count(at_ms, values, rules).total
        took_s.append(time.perf_counter() - begun)
    assert total == pytest.approx(values[-1] - values[0], abs=0.001)
    assert min(took_s) < 0.2
