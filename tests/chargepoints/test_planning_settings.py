"""What a plan says of each setting, and that equal plans have equal hashes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chargepoints.configuring.comparing import LiveSetting, SettingKind
from chargepoints.configuring.plan import (
    DesiredSetting,
    KnownSettings,
    PlannedState,
    PlanSource,
    StationPlan,
    plan_of,
    plan_station,
)
from chargepoints.configuring.terms import TERMS, TermProblem

HEARTBEAT = DesiredSetting(key="HeartbeatInterval", value="300", origin="district", kind=SettingKind.NUMBER)
SECRET = DesiredSetting(key="AuthorizationKey", value="s3cret", origin="school", write_only=True, digest="d1")


def planned(desired: DesiredSetting, *, source: PlanSource = PlanSource.LIVE, **live: LiveSetting) -> StationPlan:
    return plan_station("lra-01", [desired], KnownSettings(source=source, settings=live))


@pytest.mark.parametrize(
    ("desired", "live", "state"),
    [
        (HEARTBEAT, LiveSetting(value="60"), PlannedState.CHANGE),
        (HEARTBEAT, LiveSetting(value="60", read_only=True), PlannedState.READ_ONLY),
        (HEARTBEAT, LiveSetting(value=None), PlannedState.CHANGE),
        (replace(HEARTBEAT, key="Missing"), LiveSetting(value="60"), PlannedState.UNSUPPORTED),
        (replace(HEARTBEAT, key=""), LiveSetting(value="60"), PlannedState.UNSUPPORTED),
        (SECRET, LiveSetting(value="60"), PlannedState.CHANGE),
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


@pytest.mark.parametrize("desired", [SECRET, replace(HEARTBEAT, digest="d1")])
def test_what_was_last_written_as_wanted_and_is_not_told_is_no_difference(desired: DesiredSetting) -> None:
    known = KnownSettings(
        source=PlanSource.LIVE,
        settings={"HeartbeatInterval": LiveSetting(value=None)},
        written={desired.key.upper(): "d1"},
    )
    plan = plan_station("lra-01", [desired], known)
    assert [one.state for one in plan.settings] == [PlannedState.NOT_VERIFIABLE]
    assert not plan.differs
    assert plan_station("lra-01", [replace(desired, digest="d2")], known).differs


def test_secrets_stand_nowhere_in_a_plan() -> None:
    assert "s3cret" not in repr((SECRET, plan_of([planned(SECRET)])))


def test_a_hash_tells_plans_apart_but_not_when_or_in_which_order_they_were_made() -> None:
    one, other = planned(HEARTBEAT), replace(planned(SECRET), station="lra-02")
    later = replace(one, read_at_utc=datetime(2026, 11, 23, tzinfo=UTC))
    assert plan_of([one, other]).hash == plan_of([other, later]).hash
    assert plan_of([one, other]).hash != plan_of([one]).hash
    rotated = replace(planned(replace(SECRET, digest="d2")), station="lra-02")
    assert plan_of([one, other]).hash != plan_of([one, rotated]).hash


def test_only_a_change_needs_a_restart() -> None:
    slow = replace(HEARTBEAT, needs_reboot=True)
    assert planned(slow, HeartbeatInterval=LiveSetting(value="60")).needs_reboot
    assert not planned(slow, HeartbeatInterval=LiveSetting(value="60", read_only=True)).needs_reboot


@pytest.mark.parametrize(
    ("term", "value", "problem"),
    [
        ("heartbeat_interval_s", "300", None),
        ("heartbeat_interval_s", "0", TermProblem.TOO_SMALL),
        ("heartbeat_interval_s", "90000", TermProblem.TOO_LARGE),
        ("heartbeat_interval_s", "1.5", TermProblem.NOT_WHOLE),
        ("heartbeat_interval_s", "nan", TermProblem.NOT_A_NUMBER),
        ("heartbeat_interval_s", "often", TermProblem.NOT_A_NUMBER),
        ("heartbeat_interval_s", " ", TermProblem.EMPTY),
        ("local_list", "yes", TermProblem.NOT_A_BOOLEAN),
        ("local_list", "TRUE", None),
        ("sampled_measurands", "", None),
    ],
)
def test_a_term_says_what_it_cannot_be(term: str, value: str, problem: TermProblem | None) -> None:
    assert TERMS[term].problem(value) is problem


def test_each_term_has_a_name_of_its_own_in_each_version() -> None:
    for is_16 in (True, False):
        names = [term.standard_key(is_16=is_16) for term in TERMS.values() if term.standard_key(is_16=is_16)]
        assert len(names) == len(set(names))
    assert TERMS["csms_url"].standard_key(is_16=True) == ""
