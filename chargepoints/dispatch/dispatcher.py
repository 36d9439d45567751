"""Commands from the ledger to stations and back: in order, one at a time for each station, followed to their end.

A command is marked as sent before it is sent, so that after a crash nobody takes it for one that was not; it is
then over with the reason, and whoever asked decides whether to ask again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, NamedTuple, Protocol

from pydantic import TypeAdapter, ValidationError

from chargepoints.calls import CallRefusedError, Late
from chargepoints.commands.answers import parts as told_parts
from chargepoints.commands.answers import refused, text
from chargepoints.commands.batches import halves, joined, most_items, parts
from chargepoints.commands.collecting import Collecting
from chargepoints.commands.composing import compose, sessions_in, tags_in
from chargepoints.commands.reading_back import goes_on, held, named, reading_of
from chargepoints.commands.sending import Awaited, Context, NotInVersionError, Outcome, Running, Sending, Token
from chargepoints.decoding.events import Arrival, Event, Reported
from chargepoints.dispatch.following import PATIENCE, Followed, Pursuit
from core.books import Ledger
from core.command_requests import REQUESTS
from core.command_words import RateUnit
from core.commands import Command, CommandFilter, CommandKind, CommandState
from core.errors import RequestError, ServiceError, StoreError, UnavailableError
from core.facts import Protocol as Version
from core.facts import SessionState
from core.ports import Clock, StationCredentials
from core.texts import Finding

_LOG = logging.getLogger(__name__)
_EVERY_S: Final = 1.0
_AT_ONCE: Final = 500
_BACKGROUND: Final = "job:"
_RATE_KEY: Final = "ChargingScheduleAllowedChargingRateUnit"
_WITHOUT_ANSWER: Final = (CommandState.TIMED_OUT, CommandState.FAILED)
AWAITS: Final = "awaits"
"""Under which name an accepted command's answer says what is still to come."""


class Line(Protocol):
    """The way to connected stations."""

    def version_of(self, station: str) -> Version | None:
        """Return the version a station speaks, None if it is not connected here."""
        ...

    async def call(
        self,
        station: str,
        action: str,
        payload: dict[str, Any],
        timeout_s: float | None = None,
        late: Late | None = None,
    ) -> dict[str, Any]:
        """Return a station's answer; one that comes after the time-out goes to `late`."""
        ...


@dataclass(frozen=True, slots=True)
class Errand:
    """A command that is under way, with its request as its class has it."""

    command: Command
    request: Any
    version: Version


class Message(NamedTuple):
    """One message of a command, and the part of its request that it says."""

    request: Any
    sending: Sending
    payload: dict[str, Any]


class Dispatcher:
    """Takes waiting commands to their stations; `run` must run beside, `told` hears every message."""

    def __init__(self, ledger: Ledger, line: Line, uid_of: Callable[[str], str | None], clock: Clock) -> None:
        self.followed: Callable[[Command], Awaitable[None]] = nobody_follows
        """Is told of each command that was sent or is over."""
        self.begins_with: frozenset[str] | None = None
        """Of which stations a start takes up what was under way; None: of all."""
        self.credentials: StationCredentials | None = None
        """Where new passwords are kept; None: none can be given."""
        self._ledger = ledger
        self._line = line
        self._uid_of = uid_of
        self._clock = clock
        self._bell = asyncio.Event()
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._notes: set[asyncio.Task[None]] = set()
        self._pursuits: dict[int, Pursuit] = {}
        self._collecting = Collecting()
        self._rate_units: dict[str, RateUnit | None] = {}
        self._most_items: dict[str, dict[CommandKind, int]] = {}

    def wake(self) -> None:
        """Have waiting commands looked at now."""
        self._bell.set()

    async def run(self) -> None:
        """Carry out commands until cancelled. Raises `StoreError` if the ledger fails."""
        await self.take_up(self.begins_with)
        try:
            while True:
                await self._begin_what_is_due()
                await self._give_up_what_is_late()
                with suppress(TimeoutError):
                    async with asyncio.timeout(_EVERY_S):
                        await self._bell.wait()
                self._bell.clear()
        finally:
            for task in (*self._busy.values(), *self._notes):
                task.cancel()
            await asyncio.gather(*self._busy.values(), *self._notes, return_exceptions=True)

    def told(self, arrival: Arrival, event: Event) -> None:
        """Hear a message of a station: it may be what an accepted command leads to."""
        if not self._pursuits:
            return
        for pursuit in [each for each in self._pursuits.values() if each.command.station == arrival.station]:
            found = self._part(pursuit, event) if isinstance(event, Reported) else pursuit.follow(arrival, event)
            if found is not None:
                self._note(self._followed(pursuit, found))

    def gone(self, station: str) -> None:
        """Note that a station's connection ended: what it takes limits in may be another when it is back."""
        self._rate_units.pop(station, None)

    def let_go(self, station: str) -> None:
        """Follow nothing of a station any more: another process does."""
        self._pursuits = {id_: each for id_, each in self._pursuits.items() if each.command.station != station}

    async def take_up(self, stations: frozenset[str] | None = None) -> None:
        """Close what a crash left without an answer; follow on what stations (these, or all) had accepted."""
        for command in await self._all(CommandState.SENT, stations):
            await self._finish(command, CommandState.TIMED_OUT, Finding.of("commands.interrupted"))
        for command in await self._all(CommandState.ACCEPTED, stations):
            awaited = Awaited(command.answer.get(AWAITS, Awaited.NOTHING.value))
            try:
                self._pursue(command, read_request(command), awaited)
            except RequestError as error:  # written by an older release
                await self._finish(command, CommandState.FAILED, error.finding, command.answer)

    async def _all(self, state: CommandState, stations: frozenset[str] | None = None) -> list[Command]:
        """Return the oldest commands in a state, oldest first, people's before those of jobs."""
        found: list[Command] = []
        cursor: str | None = None
        while True:
            wanted = CommandFilter(stations=stations, states=frozenset({state}), limit=_AT_ONCE, cursor=cursor)
            page = await self._ledger.commands(wanted)
            found += page.items
            cursor = page.next_cursor
            if cursor is None:
                return sorted(found, key=lambda each: (each.asked_by.startswith(_BACKGROUND), each.id))

    async def _begin_what_is_due(self) -> None:
        waiting, now_utc = await self._all(CommandState.WAITING), self._clock()
        charging = await self._charging() if any(each.when_idle for each in waiting) else frozenset()
        for command in waiting:
            if command.expires_at_utc <= now_utc:
                await self._finish(command, CommandState.TIMED_OUT, self._why_waited(command, charging))
            elif self._is_due(command, charging, now_utc):
                task = asyncio.create_task(self._carry_out(command))
                self._busy[command.station] = task
                task.add_done_callback(lambda _, station=command.station: self._free(station))  # type: ignore[misc]

    def _free(self, station: str) -> None:
        self._busy.pop(station, None)
        self._bell.set()

    async def _charging(self) -> frozenset[tuple[str, int]]:
        return frozenset((each.station, each.connector) for each in await self._ledger.open_sessions())

    def _is_due(self, command: Command, charging: frozenset[tuple[str, int]], now_utc: datetime) -> bool:
        if command.station in self._busy or self._line.version_of(command.station) is None:
            return False
        if command.not_before_utc is not None and command.not_before_utc > now_utc:
            return False
        return not (command.when_idle and _is_charging(command, charging))

    def _why_waited(self, command: Command, charging: frozenset[tuple[str, int]]) -> Finding:
        if self._line.version_of(command.station) is None:
            return Finding.of("ocpp.station_not_connected", station=command.station)
        if command.when_idle and _is_charging(command, charging):
            return Finding.of("commands.never_idle")
        return Finding.of("commands.expired")

    async def _carry_out(self, command: Command) -> None:
        try:
            await self._send(command)
        except StoreError as error:  # the next round finds the ledger as it is, and fails loudly if it stays so
            _LOG.error("command_not_kept id=%s finding=%s", command.id, error.finding)
        except ServiceError as error:  # of a later part of it: no command is left without an end
            await self._finish(command, CommandState.FAILED, error.finding)

    async def _send(self, command: Command) -> None:
        version = self._line.version_of(command.station)
        if version is None:
            return
        try:
            errand = Errand(command, read_request(command), version)
            context = await self._context(errand)
            most = self._most_items.get(command.station, {}).get(command.kind)
            messages = self._messages(errand, context, parts(version, command.kind, errand.request, most))
        except NotInVersionError as error:
            await self._finish(command, CommandState.NOT_SUPPORTED, error.finding)
            return
        except RequestError as error:
            await self._finish(command, CommandState.FAILED, error.finding)
            return
        sending = messages[0].sending
        sent = replace(command, state=CommandState.SENT, sent_at_utc=self._clock())
        if not await self._ledger.claim_command(sent):  # another process was quicker to send it or to give it up
            await self._password_refused(command)
            return
        await self.followed(sent)
        if sending.awaits is not Awaited.NOTHING:  # what is awaited may come before the answer
            self._pursue(sent, errand.request, sending.awaits)
        outcome = await self._read_back(errand, await self._say(replace(errand, command=sent), context, messages))
        if outcome.state in (CommandState.REJECTED, CommandState.NOT_SUPPORTED):
            await self._password_refused(command)
        if outcome.state is CommandState.ACCEPTED and sending.awaits is not Awaited.NOTHING:
            await self._accepted(sent, outcome)
        else:
            self._pursuits.pop(sent.id, None)
            await self._finish(sent, _final(outcome.state), outcome.finding, outcome.result)

    def _messages(self, errand: Errand, context: Context, requests: tuple[Any, ...]) -> list[Message]:
        kind = errand.command.kind
        return [Message(request, *compose(errand.version, kind, request, context)) for request in requests]

    async def _say(self, errand: Errand, context: Context, messages: list[Message]) -> Outcome:
        """Send one message after the other until one is refused; one that is too long for the station as two."""
        command, outcomes = errand.command, []
        for request, sending, payload in messages:
            outcome = await self._outcome(command, sending.action, payload, sending.understand)
            if shorter := halves(command.kind, request, outcome):
                outcome = await self._say(errand, context, self._messages(errand, context, shorter))
            outcomes.append(named(request, outcome) if len(messages) > 1 else outcome)
            if not goes_on(request, outcome):
                break
        return joined(outcomes)

    async def _read_back(self, errand: Errand, outcome: Outcome) -> Outcome:
        """Read settings that were just set, where that is wanted, and compare them."""
        reading = reading_of(errand.request, outcome)
        if reading is None:
            return outcome
        asks = replace(errand, command=replace(errand.command, kind=CommandKind.GET), request=reading)
        most = self._most_items.get(errand.command.station, {}).get(CommandKind.GET)
        context = await self._context(asks)
        messages = self._messages(asks, context, parts(errand.version, CommandKind.GET, reading, most))
        return held(errand.request, outcome, await self._say(asks, context, messages))

    async def _outcome(
        self, command: Command, action: str, payload: dict[str, Any], understand: Callable[[Mapping[str, Any]], Outcome]
    ) -> Outcome:
        def late(answer: Mapping[str, Any] | None) -> None:
            if command.id not in self._pursuits:  # of one that was accepted, what it leads to says more
                self._note(self._answered_late(command, {} if answer is None else understand(answer).result))

        try:
            return understand(await self._line.call(command.station, action, payload, _timeout_s(command), late))
        except CallRefusedError as error:
            return refused(error.code)
        except UnavailableError as error:
            why = error.finding.code
            if command.kind is CommandKind.RESET and why == "ocpp.station_gone":  # some restart before they answer
                return Outcome(state=CommandState.ACCEPTED)
            state = CommandState.TIMED_OUT if why == "ocpp.call_timeout" else CommandState.FAILED
            return Outcome(state=state, finding=error.finding)

    async def _context(self, errand: Errand) -> Context:
        tokens = {tag: Token(uid) for tag in tags_in(errand.request) if (uid := self._uid_of(tag)) is not None}
        running = {}
        for id_ in sessions_in(errand.request):
            session = await self._ledger.session(id_)
            if session is not None and session.state is SessionState.OPEN:
                running[id_] = Running(session.transaction, session.connector)
        return Context(
            now_utc=self._clock(),
            number=errand.command.id,
            tokens=tokens,
            sessions=running,
            rate_unit=await self._rate_unit(errand) if errand.command.kind is CommandKind.LIMIT else None,
            password=await self._new_password(errand.command) if errand.command.kind is CommandKind.PASSWORD else "",
        )

    async def _new_password(self, command: Command) -> str:
        secret = None if self.credentials is None else await self.credentials.offer(command.station)
        if secret is None:
            raise RequestError("commands.no_place_for_passwords")
        return secret

    async def _password_refused(self, command: Command) -> None:
        if command.kind is CommandKind.PASSWORD and self.credentials is not None:
            await self.credentials.refused(command.station)

    async def _rate_unit(self, errand: Errand) -> RateUnit | None:
        """Return the only unit in which a 1.6 station takes limits, asked once for each connection."""
        station = errand.command.station
        if errand.version is not Version.OCPP_16:
            return None
        if station not in self._rate_units:
            try:
                answer = await self._line.call(station, "GetConfiguration", {"key": [_RATE_KEY]})
            except ServiceError:  # it may not have the key, or answer nothing: then the limit goes as it was asked
                return None
            self._rate_units[station] = _only_unit(answer)
        return self._rate_units[station]

    async def _accepted(self, command: Command, outcome: Outcome) -> None:
        pursuit = self._pursuits.get(command.id)
        if pursuit is None:  # what was awaited has come already
            return
        answer = {**outcome.result, AWAITS: pursuit.awaited.value}
        accepted = replace(command, state=CommandState.ACCEPTED, answer=answer, finding=outcome.finding)
        until_utc = self._clock() + PATIENCE.get(pursuit.awaited, timedelta())
        self._pursuits[command.id] = replace(pursuit, command=accepted, until_utc=until_utc)
        await self._ledger.save_command(accepted)

    def _pursue(self, command: Command, request: Any, awaited: Awaited) -> None:
        patience = PATIENCE.get(awaited, timedelta())
        self._pursuits[command.id] = Pursuit(command, request, awaited, self._clock() + patience)

    def _part(self, pursuit: Pursuit, event: Reported) -> Followed | None:
        if pursuit.awaited is not Awaited.PARTS or event.request != pursuit.command.id:
            return None
        whole = self._collecting.add(pursuit.command.station, event)
        self._pursuits[pursuit.command.id] = replace(pursuit, until_utc=self._clock() + PATIENCE[Awaited.PARTS])
        return None if whole is None else Followed(CommandState.DONE, whole)

    async def _followed(self, pursuit: Pursuit, found: Followed) -> None:
        command = pursuit.command
        answer = {name: value for name, value in command.answer.items() if name != AWAITS} | dict(found.result)
        if found.state is CommandState.ACCEPTED:
            going = replace(command, state=found.state, answer={**answer, AWAITS: pursuit.awaited.value})
            self._pursuits[command.id] = replace(
                pursuit, command=going, until_utc=self._clock() + PATIENCE[pursuit.awaited]
            )
            await self._ledger.save_command(going)
            return
        self._pursuits.pop(command.id, None)
        finding = None if found.state is CommandState.DONE else Finding.of("commands.station_failed")
        await self._finish(command, found.state, finding, answer)

    async def _give_up_what_is_late(self) -> None:
        now_utc = self._clock()
        for pursuit in [each for each in self._pursuits.values() if each.until_utc <= now_utc]:
            command = pursuit.command
            if command.state is CommandState.SENT:  # its own answer is waited for still
                continue
            del self._pursuits[command.id]
            self._collecting.forget(command.station, command.id)
            finding = Finding.of("commands.not_followed", awaited=f"station_words.awaited.{pursuit.awaited}")
            await self._finish(command, CommandState.FAILED, finding, command.answer)

    async def _answered_late(self, command: Command, result: Mapping[str, Any]) -> None:
        """Add an answer to the command that had ended without it: it stays ended."""
        if (ending := self._busy.get(command.station)) is not None:
            await asyncio.wait([ending])
        kept = await self._ledger.command(command.id)
        if kept is not None and kept.state in _WITHOUT_ANSWER:
            finding = Finding.of("commands.answered_late")
            await self._ledger.save_command(replace(kept, answer=dict(result), finding=finding))

    async def _finish(
        self, command: Command, state: CommandState, finding: Finding | None, answer: Mapping[str, Any] | None = None
    ) -> None:
        said = {name: value for name, value in (answer or {}).items() if name != AWAITS}
        if most := most_items(said):
            self._most_items.setdefault(command.station, {}).update(most)
        over = replace(command, state=state, finding=finding, answer=said, finished_at_utc=self._clock())
        await self._ledger.save_command(over)
        await self.followed(over)

    def _note(self, writing: Any) -> None:
        task = asyncio.create_task(self._kept(writing))
        self._notes.add(task)
        task.add_done_callback(self._notes.discard)

    @staticmethod
    async def _kept(writing: Any) -> None:
        try:
            await writing
        except StoreError as error:
            _LOG.error("command_not_kept finding=%s", error.finding)


async def nobody_follows(_command: Command) -> None:
    """Tell nobody of a command."""


def read_request(command: Command) -> Any:
    """Return a command's request as its class has it. Raises `RequestError` if it is none."""
    try:
        return _reader(command.kind).validate_python(dict(command.request))
    except ValidationError as error:
        raise RequestError("commands.request_invalid", kind=command.kind.value, count=error.error_count()) from error


@cache
def _reader(kind: CommandKind) -> TypeAdapter[Any]:
    return TypeAdapter(REQUESTS[kind])


def _is_charging(command: Command, charging: frozenset[tuple[str, int]]) -> bool:
    if command.connector:
        return (command.station, command.connector) in charging
    return any(station == command.station for station, _ in charging)


def _timeout_s(command: Command) -> float | None:
    said = command.request.get("answer_within_s")
    return float(said) if said else None


def _final(state: CommandState) -> CommandState:
    return CommandState.DONE if state is CommandState.ACCEPTED else state


def _only_unit(answer: Mapping[str, Any]) -> RateUnit | None:
    said = next((text(each, "value") for each in told_parts(answer, "configurationKey")), "").casefold()
    current, power = "current" in said, "power" in said
    if current is power:
        return None
    return RateUnit.AMPERE if current else RateUnit.WATT
