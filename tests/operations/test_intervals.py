"""The interval job over the real embedded stores: what is new, what came late, what was booked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from core.errors import UnavailableError
from core.intervals import Resolution
from core.periods import Period
from core.readings import Reading, SlotShare
from core.work import DirtySpan, MeterEventKind
from energy.days import total_of
from energy.register_walk import epoch_ms
from energy.series import SHARE_NUMBERS
from operations.intervals.job import IntervalsDone
from operations.intervals.plans import EPOCH_UTC
from tests.operations.places import (
    BERLIN,
    EXPORT,
    IMPORT,
    MINUTE,
    NOW,
    POWER,
    SLOT,
    STROM,
    WATT,
    Place,
    booked,
    delete_before,
    dial,
    dies_at,
    opened,
)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with opened(tmp_path / "data") as place:
        yield place


async def test_quarter_hours_and_days_come_of_readings(place: Place) -> None:
    begin = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)
    await place.put(*dial(begin, 9))
    done = await place.run()
    assert (done.series, done.readings, done.slots, done.days) == (1, 9, 8, 2)
    slots = await place.amounts()
    assert slots.thousandths.tolist() == [100_000] * 8
    assert slots.seconds.tolist() == [[900, 0, 0, 0, 0]] * 8
    days = await place.amounts(resolution=Resolution.DAY)
    assert days.thousandths.tolist() == [400_000, 400_000]
    assert days.seconds.sum(axis=1).tolist() == [86_400, 86_400]


async def test_a_second_time_nothing_is_left_to_do(place: Place) -> None:
    await place.put(*dial(NOW - timedelta(hours=2), 8))
    await place.run()
    assert await place.run() == IntervalsDone()


async def test_only_what_is_new_is_computed(place: Place) -> None:
    readings = dial(NOW - timedelta(days=20), 1800)
    await place.put(*readings[:1796])
    await place.run()
    await place.put(*readings[1796:])
    done = await place.run()
    assert (done.readings, done.slots) == (4, 4)
    assert len(await place.amounts()) == 1799


@pytest.mark.parametrize(("hour", "days"), [(12, 0), (22, 2)])
async def test_one_late_reading_touches_two_slots_and_the_days_at_whose_border_it_lies(
    place: Place, hour: int, days: int
) -> None:
    begin = datetime(2026, 11, 20, hour, 57, tzinfo=UTC)
    readings = dial(begin - 50 * SLOT, 100)
    await place.put(*readings)
    await place.run()
    await place.put(replace(readings[50], at_utc=begin + MINUTE, value=readings[50].value + 60))
    done = await place.run()
    assert (done.dirty, done.slots, done.days) == (1, 2, days)
    assert await place.stores.ledger.dirty_spans() == ()
    assert await place.run() == IntervalsDone()


async def test_late_readings_in_any_order_come_to_what_all_at_once_come_to(place: Place, tmp_path: Path) -> None:
    chance = np.random.default_rng(5)
    everything = [
        *dial(datetime(2026, 10, 29, tzinfo=UTC), 400),
        *(Reading(*WATT, NOW - (300 - 5 * number) * MINUTE, float(chance.integers(-900, 900))) for number in range(60)),
        *dial(NOW - 90 * SLOT, 80, key=("station:lis/1", IMPORT)),
    ]
    order = chance.permutation(len(everything))
    for part in np.array_split(order, 5):
        await place.put(*(everything[number] for number in part))
        await place.run()
    async with opened(tmp_path / "other") as other:
        await other.put(*everything)
        await other.run()
        assert await place.everything() == await other.everything()


@pytest.mark.parametrize("month", [3, 10])
async def test_days_of_both_clock_changes_have_their_hours(place: Place, month: int) -> None:
    day = date(2026, month, 29 if month == 3 else 25)
    begin = datetime(day.year, day.month, day.day, tzinfo=BERLIN).astimezone(UTC)
    hours = 23 if month == 3 else 25
    await place.put(*dial(begin - SLOT, 4 * hours + 3))
    await place.run()
    days = await place.amounts(resolution=Resolution.DAY)
    row = days.start_ms.tolist().index(epoch_ms(begin))
    assert days.seconds[row].tolist() == [hours * 3600, 0, 0, 0, 0]
    assert days.thousandths[row] == 4 * hours * 100_000
    assert (days.begins[row], days.ends[row]) == (0, 0)


async def test_a_suspected_exchange_is_asked_about_once_and_settled_by_a_booking(place: Place) -> None:
    begin = NOW - timedelta(hours=10)
    old, new = dial(begin, 10, start=50_000.0), dial(begin + 10 * SLOT, 10, start=8000.0)
    await place.put(*old, *new)
    done = await place.run()
    assert done.proposals == 1
    assert total_of(await place.amounts())[1].value == "missing"
    (notice,) = await place.stores.ledger.notices([STROM[0]])
    assert notice.finding.code == "intervals.exchange_suspected"
    await place.stores.ledger.book(booked(MeterEventKind.EXCHANGE, begin + 9 * SLOT + MINUTE, 7980.0, 50_950.0))
    done = await place.run()
    assert (done.proposals, done.dirty) == (0, 1)
    thousandths, share = total_of(await place.amounts())
    assert (thousandths, share.value) == (1000 * (950 + 920), "measured")
    assert len(await place.stores.ledger.notices([STROM[0]])) == 1


async def test_a_withdrawn_booking_leaves_no_trace(place: Place) -> None:
    await place.put(*dial(NOW - timedelta(hours=10), 12))
    await place.run()
    before = await place.everything()
    event = await place.stores.ledger.book(booked(MeterEventKind.MANUAL, NOW - timedelta(hours=1), 9000.0))
    done = await place.run()
    assert done.slots == 25
    await place.stores.ledger.withdraw(event.id, NOW)
    await place.run()
    assert await place.everything() == before


async def test_readings_before_a_booking_may_still_come(place: Place) -> None:
    begin = NOW - timedelta(hours=10)
    await place.put(*dial(begin, 8))
    await place.stores.ledger.book(booked(MeterEventKind.MANUAL, begin + 20 * SLOT, 3000.0))
    await place.run()
    await place.put(*dial(begin + 8 * SLOT, 16, start=1800.0))
    await place.run()
    slots = await place.amounts()
    assert slots.thousandths.tolist() == [100_000] * 23
    assert slots.seconds[:, 0].tolist() == [900] * 23


async def test_a_meter_read_by_hand_only_has_quarter_hours_too(place: Place) -> None:
    for day, value in ((0, 100.0), (1, 196.0)):
        at = datetime(2026, 11, 10 + day, 8, tzinfo=UTC)
        await place.stores.ledger.book(booked(MeterEventKind.MANUAL, at, value))
    done = await place.run()
    slots = await place.amounts()
    assert (done.series, len(slots)) == (1, 96)
    assert slots.thousandths.sum() == 96_000
    assert total_of(slots)[1].value == "measured"


async def test_old_readings_may_be_deleted_and_no_later_slot_changes(place: Place) -> None:
    readings = dial(datetime(2026, 9, 20, tzinfo=UTC), 360, every=16)
    await place.put(*readings[:300])
    await place.run()
    await delete_before(place.stores, datetime(2026, 10, 20, tzinfo=UTC))
    await place.put(*readings[300:])
    done = await place.run()
    assert done.slots == 60 * 16
    await place.put(replace(readings[280], at_utc=readings[280].at_utc + 5 * SLOT, value=readings[280].value + 500))
    await place.run()
    assert (await place.amounts()).thousandths.tolist() == [100_000] * (359 * 16)


async def test_what_came_after_its_neighbours_were_deleted_changes_nothing_and_is_said(place: Place) -> None:
    readings = dial(datetime(2026, 9, 20, tzinfo=UTC), 360, every=16)
    await place.put(*readings)
    await place.run()
    before = await place.everything()
    await delete_before(place.stores, datetime(2026, 10, 20, tzinfo=UTC))
    await place.put(replace(readings[100], at_utc=readings[100].at_utc + MINUTE))
    done = await place.run()
    assert (done.dirty, done.slots) == (1, 0)
    assert await place.everything() == before
    assert [one.finding.code for one in await place.stores.ledger.notices([STROM[0]])] == ["intervals.readings_gone"]


async def test_power_without_a_register_is_an_estimate_of_its_energy(place: Place) -> None:
    await place.put(*(Reading(*WATT, NOW - 4 * SLOT + number * 5 * MINUTE, -6000.0) for number in range(13)))
    await place.run()
    fed_in = await place.amounts(("meter:pv", EXPORT))
    assert fed_in.thousandths.tolist() == [1_500_000] * 4
    assert fed_in.seconds[:, SHARE_NUMBERS[SlotShare.ESTIMATED]].tolist() == [900] * 4
    means = await place.means(WATT)
    assert means.mean.tolist() == [-6000.0] * 4


async def test_a_source_with_a_register_has_no_energy_from_its_power(place: Place) -> None:
    begin = NOW - 4 * SLOT
    await place.put(*(Reading("meter:strom", POWER, begin + number * 5 * MINUTE, 500.0) for number in range(13)))
    await place.put(*dial(begin, 5))
    await place.run()
    assert (await place.amounts()).thousandths.tolist() == [100_000] * 4


async def test_a_kill_between_any_two_writes_loses_nothing(tmp_path: Path) -> None:
    readings = [
        *dial(datetime(2026, 10, 30, tzinfo=UTC), 300),
        *dial(NOW - 90 * SLOT, 80, key=("station:lis/1", IMPORT)),
    ]
    late = replace(readings[100], at_utc=readings[100].at_utc + MINUTE)
    async with opened(tmp_path / "whole") as whole:
        await whole.put(*readings, late)
        await whole.run()
        expected = await whole.everything()
    step, died = 0, True
    while died:
        step += 1
        async with opened(tmp_path / str(step)) as place:
            await place.put(*readings[:-30])
            await place.run()
            await place.put(late, *readings[-30:])
            died = await dies_at(place, step)
            await place.run()
            assert await place.everything() == expected
    assert step > 5


async def test_recomputing_from_the_beginning_changes_nothing(place: Place) -> None:
    await place.put(*dial(datetime(2026, 9, 27, tzinfo=UTC), 400, every=8))
    await place.run()
    before = await place.everything()
    span = DirtySpan(source=STROM[0], quantity=STROM[1], period=Period(EPOCH_UTC, NOW), reason="rule")
    await place.stores.ledger.mark_dirty([span])
    done = await place.run()
    assert (done.series, done.slots, done.days) == (1, 0, 0)
    assert await place.everything() == before


async def test_without_a_time_series_there_is_a_finding(place: Place) -> None:
    place.house = replace(place.house, intervals=None)
    with pytest.raises(UnavailableError, match=r"intervals\.no_store"):
        await place.run()
