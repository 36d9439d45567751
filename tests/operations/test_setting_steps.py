"""What comes next at a station that gets settings: in which order it is asked, and what counts as done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.commands import Command, CommandKind, CommandState
from core.errors import RequestError
from core.rollouts import Rollout, RolloutKind, RolloutState, RolloutStation, SettingChange, StationRollout
from core.texts import Finding
from operations.rollouts.reversing import reversed_rollout
from operations.rollouts.setting_steps import Asking, Verdict, onward
from operations.rollouts.steps import Sight, in_waves, step

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HEARTBEAT = SettingChange(key="HeartbeatInterval", new="300", old="60")
URL = SettingChange(key="BackendUrl", new="wss://b.example", old="wss://a.example", needs_reboot=True)
SECRET = SettingChange(key="AuthorizationKey", new=None, term="basic_auth_secret")


def asked(kind: CommandKind, state: CommandState = CommandState.DONE, **answer: Any) -> Command:
    return Command(
        station="a",
        kind=kind,
        request={},
        asked_by="anna",
        asked_at_utc=NOW,
        expires_at_utc=NOW,
        state=state,
        answer=answer,
        sent_at_utc=NOW,
    )


def told(**settings: Any) -> list[Mapping[str, Any]]:
    return [{"key": key, "value": value} for key, value in settings.items()]


def test_settings_are_set_at_once_and_read_back() -> None:
    both = (HEARTBEAT, replace(HEARTBEAT, key="ConnectionTimeOut", new="120"))
    assert onward(both, ()) == Asking(
        CommandKind.SET,
        {
            "settings": [
                {"key": "HeartbeatInterval", "value": "300"},
                {"key": "ConnectionTimeOut", "value": "120"},
            ],
            "read_back": True,
        },
    )
    assert onward(both, [asked(CommandKind.SET, CommandState.SENT)]) is None
    assert onward(both, [asked(CommandKind.SET)]) == Verdict()


@pytest.mark.parametrize(
    "answer",
    [
        {"status": "RebootRequired"},
        {"results": [{"key": "HeartbeatInterval", "status": "RebootRequired"}]},
        {"reboot_required": True},
    ],
)
def test_who_needs_a_restart_for_it_restarts_and_is_read_again(answer: dict[str, Any]) -> None:
    was_set = asked(CommandKind.SET, **answer)
    restart = onward((HEARTBEAT,), [was_set])
    assert restart == Asking(CommandKind.RESET, {"way": "immediate"}, proves=True, waits=True)
    read = onward((HEARTBEAT,), [was_set, asked(CommandKind.RESET)])
    assert read == Asking(CommandKind.GET, {"keys": ["HeartbeatInterval"]}, proves=True)
    kept = asked(CommandKind.GET, settings=told(heartbeatinterval="300.0"))
    assert onward((HEARTBEAT,), [was_set, asked(CommandKind.RESET), kept]) == Verdict()


def test_a_setting_known_to_need_a_restart_gets_one_whatever_the_station_says() -> None:
    restart = onward((URL,), [asked(CommandKind.SET, status="Accepted")])
    assert isinstance(restart, Asking)
    assert restart.kind is CommandKind.RESET


@pytest.mark.parametrize("said", ["60", "", None])
def test_only_what_is_told_after_the_restart_counts(said: str | None) -> None:
    settings = [] if said is None else told(HeartbeatInterval=said)
    commands = [
        asked(CommandKind.SET, status="RebootRequired"),
        asked(CommandKind.RESET),
        asked(CommandKind.GET, settings=settings),
    ]
    kept = Finding.of("commands.setting_not_kept", key="HeartbeatInterval", said=said or "")
    assert onward((HEARTBEAT,), commands) == Verdict(kept)


def test_what_a_station_keeps_to_itself_is_believed() -> None:
    hidden = [{"key": "HeartbeatInterval", "value": None}]
    commands = [
        asked(CommandKind.SET, status="RebootRequired"),
        asked(CommandKind.RESET),
        asked(CommandKind.GET, settings=hidden),
    ]
    assert onward((HEARTBEAT,), commands) == Verdict()


def test_passwords_come_first_and_stand_in_no_request() -> None:
    assert onward((HEARTBEAT, SECRET), ()) == Asking(CommandKind.PASSWORD)
    then = onward((HEARTBEAT, SECRET), [asked(CommandKind.PASSWORD)])
    assert isinstance(then, Asking)
    assert [each["key"] for each in then.request["settings"]] == ["HeartbeatInterval"]
    assert onward((SECRET,), [asked(CommandKind.PASSWORD)]) == Verdict()


def test_a_root_certificate_is_installed_before_anything_is_set() -> None:
    root = SettingChange(key="", new="ab:cd", term="own_root", certificate="PEM")
    first = onward((HEARTBEAT, root), ())
    assert first == Asking(CommandKind.INSTALL_CERTIFICATE, {"use": "central_root", "certificate": "PEM"})
    then = onward((HEARTBEAT, root), [asked(CommandKind.INSTALL_CERTIFICATE)])
    assert isinstance(then, Asking)
    assert [each["key"] for each in then.request["settings"]] == ["HeartbeatInterval"]
    assert onward((root,), [asked(CommandKind.INSTALL_CERTIFICATE)]) == Verdict()


def test_a_refusal_ends_it_with_its_reason() -> None:
    refused = replace(asked(CommandKind.SET, CommandState.REJECTED), finding=Finding.of("commands.station_failed"))
    assert onward((HEARTBEAT,), [refused]) == Verdict(Finding.of("commands.station_failed"))


def rollout(*stations: str, **given: Any) -> Rollout:
    waves = in_waves(stations or ("a", "b", "c"), 1, 2, NOW)
    made = Rollout(
        kind=RolloutKind.SETTINGS,
        plan="0f" * 32,
        stations=tuple(replace(each, changes=(HEARTBEAT, URL)) for each in waves),
        pause=timedelta(),
        within=timedelta(hours=1),
        stop_after=1,
        when_idle=True,
        started_by="anna",
        started_at_utc=NOW,
        changed_by="anna",
        changed_at_utc=NOW,
        id=3,
    )
    return replace(made, **given)


def test_a_wave_of_settings_goes_through_its_steps_and_then_the_next_begins() -> None:
    begun = step(rollout(), {}, NOW)
    assert {station: each.kind for station, each in begun.ask.items()} == {"a": CommandKind.SET}
    first = replace(begun.rollout.stations[0], state=StationRollout.ASKED)
    under_way = replace(begun.rollout, stations=(first, *begun.rollout.stations[1:]))
    commands = (asked(CommandKind.SET, status="Accepted"),)
    restarting = step(under_way, {"a": Sight(commands=commands)}, NOW)
    assert (restarting.rollout.stations[0].state, restarting.ask["a"].kind) == (
        StationRollout.PROVING,
        CommandKind.RESET,
    )
    settings = told(HeartbeatInterval="300", BackendUrl="wss://b.example")
    commands += (asked(CommandKind.RESET), asked(CommandKind.GET, settings=settings))
    done = step(restarting.rollout, {"a": Sight(commands=commands)}, NOW)
    assert done.rollout.stations[0].state is StationRollout.DONE
    assert done.ask.keys() == {"b", "c"}


def test_who_was_not_asked_before_it_was_cancelled_is_left_out_and_who_had_begun_has_failed() -> None:
    waiting = replace(asked(CommandKind.SET, CommandState.CANCELLED), sent_at_utc=None)
    cut_off = (asked(CommandKind.SET, status="RebootRequired"), asked(CommandKind.RESET, CommandState.CANCELLED))
    stations = tuple(replace(each, state=StationRollout.ASKED) for each in rollout("a", "b").stations)
    cancelled = rollout(state=RolloutState.CANCELLED, stations=stations)
    seen = {"a": Sight(commands=(waiting,)), "b": Sight(commands=cut_off)}
    states = [each.state for each in step(cancelled, seen, NOW).rollout.stations]
    assert states == [StationRollout.SKIPPED, StationRollout.FAILED]


def station(name: str, wave: int, state: StationRollout, *changes: SettingChange) -> RolloutStation:
    return RolloutStation(station=name, wave=wave, since_utc=NOW, state=state, changes=changes)


def test_taken_back_is_what_was_there_before_and_nothing_that_cannot_be() -> None:
    profile = SettingChange(key="SecurityProfile", new="2", old="1", irreversible=True)
    unknown = SettingChange(key="Secret", new="x")
    made = rollout(
        stations=(
            station("a", 1, StationRollout.DONE, HEARTBEAT, profile, unknown, SECRET),
            station("b", 2, StationRollout.FAILED, URL),
            station("c", 2, StationRollout.WAITING, URL),
        )
    )
    back = reversed_rollout(made, None, "bert", NOW)
    assert (back.reverses, back.plan, back.state, back.id) == (3, "", RolloutState.RUNNING, 0)
    assert [(each.station, each.wave, each.state) for each in back.stations] == [
        ("a", 1, StationRollout.WAITING),
        ("b", 2, StationRollout.WAITING),
    ]
    assert back.stations[0].changes == (replace(HEARTBEAT, new="60", old="300", origin="rollout:3"),)
    (only,) = reversed_rollout(made, 2, "bert", NOW).stations
    assert (only.station, only.wave) == ("b", 1)


def test_what_leaves_nothing_to_take_back_is_refused() -> None:
    made = rollout(stations=(station("a", 1, StationRollout.DONE, SECRET),))
    for refused, code in (
        (made, "rollouts.nothing_to_reverse"),
        (replace(made, kind=RolloutKind.FIRMWARE), "rollouts.only_settings_reversed"),
    ):
        with pytest.raises(RequestError) as caught:
            reversed_rollout(refused, None, "bert", NOW)
        assert caught.value.finding.code == code
