"""What an accepted command leads to, and whether a message of the station is it. Nothing here waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from chargepoints.commands.sending import Awaited
from chargepoints.decoding.events import (
    Arrival,
    Booted,
    Event,
    EvidenceKind,
    FileProgress,
    HeartbeatSeen,
    Metered,
    Noted,
    StatusReported,
    TransactionEvidence,
)
from chargepoints.sessions import session_id
from core.command_words import Triggered
from core.commands import Command, CommandState
from core.facts import ConnectorStatus

PATIENCE: Final[Mapping[Awaited, timedelta]] = {
    Awaited.SESSION_BEGIN: timedelta(minutes=3),
    Awaited.SESSION_END: timedelta(minutes=3),
    Awaited.BOOT: timedelta(minutes=15),
    Awaited.MESSAGE: timedelta(minutes=1),
    Awaited.STATUS: timedelta(hours=24),
    Awaited.PARTS: timedelta(minutes=5),
    Awaited.FIRMWARE: timedelta(hours=6),
    Awaited.LOG: timedelta(hours=1),
    Awaited.PUBLISHED: timedelta(hours=6),
}
"""How long what was accepted may take; a restart of a slow station takes minutes, a session's end ends the waiting."""

_DONE: Final[Mapping[Awaited, frozenset[str]]] = {
    Awaited.FIRMWARE: frozenset({"installed"}),
    Awaited.LOG: frozenset({"uploaded"}),
    Awaited.PUBLISHED: frozenset({"published"}),
}
_FAILED_WORDS: Final = ("fail", "invalid", "bad", "not_supported", "permission", "revoked", "upload_error")


@dataclass(frozen=True, slots=True)
class Followed:
    """What a message says of an accepted command: how far it is now, and what else is known."""

    state: CommandState
    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pursuit:
    """An accepted command, the request it was made from, and what is awaited until `until_utc`."""

    command: Command
    request: Any
    awaited: Awaited
    until_utc: datetime

    def follow(self, arrival: Arrival, event: Event) -> Followed | None:
        """Return what a message of its station says of it, None where it is about something else."""
        found = _FOLLOW[self.awaited](self, arrival, event)
        if found is None:
            return None
        return found if isinstance(found, Followed) else Followed(CommandState.DONE, found)


_Found = Followed | Mapping[str, Any] | None


def _session_begins(pursuit: Pursuit, arrival: Arrival, event: Event) -> _Found:
    if not isinstance(event, TransactionEvidence) or event.kind is not EvidenceKind.BEGIN:
        return None
    request = pursuit.request
    elsewhere = event.connector not in (None, request.connector)
    if elsewhere or (event.tag and event.tag != request.tag):
        return None
    return {"session": session_id(arrival.station, arrival.protocol, event.transaction)}


def _session_ends(pursuit: Pursuit, arrival: Arrival, event: Event) -> _Found:
    if not isinstance(event, TransactionEvidence) or event.kind is not EvidenceKind.END:
        return None
    session = session_id(arrival.station, arrival.protocol, event.transaction)
    return {"session": session} if session == pursuit.request.session else None


def _boots(_pursuit: Pursuit, _arrival: Arrival, event: Event) -> _Found:
    return {"firmware": event.firmware} if isinstance(event, Booted) else None


_TRIGGERED: Final[Mapping[Triggered, tuple[type, ...]]] = {
    Triggered.BOOT: (Booted,),
    Triggered.HEARTBEAT: (HeartbeatSeen,),
    Triggered.STATUS: (StatusReported,),
    Triggered.METER_VALUES: (Metered, TransactionEvidence),
    Triggered.TRANSACTION: (TransactionEvidence,),
    Triggered.FIRMWARE_STATUS: (FileProgress,),
    Triggered.LOG_STATUS: (FileProgress,),
    Triggered.DIAGNOSTICS_STATUS: (FileProgress,),
    Triggered.PUBLISH_FIRMWARE_STATUS: (FileProgress,),
}


def _sends(pursuit: Pursuit, _arrival: Arrival, event: Event) -> _Found:
    if not isinstance(event, _TRIGGERED.get(pursuit.request.message, (Noted,))):
        return None
    asked, said = pursuit.request.connector, getattr(event, "connector", None)
    return {} if not asked or said in (None, asked) else None


def _changes_state(pursuit: Pursuit, _arrival: Arrival, event: Event) -> _Found:
    if not isinstance(event, StatusReported):
        return None
    asked = pursuit.request.connector or 0
    if asked and event.connector != asked:
        return None
    out = event.status is ConnectorStatus.UNAVAILABLE
    return {"status": event.status.value} if out is not pursuit.request.operative else None


def _file_arrives(pursuit: Pursuit, _arrival: Arrival, event: Event) -> _Found:
    if not isinstance(event, FileProgress) or event.what != pursuit.awaited.value:
        return None
    if event.request is not None and event.request != pursuit.command.id:
        return None
    result = {"progress": event.status}
    if event.status in _DONE[pursuit.awaited]:
        return Followed(CommandState.DONE, result)
    if any(word in event.status for word in _FAILED_WORDS):
        return Followed(CommandState.FAILED, result)
    return Followed(CommandState.ACCEPTED, result)


def _nothing(_pursuit: Pursuit, _arrival: Arrival, _event: Event) -> _Found:
    return None


_FOLLOW: Final[Mapping[Awaited, Callable[[Pursuit, Arrival, Event], _Found]]] = {
    Awaited.NOTHING: _nothing,
    Awaited.SESSION_BEGIN: _session_begins,
    Awaited.SESSION_END: _session_ends,
    Awaited.BOOT: _boots,
    Awaited.MESSAGE: _sends,
    Awaited.STATUS: _changes_state,
    Awaited.PARTS: _nothing,
    Awaited.FIRMWARE: _file_arrives,
    Awaited.LOG: _file_arrives,
    Awaited.PUBLISHED: _file_arrives,
}
