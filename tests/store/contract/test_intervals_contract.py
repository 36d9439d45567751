"""What every store of intervals must do: give samples, keep amounts and means, tell what changed."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.intervals import Resolution, SeriesKey
from core.periods import SLOT, Period
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading, ReadingQuality
from energy.series import QUALITY_CODES, Amounts, Means
from tests.span_model import SPRING, Slot, amounts, means, ms

ENERGY, POWER = Quantity.ENERGY_IMPORT_WH, Quantity.POWER_W
AT = SPRING
ALL_TIME = Period(datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))
A: SeriesKey = ("meter:a", ENERGY)
B: SeriesKey = ("meter:b", ENERGY)

_fresh = itertools.count()


def slot(number: int, thousandths: int = 0, seconds: tuple[int, ...] = (900, 0, 0, 0, 0), **more: Any) -> Slot:
    return Slot(AT + number * SLOT, seconds, thousandths, **more)


def rows_of(spans: Amounts | Means) -> list[tuple[Any, ...]]:
    columns = [getattr(spans, name).tolist() for name in type(spans).__slots__]
    return list(zip(*columns, strict=True))


async def kept(store: Any, key: SeriesKey = A, resolution: Resolution = Resolution.SLOT) -> list[tuple[Any, ...]]:
    found = await store.amounts(resolution, [key], ALL_TIME)
    return rows_of(found[key]) if found else []


_slots = st.dictionaries(
    st.integers(0, 40) | st.integers(0, 20_000),
    st.tuples(st.integers(-(2**62), 2**62), st.sampled_from([(900, 0, 0, 0, 0), (1, 2, 3, 4, 890)]), st.integers(0, 4)),
    max_size=8,
)


@given(st.lists(st.tuples(st.sampled_from("ab"), _slots, st.frozensets(st.integers(0, 40), max_size=3)), max_size=5))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_puts_come_to_what_they_say_and_count_what_they_change(spans: Any, puts: list[Any]) -> None:
    example = next(_fresh)
    wanted: dict[str, dict[datetime, Slot]] = {"a": {}, "b": {}}
    for name, written, removed in puts:
        before = dict(wanted[name])
        starts = [AT + number * SLOT for number in removed]
        for start in starts:
            wanted[name].pop(start, None)
        wanted[name] |= {
            AT + n * SLOT: slot(n, value, seconds, begins=share, ends=4 - share)
            for n, (value, seconds, share) in written.items()
        }
        changed = [at for at in before.keys() | wanted[name] if before.get(at) != wanted[name].get(at)]
        key = f"meter:i{example}-{name}", ENERGY
        given_rows = amounts(wanted[name][AT + n * SLOT] for n in written)
        gone = {key: np.array([ms(start) for start in starts], np.int64)}
        assert await spans.put_amounts(Resolution.SLOT, {key: given_rows}, gone) == len(changed)
        assert await spans.put_amounts(Resolution.SLOT, {key: given_rows}) == 0
    for name, expected in wanted.items():
        assert await kept(spans, (f"meter:i{example}-{name}", ENERGY)) == rows_of(amounts(expected.values()))


async def test_slots_and_days_amounts_and_means_are_kept_apart(spans: Any) -> None:
    rows = [slot(number, number, mean=number + 0.1, minimum=-1e300, maximum=1e-300) for number in range(3)]
    await spans.put_amounts(Resolution.SLOT, {A: amounts(rows)})
    await spans.put_amounts(Resolution.DAY, {A: amounts(rows[:1])})
    key = ("meter:a", POWER)
    await spans.put_means(Resolution.SLOT, {key: means(rows)})
    await spans.put_means(Resolution.DAY, {key: means(rows[1:])})
    assert [len(await kept(spans, A, resolution)) for resolution in (Resolution.SLOT, Resolution.DAY)] == [3, 1]
    for resolution, wanted in ((Resolution.SLOT, rows), (Resolution.DAY, rows[1:])):
        found = await spans.means(resolution, [key], ALL_TIME)
        assert rows_of(found[key]) == rows_of(means(wanted))


async def test_rows_come_by_series_of_those_that_have_any_in_the_period(spans: Any) -> None:
    await spans.put_amounts(
        Resolution.SLOT, {A: amounts(slot(n, n) for n in range(10)), B: amounts(slot(n, -n) for n in range(5))}
    )
    period = Period(AT + 4 * SLOT, AT + 6 * SLOT)
    found = await spans.amounts(Resolution.SLOT, [B, ("meter:none", ENERGY), A], period)
    assert {key: rows.thousandths.tolist() for key, rows in found.items()} == {A: [4, 5], B: [-4]}
    assert found[A].seconds.shape == (2, 5)
    later = Period(AT + 5 * SLOT, AT + 6 * SLOT)
    assert list(await spans.amounts(Resolution.SLOT, [A, B], later)) == [A]
    assert await spans.amounts(Resolution.SLOT, [], period) == {}


async def test_a_put_of_several_series_is_taken_whole(spans: Any) -> None:
    changes = {(f"meter:m{number}", ENERGY): amounts(slot(n, n) for n in range(4)) for number in range(50)}
    assert await spans.put_amounts(Resolution.SLOT, changes) == 200
    one = {key: np.array([ms(AT)], np.int64) for key in changes}
    one["meter:unknown", ENERGY] = np.array([ms(AT)], np.int64)
    assert await spans.put_amounts(Resolution.SLOT, {}, one) == 50
    assert await spans.put_amounts(Resolution.SLOT, {}, one) == 0
    found = await spans.amounts(Resolution.SLOT, list(changes), ALL_TIME)
    assert {len(rows) for rows in found.values()} == {3}


async def test_what_is_removed_and_written_at_once_is_written(spans: Any) -> None:
    await spans.put_amounts(Resolution.SLOT, {A: amounts([slot(0, 1), slot(1, 1)])})
    places = {A: np.array([ms(AT), ms(AT + SLOT)], np.int64)}
    assert await spans.put_amounts(Resolution.SLOT, {A: amounts([slot(0, 1), slot(2, 5)])}, places) == 2
    assert [row[1] for row in await kept(spans)] == [1, 5]


async def test_nothing_is_put_by_an_empty_put(spans: Any) -> None:
    assert await spans.put_amounts(Resolution.SLOT, {}) == 0
    assert await spans.put_amounts(Resolution.SLOT, {A: amounts([])}, {B: np.zeros(0, np.int64)}) == 0
    assert await spans.put_means(Resolution.DAY, {("meter:a", POWER): means([])}) == 0
    assert await kept(spans) == []


async def test_many_who_put_the_same_at_once_put_it_once(spans: Any) -> None:
    same = {A: amounts(slot(n, n) for n in range(20))}
    counts = await asyncio.gather(*(spans.put_amounts(Resolution.SLOT, same) for _ in range(8)))
    assert sum(counts) == 20
    assert len(await kept(spans)) == 20


async def test_who_stops_waiting_leaves_no_row_twice(spans: Any) -> None:
    same = {A: amounts(slot(n, n) for n in range(20))}
    tasks = [asyncio.create_task(spans.put_amounts(Resolution.SLOT, same)) for _ in range(8)]
    for task in tasks:
        await asyncio.sleep(0.002)
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await spans.put_amounts(Resolution.SLOT, same)
    assert [row[1] for row in await kept(spans)] == list(range(20))


async def test_readings_and_intervals_of_a_series_do_not_disturb_each_other(spans: Any) -> None:
    await asyncio.gather(
        spans.put_amounts(Resolution.SLOT, {A: amounts([slot(0, 1)])}),
        spans.put(Batch([Reading(*A, AT, 5.0), Reading(*B, AT, 6.0)], AT)),
        spans.put_amounts(Resolution.SLOT, {B: amounts([slot(0, 2)])}),
        spans.put_amounts(Resolution.SLOT, {("plant:wea-3", ENERGY): amounts([slot(0, 3)])}),
        spans.put(Batch([Reading("meter:c", POWER, AT, 7.0)], AT)),
    )
    last = {(value.source, value.quantity): value.value for value in await spans.last()}
    assert last == {A: 5.0, B: 6.0, ("meter:c", POWER): 7.0}
    assert [(await kept(spans, key))[0][1] for key in (A, B, ("plant:wea-3", ENERGY))] == [1, 2, 3]
    assert (await spans.count())["meter"] == 3


async def test_samples_of_several_series_come_in_one_answer(spans: Any) -> None:
    readings = [
        Reading(f"meter:{name}", ENERGY, AT + timedelta(seconds=60 * n), 100.0 + n, quality)
        for name in "cab"
        for n, quality in enumerate(ReadingQuality)
    ]
    await spans.put(Batch(readings, AT))
    keys = [("meter:a", ENERGY), ("meter:x", ENERGY), ("meter:c", ENERGY), ("meter:a", POWER)]
    period = Period(AT + timedelta(seconds=60), AT + timedelta(seconds=240))
    found = await spans.samples(keys, period)
    assert set(found) == {("meter:a", ENERGY), ("meter:c", ENERGY)}
    for samples in found.values():
        assert samples.at_ms.tolist() == [ms(AT) + 60_000 * n for n in (1, 2, 3)]
        assert samples.value.tolist() == [101.0, 102.0, 103.0]
        assert samples.quality.tolist() == [QUALITY_CODES[quality] for quality in list(ReadingQuality)[1:4]]
        assert (samples.at_ms.dtype, samples.value.dtype, samples.quality.dtype) == (np.int64, np.float64, np.uint8)
    assert await spans.samples([], period) == {}
    assert await spans.samples(keys, Period(AT, AT)) == {}


@pytest.mark.parametrize("away", [timedelta(minutes=1), timedelta(days=20), timedelta(days=4000)])
async def test_neighbours_are_found_near_and_far(spans: Any, away: timedelta) -> None:
    period = Period(AT, AT + SLOT)
    ends = AT - away, AT + SLOT + away
    await spans.put(Batch([Reading(*A, at, 1.0) for at in (*ends, AT, AT - 2 * away, AT + 3 * away)], AT))
    await spans.put(Batch([Reading(*B, AT + SLOT, 1.0)], AT))
    assert await spans.neighbours(A, period) == tuple(ms(at) for at in ends)
    assert await spans.neighbours(B, period) == (None, ms(AT + SLOT))
    assert await spans.neighbours(B, Period(AT + SLOT, AT + 2 * SLOT)) == (None, None)
    assert await spans.neighbours(B, Period(AT + 2 * SLOT, AT + 3 * SLOT)) == (ms(AT + SLOT), None)
    assert await spans.neighbours(("meter:none", ENERGY), period) == (None, None)


async def test_the_first_readings_of_several_series_are_found_at_once(spans: Any) -> None:
    early, late = AT - timedelta(days=4000), AT + SLOT
    await spans.put(Batch([Reading(*A, at, 1.0) for at in (AT, early, late)], AT))
    await spans.put(Batch([Reading(*B, late, 1.0), Reading("meter:b", POWER, AT, 1.0)], AT))
    assert await spans.delivered()
    found = await spans.firsts([A, B, ("meter:none", ENERGY), ("meter:b", POWER)])
    assert found == {A: ms(early), B: ms(late), ("meter:b", POWER): ms(AT)}
    assert await spans.firsts([]) == {}


async def test_slots_that_begin_at_some_instants_come_alone(spans: Any) -> None:
    await spans.put_amounts(
        Resolution.SLOT, {A: amounts(slot(n, n) for n in range(10)), B: amounts(slot(n, -n) for n in range(5))}
    )
    wanted = np.array([ms(AT + n * SLOT) for n in (1, 4, 7, 99)], np.int64)
    found = await spans.amounts_at([B, ("meter:none", ENERGY), A], wanted)
    assert {key: rows.thousandths.tolist() for key, rows in found.items()} == {A: [1, 4, 7], B: [-1, -4]}
    assert found[A].start_ms.tolist() == wanted[:3].tolist()
    assert await spans.amounts_at([A], wanted[3:]) == await spans.amounts_at([A], wanted[:0]) == {}


async def test_slots_in_which_something_was_counted_come_of_every_series_asked_for(spans: Any) -> None:
    none: SeriesKey = ("meter:none", ENERGY)
    await spans.put_amounts(
        Resolution.SLOT, {A: amounts(slot(n, n % 3) for n in range(9, 0, -1)), B: amounts([slot(2, -5), slot(3)])}
    )
    await spans.put_amounts(Resolution.SLOT, {A: amounts([slot(6, 7)])})
    found = await spans.counted([B, none, A], Period(AT + SLOT, AT + 9 * SLOT))
    assert {key: rows.thousandths.tolist() for key, rows in found.items()} == {
        B: [],
        none: [],
        A: [1, 2, 1, 2, 7, 1, 2],
    }
    assert found[A].start_ms.tolist() == [ms(AT + n * SLOT) for n in (1, 2, 4, 5, 6, 7, 8)]
