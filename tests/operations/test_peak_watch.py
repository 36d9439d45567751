"""A supply that is expected to draw more than its contract allows is told of; others are not looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from core.intervals import Resolution
from core.people import Actor, Role
from core.quantities import Quantity
from energy.series import Amounts
from operations.alarms.peak_watch import expected_peaks
from operations.alarms.watching import watch_district
from operations.arrivals.sightings import Seen
from operations.house import Call
from operations.schedule import JobWork
from tests.district import NOW, District

JOB = Actor("job:alarms", Role.ADMIN)
SOURCE = "meter:schule-strom"
SLOTS = 30 * 96


async def drawn(district: District, power_w: float) -> None:
    """Let the school draw so much all the time."""
    begin = int((NOW - SLOTS * timedelta(minutes=15)).timestamp()) * 1000
    seconds = np.zeros((SLOTS, 5), np.int32)
    seconds[:, 0] = 900
    sound = np.zeros(SLOTS, np.uint8)
    rows = Amounts(
        begin + 900_000 * np.arange(SLOTS, dtype=np.int64),
        np.full(SLOTS, round(power_w * 250), np.int64),
        seconds,
        sound,
        sound,
    )
    await district.stores.readings.put_amounts(Resolution.SLOT, {(SOURCE, Quantity.ENERGY_IMPORT_WH): rows})


def contract(district: District, power_w: float | None) -> None:
    house = district.gate.house
    old = house.inventory()
    meter = replace(old.meters["schule-strom"], contract_power_w=power_w)
    new = replace(old, meters={**old.meters, "schule-strom": meter})
    district.gate.house = replace(house, inventory=lambda: new)


async def look(district: District) -> Seen:
    return await expected_peaks(district.gate.house, Call(JOB, NOW))


async def test_more_than_the_contract_allows_is_told_and_less_is_not(empty_district: District) -> None:
    await drawn(empty_district, 42_000)
    assert await look(empty_district) == Seen()
    contract(empty_district, 42_000.0)
    assert await look(empty_district) == Seen()
    contract(empty_district, 40_000.0)
    (sighting,) = (await look(empty_district)).sightings
    assert (sighting.subject, sighting.site) == (SOURCE, "schule")
    told = dict(sighting.finding.params)
    assert (told["expected_kw"], told["contract_kw"]) == (42.0, 40.0)


async def test_where_too_little_is_known_nothing_is_decided(empty_district: District) -> None:
    contract(empty_district, 40_000.0)
    assert await look(empty_district) == Seen(undecided=frozenset({SOURCE}))


async def test_it_becomes_an_alarm_of_the_meter(empty_district: District) -> None:
    await drawn(empty_district, 42_000)
    contract(empty_district, 40_000.0)
    await watch_district(empty_district.gate.house, JobWork(period="x"), Call(JOB, empty_district.clock()))
    rows = (await empty_district.ask("alarms.list", kind="peak_expected")).items
    assert [row.subject_name for row in rows] == ["Hauptzähler"]
