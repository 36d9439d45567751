"""Reports that were mailed: each attempt, and what came of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class SendingState(StrEnum):
    """How the sending of a report to one recipient stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    """The service stopped between giving the letter and the server's answer: a person decides."""
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A report's way to one recipient; an attempt is kept before the letter is given to the server.

    `message_id` comes from period, revision and the recipient's scope. `letter_digest` is SHA-256 of the bytes that
    are archived exactly as sent. `id` is 0 until the ledger has given one.
    """

    report: str
    period: str
    revision: int
    recipient: str
    message_id: str
    state: SendingState
    attempts: int = 0
    letter_digest: str = ""
    answer: str = ""
    created_at_utc: datetime
    last_attempt_at_utc: datetime | None = None
    next_attempt_at_utc: datetime | None = None
    id: int = 0


class SendingBook(Protocol):
    """Keeps sendings with the letters as they were sent."""

    async def keep_sending(self, sending: Sending, letter: bytes | None = None) -> Sending:
        """Insert (id 0; of the same `message_id` the one that is there is returned) or replace by id."""
        ...

    async def sendings(
        self, report: str | None = None, period: str | None = None, states: Collection[SendingState] | None = None
    ) -> tuple[Sending, ...]:
        """Return sendings, newest first."""
        ...

    async def sent_letter(self, id: int) -> bytes | None:  # noqa: A002
        """Return the letter of a sending as it was given to the server, None if there is none."""
        ...
