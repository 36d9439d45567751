"""The settings of charge points, put together from what was read and set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from core.commands import Command, CommandKind, CommandState
from operations.stations.configuration import Known, reads_all, settings_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def over(kind: CommandKind, minute: int, answer: dict[str, Any], **request: Any) -> Command:
    at_utc = NOON + timedelta(minutes=minute)
    return Command(
        station="lra-01",
        kind=kind,
        request=request,
        asked_by="anna",
        asked_at_utc=at_utc,
        expires_at_utc=at_utc,
        finished_at_utc=at_utc,
        state=CommandState.DONE,
        answer=answer,
    )


def read(minute: int, value: str | None, key: str = "HeartbeatInterval", **more: Any) -> Command:
    return over(CommandKind.GET, minute, {"settings": [{"key": key, "value": value, **more}]})


def test_what_was_read_last_counts() -> None:
    known = settings_of([read(0, "300", read_only=False), read(5, "600", read_only=True)])
    assert known == {"HeartbeatInterval": Known("600", NOON + timedelta(minutes=5), read_only=True)}


def test_what_a_station_took_counts_and_what_it_refused_does_not() -> None:
    sets = [{"key": "HeartbeatInterval", "value": "60"}]
    taken = over(CommandKind.SET, 1, {"status": "Accepted"}, settings=sets)
    refused = over(CommandKind.SET, 1, {"status": "Rejected"}, settings=sets)
    assert settings_of([read(0, "300"), taken])["HeartbeatInterval"].value == "60"
    assert settings_of([read(0, "300"), refused])["HeartbeatInterval"].value == "300"


def test_each_variable_has_its_own_word() -> None:
    answer = {"results": [{"key": "A/a", "status": "Accepted"}, {"key": "B/b", "status": "Rejected"}]}
    sets = [{"key": "A/a", "value": "1"}, {"key": "B/b", "value": "2"}]
    assert settings_of([over(CommandKind.SET, 0, answer, settings=sets)]).keys() == {"A/a"}


def test_what_waits_for_a_restart_does_so_until_the_station_boots() -> None:
    sets = [{"key": "HeartbeatInterval", "value": "60"}]
    commands = [over(CommandKind.SET, 1, {"status": "RebootRequired"}, settings=sets), read(2, "60")]
    assert settings_of(commands)["HeartbeatInterval"].reboot_required
    booted = settings_of(commands, NOON + timedelta(minutes=3))["HeartbeatInterval"]
    assert (booted.value, booted.reboot_required) == ("60", False)


def test_a_secret_is_known_by_name_only() -> None:
    assert settings_of([read(0, None, "AuthorizationKey")])["AuthorizationKey"].value is None


def test_only_a_reading_without_names_reads_all() -> None:
    told = {"settings": [{"key": "HeartbeatInterval", "value": "300"}]}
    assert reads_all(over(CommandKind.GET, 0, told))
    assert reads_all(over(CommandKind.REPORT, 0, told, base="full"))
    assert not reads_all(over(CommandKind.GET, 0, told, keys=["HeartbeatInterval"]))
    assert not reads_all(over(CommandKind.REPORT, 0, told, base="summary"))
    assert not reads_all(over(CommandKind.GET, 0, {"settings": []}))
