"""What a firmware roll-out does next: waves, proof by the version told, stopping by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.commands import Command, CommandKind, CommandState
from core.rollouts import Rollout, RolloutState, StationRollout
from core.texts import Finding
from operations.rollouts.steps import RESTART_WITHIN, Sight, Step, in_waves, step

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
OLD, NEW = "2.0.9", "2.1.0"
S, R = StationRollout, RolloutState


def rollout(*stations: str, canary: int = 1, wave_size: int = 2, **given: Any) -> Rollout:
    made = Rollout(
        firmware=NEW,
        url="https://firmware.example/1.bin",
        stations=in_waves(stations or ("a", "b", "c", "d"), canary, wave_size, NOW),
        pause=HOUR,
        within=24 * HOUR,
        stop_after=1,
        when_idle=True,
        started_by="anna",
        started_at_utc=NOW,
        changed_by="anna",
        changed_at_utc=NOW,
        id=1,
    )
    return replace(made, **given)


def command(state: CommandState, ended_at_utc: datetime | None = None, finding: Finding | None = None) -> Command:
    return Command(
        station="a",
        kind=CommandKind.FIRMWARE,
        request={},
        asked_by="anna",
        asked_at_utc=NOW,
        expires_at_utc=NOW + HOUR,
        state=state,
        finished_at_utc=ended_at_utc,
        finding=finding,
        id=7,
    )


def sight(command: Command | None = None, **given: Any) -> Sight:
    return Sight(commands=() if command is None else (command,), **given)


def asked(made: Rollout, *names: str) -> Rollout:
    changed = [replace(each, state=S.ASKED, command=7) if each.station in names else each for each in made.stations]
    return replace(made, stations=tuple(changed))


def states(stepped: Step) -> dict[str, StationRollout]:
    return {each.station: each.state for each in stepped.rollout.stations}


@pytest.mark.parametrize(
    ("count", "canary", "size", "waves"),
    [
        (4, 1, 2, [1, 2, 2, 3]),
        (1, 1, 5, [1]),
        (2, 5, 5, [1, 1]),
        (6, 2, 4, [1, 1, 2, 2, 2, 2]),
    ],
)
def test_few_come_first_and_the_others_in_waves(count: int, canary: int, size: int, waves: list[int]) -> None:
    assert [each.wave for each in in_waves([f"s{n}" for n in range(count)], canary, size, NOW)] == waves


def test_only_the_first_wave_begins_at_once() -> None:
    assert step(rollout(), {}, NOW).ask.keys() == {"a"}


def test_a_station_is_done_when_it_tells_the_new_version_and_the_next_wave_waits_for_the_pause() -> None:
    stepped = step(asked(rollout(), "a"), {"a": sight(command=command(CommandState.DONE, NOW), firmware=NEW)}, NOW)
    assert states(stepped)["a"] is S.DONE
    assert stepped.ask == {}
    assert step(stepped.rollout, {}, NOW + HOUR - MINUTE).ask == {}
    assert step(stepped.rollout, {}, NOW + HOUR).ask.keys() == {"b", "c"}


def test_who_says_installed_but_restarts_with_the_old_version_has_failed_and_stops_all() -> None:
    done = command(CommandState.DONE, NOW)
    waits = step(asked(rollout(), "a"), {"a": sight(command=done, firmware=OLD, booted_at_utc=NOW - HOUR)}, NOW)
    assert states(waits)["a"] is S.PROVING
    boots = {"a": sight(command=done, firmware=OLD, booted_at_utc=NOW + MINUTE)}
    stopped = step(waits.rollout, boots, NOW + 2 * MINUTE)
    assert stopped.rollout.stations[0].finding == Finding.of("rollouts.old_version", firmware=OLD)
    assert (stopped.rollout.state, stopped.ask) == (R.STOPPED, {})
    assert stopped.rollout.finding == Finding.of("rollouts.stopped_itself", count=1)


def test_who_says_installed_and_never_restarts_has_failed_after_an_hour() -> None:
    seen = {"a": sight(command=command(CommandState.DONE, NOW), firmware=OLD)}
    waits = step(asked(rollout(), "a"), seen, NOW).rollout
    assert states(step(waits, seen, NOW + RESTART_WITHIN - MINUTE))["a"] is S.PROVING
    assert states(step(waits, seen, NOW + RESTART_WITHIN))["a"] is S.FAILED


@pytest.mark.parametrize("state", [CommandState.REJECTED, CommandState.FAILED, CommandState.TIMED_OUT])
def test_a_station_that_will_not_or_cannot_has_failed_with_its_reason(state: CommandState) -> None:
    seen = {"a": sight(command=command(state, NOW, Finding.of("commands.station_failed")), firmware=OLD)}
    stopped = step(asked(rollout(), "a"), seen, NOW).rollout
    assert (stopped.stations[0].state, stopped.stations[0].finding) == (S.FAILED, Finding.of("commands.station_failed"))
    assert stopped.state is R.STOPPED


def test_a_station_that_does_not_come_fails_at_its_time() -> None:
    seen: Mapping[str, Sight] = {"a": sight(command=command(CommandState.ACCEPTED), firmware=OLD)}
    going = asked(rollout(), "a")
    assert states(step(going, seen, NOW + 24 * HOUR - MINUTE))["a"] is S.ASKED
    assert step(going, seen, NOW + 24 * HOUR).rollout.stations[0].finding == Finding.of("rollouts.late")


def test_as_many_failures_as_are_borne_do_not_stop_it() -> None:
    seen = {"a": sight(command=command(CommandState.REJECTED, NOW))}
    stepped = step(asked(rollout(stop_after=2, pause=timedelta()), "a"), seen, NOW)
    assert (stepped.rollout.state, tuple(stepped.ask)) == (R.RUNNING, ("b", "c"))


def test_failures_of_before_it_was_resumed_do_not_stop_it_again() -> None:
    seen = {"a": sight(command=command(CommandState.REJECTED, NOW))}
    stopped = step(asked(rollout(), "a"), seen, NOW).rollout
    assert step(replace(stopped, state=R.RUNNING, forgiven=1), seen, NOW + HOUR).ask.keys() == {"b", "c"}


def test_who_has_the_version_already_is_skipped_without_a_pause() -> None:
    stepped = step(rollout(), {"a": sight(firmware=NEW), "b": sight(firmware=NEW)}, NOW)
    first = step(rollout(), {"a": sight(firmware=NEW)}, NOW)
    assert (states(first)["a"], tuple(first.ask)) == (S.SKIPPED, ("b", "c"))
    assert (states(stepped)["b"], states(stepped)["c"]) == (S.SKIPPED, S.WAITING)
    assert step(stepped.rollout, {}, NOW).ask.keys() == {"c"}


def test_all_through_is_done() -> None:
    stepped = step(asked(rollout("a"), "a"), {"a": sight(command=command(CommandState.ACCEPTED), firmware=NEW)}, NOW)
    assert stepped.rollout.state is R.DONE


def test_paused_it_follows_what_is_under_way_and_begins_nothing() -> None:
    paused = asked(rollout(state=R.PAUSED, pause=timedelta()), "a")
    stepped = step(paused, {"a": sight(command=command(CommandState.DONE, NOW), firmware=NEW)}, NOW + HOUR)
    assert (states(stepped)["a"], stepped.rollout.state, stepped.ask) == (S.DONE, R.PAUSED, {})


def test_cancelled_what_waits_is_left_out_and_what_loads_goes_on() -> None:
    seen = {"a": sight(command=command(CommandState.ACCEPTED)), "b": sight(command=command(CommandState.CANCELLED))}
    stepped = step(asked(rollout(state=R.CANCELLED), "a", "b"), seen, NOW)
    assert states(stepped) == {"a": S.ASKED, "b": S.SKIPPED, "c": S.SKIPPED, "d": S.SKIPPED}


def test_what_was_asked_just_before_a_crash_is_not_asked_again() -> None:
    stepped = step(rollout(), {"a": sight(command=command(CommandState.WAITING))}, NOW)
    assert (states(stepped)["a"], stepped.rollout.stations[0].command, stepped.ask) == (S.ASKED, 7, {})
