"""The shape of a version's table of commands: message, payload, and what the answer means. Nothing here waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from core.command_words import RateUnit
from core.commands import CommandKind, CommandState
from core.errors import RequestError
from core.texts import Finding

Payload = dict[str, Any]
"""A message's payload with its names as on the wire (camelCase)."""

Encode = Callable[[Any, "Context"], Payload]
Word = TypeVar("Word", bound=StrEnum)

_UID_MAX_16 = 20


class NotInVersionError(RequestError):
    """The OCPP version that the station speaks has no words for what is asked."""


class Awaited(StrEnum):
    """What is still to come after a station has accepted."""

    NOTHING = "nothing"
    SESSION_BEGIN = "session_begin"
    SESSION_END = "session_end"
    BOOT = "boot"
    MESSAGE = "message"
    """The message that was triggered."""
    STATUS = "status"
    """The new state of the outlet, once its session is over."""
    PARTS = "parts"
    """A report under `Context.number` (`decoding.events.Reported`)."""
    FIRMWARE = "firmware"
    LOG = "log"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """A tag's uid, and its kind in words of OCPP 2.x. Never logged or kept."""

    uid: str
    kind: str = "ISO14443"

    @property
    def id_tag(self) -> str:
        """Return the uid for OCPP 1.6, which has 20 characters. Raises `RequestError` for a longer one."""
        if len(self.uid) > _UID_MAX_16:
            raise NotInVersionError("ocpp.tag_too_long", limit=_UID_MAX_16)
        return self.uid

    @property
    def id_token(self) -> Payload:
        """Return the token for OCPP 2.x."""
        return {"idToken": self.uid, "type": self.kind}


@dataclass(frozen=True, slots=True)
class Running:
    """A running session as its station knows it."""

    transaction: str
    connector: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a message needs beyond the request, looked up by the caller.

    `number` is of a durable sequence: the message's requestId, remoteStartId or charging profile id.
    `rate_unit` is the only unit in which the station takes limits, None if it takes both; a limit in
    the other is converted by the outlet's `voltage_v` and `phases`. `password` is the one that was just made.
    """

    now_utc: datetime
    number: int
    tokens: Mapping[str, Token] = field(default_factory=dict, repr=False)
    password: str = field(default="", repr=False)
    sessions: Mapping[str, Running] = field(default_factory=dict)
    rate_unit: RateUnit | None = None
    voltage_v: float = 230.0
    phases: int = 3

    def token(self, tag: str) -> Token:
        """Return the token of a tag's pseudonym. Raises `RequestError` if it is not known here."""
        if tag not in self.tokens:
            raise RequestError("ocpp.tag_without_uid", tag=tag)
        return self.tokens[tag]

    def running(self, session: str) -> Running:
        """Return what the station calls a session. Raises `RequestError` if it does not run."""
        if session not in self.sessions:
            raise RequestError("ocpp.session_not_running", session=session)
        return self.sessions[session]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a station's answer means: how far the command is now, what it told, why it is not done."""

    state: CommandState
    result: Mapping[str, Any] = field(default_factory=dict)
    finding: Finding | None = None


def _always(_request: object) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Sending:
    """How one kind of command is said, if the request fits: a message, its payload, what its answer means.

    `encode` raises `NotInVersionError` for what the version cannot say, `RequestError` for what nobody can.
    """

    action: str
    encode: Encode
    understand: Callable[[Mapping[str, Any]], Outcome]
    awaits: Awaited = field(default=Awaited.NOTHING, kw_only=True)
    fits: Callable[[Any], bool] = field(default=_always, kw_only=True)


Commands = Mapping[CommandKind, tuple[Sending, ...]]
"""A version's commands; of several messages for one kind the first that fits the request is sent."""


def instant(at_utc: datetime) -> str:
    """Return a time as OCPP writes it, e.g. 2026-11-22T10:00:00.000Z."""
    return at_utc.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def when(at_utc: datetime | None) -> str | None:
    """Return a time as OCPP writes it, None if there is none."""
    return None if at_utc is None else instant(at_utc)


def wire_word(words: Mapping[Word, str], word: Word) -> str:
    """Return a version's word. Raises `NotInVersionError` if it has none."""
    if word not in words:
        raise NotInVersionError("ocpp.not_in_version", word=word.value.replace("_", " "))
    return words[word]


def encode_nothing(_request: object, _context: Context) -> Payload:
    """Return the payload of a message that says nothing but its name."""
    return {}


def given(**fields: object) -> Payload:
    """Return the fields that have a value: OCPP leaves out what is not there, and knows no null."""
    return {name: value for name, value in fields.items() if value is not None and value not in ("", ())}


def group(tag: str, context: Context) -> Payload | None:
    """Return the token of a group for OCPP 2.x, None where there is none."""
    return context.token(tag).id_token if tag else None
