"""Which profile a setting of a station comes from."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest

from chargepoints.configuring.maker_keys import MAKER_KEYS, MakerKey
from chargepoints.configuring.plan import DesiredSetting
from chargepoints.configuring.profiles import (
    ProfileConflict,
    ProfiledStation,
    ProfileLevel,
    effective_settings,
)
from chargepoints.configuring.terms import TERMS
from core.inventory import Measurand
from core.inventory.profiles import Profile, RawSetting, StationSettings

STATION = ProfiledStation(id="lra-01", site="landratsamt", maker="Alfen", model="Eve Single", is_16=True)
NEWER = replace(STATION, id="lra-02", is_16=False)
BEATS, SLOWER = StationSettings(heartbeat_interval_s=300), StationSettings(heartbeat_interval_s=600)


def profile(name: str, settings: StationSettings | None = SLOWER, **given: Any) -> Profile:
    return Profile(id=name, name=name, valid_from=date(2026, 1, 1), settings=settings, **given)


ALL = profile("all", BEATS)
SITE = profile("site", sites=("landratsamt",))
MAKER = profile("maker", maker="ALFEN ")
MODEL = profile("model", maker="Alfen", model="eve-single")
ONE = profile("one", stations=("lra-01",))


def only(*profiles: Profile, station: ProfiledStation = STATION) -> DesiredSetting:
    effective = effective_settings(station, profiles)
    assert effective.conflicts == ()
    (setting,) = effective.settings
    return setting


@pytest.mark.parametrize(("wider", "narrower"), [(ALL, SITE), (SITE, MAKER), (MAKER, MODEL), (MODEL, ONE)])
def test_the_narrower_profile_goes_first_and_is_named(wider: Profile, narrower: Profile) -> None:
    wider = replace(wider, id="wide", settings=BEATS)
    for profiles in ((wider, narrower), (narrower, wider)):
        setting = only(*profiles)
        assert (setting.value, setting.origin) == ("600", narrower.id)
        assert [each.origin for each in effective_settings(STATION, profiles).hidden] == ["wide"]


def test_a_profile_of_others_does_not_count() -> None:
    elsewhere = profile("elsewhere", sites=("bauhof",), maker="Alfen")
    assert only(ALL, elsewhere).origin == "all"


def test_each_version_has_its_own_key() -> None:
    assert only(ALL).key == "HeartbeatInterval"
    assert only(ALL, station=NEWER).key == "OCPPCommCtrlr/HeartbeatInterval"


def test_values_are_written_as_stations_take_them() -> None:
    made = StationSettings(
        local_list=False,
        sampled_measurands=(Measurand.ENERGY_IMPORT, Measurand.SOC),
        heartbeat_interval_s=300,
    )
    values = {each.key: each.value for each in effective_settings(STATION, [profile("a", made)]).settings}
    assert values == {
        "HeartbeatInterval": "300",
        "LocalAuthListEnabled": "false",
        "MeterValuesSampledData": "Energy.Active.Import.Register,SoC",
    }


def test_two_of_the_same_level_that_differ_are_a_conflict_and_cost_only_that_setting() -> None:
    other = profile("other", replace(SLOWER, local_list=True))
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


def test_a_raw_key_and_a_term_for_the_same_setting_are_one() -> None:
    raw = profile("raw", None, stations=("lra-01",), raw=(RawSetting(key=" heartbeatinterval", value="900"),))
    setting = only(ALL, raw)
    assert (setting.value, setting.origin, setting.term) == ("900", "raw", "heartbeat_interval_s")


def test_a_raw_key_with_what_2x_takes_for_granted_contradicts_the_term() -> None:
    raw = profile("raw", None, raw=(RawSetting(key="OCPPCommCtrlr/HeartbeatInterval:Actual", value="60"),))
    effective = effective_settings(NEWER, [ALL, raw])
    assert effective.settings == ()
    assert [each.profiles for each in effective.conflicts] == [("all", "raw")]


def test_a_blank_raw_key_is_no_term() -> None:
    blank = profile("blank", None, raw=(RawSetting(key=" ", value="true"),))
    assert {each.term for station in (STATION, NEWER) for each in effective_settings(station, [blank]).settings} == {""}


@pytest.mark.parametrize(("one", "other"), [("true", "TRUE"), ("300", "300.0"), ("a,b", "B, A")])
def test_what_only_its_maker_names_is_compared_by_what_it_may_mean(one: str, other: str) -> None:
    first = profile("a", None, raw=(RawSetting(key="Licht", value=one),))
    second = profile("b", None, raw=(RawSetting(key="licht", value=other),))
    assert only(first, second).origin == "a"


def test_two_that_mean_the_same_do_not_contradict_each_other() -> None:
    raw = profile("raw", None, raw=(RawSetting(key="HeartbeatInterval", value="300.0"),))
    assert only(ALL, raw).origin == "all"


def test_what_ocpp_has_no_name_for_has_the_makers_or_none() -> None:
    url = profile("url", StationSettings(csms_url="wss://a.example/ocpp"))
    assert only(url).key == ""
    known = (MakerKey(term="csms_url", maker="alfen", key="BackOffice-URL", source="a test", needs_reboot=True),)
    (setting,) = effective_settings(STATION, [url], known).settings
    assert (setting.key, setting.needs_reboot) == ("BackOffice-URL", True)


def test_each_known_key_of_a_maker_is_of_a_term_and_has_a_source() -> None:
    for each in MAKER_KEYS:
        assert each.term in TERMS
        assert each.source
        assert not TERMS[each.term].key


def test_there_is_a_term_for_each_setting_of_a_profile() -> None:
    assert set(TERMS) == {field.name for field in fields(StationSettings)}


def test_firmware_is_wanted_like_a_setting() -> None:
    assert (only(profile("fw", None, firmware="2.1.0")).term, only(profile("fw", None, firmware="2.1.0")).value) == (
        "firmware",
        "2.1.0",
    )
