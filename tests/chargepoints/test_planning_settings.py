"""What a plan says of each setting, and that equal plans have equal hashes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chargepoints.configuring.comparing import LiveSetting, SettingKind
from chargepoints.configuring.plan import (
    PRIORITY,
    DesiredSetting,
    KnownSettings,
    PlannedState,
    PlanSource,
    StationPlan,
    plan_of,
    plan_station,
)
from chargepoints.configuring.terms import FIRMWARE, OWN_ROOT, PASSWORD, TERMS
from core.rollouts import NetworkChange

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HEARTBEAT = DesiredSetting(key="HeartbeatInterval", value="300", origin="district", kind=SettingKind.NUMBER)
SECRET = DesiredSetting(key="AuthorizationKey", value="365", origin="school", term=PASSWORD)
URL = DesiredSetting(key="", value="wss://new.example/ocpp", origin="district", term="csms_url")
PROFILE = DesiredSetting(
    key="SecurityCtrlr/SecurityProfile", value="2", origin="district", term="security_profile", irreversible=True
)


def planned(desired: DesiredSetting, *, source: PlanSource = PlanSource.LIVE, **live: LiveSetting) -> StationPlan:
    return plan_station("lra-01", [desired], KnownSettings(source=source, settings=live), NOW)


@pytest.mark.parametrize(
    ("desired", "live", "state"),
    [
        (HEARTBEAT, LiveSetting(value="60"), PlannedState.CHANGE),
        (HEARTBEAT, LiveSetting(value="60", read_only=True), PlannedState.READ_ONLY),
        (HEARTBEAT, LiveSetting(value=None), PlannedState.CHANGE),
        (replace(HEARTBEAT, key="Missing"), LiveSetting(value="60"), PlannedState.UNSUPPORTED),
        (replace(HEARTBEAT, key=""), LiveSetting(value="60"), PlannedState.UNSUPPORTED),
        (SECRET, LiveSetting(value=None), PlannedState.CHANGE),
    ],
)
def test_what_differs_is_said_with_why(desired: DesiredSetting, live: LiveSetting, state: PlannedState) -> None:
    plan = planned(desired, HeartbeatInterval=live)
    assert [one.state for one in plan.settings] == [state]
    assert plan.differs


def test_what_means_the_same_is_no_change_in_any_spelling() -> None:
    assert not planned(HEARTBEAT, heartbeatinterval=LiveSetting(value="300.0")).settings


def test_a_station_never_read_is_unknown() -> None:
    (line,) = planned(HEARTBEAT, source=PlanSource.NEVER_READ).settings
    assert (line.state, line.old, line.new) == (PlannedState.UNKNOWN, None, "300")


def test_what_was_last_written_as_wanted_and_is_not_told_is_no_difference() -> None:
    known = KnownSettings(
        source=PlanSource.LIVE,
        settings={"HeartbeatInterval": LiveSetting(value=None)},
        written={"HEARTBEATINTERVAL": "300.0"},
    )
    plan = plan_station("lra-01", [HEARTBEAT], known, NOW)
    assert [one.state for one in plan.settings] == [PlannedState.NOT_VERIFIABLE]
    assert not plan.differs
    assert plan_station("lra-01", [replace(HEARTBEAT, value="60")], known, NOW).differs


@pytest.mark.parametrize(("age_d", "differs"), [(None, True), (365, True), (364, False)])
def test_a_password_is_renewed_once_it_is_as_old_as_it_may_become(age_d: int | None, differs: bool) -> None:  # noqa: FBT001
    at_utc = None if age_d is None else NOW - timedelta(days=age_d)
    known = KnownSettings(source=PlanSource.LIVE, settings={}, password_at_utc=at_utc)
    plan = plan_station("lra-01", [SECRET], known, NOW)
    assert plan.differs is differs
    assert all(line.new is None for line in plan.settings)


def test_firmware_differs_by_the_version_that_the_station_tells() -> None:
    wanted = DesiredSetting(key=FIRMWARE, value="2.1.0", origin="eve", term=FIRMWARE)
    for told, differs in (("2.0.9", True), ("2.1.0", False)):
        known = KnownSettings(source=PlanSource.LAST_KNOWN, settings={}, firmware=told)
        assert plan_station("lra-01", [wanted], known, NOW).differs is differs


@pytest.mark.parametrize(
    ("own", "roots", "states"),
    [
        ("ab", frozenset({"cd"}), [PlannedState.CHANGE]),
        ("ab", frozenset({"ab"}), []),
        ("", frozenset(), [PlannedState.UNSUPPORTED]),
    ],
)
def test_our_own_root_is_installed_where_it_is_not(own: str, roots: frozenset[str], states: list[PlannedState]) -> None:
    wanted = DesiredSetting(key="", value="true", origin="a", term=OWN_ROOT, kind=SettingKind.BOOLEAN)
    known = KnownSettings(source=PlanSource.LIVE, settings={}, own_root=own, roots=roots)
    assert [line.state for line in plan_station("lra-01", [wanted], known, NOW).settings] == states
    assert plan_station("lra-01", [replace(wanted, value="false")], known, NOW).settings == ()


def test_address_and_profile_of_2x_come_by_a_network_profile_beside_the_one_in_use() -> None:
    known = KnownSettings(
        source=PlanSource.LIVE,
        settings={
            PRIORITY: LiveSetting(value="1"),
            PROFILE.key: LiveSetting(value="1", read_only=True),
        },
    )
    plan = plan_station("lra-02", [URL, PROFILE], known, NOW)
    network = NetworkChange(slot=2, url=URL.value, security_profile=2, priority="1")
    assert [(each.term, each.old, each.new, each.irreversible, each.network) for each in plan.settings] == [
        ("csms_url", None, URL.value, False, network),
        ("security_profile", "1", "2", True, network),
    ]
    assert network.new_priority == "2,1"
    assert plan.needs_reboot
    taken = replace(known, network=NetworkChange(slot=2, url=URL.value, security_profile=1))
    (line,) = plan_station("lra-02", [URL, PROFILE], taken, NOW).settings
    assert line.term == "security_profile"


def test_a_security_profile_of_2x_without_an_address_cannot_be_told() -> None:
    known = KnownSettings(source=PlanSource.LIVE, settings={PROFILE.key: LiveSetting(value="1")})
    (line,) = plan_station("lra-02", [PROFILE], known, NOW).settings
    assert line.state is PlannedState.UNSUPPORTED


@pytest.mark.parametrize(
    ("told", "terms"),
    [
        ("2", ["csms_url"]),
        (" 2.0", ["csms_url"]),
        ("02", ["csms_url"]),
        ("none", ["csms_url", "security_profile"]),
        ("", ["csms_url", "security_profile"]),
        (None, ["csms_url", "security_profile"]),
    ],
)
def test_a_security_profile_told_in_words_or_not_at_all_is_put_right(told: str | None, terms: list[str]) -> None:
    known = KnownSettings(source=PlanSource.LIVE, settings={PROFILE.key: LiveSetting(value=told)})
    plan = plan_station("lra-02", [URL, PROFILE], known, NOW)
    assert [line.term for line in plan.settings] == terms
    assert {line.network.security_profile for line in plan.settings if line.network} == {2}


def test_no_security_profile_is_guessed_for_a_new_address() -> None:
    known = KnownSettings(source=PlanSource.LIVE, settings={PROFILE.key: LiveSetting(value=None)})
    (line,) = plan_station("lra-02", [URL], known, NOW).settings
    assert (line.state, line.network) == (PlannedState.UNKNOWN, None)


def test_a_raw_security_profile_that_is_no_number_cannot_be_told() -> None:
    known = KnownSettings(source=PlanSource.LIVE, settings={PROFILE.key: LiveSetting(value="1")})
    plan = plan_station("lra-02", [URL, replace(PROFILE, value="high")], known, NOW)
    assert {line.state for line in plan.settings} == {PlannedState.UNSUPPORTED}


def test_the_address_of_16_is_a_key_of_the_maker_and_its_profile_a_key() -> None:
    wanted = [
        replace(URL, key="G_ServerURL", needs_reboot=True),
        replace(PROFILE, key="SecurityProfile"),
    ]
    known = KnownSettings(
        source=PlanSource.LIVE,
        settings={"G_ServerURL": LiveSetting(value="ws://old"), "SecurityProfile": LiveSetting(value="1")},
    )
    plan = plan_station("lra-01", wanted, known, NOW)
    assert [(each.key, each.network, each.irreversible) for each in plan.settings] == [
        ("G_ServerURL", None, False),
        ("SecurityProfile", None, True),
    ]


def test_a_hash_tells_plans_apart_but_not_when_or_in_which_order_they_were_made() -> None:
    one, other = planned(HEARTBEAT), replace(planned(SECRET), station="lra-02")
    later = replace(one, read_at_utc=NOW)
    assert plan_of([one, other]).hash == plan_of([other, later]).hash
    assert plan_of([one, other]).hash != plan_of([one]).hash
    otherwise = replace(planned(replace(HEARTBEAT, value="301")), station="lra-02")
    assert plan_of([one, other]).hash != plan_of([one, otherwise]).hash


def test_only_a_change_needs_a_restart() -> None:
    slow = replace(HEARTBEAT, needs_reboot=True)
    assert planned(slow, HeartbeatInterval=LiveSetting(value="60")).needs_reboot
    assert not planned(slow, HeartbeatInterval=LiveSetting(value="60", read_only=True)).needs_reboot


def test_each_term_has_a_name_of_its_own_in_each_version() -> None:
    for is_16 in (True, False):
        names = [term.standard_key(is_16=is_16) for term in TERMS.values() if term.standard_key(is_16=is_16)]
        assert len(names) == len(set(names))
    assert TERMS["csms_url"].standard_key(is_16=True) == ""
