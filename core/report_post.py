"""The way of reports to mailboxes: a letter is given to a server, which takes it, refuses it or says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from core.sendings import SendingState

DECIDED: Final = frozenset({SendingState.UNCERTAIN, SendingState.REFUSED, SendingState.GIVEN_UP})
"""How a sending stands when a person decides what becomes of it."""


class Outcome(StrEnum):
    """What became of a letter."""

    TAKEN = "taken"
    LATER = "later"
    """It was not taken now: it is tried again."""
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    """The letter was given, and no answer came."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a letter, and what the server said."""

    outcome: Outcome
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLetter:
    """A mail with a report: what it says in text, and the files it brings (name, bytes, media type)."""

    message_id: str
    address: str
    language: str
    subject: str
    lead: str
    sentences: tuple[tuple[str, str], ...]
    """Text and figure id."""
    tiles: tuple[tuple[str, str, str], ...]
    """Label, value and change to the month before."""
    foot: str
    files: tuple[tuple[str, bytes, str], ...]


class ReportPost(Protocol):
    """Writes mails with reports and gives them to the server."""

    def domain(self) -> str:
        """Return the domain of the sender, which ends every message id."""
        ...

    def write(self, letter: ReportLetter, sent: str) -> bytes:
        """Return the mail as it is to be sent and archived; `sent` is its date as mails have it."""
        ...

    async def deliver(self, mail: bytes, address: str) -> Delivery:
        """Give a mail to the server and return what became of it."""
        ...
