"""What the watches see in a district, what becomes of it, and what people do about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.alarms import QUALITY, AlarmChange, AlarmState
from core.errors import ConflictError, ForbiddenError, NotFoundError, StoreError
from core.facts import Notice
from core.letters import Letter, LetterState
from core.meter_life import MeterProposal
from core.people import Actor, Role
from core.ports import Batch, Health
from core.quantities import Quantity
from core.readings import Reading
from core.texts import Finding
from core.work import JobRun, JobState, MeterEvent, MeterEventKind
from operations.alarms import watching
from operations.alarms.watches import WATCHES
from operations.alarms.watching import Watched, watch_district
from operations.house import Call
from operations.intervals.job import compute_intervals
from operations.schedule import JobWork
from tests.district import NOW, District
from tests.letterbox import Letterbox

METER = "meter:schule-strom"
HOUR = timedelta(hours=1)
JOB = Actor("job:alarms", Role.ADMIN)
FACILITY = Actor("hans", Role.FACILITY, frozenset({"schule"}))
ELSEWHERE = Actor("vera", Role.VIEWER, frozenset({"bauhof"}))


async def look(district: District) -> Watched:
    return await watch_district(district.gate.house, JobWork(period="x"), Call(JOB, district.clock()))


async def seen(district: District, kind: str) -> dict[str, Finding]:
    found = await WATCHES[kind](district.gate.house, Call(JOB, district.clock()))
    return {sighting.subject: sighting.finding for sighting in found.sightings}


async def put(district: District, *readings: Reading) -> None:
    await district.stores.readings.put(Batch(list(readings), district.clock()))


def changed(district: District, **parts: object) -> None:
    district.gate.house = replace(district.gate.house, **parts)  # type: ignore[arg-type]


async def test_a_meter_that_falls_silent_is_an_alarm_after_a_while_and_over_once_it_reports(
    empty_district: District,
) -> None:
    await put(empty_district, Reading(METER, Quantity.POWER_W, NOW, 4200.0))
    assert (await look(empty_district)).raised == 0
    empty_district.clock.pass_by(2 * HOUR)
    assert await seen(empty_district, "meter_silent") == {METER: Finding.of("alarms.meter_silent_hours", count=2)}
    assert (await look(empty_district)).raised == 0
    empty_district.clock.pass_by(HOUR)
    assert (await look(empty_district)).letters == 1
    (row,) = (await empty_district.ask("alarms.list")).items
    assert (row.kind, row.subject_name, row.site_name) == ("meter_silent", "Hauptzähler", "Grundschule Musterau")
    assert (row.state, row.finding.params) == (AlarmState.ACTIVE, {"count": 3})
    empty_district.clock.pass_by(HOUR / 4)
    await put(empty_district, Reading(METER, Quantity.POWER_W, empty_district.clock(), 4200.0))
    assert (await look(empty_district)).resolved == 0
    empty_district.clock.pass_by(HOUR / 2)
    done = await look(empty_district)
    assert (done.resolved, done.letters) == (1, 1)
    assert (await empty_district.ask("alarms.list")).items == ()
    (row,) = (await empty_district.ask("alarms.history", subject=METER)).items
    assert (row.state, row.cleared_at_utc) == (AlarmState.CLEARED, empty_district.clock())


async def test_while_the_broker_is_away_nobody_says_that_a_meter_is_silent(empty_district: District) -> None:
    lost = Finding.of("ingest.broker_lost", broker="main", reason="x")
    health = (Health(name="ingest:main", ok=False, finding=lost),)
    empty_district.clock.pass_by(9 * HOUR)
    assert METER in await seen(empty_district, "meter_silent")
    changed(empty_district, health=lambda: health)
    assert await seen(empty_district, "meter_silent") == {}
    assert await seen(empty_district, "part_unwell") == {"service:ingest:main": lost}


async def test_a_supply_meter_that_counts_nothing_for_a_day_is_stuck(empty_district: District) -> None:
    house = empty_district.gate.house
    begin = NOW - timedelta(days=3, hours=12)
    steps = [begin + n * HOUR / 4 for n in range(340)]
    await put(
        empty_district,
        *(Reading(METER, Quantity.ENERGY_IMPORT_WH, at, 1000.0 + min(n, 100) * 50) for n, at in enumerate(steps)),
        *(Reading(METER, Quantity.POWER_W, at, 4321.0) for at in steps[-100:]),
    )
    await compute_intervals(house, JobWork(period="2026-11-22T09:45Z"), Call(JOB, NOW))
    assert await seen(empty_district, "meter_stuck") == {METER: Finding.of("alarms.meter_stuck_days", count=2)}


async def test_a_meter_owes_nothing_of_a_day_before_it_was_there(empty_district: District) -> None:
    house = empty_district.gate.house
    inventory = house.inventory()
    site = replace(inventory.sites["schule"], time_zone="Atlantic/Azores")
    meter = replace(inventory.meters["schule-strom"], valid_from=house.day(NOW) - timedelta(days=1))
    moved = replace(inventory, sites={"schule": site}, meters={meter.id: meter})
    changed(empty_district, inventory=lambda: moved)
    steps = [NOW - timedelta(days=2) + n * HOUR / 4 for n in range(193)]
    await put(empty_district, *(Reading(METER, Quantity.ENERGY_IMPORT_WH, at, 1000.0) for at in steps))
    await compute_intervals(empty_district.gate.house, JobWork(period="2026-11-22T09:45Z"), Call(JOB, NOW))
    assert await seen(empty_district, "meter_stuck") == {METER: Finding.of("alarms.meter_stuck_days", count=1)}


async def test_a_power_that_never_changes_is_stuck_though_the_register_counts(empty_district: District) -> None:
    house = empty_district.gate.house
    steps = [NOW - timedelta(days=2) + n * HOUR / 4 for n in range(193)]
    registers = [Reading(METER, Quantity.ENERGY_IMPORT_WH, at, 1000.0 + n * 50) for n, at in enumerate(steps)]
    await put(empty_district, *registers, *(Reading(METER, Quantity.POWER_W, at, 4321.0) for at in steps))
    await compute_intervals(house, JobWork(period="2026-11-22T09:45Z"), Call(JOB, NOW))
    assert await seen(empty_district, "meter_stuck") == {METER: Finding.of("alarms.power_stuck", power_w=4321.0)}
    await put(empty_district, Reading(METER, Quantity.POWER_W, NOW - HOUR / 3, 4000.0))
    await compute_intervals(house, JobWork(period="2026-11-22T09:45Z"), Call(JOB, NOW))
    assert await seen(empty_district, "meter_stuck") == {}


async def test_a_step_nobody_explained_is_seen_until_somebody_books_it(empty_district: District) -> None:
    ledger = empty_district.stores.ledger
    step = MeterProposal(
        source=METER,
        quantity=Quantity.ENERGY_IMPORT_WH,
        step="exchange",
        from_utc=NOW - 3 * HOUR,
        from_value=900_000.0,
        to_utc=NOW - 2 * HOUR,
        to_value=12.0,
        found_at_utc=NOW,
    )
    later = replace(step, step="jump", from_utc=NOW - HOUR, to_utc=NOW)
    await ledger.propose([step, later])
    assert list(await seen(empty_district, "booking_proposed")) == [METER]
    assert [one.code for one in (await seen(empty_district, "meter_step")).values()] == ["alarms.jump"]
    booked = MeterEvent(
        source=METER,
        quantity=Quantity.ENERGY_IMPORT_WH,
        kind=MeterEventKind.EXCHANGE,
        at_utc=NOW - 2.5 * HOUR,
        start_value=0.0,
        end_value=900_000.0,
        booked_by="anna",
        booked_at_utc=NOW,
    )
    await ledger.book(booked)
    assert await seen(empty_district, "booking_proposed") == {}
    assert list(await seen(empty_district, "meter_step")) == [METER]


async def test_a_wrong_clock_is_seen_until_it_has_been_right_for_a_while(empty_district: District) -> None:
    odd = Finding.of("payload.time_implausible", time="2000-01-01")
    await empty_district.stores.ledger.notice(
        [Notice(source=source, finding=odd, first_seen_utc=NOW, last_seen_utc=NOW) for source in (METER, "meter:gone")]
    )
    assert await seen(empty_district, "clock_wrong") == {METER: odd}
    empty_district.clock.pass_by(3 * HOUR)
    assert await seen(empty_district, "clock_wrong") == {}


async def test_a_job_whose_last_run_failed_and_letters_given_up_are_seen(empty_district: District) -> None:
    ledger = empty_district.stores.ledger
    why = Finding.of("store.disk_full")
    run = JobRun(job="intervals", period="p", state=JobState.FAILED, begun_at_utc=NOW, ended_at_utc=NOW, finding=why)
    await ledger.save_run(run)
    assert await seen(empty_district, "job_failed") == {"service:intervals": why}
    await ledger.save_run(replace(run, state=JobState.DONE, finding=None))
    assert await seen(empty_district, "job_failed") == {}
    letter = Letter(key="k", recipient="anna", alarm="a", event="raised", written_at_utc=NOW, due_at_utc=NOW)
    await ledger.save_alarms(AlarmChange(letters=[letter]))
    await ledger.settle_letters([replace(letter, state=LetterState.DEAD, ended_at_utc=NOW)])
    changed(empty_district, notifier=None)
    assert await seen(empty_district, "letters_undelivered") == {}
    changed(empty_district, notifier=Letterbox())
    lost = Finding.of("alarms.letters_undelivered", recipient="anna", count=1)
    assert await seen(empty_district, "letters_undelivered") == {"service:anna": lost}
    assert (await empty_district.ask("notify.test", name="anna")).revived == 1
    assert await seen(empty_district, "letters_undelivered") == {}


async def test_a_watch_that_cannot_look_costs_only_its_own_kind(
    empty_district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def blind(*_: object) -> None:
        raise StoreError("store.disk_full")

    empty_district.clock.pass_by(9 * HOUR)
    await look(empty_district)
    empty_district.clock.pass_by(HOUR)
    assert (await look(empty_district)).raised == 1
    monkeypatch.setattr(watching, "WATCHES", WATCHES | {"meter_silent": blind})
    empty_district.clock.pass_by(HOUR)
    assert await look(empty_district) == Watched(raised=0, resolved=0, letters=0, watches_failed=1)
    assert len((await empty_district.ask("alarms.list")).items) == 1


async def test_who_may_not_see_a_site_sees_none_of_its_alarms(empty_district: District) -> None:
    empty_district.clock.pass_by(9 * HOUR)
    unwell = (Health(name="ocpp", ok=False),)
    changed(empty_district, health=lambda: unwell)
    await look(empty_district)
    empty_district.clock.pass_by(HOUR)
    await look(empty_district)
    everything = {row.kind: row for row in (await empty_district.ask("alarms.list")).items}
    assert everything.keys() == {"meter_silent", "part_unwell"}
    assert [row.kind for row in (await empty_district.ask("alarms.list", FACILITY)).items] == ["meter_silent"]
    assert (await empty_district.ask("alarms.list", ELSEWHERE)).items == ()
    assert (await empty_district.ask("quality.list", ELSEWHERE)).items == ()
    for row, given in {"alarms.list": {"site": "schule"}, "alarms.show": {"id": everything["meter_silent"].id}}.items():
        with pytest.raises(ForbiddenError):
            await empty_district.ask(row, ELSEWHERE, **given)
    with pytest.raises(ForbiddenError):
        await empty_district.ask("alarms.acknowledge", FACILITY, id=everything["part_unwell"].id)


async def test_an_acknowledged_alarm_says_who_and_why_and_can_be_filtered(empty_district: District) -> None:
    empty_district.clock.pass_by(9 * HOUR)
    await look(empty_district)
    (pending,) = await empty_district.stores.ledger.open_alarms()
    with pytest.raises(ConflictError):
        await empty_district.ask("alarms.acknowledge", id=pending.id)
    empty_district.clock.pass_by(HOUR)
    await look(empty_district)
    row = await empty_district.ask("alarms.acknowledge", FACILITY, id=pending.id, note=" Elektriker\nkommt ")
    assert (row.state, row.acknowledged_by, row.note) == (AlarmState.ACKNOWLEDGED, "hans", "Elektriker kommt")
    assert (await empty_district.ask("alarms.list", state="active")).total == 0
    assert (await empty_district.ask("alarms.list", severity="warning", kind="meter_silent")).total == 1
    assert (await empty_district.ask("overview.show")).counts.alarms == 0
    for row, given in {"alarms.show": {"id": "x"}, "alarms.list": {"kind": "feuer"}}.items():
        with pytest.raises(NotFoundError):
            await empty_district.ask(row, **given)


async def test_the_quality_of_data_says_what_to_do(empty_district: District) -> None:
    empty_district.clock.pass_by(60 * HOUR)
    await put(empty_district, Reading(METER, Quantity.POWER_W, NOW, 4200.0))
    (row,) = (await empty_district.ask("quality.list", site="schule")).items
    assert (row.kind, row.subject, row.age_s) == ("meter_silent", METER, 60 * 3600)
    assert (row.finding.code, row.action.code) == ("alarms.meter_silent_days", "alarm.action.meter_silent")
    assert (await empty_district.ask("quality.list", kind="meter_stuck")).items == ()
    assert set(QUALITY) <= WATCHES.keys()
