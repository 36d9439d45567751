"""Commands from the ledger to stations and back: in order, one at a time for each station, followed to their end.

A command is marked as sent before it is sent, so that after a crash nobody takes it for one that was not; it is
then over with the reason, and whoever asked decides whether to ask again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from chargepoints.commands.collecting import Collecting
from chargepoints.commands.sending import Awaited, NotInVersionError, Outcome
from chargepoints.decoding.events import Arrival, Event, Reported
from chargepoints.dispatch.following import PATIENCE, Followed, Pursuit
from chargepoints.dispatch.talking import Errand, Line, Talking, read_request
from core.books import Ledger
from core.commands import Command, CommandFilter, CommandState
from core.errors import RequestError, ServiceError, StoreError
from core.ports import Clock
from core.texts import Finding

_LOG = logging.getLogger(__name__)
_EVERY_S: Final = 1.0
_AT_ONCE: Final = 500
_BACKGROUND: Final = "job:"
_WITHOUT_ANSWER: Final = (CommandState.TIMED_OUT, CommandState.FAILED)
AWAITS: Final = "awaits"
"""Under which name an accepted command's answer says what is still to come."""


class Dispatcher:
    """Takes waiting commands to their stations; `run` must run beside, `told` hears every message."""

    def __init__(self, ledger: Ledger, line: Line, uid_of: Callable[[str], str | None], clock: Clock) -> None:
        self.followed: Callable[[Command], Awaitable[None]] = nobody_follows
        """Is told of each command that was sent or is over."""
        self.begins_with: frozenset[str] | None = None
        """Of which stations a start takes up what was under way; None: of all."""
        self.talking = Talking(ledger, line, uid_of, clock, self._late)
        self._ledger = ledger
        self._line = line
        self._clock = clock
        self._bell = asyncio.Event()
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._notes: set[asyncio.Task[None]] = set()
        self._pursuits: dict[int, Pursuit] = {}
        self._collecting = Collecting()

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
            messages = await self.talking.messages(errand)
        except NotInVersionError as error:
            await self._finish(command, CommandState.NOT_SUPPORTED, error.finding)
            return
        except RequestError as error:
            await self._finish(command, CommandState.FAILED, error.finding)
            return
        sending = messages[0].sending
        sent = replace(command, state=CommandState.SENT, sent_at_utc=self._clock())
        if not await self._ledger.claim_command(sent):  # another process was quicker to send it or to give it up
            await self.talking.take_back(command)
            return
        await self.followed(sent)
        if sending.awaits is not Awaited.NOTHING:  # what is awaited may come before the answer
            self._pursue(sent, errand.request, sending.awaits)
        outcome = await self.talking.say(replace(errand, command=sent), messages)
        if outcome.state in (CommandState.REJECTED, CommandState.NOT_SUPPORTED):
            await self.talking.take_back(command)
        if outcome.state is CommandState.ACCEPTED and sending.awaits is not Awaited.NOTHING:
            await self._accepted(sent, outcome)
        else:
            self._pursuits.pop(sent.id, None)
            await self._finish(sent, _final(outcome.state), outcome.finding, outcome.result)

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

    def _late(self, command: Command, result: Mapping[str, Any]) -> None:
        if command.id not in self._pursuits:  # of one that was accepted, what it leads to says more
            self._note(self._answered_late(command, result))

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
        self.talking.learn(command.station, said)
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


def _is_charging(command: Command, charging: frozenset[tuple[str, int]]) -> bool:
    if command.connector:
        return (command.station, command.connector) in charging
    return any(station == command.station for station, _ in charging)


def _final(state: CommandState) -> CommandState:
    return CommandState.DONE if state is CommandState.ACCEPTED else state
