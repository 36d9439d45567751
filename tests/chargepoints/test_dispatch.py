"""Commands on their way to a real socket: sent in turn, followed to what they lead to, never left without an end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from core.commands import Command, CommandKind, CommandState

NOW = "2026-11-22T10:00:00Z"
STATION = "lra-open"


async def ask(house: Any, kind: CommandKind, **given: Any) -> int:
    """Ask a command of the station and return its number."""
    now_utc = datetime.now(UTC)  # noqa: TID251 - tests run on the real clock
    request = given.pop("request", {})
    within = given.pop("within", timedelta(minutes=1))
    command = Command(
        station=given.pop("station", STATION),
        kind=kind,
        request=request,
        asked_by="anna",
        asked_at_utc=now_utc,
        expires_at_utc=now_utc + within,
        **given,
    )
    (kept,) = await house.stores.ledger.ask([command])
    house.central.wake()
    return int(kept.id)


async def until(house: Any, number: int, holds: Callable[[Command], bool] = lambda command: command.state.final) -> Any:
    """Return a command once something is true of it."""
    async with asyncio.timeout(5):
        while not holds(command := await house.stores.ledger.command(number)):  # noqa: ASYNC110 - it is read until it is so
            await asyncio.sleep(0.01)
    return command


async def answer(station: Any, action: str, **payload: Any) -> dict[str, Any]:
    """Answer our next call, which must be this one; return what it said."""
    _, id_, said, asked = await station.hear()
    assert said == action
    await station.say(json.dumps([3, id_, payload]))
    return dict(asked)


async def test_a_start_is_done_when_its_session_begins_and_the_number_of_the_card_is_kept_nowhere(
    house: Any, raw_station: Any
) -> None:
    tag = house.privacy.token("04A2B3C4D5")
    async with raw_station(house) as station:
        await station.ask("Heartbeat", {})
        number = await ask(house, CommandKind.START, request={"connector": 2, "tag": tag})
        asked = await answer(station, "RemoteStartTransaction", status="Accepted")
        assert asked == {"connectorId": 2, "idTag": "04A2B3C4D5"}
        accepted = await until(house, number, lambda command: command.state is CommandState.ACCEPTED)
        assert accepted.answer["awaits"] == "session_begin"
        start = {"connectorId": 2, "idTag": "04A2B3C4D5", "meterStart": 0, "timestamp": NOW}
        begun = await station.ask("StartTransaction", start)
        done = await until(house, number)
    assert done.state is CommandState.DONE
    assert done.answer == {"status": "Accepted", "session": f"{STATION}-{begun['transactionId']}"}
    assert done.request == {"connector": 2, "tag": tag}
    frames = [frame.payload async for frame in house.stores.journal.frames()]
    assert not any(b"04A2B3C4D5" in payload for payload in frames)


async def test_a_restart_is_done_when_the_station_boots_again_even_if_it_never_answers(
    house: Any, raw_station: Any
) -> None:
    boot = {"chargePointVendor": "Example", "chargePointModel": "One", "firmwareVersion": "1.2"}
    async with raw_station(house) as station:
        await station.ask("Heartbeat", {})
        number = await ask(house, CommandKind.RESET, request={"way": "hard"})
        assert (await station.hear())[2:] == ["Reset", {"type": "Hard"}]
    async with raw_station(house) as station:
        await station.ask("BootNotification", boot)
        done = await until(house, number)
    assert (done.state, done.answer) == (CommandState.DONE, {"firmware": "1.2"})


async def test_one_command_goes_after_the_other_and_a_persons_before_those_of_jobs(
    house: Any, raw_station: Any
) -> None:
    first = await ask(house, CommandKind.CLEAR_CACHE)
    async with raw_station(house) as station:
        await station.ask("Heartbeat", {})
        second = await ask(house, CommandKind.UNLOCK, request={"connector": 1})
        assert await answer(station, "ClearCache", status="Accepted") == {}
        assert await answer(station, "UnlockConnector", status="UnlockFailed") == {"connectorId": 1}
        states = [(await until(house, number)).state for number in (first, second)]
    assert states == [CommandState.DONE, CommandState.FAILED]


async def test_what_waits_for_an_idle_station_is_sent_when_its_session_is_over(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        start = {"connectorId": 1, "idTag": "04A2B3C4D5", "meterStart": 0, "timestamp": NOW}
        begun = await station.ask("StartTransaction", start)
        await house.stored()
        number = await ask(house, CommandKind.CLEAR_CACHE, when_idle=True, within=timedelta(hours=1))
        assert await station.hears_nothing()
        stop = {"transactionId": begun["transactionId"], "meterStop": 10, "timestamp": "2026-11-22T10:05:00Z"}
        await station.ask("StopTransaction", stop)
        await answer(station, "ClearCache", status="Accepted")
        assert (await until(house, number)).state is CommandState.DONE


async def test_refusals_errors_and_words_of_another_version_are_told_as_what_they_are(
    house: Any, raw_station: Any
) -> None:
    async with raw_station(house) as station:
        await station.ask("Heartbeat", {})
        refused = await ask(house, CommandKind.CLEAR_CACHE)
        _, id_, *_ = await station.hear()
        await station.say(json.dumps([4, id_, "NotImplemented", "", {}]))
        rejected = await ask(house, CommandKind.AVAILABILITY, request={"operative": False, "connector": 1})
        await answer(station, "ChangeAvailability", status="Rejected")
        other = await ask(house, CommandKind.CLEAR_MESSAGE, request={"number": 1})
        nonsense = await ask(house, CommandKind.UNLOCK, request={"connector": "left"})
        over = [await until(house, number) for number in (refused, rejected, other, nonsense)]
    assert [each.state for each in over] == [
        CommandState.NOT_SUPPORTED,
        CommandState.REJECTED,
        CommandState.NOT_SUPPORTED,
        CommandState.FAILED,
    ]
    assert [each.finding.code for each in over][2:] == ["ocpp.not_in_version", "commands.request_invalid"]


async def test_a_station_that_is_not_there_in_time_and_one_that_answers_late(house: Any, raw_station: Any) -> None:
    gone = await ask(house, CommandKind.CLEAR_CACHE, station="lra-open-2", within=timedelta())
    over = await until(house, gone)
    assert (over.state, over.finding.code) == (CommandState.TIMED_OUT, "ocpp.station_not_connected")
    async with raw_station(house) as station:
        await station.ask("Heartbeat", {})
        number = await ask(house, CommandKind.CLEAR_CACHE, request={"answer_within_s": 0.05})
        _, id_, *_ = await station.hear()
        assert (await until(house, number)).finding.code == "ocpp.call_timeout"
        await station.say(json.dumps([3, id_, {"status": "Accepted"}]))
        late = await until(house, number, lambda command: command.finding.code == "commands.answered_late")
    assert (late.state, late.answer) == (CommandState.TIMED_OUT, {"status": "Accepted"})


async def test_what_was_sent_when_the_service_stopped_is_over_after_its_start(
    open_house: Any, raw_station: Any
) -> None:
    async with open_house() as house, raw_station(house) as station:
        await station.ask("Heartbeat", {})
        number = await ask(house, CommandKind.CLEAR_CACHE)
        await station.hear()
    async with open_house() as house:
        over = await until(house, number)
    assert (over.state, over.finding.code) == (CommandState.TIMED_OUT, "commands.interrupted")


async def test_what_is_too_much_for_a_station_goes_in_two_messages(house: Any, raw_station: Any) -> None:
    async with raw_station(house, version="ocpp2.0.1") as station:
        await station.ask("Heartbeat", {})
        number = await ask(house, CommandKind.GET, request={"keys": ["A/a", "B/b"]})
        _, id_, *_ = await station.hear()
        await station.say(json.dumps([4, id_, "OccurrenceConstraintViolation", "", {}]))
        for component, variable in ("Aa", "Bb"):
            named = {"component": {"name": component}, "variable": {"name": variable}}
            told = {**named, "attributeStatus": "Accepted", "attributeValue": variable}
            assert await answer(station, "GetVariables", getVariableResult=[told]) == {"getVariableData": [named]}
        done = await until(house, number)
    assert done.state is CommandState.DONE
    assert [each["key"] for each in done.answer["settings"]] == ["A/a", "B/b"]


async def test_several_settings_go_one_by_one_to_an_old_station(house: Any, raw_station: Any) -> None:
    settings = [{"key": "HeartbeatInterval", "value": "300"}, {"key": "WebSocketPingInterval", "value": "30"}]
    async with raw_station(house) as station:
        await station.ask("Heartbeat", {})
        number = await ask(house, CommandKind.SET, request={"settings": settings})
        assert await answer(station, "ChangeConfiguration", status="RebootRequired") == settings[0]
        assert await answer(station, "ChangeConfiguration", status="Accepted") == settings[1]
        assert (await until(house, number)).state is CommandState.DONE
        number = await ask(house, CommandKind.SET, request={"settings": settings})
        await answer(station, "ChangeConfiguration", status="Rejected")
        await answer(station, "ChangeConfiguration", status="Accepted")  # one that is refused keeps no other back
        assert (await until(house, number)).state is CommandState.REJECTED
