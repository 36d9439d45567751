"""Availability, faults, events, planned work and alarms of charge points, as people ask for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from chargepoints.conformance import QUIRKS
from chargepoints.quirks import REGISTRY
from core.errors import ForbiddenError, NotFoundError, RequestError
from core.facts import ConnectorStatus, StationLink, StationStatus
from core.people import Actor, Role
from core.periods import Period, local_day
from core.ports import Direction, FactPoint, Frame, Health
from core.published import Fact
from core.station_events import Contact, StationEvent, StationEventKind
from core.texts import catalogue
from operations.alarms.watches import WATCHES
from operations.house import Call
from operations.publishing.availability import publish_availability
from operations.reliability.reading import zone_of
from tests.district import NOW, District
from tests.operations.reliable import event, let_happen

STATION = "lis-01"
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
ELSEWHERE = Actor("vera", Role.VIEWER, frozenset({"bauhof"}))
KINDS = ("station_offline", "station_faulted", "station_flapping", "station_errors")


async def seen(district: District, kind: str) -> tuple[list[str], frozenset[str]]:
    found = await WATCHES[kind](district.gate.house, Call(district.admin, district.clock()))
    return [sighting.finding.code for sighting in found.sightings], found.undecided


async def test_a_month_says_how_available_each_station_was_and_what_nobody_knows(empty_district: District) -> None:
    await let_happen(empty_district, STATION)
    found = await empty_district.ask("reliability.show")
    (row,) = found.rows
    assert (found.period, row.id, row.name, row.site, row.outlets) == ("2026-11", STATION, "Parkplatz", "schule", 2)
    assert row.availability_percent == pytest.approx(100 * 40 / 48)
    elapsed_h = (found.end_utc - found.begin_utc) / HOUR
    assert row.out_of_order_percent == pytest.approx(100 * 6 / elapsed_h)
    assert row.no_contact_percent == pytest.approx(100 * 2 / elapsed_h)
    assert row.unknown_percent == pytest.approx(100 * (elapsed_h - 48) / elapsed_h)
    assert (row.outages, row.repair_s, row.between_s) == (4, 4 * 3600, 20 * 3600)
    assert (row.target_percent, row.kept) == (None, None)
    assert found.whole.availability_percent == row.availability_percent


@pytest.mark.parametrize(
    ("by", "ids"),
    [
        ("outlet", ["lis-01/1", "lis-01/2"]),
        ("site", ["schule"]),
        ("maker", ["Muster"]),
        ("model", ["Muster Eins"]),
        ("firmware", ["Muster Eins 1.2"]),
    ],
)
async def test_it_is_reckoned_by_what_is_asked_for(empty_district: District, by: str, ids: list[str]) -> None:
    await let_happen(empty_district, STATION)
    found = await empty_district.ask("reliability.show", by=by)
    assert [row.id for row in found.rows] == ids
    assert {round(row.availability_percent, 6) for row in found.rows} == {round(100 * 40 / 48, 6)}


async def test_a_station_that_was_never_seen_has_no_availability(empty_district: District) -> None:
    (row,) = (await empty_district.ask("reliability.show")).rows
    assert (row.availability_percent, row.unknown_percent, row.outages, row.kept) == (None, 100.0, 0, None)


async def test_the_target_of_a_site_is_kept_or_missed(empty_district: District) -> None:
    await let_happen(empty_district, STATION)
    house = empty_district.gate.house
    inventory = house.inventory()
    for target, kept in ((83.3, True), (98.0, False)):
        site = replace(inventory.sites["schule"], availability_target_percent=target)
        changed = replace(inventory, sites={**inventory.sites, "schule": site})
        empty_district.gate.house = replace(house, inventory=lambda changed=changed: changed)
        (row,) = (await empty_district.ask("reliability.show", by="site")).rows
        assert (row.target_percent, row.kept) == (target, kept)


async def test_planned_work_does_not_count_and_what_is_cancelled_counts_up_to_then(empty_district: District) -> None:
    await let_happen(empty_district, STATION)
    work = {"begins_utc": NOW - 38 * HOUR, "ends_utc": NOW - 32 * HOUR, "reason": "Prüfung"}
    await empty_district.ask("maintenance.add", **work, station=STATION)
    (row,) = (await empty_district.ask("reliability.show")).rows
    assert row.availability_percent == pytest.approx(100 * 40 / 42)
    assert row.planned_percent > 0
    running = {"begins_utc": NOW - HOUR, "ends_utc": NOW + HOUR, "reason": "Umbau"}
    added = await empty_district.ask("maintenance.add", **running, site="schule")
    assert (added.name, added.running) == ("Grundschule Musterau", True)
    cancelled = await empty_district.ask("maintenance.cancel", id=added.id)
    assert (cancelled.cancelled_at_utc, cancelled.running) == (NOW, False)
    (later,) = (await empty_district.ask("reliability.show")).rows
    assert later.planned_percent > row.planned_percent
    listed = await empty_district.ask("maintenance.list")
    assert listed.items == ()
    assert len((await empty_district.ask("maintenance.list", past=True)).items) == 2


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({}, "maintenance.one_place"),
        ({"station": STATION, "site": "schule"}, "maintenance.one_place"),
        ({"station": "nirgends"}, "stations.unknown"),
        ({"site": "nirgends"}, "sites.unknown"),
        ({"site": "schule", "reason": " "}, "maintenance.reason"),
        ({"site": "schule", "ends_utc": NOW}, "maintenance.ends_before"),
    ],
)
async def test_work_that_cannot_be_planned_is_refused(
    empty_district: District, given: dict[str, object], error: str
) -> None:
    asked = {"begins_utc": NOW + HOUR, "ends_utc": NOW + 2 * HOUR, "reason": "Prüfung", **given}
    with pytest.raises((RequestError, NotFoundError)) as refused:
        await empty_district.ask("maintenance.add", **asked)
    assert refused.value.finding.code == error


async def test_work_that_is_over_cannot_be_cancelled_and_that_of_another_site_by_nobody_from_here(
    empty_district: District,
) -> None:
    work = {"begins_utc": NOW - 2 * HOUR, "ends_utc": NOW - HOUR, "reason": "Prüfung", "site": "schule"}
    added = await empty_district.ask("maintenance.add", **work)
    with pytest.raises(RequestError, match="over"):
        await empty_district.ask("maintenance.cancel", id=added.id)
    operator = Actor("ole", Role.OPERATOR, frozenset({"bauhof"}))
    with pytest.raises(ForbiddenError):
        await empty_district.ask("maintenance.cancel", operator, id=added.id)
    with pytest.raises(ForbiddenError):
        await empty_district.ask("maintenance.add", operator, **work)
    assert (await empty_district.ask("maintenance.list", operator, past=True)).items == ()


async def test_events_are_listed_with_their_reason_by_kind_and_time_and_to_those_who_may_see_the_site(
    empty_district: District,
) -> None:
    await let_happen(empty_district, STATION)
    page = await empty_district.ask("stations.events", id=STATION, limit=3)
    assert [row.code for row in page.items] == ["number_as_text", "ocpp.not_json", "connected"]
    refused = (await empty_district.ask("stations.events", id=STATION, kind="refused")).items
    assert [row.finding.code for row in refused] == ["ocpp.not_json"]
    early = await empty_district.ask("stations.events", id=STATION, until_utc=NOW - 47 * HOUR, connector=0)
    assert [row.code for row in early.items] == ["connected"]
    with pytest.raises(ForbiddenError):
        await empty_district.ask("stations.events", ELSEWHERE, id=STATION)
    with pytest.raises(NotFoundError):
        await empty_district.ask("stations.events", id="nirgends")


async def test_a_station_whose_sessions_are_assembled_again_gets_its_events_again(empty_district: District) -> None:
    said = b'[2,"1","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Charging"}]'
    await empty_district.stores.journal.append(Frame(STATION, "c1", Direction.IN, NOW, "1.6", said))
    await empty_district.ask("stations.rebuild", id=STATION, dry_run=True)
    assert (await empty_district.ask("stations.events", id=STATION)).items == ()
    for _ in range(2):
        await empty_district.ask("stations.rebuild", id=STATION)
        (row,) = (await empty_district.ask("stations.events", id=STATION, kind="status")).items
        assert (row.code, row.connector, row.received_at_utc) == ("charging", 1, NOW)


async def test_faults_are_counted_per_firmware_for_the_vendor_without_station_or_site(
    empty_district: District,
) -> None:
    await let_happen(empty_district, STATION)
    found = await empty_district.ask("reliability.faults")
    told = {(row.kind.value, row.code): row.count for row in found.rows}
    assert told == {
        ("error", "GroundFailure"): 2,
        ("connection", "silent"): 1,
        ("refused", "ocpp.not_json"): 1,
        ("notice", "number_as_text"): 1,
    }
    assert {(row.group, row.stations, row.per_thousand_sessions) for row in found.rows} == {
        ("Muster Eins 1.2", 1, None)
    }
    assert STATION not in str(found.rows)
    assert (await empty_district.ask("reliability.faults", ELSEWHERE)).rows == ()


async def test_quirks_stand_with_their_sources_and_how_often_they_were_seen(empty_district: District) -> None:
    await let_happen(empty_district, STATION)
    listed = (await empty_district.ask("quirks.list")).items
    assert len(listed) == len(REGISTRY)
    (seen_here,) = [row for row in listed if row.name == "number_as_text"]
    assert (seen_here.count, seen_here.stations) == (1, (STATION,))
    lately = (await empty_district.ask("quirks.list", seen=True)).items
    assert {row.name for row in lately} == {"number_as_text", "stale_connection"}


def test_every_repair_is_in_the_registry_and_every_quirk_has_sources_and_a_text() -> None:
    known = {quirk.name: quirk for quirk in REGISTRY}
    assert len(known) == len(REGISTRY)
    assert {quirk.name for quirk in QUIRKS} <= {quirk.code for quirk in REGISTRY}
    for quirk in REGISTRY:
        assert quirk.sources, quirk.name
        for language in ("de", "en"):
            assert catalogue(language).say(f"quirk.{quirk.name}") != f"quirk.{quirk.name}"


async def offline(district: District, since: datetime) -> None:
    await district.stores.ledger.save_link(StationLink(station=STATION, connected=False, since_utc=since))


async def test_a_station_is_offline_after_five_minutes_and_never_if_it_was_never_seen(
    empty_district: District,
) -> None:
    assert await seen(empty_district, "station_offline") == ([], frozenset())
    await offline(empty_district, NOW - 5 * MINUTE)
    assert await seen(empty_district, "station_offline") == ([], frozenset())
    empty_district.clock.pass_by(MINUTE)
    assert await seen(empty_district, "station_offline") == (["alarms.station_offline"], frozenset())


async def test_alarms_are_silent_during_planned_work_and_while_stations_cannot_connect(
    empty_district: District,
) -> None:
    await offline(empty_district, NOW - HOUR)
    health = (Health(name="chargepoints", ok=False),)
    house = empty_district.gate.house
    empty_district.gate.house = replace(house, health=lambda: health)
    source = frozenset({f"station:{STATION}"})
    assert await seen(empty_district, "station_offline") == ([], source)
    empty_district.gate.house = house
    work = {"begins_utc": NOW - HOUR, "ends_utc": NOW + HOUR, "reason": "Prüfung", "site": "schule"}
    await empty_district.ask("maintenance.add", **work)
    for kind in KINDS:
        assert await seen(empty_district, kind) == ([], source)
    empty_district.clock.pass_by(2 * HOUR)
    assert (await seen(empty_district, "station_offline"))[0] == ["alarms.station_offline"]


async def test_a_station_may_do_without_an_alarm(empty_district: District) -> None:
    await offline(empty_district, NOW - HOUR)
    house = empty_district.gate.house
    inventory = house.inventory()
    station = replace(inventory.stations[STATION], without_alarms=("station_offline",))
    quiet = replace(inventory, stations={**inventory.stations, STATION: station})
    empty_district.gate.house = replace(house, inventory=lambda: quiet)
    assert await seen(empty_district, "station_offline") == ([], frozenset())


async def test_faults_flapping_and_storms_of_errors_are_seen(empty_district: District) -> None:
    ledger = empty_district.stores.ledger
    await ledger.save_link(StationLink(station=STATION, connected=True, since_utc=NOW))
    for kind in KINDS:
        assert (await seen(empty_district, kind))[0] == []
    at_utc = NOW - 6 * MINUTE
    await ledger.save_statuses(
        [
            StationStatus(
                station=STATION,
                connector=1,
                status=ConnectorStatus.FAULTED,
                at_utc=at_utc,
                received_at_utc=at_utc,
                error_code="GroundFailure",
            )
        ]
    )
    events: list[StationEvent] = []
    for number in range(10):
        back = NOW - number * MINUTE
        events += [
            event(STATION, back, StationEventKind.CONNECTION, Contact.CONNECTED.value),
            event(STATION, back, StationEventKind.ERROR, "GroundFailure", 1),
        ]
    await ledger.save_events(events[:10])
    assert (await seen(empty_district, "station_flapping"))[0] == []
    assert (await seen(empty_district, "station_errors"))[0] == []
    await ledger.save_events(events)
    empty_district.clock.pass_by(MINUTE)
    for kind in KINDS[1:]:
        assert (await seen(empty_district, kind))[0] == [f"alarms.{kind}"]


class Sink:
    """Facts in memory."""

    def __init__(self) -> None:
        self.points: list[FactPoint] = []

    async def publish(self, points: list[FactPoint]) -> None:
        self.points += points

    async def withdraw_facts(self, measurement: str, period: Period, but: list[FactPoint]) -> None:
        assert (measurement, but) == (Fact.AVAILABILITY.value, self.points)
        assert all(point.at_utc in period for point in but)


async def test_each_whole_day_is_published_for_dashboards(empty_district: District) -> None:
    await let_happen(empty_district, STATION)
    house, sink = empty_district.gate.house, Sink()
    midnight_utc = local_day(date(2026, 11, 22), zone_of(house)).start_utc
    call = Call(empty_district.admin, empty_district.clock())
    assert await publish_availability(house, sink, Period(midnight_utc, midnight_utc + HOUR), call) == 6  # type: ignore[arg-type]
    by_day = {point.at_utc.astimezone(zone_of(house)).day: point for point in sink.points}
    assert sorted(by_day) == [16, 17, 18, 19, 20, 21]
    assert by_day[21].fields["availability_percent"] == pytest.approx(100 * (24 - 3 - 2) / 24)
    assert by_day[21].fields["no_contact_s"] == 2 * 2 * 3600
    assert "availability_percent" not in by_day[19].fields
    assert by_day[19].tags == {"source": "station:lis-01", "station": STATION, "site": "schule"}
