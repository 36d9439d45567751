"""From one received frame to its answer: journal, understand, decide, journal the answer, tell the books.

The order is the promise: a frame is on disk before anything is answered, and what the answer
decides is on disk before it is sent.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from chargepoints.admission import BOOT, Gate
from chargepoints.assembly import Assembly
from chargepoints.conformance import Refusal
from chargepoints.decoding.events import Arrival, Decision, Decoded
from chargepoints.privacy import Privacy, outline
from chargepoints.registrar import Registrar
from chargepoints.rpc import Call, Fault, Malformed, Message, MessageId, Parsed, error_frame, result_frame
from chargepoints.settings import ChargePointSettings
from chargepoints.trail import Trail
from chargepoints.understanding import ROUTES, Sound, check, decode
from core.errors import StoreError
from core.facts import Protocol
from core.inventory import Admission
from core.ports import Clock, Direction, Frame
from core.station_events import StationEventKind
from core.texts import Finding

_PAYLOAD = 3
_REMEMBERED_ANSWERS = 32
_INVALID_DATA = 1007
_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What all connections share."""

    settings: ChargePointSettings
    privacy: Privacy
    trail: Trail
    registrar: Registrar
    assembly: Assembly
    clock: Clock


class Inbound(NamedTuple):
    """A received frame; `is_text` as the WebSocket marked it."""

    frame: bytes
    is_text: bool
    parsed: Parsed
    at_utc: datetime


class Heard(NamedTuple):
    """A call that keeps to its schema, and what it tells."""

    sound: Sound
    decoded: Decoded


Answer = bytes | None
"""A frame that goes back, None where none is due."""

Then = Callable[[Answer, Exception | None], None]
"""Is told an answer, or why there is none."""


class Reply(NamedTuple):
    """What goes back: a frame, or the code to close with, or neither."""

    frame: bytes | None = None
    close_code: int | None = None


@dataclass(eq=False, slots=True)
class Answering:
    """Answers the frames of one connection."""

    station: str
    protocol: Protocol
    connection: str
    desk: Desk
    refused: int = 0
    repeated: int = 0
    gate: Gate = field(init=False)
    _answers: OrderedDict[MessageId, tuple[int, bytes]] = field(default_factory=OrderedDict)
    _version: str = field(init=False)

    def __post_init__(self) -> None:
        self._version = self.protocol.value
        accepted = self.desk.registrar.admission(self.station) is Admission.ACCEPTED
        self.gate = Gate(accepted=accepted)

    async def answer(self, inbound: Inbound) -> Reply:
        """Return the answer to a frame, which is on disk by then. Raises `StoreError` if it cannot be."""
        progress = self.desk.assembly.progress
        ticket, number = progress.take(), 0
        try:
            frame, json = self._journalled(inbound)
            number = await self.desk.trail.write(frame)
            arrival = Arrival(self.station, self.protocol, inbound.at_utc, number)
            message = inbound.parsed.message
            if isinstance(message, Malformed):
                return self._refuse_malformed(message, inbound, frame, number)
            if isinstance(message, Call):
                return Reply(await self._answer_call(message, inbound, arrival, frame, json))
            return Reply()
        finally:
            progress.give_back(ticket, number)

    def is_plain(self, message: Message) -> bool:
        """Return whether a message is a call whose answer waits for nothing but the journal."""
        if not isinstance(message, Call) or not self.desk.trail.is_prompt:
            return False
        route = ROUTES[self.protocol].get(message.action)
        return route is not None and not route.decides

    def answer_then(self, call: Call, inbound: Inbound, then: Then) -> None:
        """Answer a plain call as `answer` does, but with no task that waits: `then` is told the answer.

        Calls of one station are answered in the order in which they came. Raises `StoreError` if
        the journal is closed; what else may fail, `then` is told.
        """
        progress = self.desk.assembly.progress
        frame, clean = self._journalled(inbound)
        ticket = progress.take()

        def written(number: int, error: Exception | None) -> None:
            if error is not None:
                progress.give_back(ticket)
                if isinstance(error, StoreError):
                    self.desk.trail.trouble = error.finding
                then(None, error)
                return
            self.desk.trail.trouble = None
            try:
                arrival = Arrival(self.station, self.protocol, inbound.at_utc, number)
                heard = self._hear(call, inbound, arrival, frame, clean)
                if isinstance(heard, Heard):
                    heard = self._acknowledge(call, inbound, arrival, heard)
            except Exception as failure:  # noqa: BLE001 - it ends this connection, and no other's turn in the group
                then(None, failure)
            else:
                then(heard, None)
            finally:
                progress.give_back(ticket, number)

        try:
            self.desk.trail.write_then(frame, written)
        except StoreError:
            progress.give_back(ticket)
            raise

    def journalled(self, inbound: Inbound) -> Frame:
        """Return a frame as the journal keeps it: without tags and secrets, sealed where it is no JSON."""
        return self._journalled(inbound)[0]

    def _journalled(self, inbound: Inbound) -> tuple[Frame, list[Any]]:
        json, privacy = inbound.parsed.json, self.desk.privacy
        if json is None:
            return self._frame(Direction.IN, inbound.at_utc, privacy.seal(inbound.frame), sealed=True), []
        payload, clean = privacy.redact(inbound.frame, json)
        return self._frame(Direction.IN, inbound.at_utc, payload), clean

    def sent(self, payload: bytes) -> Frame:
        """Return a frame of ours as the journal keeps it."""
        return self._frame(Direction.OUT, self.desk.clock(), payload)

    def _frame(self, direction: Direction, at_utc: datetime, payload: bytes, *, sealed: bool = False) -> Frame:
        return Frame(self.station, self.connection, direction, at_utc, self._version, payload, sealed)

    async def _answer_call(
        self, call: Call, inbound: Inbound, arrival: Arrival, frame: Frame, clean: list[Any]
    ) -> bytes | None:
        heard = self._hear(call, inbound, arrival, frame, clean)
        if not isinstance(heard, Heard):
            return heard
        if not heard.sound.route.decides:
            return self._acknowledge(call, inbound, arrival, heard)
        decision = await self.desk.registrar.decide(self.station, heard.decoded.event)
        return await self._decided(call, inbound, arrival, heard, decision)

    def _hear(self, call: Call, inbound: Inbound, arrival: Arrival, frame: Frame, clean: list[Any]) -> Heard | Answer:
        """Return what a call says that is to be answered now, or its answer where that is plain already."""
        known = self._answers.get(call.id)
        if known is not None and known[0] == hash(inbound.frame):
            self.repeated += 1
            return known[1]
        if not self.gate.lets(call.action, arrival.received_at_utc):
            return self._not_yet(call, arrival)
        sound = check(self.protocol, call, lenient=self.desk.settings.lenient)
        if isinstance(sound, Refusal):
            return self._refuse(call, sound, arrival, frame)
        payload = self.desk.privacy.clean(sound.payload) if sound.repairs else clean[_PAYLOAD]
        decoded = decode(sound, payload, arrival)
        if isinstance(decoded, Refusal):
            return self._refuse(call, decoded, arrival, frame)
        if call.silent:
            self.desk.assembly.tell(arrival, *decoded)
            return None
        return Heard(sound, decoded)

    def _acknowledge(self, call: Call, inbound: Inbound, arrival: Arrival, heard: Heard) -> bytes:
        """Return the answer that decides nothing; the journal has it with the next commit (see `trail`)."""
        route, event = heard.sound.route, heard.decoded.event
        decision = self.desk.registrar.note()
        said = route.answer(event, decision)
        answer = result_frame(call.id, said)
        self.desk.trail.later(self._frame(Direction.OUT, decision.now_utc, answer))
        self.desk.assembly.tell(arrival, route.learn(event, said), heard.decoded.findings)
        if self.gate.accepted:
            self._remember(call.id, inbound.frame, answer)
        return answer

    async def _decided(self, call: Call, inbound: Inbound, arrival: Arrival, heard: Heard, decision: Decision) -> bytes:
        """Return the answer that tells a decision, once the journal has it."""
        route, event = heard.sound.route, heard.decoded.event
        said = route.answer(event, decision)
        answer = result_frame(call.id, said)
        kept = result_frame(call.id, self.desk.privacy.clean(said)) if decision.card_group else answer
        await self.desk.trail.write(self._frame(Direction.OUT, decision.now_utc, kept))
        self.desk.assembly.tell(arrival, route.learn(event, said), heard.decoded.findings)
        if call.action == BOOT:
            self.gate.accepted = decision.admission is Admission.ACCEPTED
        if self.gate.accepted:  # else the same boot, sent again, may be answered otherwise
            self._remember(call.id, inbound.frame, answer)
        return answer

    def _not_yet(self, call: Call, arrival: Arrival) -> bytes | None:
        """Refuse what a station that is not accepted may not say; the journal has it, and the station's events."""
        finding = Finding.of("ocpp.not_accepted_yet", action=call.action[:_SHOWN])
        self.refused += 1
        at_utc = arrival.received_at_utc
        self.desk.assembly.chronicle.count(self.station, StationEventKind.REFUSED, finding, at_utc, arrival.frame)
        answer = None if call.silent else error_frame(self.protocol, call.id, Fault.SECURITY, finding)
        if answer is not None:
            self.desk.trail.later(self.sent(answer))
        return answer

    def _refuse_malformed(self, message: Malformed, inbound: Inbound, frame: Frame, number: int) -> Reply:
        payload = outline(inbound.frame) if frame.sealed else frame.payload
        self._reject(message.finding, inbound.at_utc, payload, 0 if frame.sealed else number)
        if inbound.is_text and not _is_utf8(inbound.frame):
            return Reply(close_code=_INVALID_DATA)  # RFC 6455 8.1: the connection must be failed
        if not message.answerable:
            return Reply()
        answer = error_frame(self.protocol, message.id, message.fault, message.finding)
        if answer is not None:
            self.desk.trail.later(self.sent(answer))
        return Reply(answer)

    def _refuse(self, call: Call, refusal: Refusal, arrival: Arrival, frame: Frame) -> bytes | None:
        self._reject(refusal.finding, arrival.received_at_utc, frame.payload, arrival.frame)
        if call.silent:
            return None
        answer = error_frame(self.protocol, call.id, refusal.fault, refusal.finding)
        if answer is not None:
            self.desk.trail.later(self.sent(answer))
        return answer

    def _reject(self, finding: Finding, at_utc: datetime, payload: bytes, number: int) -> None:
        self.refused += 1
        self.desk.assembly.notebook.reject(self.station, finding, payload, at_utc, number)

    def _remember(self, id_: MessageId, frame: bytes, answer: bytes) -> None:
        """Keep the answer for a retry, which may reuse its id (OCPP-J 1.6 errata), on this socket only."""
        self._answers[id_] = hash(frame), answer
        if len(self._answers) > _REMEMBERED_ANSWERS:
            self._answers.popitem(last=False)


def _is_utf8(frame: bytes) -> bool:
    try:
        frame.decode()
    except UnicodeDecodeError:
        return False
    return True
