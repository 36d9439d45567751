"""What is to be told to somebody outside: durable letters, and the ways they go.

A letter names what it is about, not what it says: it is put into words when it leaves, so that several go
in one mail and none tells what has long been over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from core.texts import Finding

OWN_TOPICS = "kreiswatt/"
"""Topics below it are our own: what we publish there is no news for ourselves."""


class LetterState(StrEnum):
    """Where a letter stands; dead: given up after many attempts."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One event of an alarm for one recipient, who is known by the name in the settings.

    `key` is the same however often it is queued or sent. It leaves not before `due_at_utc`.
    `finding` says why the last attempt failed.
    """

    key: str
    recipient: str
    alarm: str
    event: str
    written_at_utc: datetime
    due_at_utc: datetime
    state: LetterState = LetterState.WAITING
    attempts: int = 0
    ended_at_utc: datetime | None = None
    finding: Finding | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """How it stands with a recipient: letters by state, and how the last one that left or was given up ended."""

    waiting: int = 0
    sent: int = 0
    dead: int = 0
    last_state: LetterState | None = None
    last_at_utc: datetime | None = None
    finding: Finding | None = None


class OutboxBook(Protocol):
    """Keeps letters until they have arrived."""

    async def take_letters(self, now_utc: datetime, until_utc: datetime, limit: int = 500) -> tuple[Letter, ...]:
        """Return waiting letters that are due, the oldest first, and let nobody else have them before `until_utc`.

        Whoever took them and died loses none: they are due again then.
        """
        ...

    async def settle_letters(self, letters: Sequence[Letter]) -> None:
        """Keep how sending went."""
        ...

    async def mailboxes(self) -> Mapping[str, Mailbox]:
        """Return how it stands with each recipient that ever had a letter."""
        ...

    async def revive_letters(self, recipient: str, now_utc: datetime) -> int:
        """Let what was given up for a recipient be tried again, and return how many that are."""
        ...

    async def forget_letters(self, before_utc: datetime) -> int:
        """Delete letters that ended before an instant; return how many."""
        ...


class Publisher(Protocol):
    """Publishes messages to a broker."""

    async def publish(self, topic: str, payload: bytes, *, retained: bool = False) -> None:
        """Return once the broker has acknowledged. Raises `UnavailableError` if it does not."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What became of a test message: whether it was taken, by whom, or why not."""

    recipient: str
    sent: bool
    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """A recipient as people see it. `channel` is mail, webhook or mqtt; `sites` None: all of the district."""

    name: str
    channel: str
    address: str
    sites: frozenset[str] | None
    severities: tuple[str, ...]
    kinds: tuple[str, ...]
    language: str
