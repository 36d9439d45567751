"""Who sorts the messages of a lane: the daemon's own loop, or a process."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.facts import Notice
from ingest.intake import Catch, Intake
from ingest.messages import Message


class Sorter(Protocol):
    """Sorts the messages of some devices and remembers what their decoders must know."""

    async def sort(self, messages: Sequence[Message], now_utc: datetime, *, patient: bool = False) -> Catch:
        """Return what the messages came to, in their order; `patient`, those that need announcements are early."""
        ...

    async def rest(self) -> list[Notice]:
        """Return the notices that were still held back; asked for at the end."""
        ...

    async def close(self) -> None:
        """End what it runs."""
        ...


class InLoop:
    """Sorts in the loop: for as many messages as most districts have, nothing is faster."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    async def sort(self, messages: Sequence[Message], now_utc: datetime, *, patient: bool = False) -> Catch:
        """Return what the messages came to."""
        return self._intake.sort(messages, now_utc, patient=patient)

    async def rest(self) -> list[Notice]:
        """Return the notices that were still held back."""
        return self._intake.rest()

    async def close(self) -> None:
        """There is nothing to end."""
