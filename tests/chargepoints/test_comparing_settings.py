"""Settings are compared by what they mean."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoints.configuring.comparing import (
    LiveSetting,
    SettingKind,
    SettingState,
    WantedSetting,
    compare,
    means_same,
)

ENTRIES = st.lists(st.text(alphabet="abcXYZ.", min_size=1, max_size=6), max_size=6)


def state_of(wanted: WantedSetting, live: dict[str, LiveSetting] | None) -> SettingState:
    (difference,) = compare([wanted], live)
    return difference.state


@pytest.mark.parametrize(
    ("kind", "one", "other", "same"),
    [
        (SettingKind.NUMBER, "60", " 60.0", True),
        (SettingKind.NUMBER, "60", "61", False),
        (SettingKind.NUMBER, "60", "sixty", False),
        (SettingKind.BOOLEAN, "true", "TRUE", True),
        (SettingKind.BOOLEAN, "true", "false", False),
        (SettingKind.LIST, "A,b", "B, a", True),
        (SettingKind.LIST, "A,b", "A", False),
        (SettingKind.TEXT, "Abc", "abc", False),
    ],
)
def test_values_are_the_same_if_they_mean_the_same(kind: SettingKind, one: str, other: str, *, same: bool) -> None:
    assert means_same(kind, one, other) is same


@given(st.sampled_from(SettingKind), st.text(max_size=20))
@settings(max_examples=60)
def test_every_value_is_the_same_as_itself(kind: SettingKind, value: str) -> None:
    assert means_same(kind, value, value)


@given(ENTRIES, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_order_and_case_of_a_list_mean_nothing(entries: list[str], random: object) -> None:
    shuffled = sorted(entries, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert means_same(SettingKind.LIST, ",".join(entries), ", ".join(shuffled).swapcase())


def test_each_setting_stands_as_the_station_told_it() -> None:
    wanted = WantedSetting(key="HeartbeatInterval", value="300", kind=SettingKind.NUMBER)
    assert state_of(wanted, None) is SettingState.UNKNOWN
    assert state_of(wanted, {}) is SettingState.MISSING
    assert state_of(wanted, {"heartbeatinterval": LiveSetting(value="300")}) is SettingState.SAME
    assert state_of(wanted, {"HeartbeatInterval": LiveSetting(value="60")}) is SettingState.DIFFERS
    assert state_of(wanted, {"HeartbeatInterval": LiveSetting(value="60", read_only=True)}) is SettingState.READ_ONLY
    assert state_of(wanted, {"HeartbeatInterval": LiveSetting(value=None)}) is SettingState.NOT_VERIFIABLE


def test_what_can_only_be_written_is_never_said_to_be_the_same() -> None:
    wanted = WantedSetting(key="AuthorizationKey", value="secret", write_only=True)
    assert state_of(wanted, {"AuthorizationKey": LiveSetting(value="secret")}) is SettingState.NOT_VERIFIABLE


def test_a_list_the_station_cut_short_is_told_apart_from_another_list() -> None:
    wanted = WantedSetting(key="MeterValuesSampledData", value="A,B,C", kind=SettingKind.LIST)
    (cut,) = compare([wanted], {"MeterValuesSampledData": LiveSetting(value="a,b")})
    (other,) = compare([wanted], {"MeterValuesSampledData": LiveSetting(value="B,C")})
    assert (cut.state, cut.cut_short) == (SettingState.DIFFERS, True)
    assert (other.state, other.cut_short) == (SettingState.DIFFERS, False)
