"""Reading the journal again: the same events as live, with what was answered then.

Decisions are not made anew: numbers and verdicts come from the journalled answers, and so does whether
a message was taken at all. One that was refused (by a strict service, or of a station not let in yet)
tells nothing later either, and one that was repaired stays repaired, whatever is set today. Only a frame
that a crash left without answer is decided when it is replayed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from chargepoints.conformance import Refusal
from chargepoints.decoding.events import Arrival, Decoded, Event
from chargepoints.rpc import Call, CallError, CallResult, Fault, Malformed, parse
from chargepoints.understanding import Sound, check, decode
from core.errors import FormatError
from core.facts import Protocol
from core.ports import Direction, Frame
from core.texts import Finding


class Told(NamedTuple):
    """An event with how it came and what was odd about it."""

    arrival: Arrival
    event: Event
    findings: tuple[Finding, ...]


class Unused(NamedTuple):
    """A frame that could not be used."""

    arrival: Arrival
    finding: Finding
    payload: bytes


class Undecided(NamedTuple):
    """A call whose answer is not in the journal."""

    arrival: Arrival
    sound: Sound
    decoded: Decoded
    call: Call
    payload: bytes


class Replay:
    """Turns frames, fed in order, into events; `lenient` is about calls that were never answered."""

    def __init__(self, *, lenient: bool, max_depth: int, unseal: Callable[[bytes], bytes] | None = None) -> None:
        self._unseal = unseal
        self._lenient = lenient
        self._max_depth = max_depth
        self._held: dict[tuple[str, str], Undecided] = {}

    def feed(self, frame: Frame) -> Told | Unused | None:
        """Return what a frame tells, None where it tells nothing (yet)."""
        if frame.direction is Direction.OUT:
            return self._answered(frame)
        arrival = Arrival(frame.station, Protocol(frame.protocol), frame.at_utc, frame.id)
        if frame.sealed:
            return Unused(arrival, self._reason(frame), b"")
        message = parse(frame.payload, self._max_depth, arrival.protocol).message
        if isinstance(message, Malformed):
            return Unused(arrival, message.finding, frame.payload)
        return self._called(message, arrival, frame) if isinstance(message, Call) else None

    def _called(self, call: Call, arrival: Arrival, frame: Frame) -> Told | Unused | None:
        sound = check(arrival.protocol, call, lenient=True)
        if isinstance(sound, Refusal):
            return Unused(arrival, sound.finding, frame.payload)
        decoded = decode(sound, sound.payload, arrival)
        if isinstance(decoded, Refusal):
            return Unused(arrival, decoded.finding, frame.payload)
        if call.silent:
            return Told(arrival, decoded.event, decoded.findings)
        self._held[frame.connection, str(call.id)] = Undecided(arrival, sound, decoded, call, frame.payload)
        return None

    def undecided(self) -> list[Undecided]:
        """Return the calls on which nothing was decided, as they were never answered; in order."""
        return [held for held in self._unanswered() if held.sound.route.decides]

    def acknowledged(self) -> list[Told]:
        """Return what calls tell that need no decision and whose acknowledgement did not come into the journal."""
        return [
            Told(held.arrival, held.decoded.event, held.decoded.findings)
            for held in self._unanswered()
            if not held.sound.route.decides
        ]

    def _unanswered(self) -> list[Undecided]:
        held = sorted(self._held.values(), key=lambda held: held.arrival.frame)
        return [each for each in held if self._lenient or _refusal(each) is None]

    def _reason(self, frame: Frame) -> Finding:
        """Return why a sealed frame was refused, as far as it can be opened."""
        unknown = Finding.of("ocpp.frame_unreadable")
        if self._unseal is None:
            return unknown
        try:
            message = parse(self._unseal(frame.payload), self._max_depth).message
        except FormatError:
            return unknown
        return message.finding if isinstance(message, Malformed) else unknown

    def _answered(self, frame: Frame) -> Told | Unused | None:
        message = parse(frame.payload, self._max_depth).message
        if not isinstance(message, (CallResult, CallError)):
            return None
        held = self._held.pop((frame.connection, message.id), None)
        if held is None:
            return None
        if isinstance(message, CallResult):
            return learnt(held, message.payload)
        why = _why_refused(held, message)
        return None if why is None else Unused(held.arrival, why, held.payload)


def _why_refused(held: Undecided, answer: CallError) -> Finding | None:
    """Return why a call was refused then that would be taken today, None where nobody knows."""
    if answer.code == Fault.SECURITY:
        return Finding.of("ocpp.not_accepted_yet", action=held.call.action)
    refusal = _refusal(held)
    return None if refusal is None else refusal.finding


def _refusal(held: Undecided) -> Refusal | None:
    """Return why a strict service refuses a call, None where there is nothing to repair."""
    checked = check(held.arrival.protocol, held.call, lenient=False)
    return checked if isinstance(checked, Refusal) else None


def learnt(held: Undecided, answer: dict[str, Any]) -> Told:
    """Return a call's event completed by what was answered."""
    return Told(held.arrival, held.sound.route.learn(held.decoded.event, answer), held.decoded.findings)
