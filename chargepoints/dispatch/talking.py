"""What is said to a station for one command: its messages one after the other, and how they were answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final, NamedTuple, Protocol

from pydantic import TypeAdapter, ValidationError

from chargepoints.calls import CallRefusedError, Late
from chargepoints.commands.answers import parts as told_parts
from chargepoints.commands.answers import refused, text
from chargepoints.commands.batches import halves, joined, most_items, parts
from chargepoints.commands.composing import compose, sessions_in, tags_in
from chargepoints.commands.reading_back import goes_on, held, named, reading_of
from chargepoints.commands.sending import Context, Outcome, Running, Sending, Token
from core.books import Ledger
from core.command_requests import REQUESTS
from core.command_words import RateUnit
from core.commands import Command, CommandKind, CommandState
from core.errors import RequestError, ServiceError, UnavailableError
from core.facts import Protocol as Version
from core.facts import SessionState
from core.ports import Clock, StationCredentials

_RATE_KEY: Final = "ChargingScheduleAllowedChargingRateUnit"

TellLate = Callable[[Command, Mapping[str, Any]], None]
"""Is told what a station answered to a command after its time-out, as a result."""


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
    context: Context


class Talking:
    """Says commands to stations, and remembers what each takes: how many items at once, limits in which unit."""

    def __init__(
        self, ledger: Ledger, line: Line, uid_of: Callable[[str], str | None], clock: Clock, late: TellLate
    ) -> None:
        self.credentials: StationCredentials | None = None
        """Where new passwords are kept; None: none can be given."""
        self._ledger = ledger
        self._line = line
        self._uid_of = uid_of
        self._clock = clock
        self._late = late
        self._rate_units: dict[str, RateUnit | None] = {}
        self._most_items: dict[str, dict[CommandKind, int]] = {}

    def gone(self, station: str) -> None:
        """Note that a station's connection ended: what it takes limits in may be another when it is back."""
        self._rate_units.pop(station, None)

    def learn(self, station: str, answer: Mapping[str, Any]) -> None:
        """Remember how many items a station takes in one message, where its answer says so."""
        if most := most_items(answer):
            self._most_items.setdefault(station, {}).update(most)

    async def messages(self, errand: Errand) -> list[Message]:
        """Return what is to be said, one message or several.

        Raises `NotInVersionError` or `RequestError` where the station cannot be told that, `StoreError`.
        """
        most = self._most_items.get(errand.command.station, {}).get(errand.command.kind)
        context = await self._context(errand)
        return _composed(errand, context, parts(errand.version, errand.command.kind, errand.request, most))

    async def say(self, errand: Errand, messages: list[Message]) -> Outcome:
        """Return what became of messages; settings are read back and compared where that is wanted.

        Raises `ServiceError` if a part that shows itself necessary on the way cannot be said.
        """
        outcome = await self._said(errand, messages)
        reading = reading_of(errand.request, outcome)
        if reading is None:
            return outcome
        asks = replace(errand, command=replace(errand.command, kind=CommandKind.GET), request=reading)
        return held(errand.request, outcome, await self._said(asks, await self.messages(asks)))

    async def take_back(self, command: Command) -> None:
        """Forget the new password that a station did not take, where the command was about one."""
        if command.kind is CommandKind.PASSWORD and self.credentials is not None:
            await self.credentials.refused(command.station)

    async def _said(self, errand: Errand, messages: list[Message]) -> Outcome:
        """Send one message after the other until one is refused; one that is too long for the station as two."""
        outcomes = []
        for message in messages:
            outcome = await self._outcome(errand.command, message)
            if shorter := halves(errand.command.kind, message.request, outcome):
                outcome = await self._said(errand, _composed(errand, message.context, shorter))
            outcomes.append(named(message.request, outcome) if len(messages) > 1 else outcome)
            if not goes_on(message.request, outcome):
                break
        return joined(outcomes)

    async def _outcome(self, command: Command, message: Message) -> Outcome:
        action, understand = message.sending.action, message.sending.understand

        def late(answer: Mapping[str, Any] | None) -> None:
            self._late(command, {} if answer is None else understand(answer).result)

        try:
            answer = await self._line.call(command.station, action, message.payload, _timeout_s(command), late)
            return understand(answer)
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


def _composed(errand: Errand, context: Context, requests: tuple[Any, ...]) -> list[Message]:
    kind = errand.command.kind
    return [Message(request, *compose(errand.version, kind, request, context), context) for request in requests]


def read_request(command: Command) -> Any:
    """Return a command's request as its class has it. Raises `RequestError` if it is none."""
    try:
        return _reader(command.kind).validate_python(dict(command.request))
    except ValidationError as error:
        raise RequestError("commands.request_invalid", kind=command.kind.value, count=error.error_count()) from error


@cache
def _reader(kind: CommandKind) -> TypeAdapter[Any]:
    return TypeAdapter(REQUESTS[kind])


def _timeout_s(command: Command) -> float | None:
    said = command.request.get("answer_within_s")
    return float(said) if said else None


def _only_unit(answer: Mapping[str, Any]) -> RateUnit | None:
    said = next((text(each, "value") for each in told_parts(answer, "configurationKey")), "").casefold()
    current, power = "current" in said, "power" in said
    if current is power:
        return None
    return RateUnit.AMPERE if current else RateUnit.WATT
