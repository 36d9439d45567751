"""What holds for every register, whatever it shows."""

import math
import random
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from energy.registers import (
    START,
    Booking,
    Counted,
    Exchange,
    ManualReading,
    RegisterRules,
    Restart,
    Rollover,
    Step,
    at_utc,
    count,
    epoch_ms,
)

RULES = RegisterRules(resolution=1.0, max_rate_per_h=36_000.0, clock_tolerance_s=2.0, width=1e6)
Positions = list[tuple[int, float]]

gaps_ms = st.integers(1_000, 3_600_000)
anything = st.one_of(
    st.integers(-2, 40).map(float),
    st.integers(999_900, 1_000_100).map(float),
    st.floats(-1e7, 1e7),
    st.sampled_from([0.0, math.nan, math.inf, -math.inf, 1.7e308, -1.7e308]),
)


values = st.floats(-10, 1e6)
instants = st.integers(0, 40_000_000).map(at_utc)
booked = st.one_of(
    st.builds(ManualReading, instants, values),
    st.builds(Exchange, instants, values, values),
    st.builds(Restart, instants, values, st.floats(0, 1e4)),
    st.builds(Rollover, instants, st.sampled_from([1e5, 1e6])),
)


@st.composite
def wild(draw: st.DrawFn, size: int = 40) -> Positions:
    """Draw positions of a register that does whatever it likes, with stretches that count on."""
    positions, at_ms, value = [], 0, draw(st.floats(0, 1e6))
    for gap_ms, drawn, rise in draw(st.lists(st.tuples(gaps_ms, anything, st.integers(-3, 12)), max_size=size)):
        at_ms += gap_ms
        value = value + rise / 4 if rise else drawn
        positions.append((at_ms, value))
    return positions


@st.composite
def clean(draw: st.DrawFn) -> Positions:
    """Draw positions of a register that counts within its limit, in whole thousandths."""
    at_ms, thousandths = draw(st.integers(0, 10**12)), draw(st.integers(0, 10**8))
    positions = [(at_ms, thousandths / 1000)]
    for gap_ms, rise_per_ms in draw(st.lists(st.tuples(gaps_ms, st.integers(0, 9)), min_size=3, max_size=30)):
        at_ms, thousandths = at_ms + gap_ms, thousandths + gap_ms * rise_per_ms
        positions.append((at_ms, thousandths / 1000))
    return positions


def rise(positions: Positions) -> int:
    """Return by how many thousandths a dial rose from the first position to the last."""
    return round(positions[-1][1] * 1000) - round(positions[0][1] * 1000)


def run(positions: Positions, rules: RegisterRules = RULES) -> Counted:
    return count([at for at, _ in positions], [value for _, value in positions], rules)


def rows(parts: list[Counted]) -> list[tuple[object, ...]]:
    columns = [(part.at_ms, part.value, part.position, part.step) for part in parts]
    joined = [np.concatenate([column[place] for column in columns]).tolist() for place in range(4)]
    return [(at, repr(value), position, step) for at, value, position, step in zip(*joined, strict=True)]


def outcome(parts: list[Counted]) -> tuple[object, ...]:
    state = parts[-1].state
    pending = [(waiting.at_ms, repr(waiting.value), waiting.step) for waiting in state.pending]
    proposals = [proposal for part in parts for proposal in part.proposals]
    return rows(parts), proposals, state.line, state.offset, pending, state.candidate, state.run


def chunked(positions: Positions, cuts: list[int], bookings: Sequence[Booking] = ()) -> list[Counted]:
    parts, state, booked_ms = [], START, -1
    for start, end in pairwise(sorted({0, len(positions), *(cut for cut in cuts if cut <= len(positions))})):
        chunk = positions[start:end]
        until_ms = chunk[-1][0] if end < len(positions) else 10**15
        due = [booking for booking in bookings if booked_ms < epoch_ms(booking.at_utc) <= until_ms]
        instants, values = [at for at, _ in chunk], [value for _, value in chunk]
        parts.append(count(instants, values, RULES, bookings=due, state=state))
        state, booked_ms = parts[-1].state, until_ms
    return parts


@given(wild(), st.lists(booked, max_size=3), st.lists(st.integers(1, 40), max_size=6))
def test_chunk_by_chunk_gives_what_the_whole_gives(
    positions: Positions, bookings: list[Booking], cuts: list[int]
) -> None:
    assume(positions)
    whole = chunked(positions, [], bookings)
    assert len(whole) == 1
    assert outcome(chunked(positions, cuts, bookings)) == outcome(whole)


@given(wild())
def test_stretches_give_what_single_steps_give(positions: Positions) -> None:
    assume(positions)
    one_by_one = chunked(positions, list(range(len(positions))))
    assert outcome(one_by_one) == outcome([run(positions)])


@given(wild())
def test_every_position_is_decided_once_or_pending(positions: Positions) -> None:
    counted = run(positions)
    waiting = [(one.at_ms, repr(one.value)) for one in counted.state.pending]
    decided = [(at, repr(value)) for at, value in zip(counted.at_ms.tolist(), counted.value.tolist(), strict=True)]
    assert decided + waiting == [(at, repr(float(value))) for at, value in positions]


@given(wild())
def test_nothing_that_is_not_a_number_gets_in_and_nothing_is_uncounted(positions: Positions) -> None:
    counted = run(positions)
    assert np.isfinite(counted.position).all()
    assert (np.diff(counted.position) >= 0).all()
    assert counted.total >= 0


@given(wild(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(positions: Positions, chance: random.Random) -> None:
    shuffled = positions.copy()
    chance.shuffle(shuffled)
    assert outcome([run(sorted(shuffled, key=lambda position: position[0]))]) == outcome([run(positions)])


@given(wild(), st.lists(st.integers(0, 39), max_size=8))
def test_a_repeated_position_changes_nothing(positions: Positions, repeated: list[int]) -> None:
    twice = positions + [positions[index] for index in repeated if index < len(positions)]
    once, again = run(positions), run(sorted(twice, key=lambda position: position[0]))
    ignored = {Step.DUPLICATE, Step.INVALID}
    assert [row for row in rows([again]) if row[3] not in ignored] == [
        row for row in rows([once]) if row[3] not in ignored
    ]
    assert [one for one in again.state.pending if one.step not in ignored] == [
        one for one in once.state.pending if one.step not in ignored
    ]
    assert (again.total, again.state.line) == (once.total, once.state.line)


@given(clean())
def test_a_clean_register_counts_last_less_first(positions: Positions) -> None:
    rules = RegisterRules(max_rate_per_h=36_000.0)
    counted = run(positions, rules)
    assert counted.thousandths == rise(positions)
    assert set(counted.steps[1:]) == {Step.COUNTED}


@given(clean(), st.data())
def test_one_bad_position_changes_no_total(positions: Positions, data: st.DataObject) -> None:
    rules = RegisterRules(max_rate_per_h=36_000.0, clock_tolerance_s=2.0)
    place = data.draw(st.integers(1, len(positions) - 1))
    (before_ms, before), (after_ms, _) = positions[place - 1], positions[place]
    at_ms = data.draw(st.integers(before_ms + 1, after_ms - 1))
    highest = before + rules.tolerance + rules.rate_per_ms * (at_ms - before_ms)
    bad = data.draw(
        st.one_of(
            st.just(0.0),
            st.floats(before - rules.tolerance, before, exclude_max=True),
            st.floats(-1e12, before, exclude_max=True),
            st.floats(highest * 1.001 + 1, 1e12),
            st.just(math.nan),
        )
    )
    with_bad = [*positions[:place], (at_ms, bad), *positions[place:]]
    counted = run(with_bad, rules)
    assert counted.thousandths == rise(positions)
    assert counted.steps[place] in {Step.GLITCH, Step.HELD, Step.INVALID, Step.COUNTED}


@given(clean(), clean())
def test_a_reset_counts_on(before: Positions, after: Positions) -> None:
    rules = RegisterRules(resolution=0.001)
    shift_ms, start = before[-1][0] + 1000 - after[0][0], after[0][1]
    again = [(at + shift_ms, value - start) for at, value in after]
    assume(before[-1][1] > again[-1][1] + 1 and again[-1][1] > 0)
    counted = run([*before, *again], rules)
    assert counted.thousandths == rise(before) + round(again[-1][1] * 1000) - round(again[0][1] * 1000)
    assert counted.steps[len(before)] is Step.RESET


@given(st.integers(3, 12), st.lists(st.integers(1, 20), min_size=6, max_size=30))
def test_a_rollover_is_exact_by_the_width(digits: int, rises: list[int]) -> None:
    width = 10**digits
    dial = width - 5
    values = [dial]
    for rise in rises:
        dial += min(rise, width // 200)
        values.append(dial)
    shown = [float(value % width) for value in values]
    rules = RegisterRules(resolution=0.5, width=float(width))
    counted = run([(index * 60_000, value) for index, value in enumerate(shown)], rules)
    assume(counted.pending == 0)
    assert counted.total == values[-1] - values[0]


@given(clean(), st.floats(1e9, 1e12), clean())
def test_a_jump_is_quarantined_and_then_the_new_level_counts(before: Positions, level: float, after: Positions) -> None:
    rules = RegisterRules(max_rate_per_h=36_000.0)
    shift_ms, start = before[-1][0] + 1000 - after[0][0], after[0][1]
    level = float(math.floor(level))
    again = [(at + shift_ms, level + value - start) for at, value in after]
    counted = run([*before, *again], rules)
    assert counted.steps[len(before)] is Step.JUMP
    assert counted.thousandths == rise(before) + rise(again)
    assert len(counted.proposals) == 1


@given(clean(), clean(), st.floats(0, 1e6))
def test_a_booked_exchange_counts_both_segments_to_their_ends(before: Positions, after: Positions, rest: float) -> None:
    rules = RegisterRules(max_rate_per_h=36_000.0)
    shift_ms = before[-1][0] + 2000 - after[0][0]
    again = [(at + shift_ms, value) for at, value in after]
    end, start = before[-1][1] + rest, after[0][1]
    positions = [*before, *again]
    counted = count(
        [at for at, _ in positions],
        [value for _, value in positions],
        rules,
        bookings=[Exchange(at_utc(before[-1][0] + 1000), end, start)],
    )
    assert counted.thousandths == rise([before[0], (0, end)]) + rise([(0, start), after[-1]])
    assert counted.proposals == ()


@given(clean(), clean(), st.floats(0, 1e6))
def test_a_booked_restart_counts_both_segments_and_what_was_lost(
    before: Positions, after: Positions, lost: float
) -> None:
    rules = RegisterRules(max_rate_per_h=36_000.0)
    shift_ms = before[-1][0] + 2000 - after[0][0]
    again = [(at + shift_ms, value) for at, value in after]
    positions = [*before, *again]
    counted = count(
        [at for at, _ in positions],
        [value for _, value in positions],
        rules,
        bookings=[Restart(at_utc(before[-1][0] + 1000), after[0][1], lost)],
    )
    assert counted.thousandths == rise(before) + rise(again) + round(lost * 1000)
    assert counted.proposals == ()


@given(st.integers(1, 3), st.sampled_from([None, 1e5]))
def test_a_booked_rollover_is_counted_once_whether_it_waits_or_not(waiting: int, width: float | None) -> None:
    shown = [99_990.0, 99_995.0, 2.0, 4.0, 6.0, 8.0]
    rules = RegisterRules(max_rate_per_h=36_000.0, width=width)
    at_ms = [60_000 * place for place in range(len(shown))]
    counted = count(at_ms, shown, rules, bookings=[Rollover(at_utc(60_000 * (1 + waiting) - 1), 1e5)])
    assert counted.total == 18.0
    assert counted.proposals == ()
