"""What holds for the intervals of every series, whatever it shows and however it is taken."""

import random
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
from hypothesis import assume, example, given
from hypothesis import strategies as st

from core.quantities import Kind, Quantity
from energy.corrections import added_in
from energy.intervals import Computed, SeriesRules, compute
from energy.positions import SLOT_MS
from energy.register_rules import Booking, Correction, Exchange, ManualReading, RegisterRules, Restart, Rollover
from energy.registers import Step, at_utc, count, epoch_ms
from energy.series import Amounts, Means, Samples
from energy.slots import MISSING, slot_of
from energy.standing import Standing, standing_of

NOMINAL_S = 300
REGISTER = RegisterRules(resolution=1.0, max_rate_per_h=36_000.0, clock_tolerance_s=2.0, width=1e6)
IMPORT = SeriesRules(quantity=Quantity.ENERGY_IMPORT_WH, nominal_interval_s=NOMINAL_S, register=REGISTER)
SESSION = SeriesRules(
    quantity=Quantity.ENERGY_SESSION_WH,
    nominal_interval_s=NOMINAL_S,
    register=RegisterRules(max_rate_per_h=36_000.0, restarts=True),
)
POWER = SeriesRules(
    quantity=Quantity.POWER_W,
    nominal_interval_s=NOMINAL_S,
    derived=(Quantity.ENERGY_IMPORT_WH, Quantity.ENERGY_EXPORT_WH),
)
FLAG = SeriesRules(quantity=Quantity.PLUGGED_IN_FLAG, nominal_interval_s=NOMINAL_S)

gaps_ms = st.one_of(
    st.integers(1_000, 1_500_000),
    st.sampled_from([60_000, 900_000, 1_200_000]),
    st.sampled_from([900_000, 8_000_000, 95_000_000]),
)
anything = st.one_of(
    st.integers(-2, 40).map(float),
    st.integers(999_900, 1_000_100).map(float),
    st.floats(-1e7, 1e7),
    st.sampled_from([0.0, 1.7e308, -1.7e308]),
)
instants = st.integers(0, 60_000_000).map(at_utc)
values = st.floats(-10, 1e6)
corrections = st.builds(
    lambda at, lasts_s, amount: Correction(at, at + timedelta(seconds=lasts_s), amount),
    instants,
    st.integers(1, 200_000),
    st.floats(-1e5, 1e5),
)
on_dial = st.one_of(
    st.builds(ManualReading, instants, values),
    st.builds(Exchange, instants, values, values),
    st.builds(Restart, instants, values, st.floats(0, 1e4)),
    st.builds(Rollover, instants, st.sampled_from([1e5, 1e6])),
)
booked = st.one_of(on_dial, corrections)
rules = st.sampled_from([IMPORT, SESSION, POWER, FLAG])


@st.composite
def wild(draw: st.DrawFn, size: int = 16) -> Samples:
    """Draw readings of a source that does whatever it likes, with stretches that count on."""
    at_ms, value = draw(st.integers(0, 2_000_000)), draw(st.floats(0, 1e6))
    rows = []
    steps = st.tuples(gaps_ms, anything, st.integers(-3, 12), st.integers(0, 5))
    for gap_ms, drawn, rise, quality in draw(st.lists(steps, min_size=1, max_size=size)):
        at_ms += gap_ms
        value = value + rise / 4 if rise else drawn
        rows.append((at_ms, value, quality))
    return samples_of(rows)


def samples_of(rows: Sequence[tuple[int, float, int]]) -> Samples:
    at_ms, value, quality = zip(*rows, strict=True) if rows else ((), (), ())
    return Samples(np.array(at_ms, np.int64), np.array(value, np.float64), np.array(quality, np.uint8))


def listed(rows: Amounts | Means | None) -> list[tuple[object, ...]]:
    if rows is None or not len(rows):
        return []
    columns = [getattr(rows, column.name).tolist() for column in fields(rows)]
    return [tuple(map(repr, row)) for row in zip(*columns, strict=True)]


class Kept:
    """What a store would hold: rows by slot, replaced from where each run computes."""

    def __init__(self) -> None:
        self.rows: dict[object, dict[int, tuple[object, ...]]] = {}
        self.standings: list[Standing] = []
        self.rewritten: set[int] = set()

    def put(self, computed: Computed | None) -> None:
        if computed is None:
            return
        tables = {**computed.amounts, **({Kind.INSTANT: computed.means} if computed.means else {})}
        for name in {*tables, *self.rows}:
            kept = self.rows.setdefault(name, {})
            new = {int(row[0]): row for row in listed(tables.get(name))}
            old = {start: row for start, row in kept.items() if start >= computed.since_ms}
            self.rewritten |= {start for start in {*new, *old} if new.get(start) != old.get(start)}
            for start in old:
                del kept[start]
            kept.update(new)
        self.standings = [one for one in self.standings if one.at_ms < computed.since_ms]
        self.standings += [standing_of(one.to_json()) for one in computed.standings]

    @property
    def table(self) -> dict[object, dict[int, tuple[object, ...]]]:
        return {name: rows for name, rows in self.rows.items() if rows}


def whole(samples: Samples, how: SeriesRules, bookings: Sequence[Booking] = ()) -> Kept:
    kept = Kept()
    kept.put(compute(samples, how, bookings=bookings))
    return kept


@given(wild(), rules, st.lists(booked, max_size=3), st.lists(st.integers(0, 10**8), max_size=4))
def test_cuts_change_nothing_and_every_standing_goes_on_to_the_same(
    samples: Samples, how: SeriesRules, bookings: list[Booking], cuts: list[int]
) -> None:
    bookings = bookings if how is IMPORT else []
    expected = whole(samples, how, bookings)
    cut = compute(samples, how, bookings=bookings, cuts_ms=sorted(cuts))
    kept = Kept()
    kept.put(cut)
    assert kept.table == expected.table
    for standing in cut.standings if cut else ():
        kept.put(compute(samples, how, bookings=bookings, standing=standing_of(standing.to_json())))
        assert kept.table == expected.table
    assert not kept.rewritten - {start for rows in expected.rows.values() for start in rows}


@given(wild(), rules, st.lists(booked, max_size=2), st.lists(st.integers(1, 16), max_size=5))
def test_run_by_run_gives_what_one_run_gives(
    samples: Samples, how: SeriesRules, bookings: list[Booking], ends: list[int]
) -> None:
    bookings = bookings if how is IMPORT else []
    kept = Kept()
    for end in sorted({*(end for end in ends if end < len(samples)), len(samples)}):
        newest = kept.standings[-1] if kept.standings else None
        until = samples.at_ms[end - 1] if end < len(samples) else 10**12
        due = [booking for booking in bookings if booking.at_utc <= at_utc(int(until))]
        kept.put(compute(samples.take(slice(end)), how, bookings=due, standing=newest))
    assert kept.table == whole(samples, how, bookings).table


@given(wild(), rules, st.data())
def test_a_late_reading_needs_no_more_than_the_standing_before_it(
    samples: Samples, how: SeriesRules, data: st.DataObject
) -> None:
    assume(len(samples) > 1)
    late = data.draw(st.integers(0, len(samples) - 1))
    early = samples.take(np.arange(len(samples)) != late)
    kept = Kept()
    kept.put(compute(early, how, cuts_ms=early.at_ms.tolist()))
    at_ms = int(samples.at_ms[late])
    before = [standing for standing in kept.standings if standing.at_ms < at_ms]
    kept.put(compute(samples, how, standing=before[-1] if before else None))
    assert kept.table == whole(samples, how).table


@given(wild(), st.randoms(use_true_random=False), rules)
def test_the_order_of_arrival_does_not_matter(samples: Samples, chance: random.Random, how: SeriesRules) -> None:
    order = list(range(len(samples)))
    chance.shuffle(order)
    shuffled = samples.take(np.array(order))
    again = shuffled.take(np.argsort(shuffled.at_ms, kind="stable"))
    assert whole(again, how).table == whole(samples, how).table


@given(wild(), st.lists(on_dial, max_size=3))
@example(
    samples=samples_of([(second * 1000, 0.0, 0) for second in (1, 2, 3, 900)]),
    bookings=[
        Restart(datetime(1970, 1, 1, tzinfo=UTC), 100_001.0, 0.0),
        Rollover(datetime(1970, 1, 1, tzinfo=UTC), 100_000.0),
    ],
)
def test_slots_sum_to_what_the_register_counted(samples: Samples, bookings: list[Booking]) -> None:
    computed = compute(samples, IMPORT, bookings=bookings)
    counted = count(samples.at_ms, samples.value, REGISTER, bookings=bookings)
    kept = np.isin(counted.step, [step for step in Step if step.trusted])
    assume(computed is not None and kept.any())
    assert computed is not None
    slots = computed.amounts[Quantity.ENERGY_IMPORT_WH]
    at_ms, position = counted.at_ms[kept], counted.position[kept]
    end = slot_of(int(at_ms[-1]))
    place = int(np.searchsorted(at_ms, end, side="left"))
    assume(len(slots))
    low, high = sorted((int(position[max(place - 1, 0)]), int(position[place])))
    assert low <= int(position[0]) + int(slots.thousandths.sum()) <= high
    assert (np.diff(slots.start_ms) == SLOT_MS).all()
    assert int(slots.start_ms[-1]) + SLOT_MS == end
    if not any(isinstance(booking, Exchange) for booking in bookings):
        assert (slots.thousandths >= 0).all()


@given(wild(), rules, st.lists(booked, max_size=2))
def test_the_shares_of_a_slot_are_its_900_seconds(samples: Samples, how: SeriesRules, bookings: list[Booking]) -> None:
    computed = compute(samples, how, bookings=bookings if how is IMPORT else [])
    assume(computed is not None)
    assert computed is not None
    for rows in [*computed.amounts.values(), *([computed.means] if computed.means else [])]:
        assert (rows.seconds.sum(axis=1) == 900).all()
        assert (rows.seconds >= 0).all()


@given(wild(), st.sampled_from([POWER, FLAG]))
def test_a_mean_lies_between_least_and_greatest(samples: Samples, how: SeriesRules) -> None:
    computed = compute(samples, how)
    means = computed.means if computed else None
    assume(means is not None)
    assert means is not None
    assert np.isfinite(means.mean).all()
    assert ((means.minimum <= means.mean) & (means.mean <= means.maximum)).all()


@given(st.lists(st.tuples(st.integers(1, 1200), st.integers(0, 5000)), min_size=2, max_size=40), st.integers(0, 10**9))
def test_where_counting_began_changes_no_later_slot(steps: list[tuple[int, int]], start: int) -> None:
    at_ms, value, rows = 0, start, []
    for gap_s, rise in steps:
        at_ms, value = at_ms + gap_s * 1000, value + min(rise, gap_s * 9_000)
        rows.append((at_ms, value / 1000, 0))
    samples = samples_of(rows)
    before, after = whole(samples.take(slice(1, None)), IMPORT), whole(samples, IMPORT)
    first = int(samples.at_ms[1])
    for begin, row in before.rows.get(Quantity.ENERGY_IMPORT_WH, {}).items():
        if begin >= first:
            assert after.rows[Quantity.ENERGY_IMPORT_WH][begin] == row


@given(st.lists(st.integers(0, 5), min_size=30, max_size=90), st.integers(1, 28), st.integers(1, 59))
def test_one_late_reading_touches_two_slots_of_a_gap_free_series(rises: list[int], slot: int, second: int) -> None:
    at_ms = np.arange(len(rises), dtype=np.int64) * 900_000 + 60_000
    value = np.cumsum(np.array(rises, np.float64)) * 7
    quality = np.zeros(len(rises), np.uint8)
    how = SeriesRules(quantity=Quantity.ENERGY_IMPORT_WH, nominal_interval_s=900, register=REGISTER)
    kept = whole(Samples(at_ms, value, quality), how)
    late_ms = int(at_ms[slot]) + second * 10_000
    late = (value[slot] + value[slot + 1]) / 2
    place = slot + 1
    more = Samples(np.insert(at_ms, place, late_ms), np.insert(value, place, late), np.insert(quality, place, 0))
    kept.rewritten.clear()
    kept.put(compute(more, how))
    between = {slot_of(int(at_ms[slot])), slot_of(int(at_ms[slot + 1]))}
    assert kept.rewritten <= between
    assert all(row[3:] for rows in kept.rows.values() for row in rows.values())


@given(wild(), st.lists(st.integers(0, 40), max_size=6))
def test_splitting_a_period_splits_its_total(samples: Samples, cuts: list[int]) -> None:
    computed = compute(samples, IMPORT)
    assume(computed is not None)
    assert computed is not None
    slots = computed.amounts[Quantity.ENERGY_IMPORT_WH]
    borders = sorted({0, len(slots), *(cut for cut in cuts if cut < len(slots))})
    parts = [int(slots.thousandths[start:end].sum()) for start, end in pairwise(borders)]
    assert sum(parts) == int(slots.thousandths.sum())
    joins = slots.ends[:-1] == slots.begins[1:]
    assert (joins | (slots.ends[:-1] == MISSING)).all()


@given(wild(), st.lists(on_dial, max_size=2), st.lists(corrections, min_size=1, max_size=2))
def test_corrections_add_exactly_what_was_booked_and_change_no_position(
    samples: Samples, bookings: list[Booking], corrected: list[Correction]
) -> None:
    without = compute(samples, IMPORT, bookings=bookings)
    with_them = compute(samples, IMPORT, bookings=[*bookings, *corrected])
    assume(without is not None and with_them is not None)
    assert without
    assert with_them
    before, after = (one.amounts[Quantity.ENERGY_IMPORT_WH] for one in (without, with_them))
    assume(len(before))
    span = int(before.start_ms[0]), int(before.start_ms[-1]) + SLOT_MS
    assert int((after.thousandths - before.thousandths).sum()) == added_in(corrected, *span)
    assert [one.to_json() for one in with_them.standings] == [one.to_json() for one in without.standings]
    assert [row[2:] for row in listed(after)] == [row[2:] for row in listed(before)]


@given(wild(), st.lists(booked, min_size=1, max_size=3))
def test_a_withdrawn_booking_leaves_exactly_what_was_before(samples: Samples, bookings: list[Booking]) -> None:
    before, kept = whole(samples, IMPORT), whole(samples, IMPORT, bookings)
    earliest_ms = min(epoch_ms(booking.at_utc) for booking in bookings)
    earlier = [one for one in kept.standings if one.at_ms < earliest_ms]
    again = compute(samples, IMPORT, standing=earlier[-1] if earlier else None)
    since_ms = min(slot_of(earliest_ms), again.since_ms if again else slot_of(earliest_ms))
    kept.put(replace(again, since_ms=since_ms) if again else Computed(since_ms=since_ms))
    assert kept.table == before.table
