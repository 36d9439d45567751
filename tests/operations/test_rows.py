"""What each row answers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import (
    ForbiddenError,
    NotFoundError,
    PayloadError,
    UnavailableError,
)
from core.facts import ConnectorStatus
from core.people import Actor
from core.quantities import Quantity
from core.texts import Finding
from operations.stations.listing import StationState
from operations.values import Freshness
from tests.district import District


async def test_a_sites_power_is_the_sum_of_its_supply_meters(district: District) -> None:
    page = await district.ask("sites.list")
    assert [site.id for site in page.items] == ["bauhof", "schule"]
    assert page.items[0].power is None
    power = page.items[1].power
    assert (power.power_w, power.age_s, power.counted, power.meters) == (4200.0, 120.0, 1, 1)


async def test_a_silent_meter_is_not_counted_as_power_now(district: District) -> None:
    district.clock.pass_by(timedelta(days=2))
    page = await district.ask("sites.list")
    assert page.items[1].power is None


async def test_a_site_shows_what_stands_there(district: District) -> None:
    detail = await district.ask("sites.show", id="schule")
    assert [meter.id for meter in detail.meters] == ["schule-strom", "schule-wasser"]
    assert [station.id for station in detail.stations] == ["lis-01"]
    assert detail.vehicles == ()


async def test_a_meter_row_carries_values_with_age_and_state(district: District) -> None:
    page = await district.ask("meters.list")
    power, water = page.items
    assert power.state is Freshness.FRESH
    assert power.age_s == 120.0
    assert {value.quantity: value.value for value in power.values} == {
        Quantity.POWER_W: 4200.0,
        Quantity.ENERGY_IMPORT_WH: 1_234_500.0,
    }
    assert (water.state, water.age_s, water.values) == (Freshness.BY_HAND, None, ())


async def test_meters_are_filtered_by_site_medium_and_text(district: District) -> None:
    assert (await district.ask("meters.list", medium="water")).total == 1
    assert (await district.ask("meters.list", site="bauhof")).total == 0
    assert (await district.ask("meters.list", query="HAUPT")).total == 1


async def test_a_station_is_charging_when_an_outlet_is(district: District) -> None:
    (station,) = (await district.ask("stations.list")).items
    assert station.state is StationState.CHARGING
    assert station.age_s == 20.0
    first, second = station.outlets
    assert (first.status, first.session, first.power.value) == (ConnectorStatus.CHARGING, "lis-01-open", 11_000.0)
    assert (second.status, second.session, second.power) == (ConnectorStatus.AVAILABLE, None, None)
    assert (await district.ask("stations.list", state="offline")).total == 0


async def test_a_station_tells_what_it_said_at_boot(district: District) -> None:
    detail = await district.ask("stations.show", id="lis-01")
    assert (detail.reported_model, detail.firmware) == ("NG910", "6.4")


async def test_sessions_come_newest_first_and_page_by_page(district: District) -> None:
    first = await district.ask("sessions.list", limit=4)
    assert first.items[0].id == "lis-01-open"
    assert (len(first.items), first.total) == (4, 6)
    second = await district.ask("sessions.list", limit=4, cursor=first.next_cursor)
    assert (len(second.items), second.next_cursor) == (2, None)
    assert not {item.id for item in first.items} & {item.id for item in second.items}


async def test_sessions_are_filtered_by_state_station_and_time(district: District) -> None:
    assert (await district.ask("sessions.list", state="open")).total == 1
    assert (await district.ask("sessions.list", station="elsewhere")).total == 0
    assert (await district.ask("sessions.list", site="bauhof")).total == 0
    since = (district.clock() - timedelta(days=2, hours=1)).isoformat()
    assert (await district.ask("sessions.list", since_utc=since)).total == 3


async def test_a_session_shows_its_course_of_power(district: District) -> None:
    detail = await district.ask("sessions.show", id="lis-01-open")
    assert [sample.power_w for sample in detail.course] == [11_000.0]
    assert detail.session.findings[0].code == "session.running"


async def test_a_viewer_does_not_see_whose_card_it_was(district: District, viewer: Actor) -> None:
    for actor, tag in ((viewer, None), (district.admin, "tag:0123456789abcdef0123")):
        assert (await district.ask("sessions.show", actor, id="lis-01-0")).session.tag == tag


async def test_a_vehicle_tells_its_charge_and_never_its_place(district: District) -> None:
    (vehicle,) = (await district.ask("vehicles.list")).items
    assert (vehicle.soc.value, vehicle.charging, vehicle.plugged_in) == (71.0, False, None)
    assert not {"latitude_deg", "position"} & set(type(vehicle).__dataclass_fields__)


async def test_the_overview_counts_what_the_lists_show(district: District) -> None:
    overview = await district.ask("overview.show")
    counts = overview.counts
    assert (counts.stations_connected, counts.outlets, counts.outlets_charging, counts.sessions_open) == (1, 2, 1, 1)
    assert (counts.rejections, counts.discoveries) == (2, 3)
    assert counts.meters == {state: int(state in {Freshness.FRESH, Freshness.BY_HAND}) for state in Freshness}
    assert {row.name for row in overview.latest} == {"Hauptzähler", "Parkplatz / 1", "Dienstwagen 1"}


async def test_a_viewer_of_one_site_sees_nothing_of_the_others(district: District, depot_viewer: Actor) -> None:
    overview = await district.ask("overview.show", depot_viewer)
    assert [site.id for site in overview.sites] == ["bauhof"]
    assert overview.stations == ()
    assert {row.source for row in overview.latest} == {"vehicle:lk-e-101"}
    assert overview.counts.rejections is None
    for name in ("meters.list", "stations.list", "sessions.list"):
        assert (await district.ask(name, depot_viewer)).items == ()


async def test_a_thing_out_of_scope_is_refused(district: District, depot_viewer: Actor) -> None:
    things = [
        ("sites.show", "schule"),
        ("meters.show", "schule-strom"),
        ("stations.show", "lis-01"),
        ("sessions.show", "lis-01-0"),
    ]
    for name, key in things:
        with pytest.raises(ForbiddenError):
            await district.ask(name, depot_viewer, id=key)


async def test_an_unknown_id_is_not_found(district: District) -> None:
    for subject in ("sites", "meters", "stations", "sessions", "vehicles"):
        with pytest.raises(NotFoundError) as caught:
            await district.ask(f"{subject}.show", id="nichts")
        assert caught.value.finding.code == f"{subject}.unknown"


async def test_a_payload_is_decoded_for_trial_and_not_stored(district: District) -> None:
    before = await district.stores.readings.count()
    payload = '{"Time":"2026-11-22T10:59:00","SML":{"Total_in":1234.5,"Power_curr":2500}}'
    decoded = await district.ask("meters.decode", format="tasmota_sml", topic="tele/schule/SENSOR", payload=payload)
    assert {(reading.quantity, reading.value) for reading in decoded.readings} == {
        (Quantity.ENERGY_IMPORT_WH, 1_234_500.0),
        (Quantity.POWER_W, 2500.0),
    }
    assert await district.stores.readings.count() == before


async def test_a_payload_that_would_be_rejected_says_why(district: District) -> None:
    with pytest.raises(PayloadError):
        await district.ask("meters.decode", format="tasmota_sml", topic="tele/schule/SENSOR", payload="garbage")


async def test_a_rejection_is_shown_whole_even_if_it_is_no_text(district: District) -> None:
    page = await district.ask("rejections.list")
    detail = await district.ask("rejections.show", id=page.items[-1].id)
    assert detail.payload == "\\xff\x00 no json"
    assert detail.payload_base64 == "/wAgbm8ganNvbg=="


async def test_replay_stores_what_can_now_be_read_and_leaves_the_rest(district: District) -> None:
    replayed = await district.ask("rejections.replay")
    assert (replayed.tried, replayed.used, replayed.readings) == (2, 1, 2)
    states = {row.preview[:1]: row.replayed_at_utc for row in (await district.ask("rejections.list")).items}
    assert states["{"] == district.clock()
    assert states["\\"] is None
    again = await district.ask("rejections.replay")
    assert (again.tried, again.used) == (1, 0)


async def test_replay_of_an_unknown_number_is_not_found(district: District) -> None:
    with pytest.raises(NotFoundError):
        await district.ask("rejections.replay", ids=[77])


async def test_replay_tells_its_progress_and_can_be_cancelled(district: District) -> None:
    told: list[tuple[float, str]] = []

    def progress(fraction: float, finding: Finding) -> None:
        told.append((fraction, finding.code))
        if len(told) == 2:
            me = asyncio.current_task()
            assert me
            me.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(
            district.gate.ask("rejections.replay", {}, district.admin, district.clock(), progress)
        )
    assert told == [(0.0, "rejections.replaying"), (0.5, "rejections.replaying")]
    actions = [entry.action for entry in (await district.ask("audit.list")).items]
    assert actions == ["rejections.replay.failed", "rejections.replay"]


async def test_without_a_sink_replay_says_what_to_do(district: District) -> None:
    district.gate.house = replace(district.gate.house, sink=None)
    with pytest.raises(UnavailableError):
        await district.ask("rejections.replay")


async def test_discoveries_come_last_seen_first_and_page_by_page(district: District) -> None:
    first = await district.ask("discoveries.list", limit=2)
    second = await district.ask("discoveries.list", limit=2, cursor=first.next_cursor)
    subjects = [row.subject for row in (*first.items, *second.items)]
    assert subjects == [f"tele/unbekannt-{number}/SENSOR" for number in range(3)]
    assert second.next_cursor is None
