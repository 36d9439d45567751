"""What the daily watches say of base loads and of water at night; and how old the last backup is."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import numpy as np
import pytest

from core.care import Kept
from core.errors import StoreError
from core.intervals import Resolution
from core.inventory import Calendar, Feed, Medium, Meter, MeterRole, Opening, Weekday
from core.people import Actor, Role
from core.quantities import Quantity
from core.texts import Finding
from energy.series import Amounts
from operations.alarms.usage_watches import creeping_base_loads, never_ending_flows
from operations.alarms.watches import DAILY_WATCHES, WATCHES, Watch
from operations.alarms.watching import watch_usage
from operations.arrivals.sightings import Seen
from operations.house import Call, Progress
from operations.schedule import JobWork
from operations.upkeep.backup import WriteBackup, write_backup
from tests.district import NOW, SINCE, District

JOB = Actor("job:usage", Role.ADMIN)
STROM, WASSER = "meter:schule-strom", "meter:schule-wasser"
IMPORT, VOLUME = Quantity.ENERGY_IMPORT_WH, Quantity.VOLUME_M3
BEGIN = NOW - timedelta(days=470)
SLOTS = int((NOW - BEGIN) / timedelta(minutes=15))
HOUR = (np.arange(SLOTS) // 4 + 11) % 24
"""The hour of the clock, to an hour: that suffices for what is used by day."""
BY_DAY = (HOUR >= 8) & (HOUR < 17)
LAST_AUTUMN = np.arange(SLOTS) < 370 * 96
W = 250
"""A watt through a quarter hour, in mWh."""


async def put(district: District, source: str, quantity: Quantity, counted: np.ndarray, *, slots: int = SLOTS) -> None:
    """Store the newest `slots` quarter hours."""
    seconds = np.zeros((SLOTS, 5), np.int32)
    seconds[:, 0] = 900
    sound = np.zeros(SLOTS, np.uint8)
    start_ms = int(BEGIN.timestamp()) * 1000 + 900_000 * np.arange(SLOTS, dtype=np.int64)
    rows = Amounts(start_ms, counted.astype(np.int64), seconds, sound, sound)
    newest = Amounts(*(getattr(rows, name)[-slots:] for name in Amounts.__dataclass_fields__))
    await district.stores.readings.put_amounts(Resolution.SLOT, {(source, quantity): newest})


def changed(district: District, id: str, **parts: object) -> None:  # noqa: A002
    house = district.gate.house
    old = house.inventory()
    meter = replace(old.meters[id], **parts)  # type: ignore[arg-type]
    new = replace(old, meters={**old.meters, id: meter})
    district.gate.house = replace(house, inventory=lambda: new)


def given_feed(district: District, interval_s: int = 900) -> None:
    changed(
        district,
        "schule-wasser",
        feed=Feed(broker="main", format="wmbusmeters", topic="w"),
        nominal_interval_s=interval_s,
    )


async def look(district: District, watch: Watch) -> Seen:
    return await watch(district.gate.house, Call(JOB, district.clock()))


def told(seen: Seen) -> dict[str, Finding]:
    return {sighting.subject: sighting.finding for sighting in seen.sightings}


async def test_a_base_load_a_fifth_above_last_years_is_seen_and_one_below_is_not(empty_district: District) -> None:
    await put(empty_district, STROM, IMPORT, np.where(BY_DAY, 9000, np.where(LAST_AUTUMN, 1000, 1200)) * W)
    above = Finding.of("loads.base_load_above_last_year", percent=20, weeks=13)
    assert told(await look(empty_district, creeping_base_loads)) == {STROM: above}
    await put(empty_district, STROM, IMPORT, np.where(BY_DAY, 9000, np.where(LAST_AUTUMN, 1200, 1000)) * W)
    assert await look(empty_district, creeping_base_loads) == Seen()


async def test_what_is_used_by_day_says_nothing_of_the_base_load(empty_district: District) -> None:
    await put(empty_district, STROM, IMPORT, np.where(BY_DAY, np.where(LAST_AUTUMN, 9000, 19_000), 1000) * W)
    assert await look(empty_district, creeping_base_loads) == Seen()


async def test_without_last_year_nobody_can_say_whether_it_creeps(empty_district: District) -> None:
    await put(empty_district, STROM, IMPORT, np.arange(SLOTS), slots=200 * 96)
    assert await look(empty_district, creeping_base_loads) == Seen(undecided=frozenset({STROM}))


async def test_tenants_and_generators_are_not_judged(empty_district: District) -> None:
    await put(empty_district, STROM, IMPORT, np.where(LAST_AUTUMN, 1000, 1200) * W)
    for role in (MeterRole.TENANT, MeterRole.GENERATION):
        changed(empty_district, "schule-strom", role=role)
        assert await look(empty_district, creeping_base_loads) == Seen()


async def test_hours_in_which_the_roof_gives_power_are_left_out(empty_district: District) -> None:
    roof = Meter(
        id="pv",
        name="Dach",
        valid_from=SINCE,
        site="schule",
        medium=Medium.ELECTRICITY,
        role=MeterRole.GENERATION,
        parent="schule-strom",
    )
    house = empty_district.gate.house
    new = replace(house.inventory(), meters={**house.inventory().meters, "pv": roof})
    empty_district.gate.house = replace(house, inventory=lambda: new)
    await put(empty_district, STROM, IMPORT, np.where(BY_DAY, np.where(LAST_AUTUMN, 100, 500), 1000) * W)
    await put(empty_district, "meter:pv", Quantity.ENERGY_EXPORT_WH, np.where(BY_DAY, 3000, 0) * W)
    assert await look(empty_district, creeping_base_loads) == Seen()


async def test_water_that_did_not_stop_in_any_night_is_seen_until_it_does(empty_district: District) -> None:
    given_feed(empty_district)
    flowing = np.where(BY_DAY, 50, 3)
    await put(empty_district, WASSER, VOLUME, flowing)
    (finding,) = told(await look(empty_district, never_ending_flows)).values()
    assert finding.code == "loads.leak_suspected"
    await put(empty_district, WASSER, VOLUME, np.where(HOUR == 3, 0, flowing))
    assert await look(empty_district, never_ending_flows) == Seen()


async def test_water_that_is_read_twice_a_day_is_not_judged(empty_district: District) -> None:
    given_feed(empty_district, interval_s=43_200)
    await put(empty_district, WASSER, VOLUME, np.full(SLOTS, 5))
    assert await look(empty_district, never_ending_flows) == Seen()


async def test_water_may_flow_at_night_where_somebody_always_is(empty_district: District) -> None:
    given_feed(empty_district)
    await put(empty_district, WASSER, VOLUME, np.full(SLOTS, 5))
    always = Opening(days=tuple(Weekday), begins=time(0), ends=time(0))
    house = empty_district.gate.house
    old = house.inventory()
    calendar = Calendar(id="immer", name="Immer", valid_from=SINCE, state="NI", openings=(always,))
    site = replace(old.sites["schule"], calendar="immer")
    new = replace(old, calendars={"immer": calendar}, sites={**old.sites, "schule": site})
    empty_district.gate.house = replace(house, inventory=lambda: new)
    assert await look(empty_district, never_ending_flows) == Seen()


async def test_the_job_raises_what_it_sees_at_once_and_leaves_all_other_kinds_alone(empty_district: District) -> None:
    given_feed(empty_district)
    await put(empty_district, WASSER, VOLUME, np.full(SLOTS, 5))
    done = await watch_usage(empty_district.gate.house, JobWork(period="2026-11-21"), Call(JOB, NOW))
    assert (done.raised, done.watches_failed) == (2, 0)
    rows = (await empty_district.ask("alarms.list")).items
    assert {row.kind for row in rows} == {"water_never_stops", "shares_overdue"}
    assert [row.subject_name for row in rows if row.kind == "water_never_stops"] == ["Wasser"]
    assert not WATCHES.keys() & DAILY_WATCHES.keys()


class Shelf:
    """A place for backups that is full when it is told to be."""

    full = False

    async def keep(self, folder: Path, progress: Progress) -> Kept:  # noqa: ARG002
        if self.full:
            raise StoreError("store.disk_full")
        return Kept(
            file=f"{folder}/x.tar", size_bytes=1, readings={}, sessions=2, frames=3, audit_head="", key_name="k"
        )


@pytest.fixture
def shelf(empty_district: District) -> Shelf:
    found = Shelf()
    empty_district.gate.house = replace(empty_district.gate.house, safekeeper=found, clock=empty_district.clock)
    return found


async def backed_up(district: District, folder: Path) -> None:
    owner = Actor("local:kreiswatt", Role.ADMIN)
    await write_backup(district.gate.house, WriteBackup(folder=str(folder)), Call(owner, district.clock()))


async def test_a_backup_is_missed_after_eight_days_once_there_has_been_one(
    empty_district: District, shelf: Shelf, tmp_path: Path
) -> None:
    overdue = WATCHES["backup_overdue"]
    assert await look(empty_district, overdue) == Seen()
    await backed_up(empty_district, tmp_path)
    empty_district.clock.pass_by(timedelta(days=8))
    assert await look(empty_district, overdue) == Seen()
    empty_district.clock.pass_by(timedelta(minutes=1))
    shelf.full = True
    with pytest.raises(StoreError):
        await backed_up(empty_district, tmp_path)
    late = Finding.of("alarms.backup_overdue", days=8, by="local:kreiswatt")
    assert told(await look(empty_district, overdue)) == {"service:backup": late}
    runs = (await empty_district.ask("jobs.history", job="backup")).items
    assert [run.state.value for run in runs] == ["failed", "done"]
    shelf.full = False
    await backed_up(empty_district, tmp_path)
    assert await look(empty_district, overdue) == Seen()
