"""What a charge point's list of cards needs next, played against a station that has one."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import to_jsonable_python

from core.command_requests import ListEntry, SendList
from core.command_words import ListStatus, ListUpdate
from core.commands import Command, CommandKind, CommandState
from core.erasure import ERASED_TAG
from core.facts import Protocol
from operations.local_lists.plan import GROUP, ListState, Plan, plan_list

NOW = datetime(2026, 3, 4, 11, tzinfo=UTC)


def an_entry(number: int, **more: Any) -> ListEntry:
    return ListEntry(tag=f"tag:{number:020x}", **more)


class Station:
    """A station with a list, and the book of what was asked of it."""

    def __init__(self, **keys: str) -> None:
        self.keys = keys
        self.version = 0
        self.entries: dict[str, ListEntry] = {}
        self.commands: list[Command] = []
        self.now_utc = NOW
        self.refuses: CommandState | None = None
        self.messages: list[SendList] = []

    def plan(self, wanted: list[ListEntry], **more: Any) -> Plan:
        asked: dict[str, Any] = {"protocol": Protocol.OCPP_16, "booted_at_utc": None, "now_utc": self.now_utc}
        return plan_list(wanted, self.commands, **asked | more)

    def work(self, plan: Plan) -> None:
        for kind, request in plan.requests:
            self.now_utc += timedelta(seconds=1)
            state, answer = self._answer(kind, request)
            self.commands.insert(0, a_command(kind, request, state, answer, self.now_utc))

    def settle(self, wanted: list[ListEntry], rounds: int = 5) -> int:
        for number in range(rounds):
            plan = self.plan(wanted)
            if plan.state is ListState.IN_SYNC:
                return number
            self.work(plan)
        raise AssertionError(self.plan(wanted))

    def _answer(self, kind: CommandKind, request: Any) -> tuple[CommandState, dict[str, Any]]:
        if kind is CommandKind.GET:
            return CommandState.DONE, {"settings": [{"key": key, "value": said} for key, said in self.keys.items()]}
        if kind is CommandKind.LIST_VERSION:
            return CommandState.DONE, {"version": self.version}
        if kind is CommandKind.SET:
            self.keys |= {setting.key: setting.value for setting in request.settings}
            return CommandState.DONE, {}
        assert isinstance(request, SendList)
        return self._take(request)

    def _take(self, request: SendList) -> tuple[CommandState, dict[str, Any]]:
        if self.refuses is not None:
            return self.refuses, {"status": "Failed"}
        if self.keys.get("LocalAuthListEnabled") == "false":
            return CommandState.FAILED, {"status": "Failed"}
        if request.update is ListUpdate.DIFFERENTIAL and request.version <= self.version:
            return CommandState.REJECTED, {"status": "VersionMismatch"}
        assert len(request.entries) <= int(self.keys.get("SendLocalListMaxLength", 10_000))
        assert len({entry.tag for entry in request.entries}) == len(request.entries)
        self.messages.append(request)
        kept = {} if request.update is ListUpdate.FULL else dict(self.entries)
        for entry in request.entries:
            kept.pop(entry.tag, None)
            if entry.status is not None:
                kept[entry.tag] = entry
        self.entries, self.version = kept, request.version
        return CommandState.DONE, {"status": "Accepted"}


def a_command(
    kind: CommandKind, request: Any, state: CommandState, answer: dict[str, Any], at_utc: datetime
) -> Command:
    return Command(
        station="s",
        kind=kind,
        request=to_jsonable_python(asdict(request)),
        asked_by="job:local_lists",
        asked_at_utc=at_utc,
        expires_at_utc=at_utc + timedelta(hours=1),
        state=state,
        group=GROUP,
        sent_at_utc=at_utc,
        finished_at_utc=at_utc if state.final else None,
        answer=answer,
    )


WANTED = [an_entry(1, until_utc=NOW + timedelta(days=9)), an_entry(2, card_group="depot"), an_entry(3)]


def holds(station: Station, wanted: list[ListEntry]) -> bool:
    return station.entries == {entry.tag: entry for entry in wanted}


def test_a_new_station_is_asked_what_it_has_and_then_gets_the_whole_list() -> None:
    station = Station()
    kinds = [kind for kind, _ in station.plan(WANTED).requests]
    assert kinds == [CommandKind.GET, CommandKind.LIST_VERSION]
    assert station.settle(WANTED) == 2
    assert holds(station, WANTED)
    assert [(each.update, each.version) for each in station.messages] == [(ListUpdate.FULL, 1)]
    assert station.plan(WANTED) == Plan(state=ListState.IN_SYNC, version=1, listed=3)


def test_a_change_goes_alone_and_takes_out_what_is_gone() -> None:
    station = Station()
    station.settle(WANTED)
    station.settle(changed := [*WANTED[1:], an_entry(4, status=ListStatus.BLOCKED), an_entry(5), an_entry(6)])
    assert holds(station, changed)
    station.settle(fewer := changed[1:])
    assert holds(station, fewer)
    last = station.messages[-1]
    assert (last.update, last.entries) == (ListUpdate.DIFFERENTIAL, (ListEntry(tag=WANTED[1].tag, status=None),))


def test_a_station_whose_list_somebody_else_changed_gets_the_whole_one_with_a_higher_version() -> None:
    station = Station()
    station.settle(WANTED)
    station.version, station.entries = 40, {}
    station.now_utc += timedelta(days=1)
    station.settle(WANTED)
    assert holds(station, WANTED)
    assert station.version == 41
    assert station.messages[-1].update is ListUpdate.FULL


def test_a_station_that_booted_is_asked_again() -> None:
    station = Station()
    station.settle(WANTED)
    plan = station.plan(WANTED, booted_at_utc=station.now_utc + timedelta(minutes=1))
    assert [kind for kind, _ in plan.requests] == [CommandKind.LIST_VERSION]


def test_a_refused_change_is_followed_by_the_whole_list() -> None:
    station = Station()
    station.settle(WANTED)
    station.refuses = CommandState.REJECTED
    station.work(station.plan(WANTED[1:]))
    station.refuses = None
    station.settle(WANTED[1:])
    assert station.messages[-1].update is ListUpdate.FULL
    assert holds(station, WANTED[1:])


def test_a_refused_whole_list_rests_for_hours_unless_somebody_asks() -> None:
    station = Station()
    station.refuses = CommandState.FAILED
    station.work(station.plan(WANTED))
    station.work(station.plan(WANTED))
    assert station.plan(WANTED).state is ListState.FAILED
    assert station.plan(WANTED).requests == ()
    station.refuses = None
    station.work(station.plan(WANTED, urged=True))
    station.settle(WANTED)
    assert holds(station, WANTED)


def test_a_failed_list_is_tried_again_after_six_hours() -> None:
    station = Station()
    station.refuses = CommandState.TIMED_OUT
    station.work(station.plan(WANTED))
    station.work(station.plan(WANTED))
    station.refuses = None
    station.now_utc += timedelta(hours=6)
    station.settle(WANTED)
    assert holds(station, WANTED)


def test_a_station_without_lists_is_left_alone_until_it_boots() -> None:
    station = Station()
    station.commands = [a_command(CommandKind.LIST_VERSION, WANTED[0], CommandState.NOT_SUPPORTED, {}, NOW)]
    assert station.plan(WANTED).state is ListState.NOT_SUPPORTED
    assert station.plan(WANTED).requests == ()
    assert station.plan(WANTED, booted_at_utc=NOW + timedelta(hours=1)).requests


def test_a_list_that_is_off_is_turned_on_before_it_is_sent() -> None:
    station = Station(LocalAuthListEnabled="false")
    station.settle(WANTED)
    assert holds(station, WANTED)
    assert station.keys["LocalAuthListEnabled"] == "true"


def test_a_long_list_goes_in_parts_and_what_has_no_room_is_counted() -> None:
    station = Station(SendLocalListMaxLength="2", LocalAuthListMaxLength="5")
    many = [an_entry(number) for number in range(8)]
    station.work(station.plan(many))
    station.settle(many[:5])
    assert [len(each.entries) for each in station.messages] == [2, 2, 1]
    assert [each.version for each in station.messages] == [1, 2, 3]
    assert station.plan(many) == Plan(state=ListState.IN_SYNC, version=3, listed=5, left_out=3)


def test_nothing_is_asked_while_something_is_under_way() -> None:
    station = Station()
    waiting = a_command(CommandKind.LIST_VERSION, WANTED[0], CommandState.WAITING, {}, NOW)
    station.commands = [waiting]
    assert station.plan(WANTED) == Plan(state=ListState.UNDER_WAY)
    never_sent = replace(waiting, state=CommandState.TIMED_OUT, sent_at_utc=None, finished_at_utc=NOW)
    station.commands = [never_sent]
    assert station.plan(WANTED).requests, "a command that never got there says nothing of the station"


def test_after_a_card_was_erased_the_whole_list_goes_again() -> None:
    station = Station()
    station.settle(WANTED)
    forgotten = json.dumps(station.commands[0].request).replace(WANTED[0].tag, ERASED_TAG)
    station.commands[0] = replace(station.commands[0], request=json.loads(forgotten))
    station.settle(WANTED[1:])
    assert station.messages[-1].update is ListUpdate.FULL
    assert holds(station, WANTED[1:])


def test_an_empty_list_is_a_list() -> None:
    station = Station()
    station.settle(WANTED)
    station.settle([])
    assert holds(station, [])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sets(st.integers(0, 9)), min_size=1, max_size=6), st.integers(1, 4))
def test_whatever_is_wanted_the_station_has_it_in_the_end(wishes: list[set[int]], at_once: int) -> None:
    station = Station(SendLocalListMaxLength=str(at_once))
    for wish in wishes:
        wanted = [an_entry(number) for number in sorted(wish)]
        station.settle(wanted)
        assert holds(station, wanted)
