"""Forgetting a person: their card's pseudonym gives way to a word that all erased cards share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from core.ports import Frame

ERASED_TAG: Final = "tag:erased"
"""What stands where the pseudonym of a card stood that was erased; the same for all, so that none is told apart."""


class LedgerPlace(StrEnum):
    """Where in the ledger a pseudonym may stand."""

    SESSIONS = "sessions"
    TRANSACTIONS = "transactions"
    VALUATIONS = "valuations"
    REJECTIONS = "rejections"
    DISCOVERIES = "discoveries"
    NOTICES = "notices"
    COMMANDS = "commands"


class PseudonymBook(Protocol):
    """Finds and erases a card's pseudonym in the ledger, and remembers that it was erased."""

    async def count_pseudonym(self, tag: str) -> Mapping[LedgerPlace, int]:
        """Return in how many rows of each place a pseudonym stands."""
        ...

    async def erase_pseudonym(self, tag: str, at_utc: datetime) -> Mapping[LedgerPlace, int]:
        """Put `ERASED_TAG` in its place everywhere, all at once, and return in how many rows.

        From then on sessions begun before `at_utc` are never kept with it again, whoever saves them. What is
        remembered is a digest from which the pseudonym does not follow. All else in the rows stays.
        """
        ...


class FrameEraser(Protocol):
    """Finds and replaces words in the frames of the journal."""

    async def frames_with(self, word: bytes) -> tuple[Frame, ...]:
        """Return the frames whose message holds a word, in order; sealed ones hold nothing that can be read."""
        ...

    async def replace_in_frames(self, word: bytes, instead: bytes) -> int:
        """Replace a word in all frames on disk and return in how many; ids, order and all else stay.

        A file is replaced whole or not at all; cut off, it may be called again.
        """
        ...
