"""Roof power by charge points and buildings, from real stores."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest_asyncio

from core.fleet import PvAllocation
from core.intervals import Resolution
from core.inventory import Connector, Inventory, MeterRole, Station
from core.periods import Period
from core.quantities import Quantity
from core.readings import Reading, SlotShare
from energy.balance import Balance, Place
from energy.series import SHARE_NUMBERS
from operations.balances.balance import read_balance, sums_of
from operations.evidence.figures import span_of
from operations.roofs.share import BUILDINGS, PvSlots, pv_of_slots
from store.open import open_embedded
from tests.operations.explaining import Asked
from tests.operations.places import BERLIN, NOW, SINCE
from tests.operations.test_balance import BEGIN, COUNTED, amounts, place

IMPORT = Quantity.ENERGY_IMPORT_WH
CAR, OTHER = "station:saeule/1", "station:saeule/2"
DAY = Period(BEGIN + timedelta(days=9), BEGIN + timedelta(days=10))
DRAWN = {(CAR, IMPORT): (100_000, 1_000_001), (OTHER, IMPORT): (0, 333_333)}


def charging() -> Inventory:
    outlets = tuple(Connector(number=each, max_power_w=22_000, plug="type_2") for each in (1, 2))
    station = Station(
        id="saeule",
        name="Säule",
        valid_from=SINCE,
        site="schule",
        maker="Alfen",
        model="Eve",
        connectors=outlets,
        parent="halle",
    )
    return replace(place(), stations={"saeule": station})


@pytest_asyncio.fixture
async def school(tmp_path: Path) -> AsyncIterator[Asked]:
    stores = await open_embedded(tmp_path, lambda: NOW)
    try:
        rows = {key: amounts(*each) for key, each in (COUNTED | DRAWN).items()}
        await stores.readings.put_amounts(Resolution.SLOT, rows)
        asked = Asked(stores, tmp_path)
        asked.house = replace(asked.house, inventory=charging)
        await asked.put(*(Reading(*key, NOW, 1.0) for key in COUNTED))
        yield asked
    finally:
        await stores.close()


async def shared(school: Asked, method: PvAllocation = PvAllocation.PRO_RATA) -> PvSlots:
    return await pv_of_slots(school.house, "schule", DAY, [CAR, OTHER], school.call, method)


def at(hour: int) -> np.ndarray:
    begin: datetime = DAY.start_utc + timedelta(hours=hour)
    return np.array([int(begin.timestamp() * 1000)], np.int64)


async def test_what_the_roof_made_was_used_stored_or_fed_in_and_is_what_the_balance_says(school: Asked) -> None:
    (one,) = (await shared(school)).connections
    found = one.allocation
    assert (one.made == found.used + found.stored + found.exported + found.identity_error).all()
    assert not found.identity_error.any()
    read = await read_balance(school.house, "site:schule", span_of("2026-11-10", BERLIN), school.call)
    assert isinstance(read.balance, Balance)
    sums = sums_of(read.balance, DAY)
    assert int(found.used.sum()) == sums.flows[Place.PV, Place.USE]
    assert int(found.stored.sum()) == sums.flows[Place.PV, Place.BATTERY]
    assert int(sum(load.sum() for load in one.loads.values())) == sums.into(Place.USE)
    assert int(found.exported.sum()) > 0
    assert set(one.loads) == {BUILDINGS, CAR, OTHER}


async def test_by_night_no_charge_is_roof_power_and_by_day_it_is_its_part_of_all_loads(school: Asked) -> None:
    found = await shared(school)
    night = found.of_charge(CAR, at(0), np.array([100_000], np.int64))
    assert (night.pv.tolist(), night.known.tolist()) == ([0], [True])
    day = found.of_charge(CAR, at(8), np.array([1_000_001], np.int64))
    used = 3_000_000 - 700_001 - 400_000
    assert day.pv.tolist() == [1_000_001]  # nothing came from the grid, so all that was used was roof power
    assert day.share.tolist() == [SHARE_NUMBERS[SlotShare.MEASURED]]
    assert int(found.connections[0].allocation.used[32]) == used


async def test_half_of_a_charge_has_half_of_its_roof_power(school: Asked) -> None:
    found = await shared(school)
    assert found.of_charge(CAR, at(8), np.array([500_000], np.int64)).pv.tolist() == [500_000]


async def test_a_charge_that_the_outlet_did_not_count_is_not_known_to_be_roof_power(school: Asked) -> None:
    found = await shared(school)
    assert found.of_charge(OTHER, at(0), np.array([5], np.int64)).known.tolist() == [False]
    beyond = found.of_charge(CAR, at(500), np.array([5], np.int64))
    assert (beyond.known.tolist(), beyond.pv.tolist()) == ([False], [0])


async def test_where_no_roof_is_all_is_known_to_be_from_the_grid(school: Asked) -> None:
    dark = {name: meter for name, meter in place().meters.items() if meter.role is not MeterRole.GENERATION}
    school.house = replace(school.house, inventory=lambda: replace(charging(), meters=dark))
    found = await shared(school)
    part = found.of_charge(CAR, at(8), np.array([5], np.int64))
    assert (part.pv.tolist(), part.known.tolist(), found.connections) == ([0], [True], ())


async def test_buildings_first_leaves_cars_no_more_than_the_surplus(school: Asked) -> None:
    (one,) = (await shared(school, PvAllocation.SURPLUS_FIRST)).connections
    buildings = one.allocation.pv_of[BUILDINGS]
    assert one.allocation.method is PvAllocation.SURPLUS_FIRST
    cars = one.allocation.pv_of[CAR] + one.allocation.pv_of[OTHER]
    assert (cars <= np.maximum(one.made - one.allocation.stored - one.loads[BUILDINGS], 0)).all()
    assert (buildings + cars == one.allocation.used).all()


async def test_of_a_period_to_come_nothing_is_known(school: Asked) -> None:
    ahead = Period(NOW + timedelta(days=1), NOW + timedelta(days=2))
    found = await pv_of_slots(school.house, "schule", ahead, [CAR], school.call)
    part = found.of_charge(CAR, at(8), np.array([5], np.int64))
    assert part.known.tolist() == [False]
