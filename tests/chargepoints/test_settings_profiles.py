"""Which profile a setting of a station comes from."""

from __future__ import annotations

import pytest

from chargepoints.configuring.plan import DesiredSetting
from chargepoints.configuring.profiles import (
    MakerKey,
    ProfileConflict,
    ProfiledStation,
    ProfileLevel,
    SettingsProfile,
    effective_settings,
)

STATION = ProfiledStation(id="lra-01", site="landratsamt", maker="Alfen", model="Eve Single", is_16=True)
NEWER = ProfiledStation(id="lra-02", site="landratsamt", maker="Alfen", model="Eve Single", is_16=False)
BEATS = {"heartbeat_interval_s": "300"}
SLOWER = {"heartbeat_interval_s": "600"}

ALL = SettingsProfile(name="all", terms=BEATS)
SITE = SettingsProfile(name="site", terms=SLOWER, sites=frozenset({"landratsamt"}))
MAKER = SettingsProfile(name="maker", terms=SLOWER, maker="ALFEN ")
MODEL = SettingsProfile(name="model", terms=SLOWER, maker="Alfen", model="eve-single")
ONE = SettingsProfile(name="one", terms=SLOWER, stations=frozenset({"lra-01"}))


def only(*profiles: SettingsProfile, station: ProfiledStation = STATION) -> DesiredSetting:
    effective = effective_settings(station, profiles)
    assert effective.conflicts == ()
    (setting,) = effective.settings
    return setting


@pytest.mark.parametrize(("wider", "narrower"), [(ALL, SITE), (SITE, MAKER), (MAKER, MODEL), (MODEL, ONE)])
def test_the_narrower_profile_goes_first_and_is_named(wider: SettingsProfile, narrower: SettingsProfile) -> None:
    wider = SettingsProfile(name="wide", terms=BEATS, sites=wider.sites, maker=wider.maker, model=wider.model)
    for profiles in ((wider, narrower), (narrower, wider)):
        setting = only(*profiles)
        assert (setting.value, setting.origin) == ("600", narrower.name)


def test_a_profile_of_others_does_not_count() -> None:
    elsewhere = SettingsProfile(name="elsewhere", terms=SLOWER, sites=frozenset({"bauhof"}), maker="Alfen")
    assert only(ALL, elsewhere).origin == "all"


def test_each_version_has_its_own_key() -> None:
    assert only(ALL).key == "HeartbeatInterval"
    assert only(ALL, station=NEWER).key == "OCPPCommCtrlr/HeartbeatInterval"


def test_two_of_the_same_level_that_differ_are_a_conflict_and_cost_only_that_setting() -> None:
    other = SettingsProfile(name="other", terms=SLOWER | {"local_list": "true"})
    effective = effective_settings(STATION, [other, ALL])
    assert [one.term for one in effective.settings] == ["local_list"]
    assert effective.conflicts == (
        ProfileConflict(
            station="lra-01",
            setting="heartbeat_interval_s",
            level=ProfileLevel.DISTRICT,
            profiles=("all", "other"),
        ),
    )


def test_the_same_meaning_twice_is_no_conflict_nor_is_one_that_a_narrower_profile_settles() -> None:
    assert only(ALL, SettingsProfile(name="other", terms={"heartbeat_interval_s": "300.0"})).value == "300"
    assert only(ALL, SettingsProfile(name="other", terms=SLOWER), ONE).origin == "one"


def test_a_raw_key_is_the_term_that_names_the_same_setting() -> None:
    raw = SettingsProfile(name="raw", raw={"heartbeatinterval": "600", "VendorLed": "1"}, maker="Alfen")
    led, beat = sorted(effective_settings(STATION, [ALL, raw]).settings, key=lambda one: one.term)
    assert (led.key, led.term) == ("VendorLed", "")
    assert (beat.term, beat.value, beat.origin) == ("heartbeat_interval_s", "600", "raw")


def test_a_term_without_a_standard_key_needs_one_of_its_maker() -> None:
    moved = SettingsProfile(name="moved", terms={"csms_url": "wss://ocpp.example"})
    assert only(moved).key == ""
    key = MakerKey(term="csms_url", maker="alfen", key="BackendUrl", source="an invented manual")
    assert [one.key for one in effective_settings(STATION, [moved], [key]).settings] == ["BackendUrl"]


def test_secrets_of_profiles_are_not_shown() -> None:
    secret = SettingsProfile(name="secret", raw={"AuthorizationKey": "s3cret"})
    assert only(secret).write_only
    assert "s3cret" not in repr((secret, effective_settings(STATION, [secret])))
