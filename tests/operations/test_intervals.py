"""The interval job over the real embedded stores: what is new, what came late, what was booked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from core.errors import UnavailableError
from core.intervals import Resolution, SeriesKey
from core.inventory import Connector, Inventory, Medium, Meter, MeterRole, Site, SiteKind, Station
from core.people import Actor, Role
from core.periods import Period
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading, SlotShare
from core.work import DirtySpan, MeterEvent, MeterEventKind
from energy.days import total_of
from energy.register_walk import epoch_ms
from energy.series import SHARE_NUMBERS, Amounts, Means
from operations.house import Call, House, silent
from operations.interval_plans import EPOCH_UTC
from operations.intervals import IntervalsDone, compute_intervals
from operations.schedule import JobWork
from store.open import Stores, open_embedded

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
SINCE = date(2024, 1, 1)
MINUTE, SLOT = timedelta(minutes=1), timedelta(minutes=15)
IMPORT, EXPORT, POWER = Quantity.ENERGY_IMPORT_WH, Quantity.ENERGY_EXPORT_WH, Quantity.POWER_W
STROM: SeriesKey = ("meter:strom", IMPORT)
WATT: SeriesKey = ("meter:pv", POWER)
ALL = Period(EPOCH_UTC, NOW + timedelta(days=999))


def inventory() -> Inventory:
    electric = {"site": "schule", "medium": Medium.ELECTRICITY, "valid_from": SINCE, "nominal_interval_s": 900}
    meters = [
        Meter(id="strom", name="Strom", role=MeterRole.SUPPLY, max_power_w=30_000.0, **electric),
        Meter(id="pv", name="PV", role=MeterRole.GENERATION, **electric),
    ]
    outlet = Connector(number=1, max_power_w=22_000, plug="type_2")
    station = Station(
        id="lis", name="Parkplatz", valid_from=SINCE, site="schule", maker="Alfen", model="Eve", connectors=(outlet,)
    )
    site = Site(id="schule", name="Schule", valid_from=SINCE, kind=SiteKind.SCHOOL, municipality="au")
    return Inventory(sites={"schule": site}, meters={meter.id: meter for meter in meters}, stations={"lis": station})


class Place:
    """A house over opened stores, and what a test wants to ask of it."""

    def __init__(self, stores: Stores, now_utc: datetime = NOW) -> None:
        self.stores = stores
        self.now_utc = now_utc
        self.house = House(
            inventory=inventory,
            query=stores.readings,
            ledger=stores.ledger,
            journal=stores.journal,
            health=tuple,
            clock=lambda: self.now_utc,
            intervals=stores.readings,
            sink=stores.readings,
        )

    async def put(self, *readings: Reading) -> None:
        await self.stores.readings.put(Batch(readings, self.now_utc))

    async def run(self) -> IntervalsDone:
        call = Call(Actor("job:intervals", Role.ADMIN), self.now_utc, silent)
        return await compute_intervals(self.house, JobWork(period="2026-11-22T10:00Z"), call)

    async def amounts(self, key: SeriesKey = STROM, resolution: Resolution = Resolution.SLOT) -> Amounts:
        found = await self.stores.readings.amounts(resolution, [key], ALL)
        return found[key]

    async def means(self, key: SeriesKey, resolution: Resolution = Resolution.SLOT) -> Means:
        found = await self.stores.readings.means(resolution, [key], ALL)
        return found[key]

    async def everything(self) -> dict[object, list[Any]]:
        """Return all rows of all tables."""
        keys = [(source, quantity) for source in ("meter:strom", "meter:pv", "station:lis/1") for quantity in Quantity]
        tables: dict[object, list[Any]] = {}
        for resolution in (Resolution.SLOT, Resolution.DAY):
            for found in (
                await self.stores.readings.amounts(resolution, keys, ALL),
                await self.stores.readings.means(resolution, keys, ALL),
            ):
                tables.update({(resolution, key): rows(spans) for key, spans in found.items()})
        return tables


def rows(spans: Amounts | Means) -> list[Any]:
    columns = [getattr(spans, column.name).tolist() for column in fields(spans)]
    return list(zip(*columns, strict=True))


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Place]:
    stores = await open_embedded(folder, lambda: NOW)
    try:
        yield Place(stores)
    finally:
        await stores.close()


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with opened(tmp_path / "data") as place:
        yield place


def dial(at: datetime, count: int, start: float = 1000.0, key: SeriesKey = STROM, every: int = 1) -> list[Reading]:
    """Return `count` readings, one in `every` quarter hours, that rise by 100 in each of them."""
    return [Reading(*key, at + number * every * SLOT, start + number * every * 100.0) for number in range(count)]


def booked(kind: MeterEventKind, at: datetime, start: float, end: float | None = None) -> MeterEvent:
    return MeterEvent(
        source=STROM[0],
        quantity=STROM[1],
        kind=kind,
        at_utc=at,
        start_value=start,
        end_value=end,
        booked_by="anna",
        booked_at_utc=NOW,
    )


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


async def dies_at(place: Place, step: int) -> bool:
    """Run, and stop before the n-th write as a cancel or a kill would; return whether there were so many."""
    left = step

    def dying(real: Callable[..., Any]) -> Callable[..., Any]:
        async def call(*given: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                raise asyncio.CancelledError
            return await real(*given, **named)

        return call

    class Dying:
        def __init__(self, real: Any) -> None:
            self._real = real

        def __getattr__(self, name: str) -> Any:
            found = getattr(self._real, name)
            return dying(found) if name.startswith(("put_", "save_", "drop_", "settle")) else found

    real = place.house
    place.house = replace(real, intervals=Dying(real.intervals), ledger=Dying(real.ledger))
    try:
        await place.run()
    except asyncio.CancelledError:
        return True
    finally:
        place.house = real
    return False


async def delete_before(stores: Stores, before_utc: datetime) -> None:
    """Delete old readings as retention does, past all that the store remembers of them."""

    def delete(connection: Any) -> None:
        tables = "select table_name from information_schema.tables where table_type = 'BASE TABLE'"
        for (table,) in connection.execute(f"{tables} and table_name like 'point%'").fetchall():
            connection.execute(f"delete from {table} where ts < ?", [before_utc.replace(tzinfo=None)])

    await stores.readings.change(delete)
