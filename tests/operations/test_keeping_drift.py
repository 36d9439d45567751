"""A difference is told as an alarm and an event, and can be kept: in a profile only for its charge point."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.commands import Command, CommandKind, CommandState
from core.drift import DriftedSetting
from core.errors import ForbiddenError, NotFoundError, RequestError
from core.inventory import Measurand
from core.people import Actor, Role
from core.periods import Period
from operations.alarms.watches import WATCHES
from operations.configuring.keeping import term_text
from operations.house import Call
from operations.publishing.publication import drift_points
from tests.district import District

STATION = "lis-01"
HEARTBEAT = DriftedSetting(
    key="HeartbeatInterval", term="heartbeat_interval_s", origin="grund", wanted="300", found="60"
)
RAW = DriftedSetting(key="LightIntensity", term="", origin="grund", wanted="40", found="90")
SCOPED = Actor("otto", Role.OPERATOR, frozenset({"nirgends"}))


async def drifted(district: District, *settings: DriftedSetting) -> list[int]:
    """Want other values than the station told, and keep that as seen."""
    values = ["name=Grund", "valid_from=2026-01-01", "settings.heartbeat_interval_s=300"]
    raw = ["raw[1].key=LightIntensity", "raw[1].value=40"]
    await district.ask("inventory.add", id="profiles/grund", values=[*values, *raw])
    told = [{"key": each.key, "value": each.found, "read_only": False} for each in settings]
    now = district.clock()
    asked = Command(
        station=STATION,
        kind=CommandKind.GET,
        request={},
        asked_by="anna",
        asked_at_utc=now,
        expires_at_utc=now + timedelta(hours=1),
    )
    (kept,) = await district.stores.ledger.ask([asked])
    over = replace(kept, state=CommandState.DONE, answer={"settings": told}, finished_at_utc=now)
    await district.stores.ledger.save_command(over)
    await district.stores.ledger.record_drift(STATION, settings, now)
    return [row.id for row in (await district.ask("stations.drift")).items]


async def test_what_is_kept_is_wanted_from_then_on_and_no_difference_any_more(empty_district: District) -> None:
    district = empty_district
    numbers = await drifted(district, HEARTBEAT, RAW)
    for number in numbers:
        await district.ask("profiles.adopt", id=number)
    own = district.gate.house.inventory().profiles[f"station-{STATION}"]
    assert own.settings is not None
    assert (own.stations, own.settings.heartbeat_interval_s) == ((STATION,), 60)
    assert [(each.key, each.value) for each in own.raw] == [("LightIntensity", "90")]
    assert (await district.ask("stations.drift")).items == ()
    assert not (await district.ask("stations.plan", id=STATION)).differs
    with pytest.raises(RequestError):
        await district.ask("profiles.adopt", id=numbers[0])


async def test_what_the_station_does_not_tell_or_others_keep_cannot_be_kept(empty_district: District) -> None:
    district = empty_district
    secret = DriftedSetting(key="X", term="basic_auth_secret_max_age_d", origin="g", wanted=None, found="2026-01-01")
    (number, hidden) = await drifted(district, secret, replace(RAW, found=None))
    for refused in (number, hidden):
        with pytest.raises(RequestError):
            await district.ask("profiles.adopt", id=refused)
    with pytest.raises(NotFoundError):
        await district.ask("profiles.adopt", id=77)
    with pytest.raises(ForbiddenError):
        await district.ask("profiles.adopt", SCOPED, id=number)


async def test_a_difference_is_an_alarm_of_its_station_and_an_event(empty_district: District) -> None:
    district = empty_district
    await drifted(district, HEARTBEAT, RAW)
    house, now = district.gate.house, district.clock()
    (seen,) = (await WATCHES["station_drifted"](house, Call(district.admin, now))).sightings
    assert (seen.subject, dict(seen.finding.params)["count"]) == (f"station:{STATION}", 2)
    points = await drift_points(house, Period(now - timedelta(hours=1), now + timedelta(hours=1)))
    assert sorted(point.tags["key"] for point in points) == ["HeartbeatInterval", "LightIntensity"]
    assert {point.fields["ended"] for point in points} == {False}
    await district.stores.ledger.record_drift(STATION, [], now + timedelta(minutes=5))
    points = await drift_points(house, Period(now - timedelta(hours=1), now + timedelta(hours=1)))
    assert {point.fields["ended"] for point in points} == {True}
    assert (await WATCHES["station_drifted"](house, Call(district.admin, now))).sightings == ()


async def test_what_is_there_becomes_profiles_once(empty_district: District) -> None:
    district = empty_district
    timeout = replace(HEARTBEAT, key="ConnectionTimeOut", found="90")
    await drifted(district, HEARTBEAT, timeout)
    made = await district.ask("profiles.import", id="all")
    assert [(each.profile, each.count) for each in made.profiles] == [("bestand", 1)]
    settings = district.gate.house.inventory().profiles["bestand"].settings
    assert settings is not None
    assert (settings.connection_timeout_s, settings.heartbeat_interval_s) == (
        90,
        None,
    )  # the profile wants that already
    with pytest.raises(RequestError) as caught:  # now profiles want all of it
        await district.ask("profiles.import", id="all")
    assert caught.value.finding.code == "configuring.nothing_to_import"
    with pytest.raises(ForbiddenError):
        await district.ask("profiles.import", SCOPED, id="all")


@pytest.mark.parametrize(
    ("term", "value", "text"),
    [
        ("local_list", "TRUE", "true"),
        ("local_list", "1", None),
        ("heartbeat_interval_s", "300.0", "300"),
        ("heartbeat_interval_s", "5 min", None),
        ("sampled_measurands", "soc, voltage", f"[{Measurand.SOC}, {Measurand.VOLTAGE}]"),
        ("sampled_measurands", "Voltage.L1", None),
        ("time_source", "", None),
    ],
)
def test_a_profile_says_what_it_can(term: str, value: str, text: str | None) -> None:
    assert term_text(term, value) == text
