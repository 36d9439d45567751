"""Stations that answer never, late, twice, wrongly or with errors: each command ends rightly, and is written down."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoints.commands import v16, v21, v201
from chargepoints.commands.sending import Awaited, Outcome
from chargepoints.dispatch.following import PATIENCE
from chargepoints.dispatch.talking import _only_unit
from chargepoints.trail import Trail
from core.commands import Command, CommandKind, CommandState
from core.ports import Direction, Frame, Journal
from core.station_events import StationEventFilter, StationEventKind

STATION, OTHER = "lra-open", "lra-open-2"
ACCEPTED = {"status": "Accepted"}
UID = "04A2B3C4D5"


async def ask(house: Any, kind: CommandKind = CommandKind.CLEAR_CACHE, station: str = STATION, **given: Any) -> int:
    now_utc = datetime.now(UTC)  # noqa: TID251 - tests run on the real clock
    request = given.pop("request", {})
    asked = Command(
        station=station,
        kind=kind,
        request=request,
        asked_by="anna",
        asked_at_utc=now_utc,
        expires_at_utc=now_utc + timedelta(minutes=1),
        **given,
    )
    (kept,) = await house.stores.ledger.ask([asked])
    house.central.wake()
    return int(kept.id)


def is_over(command: Command) -> bool:
    return command.state.final


async def until(house: Any, number: int, holds: Callable[[Command], bool] = is_over) -> Command:
    async with asyncio.timeout(5):
        while not holds(command := await house.stores.ledger.command(number)):  # noqa: ASYNC110 - it is read until it is so
            await asyncio.sleep(0.01)
    found: Command = command
    return found


async def events(house: Any, station: str = STATION) -> Counter[str]:
    """Return how often each oddity is in a station's list of events."""
    await house.stored()
    kinds = frozenset({StationEventKind.ANSWER, StationEventKind.REFUSED, StationEventKind.NOTICE})
    wanted = StationEventFilter(stations=frozenset({station}), kinds=kinds)
    counted: Counter[str] = Counter()
    for event in (await house.stores.ledger.station_events(wanted)).items:
        counted[event.code] += event.count
    return counted


async def goes_on(house: Any, station: Any, name: str = STATION) -> None:
    """Show that nothing else is affected: the station is answered, and does the next command."""
    await station.ask("Heartbeat", {})
    number = await ask(house, station=name)
    _, id_, action, _ = await station.hear()
    assert action == "ClearCache"
    await station.say(json.dumps([3, id_, ACCEPTED]))
    assert (await until(house, number)).state is CommandState.DONE


PDU = json.dumps([2, "x", "RemoteStartTransaction", {"idTag": UID}])
FAILED, ERROR, INVALID = CommandState.FAILED, "ocpp.command_error", "ocpp.response_invalid"
BROKEN = ("ocpp.answer_nonconforming",)
ANSWERS: dict[str, tuple[list[Any], CommandState, str, tuple[str, ...]]] = {
    "a CALLERROR that says nothing": ([4, "{id}", "", ""], FAILED, ERROR, ()),
    "a CALLERROR with newlines": ([4, "{id}", "GenericError", "a\nb\r\n\n" * 100, {}], FAILED, ERROR, ()),
    "a CALLERROR with the whole message": ([4, "{id}", PDU, PDU, {"m": PDU}], FAILED, ERROR, ()),
    "a CALLERROR that is none of the list": ([4, "{id}", 5, None, []], FAILED, ERROR, ()),
    "a refusal in another version's word": ([4, "{id}", "SecurityError", "", {}], CommandState.REJECTED, ERROR, ()),
    "a result without its status": ([3, "{id}", {}], FAILED, "ocpp.answer_without_status", BROKEN),
    "a result of another shape": (
        [3, "{id}", {"status": ["Unlocked"], "idTag": UID}],
        FAILED,
        "ocpp.answer_without_status",
        BROKEN,
    ),
    "a status that nobody knows": ([3, "{id}", {"status": "Perhaps"}], FAILED, "ocpp.command_refused", BROKEN),
    "a result that is no object": ([3, "{id}", "Unlocked"], FAILED, INVALID, (INVALID, INVALID)),
    "a result that is cut off": ([3, "{id}"], FAILED, INVALID, (INVALID, INVALID)),
    "an error without a code": ([4, "{id}"], FAILED, INVALID, (INVALID, INVALID)),
}
"""What a station answers, how the command ends and why, and what is in the list of its events (an answer without the
form of one stands there twice: as a message that could not be used, and as the answer to a command)."""


async def test_an_answer_of_any_kind_ends_its_command_and_nothing_else(house: Any, raw_station: Any) -> None:
    counted: Counter[str] = Counter()
    async with raw_station(house) as station, raw_station(house, OTHER) as other:
        await station.ask("Heartbeat", {})
        await other.ask("Heartbeat", {})
        for name, (answer, state, finding, told) in ANSWERS.items():
            number = await ask(house, CommandKind.UNLOCK, request={"connector": 1})
            _, id_, *_ = await station.hear()
            await station.say(json.dumps([id_ if part == "{id}" else part for part in answer]))
            over = await until(house, number)
            assert over.finding is not None, name
            assert (over.state, over.finding.code) == (state, finding), name
            assert UID not in repr(over), name
            counted.update(told)
        await goes_on(house, station)
        await goes_on(house, other, OTHER)
        found = await events(house)
    assert {code: found.get(code) for code in counted} == counted
    assert found["ocpp.call_refused"] == 5
    assert await events(house, OTHER) == {}
    heard = [frame.payload for frame in await house.frames() if frame.direction is Direction.IN]
    assert not any(UID.encode() in payload for payload in heard)


async def test_answers_that_come_twice_or_under_another_id_are_counted_and_dropped(
    house: Any, raw_station: Any
) -> None:
    async with raw_station(house) as station:
        await station.ask("Heartbeat", {})
        twice = await ask(house)
        _, id_, *_ = await station.hear()
        for _ in range(2):
            await station.say(json.dumps([3, id_, ACCEPTED]))
        assert (await until(house, twice)).state is CommandState.DONE
        other = await ask(house, request={"answer_within_s": 0.1})
        _, right, *_ = await station.hear()
        await station.say(json.dumps([3, right[::-1], ACCEPTED]))
        over = await until(house, other)
        await goes_on(house, station)
        found = await events(house)
    assert (over.state, over.finding and over.finding.code) == (CommandState.TIMED_OUT, "ocpp.call_timeout")
    assert found == {"ocpp.answer_unsolicited": 2, "ocpp.call_timeout": 1}


async def test_a_late_answer_is_booked_to_its_expired_call_and_the_station_is_waited_for_from_then_on(
    open_house: Any, raw_station: Any
) -> None:
    async with open_house(call_timeout_s=0.2) as house, raw_station(house) as station:
        await station.ask("Heartbeat", {})
        first = await ask(house)
        _, id_, *_ = await station.hear()
        assert (await until(house, first)).state is CommandState.TIMED_OUT
        await asyncio.sleep(0.2)
        await station.say(json.dumps([3, id_, ACCEPTED]))
        late = await until(house, first, lambda command: bool(command.answer))
        second = await ask(house)
        _, id_, *_ = await station.hear()
        await asyncio.sleep(0.35)
        await station.say(json.dumps([3, id_, ACCEPTED]))
        done = await until(house, second)
        found = await events(house)
    assert late.finding is not None
    assert (late.state, late.finding.code, late.answer) == (CommandState.TIMED_OUT, "commands.answered_late", ACCEPTED)
    assert done.state is CommandState.DONE
    assert found == {"ocpp.answer_late": 1, "ocpp.call_timeout": 1}


async def test_an_answer_that_comes_over_the_next_connection_is_booked_to_its_command(
    house: Any, raw_station: Any
) -> None:
    async with raw_station(house) as station:
        await station.ask("Heartbeat", {})
        number = await ask(house)
        _, id_, *_ = await station.hear()
    over = await until(house, number)
    assert over.finding is not None
    assert (over.state, over.finding.code) == (CommandState.FAILED, "ocpp.station_gone")
    async with raw_station(house) as station:
        await station.say(json.dumps([3, id_, ACCEPTED]))
        late = await until(house, number, lambda command: bool(command.answer))
        await goes_on(house, station)
        found = await events(house)
    assert (late.state, late.answer) == (CommandState.FAILED, ACCEPTED)
    assert found == {"ocpp.station_gone": 1, "ocpp.answer_late": 1}


async def test_a_socket_that_replaces_the_old_one_ends_what_was_asked_over_that(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as old:
        await old.ask("Heartbeat", {})
        number = await ask(house)
        await old.hear()
        async with raw_station(house) as new:
            assert (await until(house, number)).state is CommandState.FAILED
            await goes_on(house, new)
            await old.socket.wait_closed()
            await goes_on(house, new)


async def test_a_restart_that_could_not_be_said_is_no_restart(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        await station.ask("Heartbeat", {})
        first = await ask(house, CommandKind.RESET, request={"way": "hard", "answer_within_s": 0.1})
        assert (await station.hear())[2] == "Reset"
        over = await until(house, first)
        await goes_on(house, station)
    assert over.state is CommandState.TIMED_OUT


async def test_what_is_awaited_is_awaited_from_the_answer_on_however_long_that_took(
    house: Any, raw_station: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PATIENCE, Awaited.MESSAGE, timedelta(seconds=0.5))
    async with raw_station(house) as station:
        await station.ask("Heartbeat", {})
        number = await ask(house, CommandKind.TRIGGER, request={"message": "heartbeat"})
        _, id_, *_ = await station.hear()
        await asyncio.sleep(1.3)
        assert (await house.stores.ledger.command(number)).state is CommandState.SENT
        await station.say(json.dumps([3, id_, ACCEPTED]))
        await station.ask("Heartbeat", {})
        assert (await until(house, number)).state is CommandState.DONE


async def test_one_of_a_group_that_fails_costs_the_others_nothing(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as bad, raw_station(house, OTHER) as good:
        await bad.ask("Heartbeat", {})
        await good.ask("Heartbeat", {})
        numbers = [
            await ask(house, station=name, group="all-1", request={"answer_within_s": within})
            for name, within in ((STATION, 0.1), (OTHER, 5.0), ("lra-01", 5.0))
        ]
        await bad.hear()
        _, id_, *_ = await good.hear()
        await good.say(json.dumps([3, id_, ACCEPTED]))
        states = [(await until(house, number)).state for number in numbers[:2]]
        waiting = await house.stores.ledger.command(numbers[2])
    assert states == [CommandState.TIMED_OUT, CommandState.DONE]
    assert waiting.state is CommandState.WAITING


async def test_ten_thousand_unsolicited_results_do_not_keep_a_command_from_its_answer(
    house: Any, raw_station: Any
) -> None:
    async with raw_station(house) as station:
        await station.ask("Heartbeat", {})
        number = await ask(house)
        _, id_, *_ = await station.hear()
        for count in range(10_000):
            await station.say(f'[3,"{count}",{{}}]')
        await station.say(json.dumps([3, id_, ACCEPTED]))
        assert (await until(house, number)).state is CommandState.DONE
        await goes_on(house, station)
        assert (await events(house))["ocpp.answer_unsolicited"] == 10_000


async def test_a_flood_of_answers_waits_for_the_disk_and_not_in_memory() -> None:
    class Slow:
        """A journal that says how much it was given at once."""

        def __init__(self) -> None:
            self.given: list[int] = []

        async def append_all(self, frames: list[Frame]) -> None:
            self.given.append(len(frames))

    journal = Slow()
    trail = Trail(cast("Journal", journal))
    frame = Frame(STATION, "c", Direction.IN, datetime(2026, 1, 1, tzinfo=UTC), "1.6", b"[3]", sealed=False)
    for _ in range(10_000):
        trail.later(frame)
        await trail.keep_up()
    assert journal.given
    assert max(journal.given) <= 2001


async def test_a_report_whose_parts_come_doubled_or_before_the_answer_is_whole_once(
    house: Any, raw_station: Any
) -> None:
    def part(number: int, key: str, *, more: bool) -> dict[str, Any]:
        data = {
            "component": {"name": key},
            "variable": {"name": "V"},
            "variableAttribute": [{"value": key}],
        }
        at = "2026-11-22T10:00:00Z"
        return {"requestId": asked, "generatedAt": at, "seqNo": number, "tbc": more, "reportData": [data]}

    async with raw_station(house, version="ocpp2.0.1") as station:
        await station.ask("Heartbeat", {})
        asked = await ask(house, CommandKind.REPORT, request={"base": "full"})
        _, id_, action, _ = await station.hear()
        assert action == "GetBaseReport"
        for number, key in ((1, "A"), (1, "A"), (2, "B"), (2, "B")):
            await station.ask("NotifyReport", part(number, key, more=True))
        await station.ask("NotifyReport", part(3, "C", more=False))
        await station.say(json.dumps([3, id_, ACCEPTED]))
        done = await until(house, asked)
    assert done.state is CommandState.DONE
    assert [each["key"] for each in done.answer["settings"]] == ["A/V", "B/V", "C/V"]


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    ["status", "configurationKey", "unknownKey", "getVariableResult", "setVariableResult", "listVersion",
     "versionNumber", "schedule", "chargingSchedule", "certificateHashData", "certificateHashDataChain", "statusInfo",
     "setMonitoringResult", "clearMonitoringResult", "filename", "fileName", "messagesInQueue", "ongoingIndicator",
     "transactionId", "data", "connectorId", "scheduleStart"]
)  # fmt: skip
SENDINGS = [
    (version.__name__, kind, sending)
    for version in (v16, v201, v21)
    for kind, sendings in version.COMMANDS.items()
    for sending in sendings
]


@settings(deadline=None, max_examples=40)
@given(st.dictionaries(FIELDS, anything, max_size=4))
def test_whatever_a_station_answers_has_a_meaning_and_ends_nothing(answer: dict[str, Any]) -> None:
    for version, kind, sending in SENDINGS:
        outcome = sending.understand(answer)
        assert isinstance(outcome, Outcome), (version, kind)
        json.dumps(dict(outcome.result))
    assert _only_unit(answer) in (None, *_UNITS)


_UNITS = tuple(unit for said in ("Current", "Power") if (unit := _only_unit({"configurationKey": [{"value": said}]})))


@pytest.mark.parametrize("shape", [None, 5, "x", [None], [5], ["x"], [{"value": None}], [{"value": [1]}]])
def test_a_unit_that_cannot_be_read_is_no_unit(shape: object) -> None:
    assert _only_unit({"configurationKey": shape}) is None
