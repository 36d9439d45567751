"""Journalling of frames: waited for where something rests on it, behind the answer where nothing does.

A frame from a station is on disk before it is answered. An answer that decides something (a
number, a verdict, an acceptance) is on disk before it is sent. A plain acknowledgement decides
nothing: it follows from the frame it acknowledges, which is on disk; so does a heartbeat's time,
which nobody uses again. Those go into the journal with the next commit, and nobody waits.
"""

from __future__ import annotations

import asyncio
from typing import Final

from core.errors import StoreError
from core.ports import Frame, Journal, PromptJournal, Written
from core.texts import Finding

_MOST_WAITING: Final = 2000


class Trail:
    """Writes frames to the journal; `run` must run beside."""

    def __init__(self, journal: Journal) -> None:
        self.trouble: Finding | None = None
        """Why the last frame could not be written, None if it was."""
        self._journal = journal
        self._prompt = journal if isinstance(journal, PromptJournal) else None
        self._later: list[Frame] = []
        self._waiting = asyncio.Event()
        self._finished = False

    async def write(self, frame: Frame) -> int:
        """Return the frame's id once it is on disk. Raises `StoreError` if it cannot be."""
        try:
            number = await self._journal.append(frame)
        except StoreError as error:
            self.trouble = error.finding
            raise
        self.trouble = None
        return number

    @property
    def is_prompt(self) -> bool:
        """Return whether `write_then` can be used: of a journal that several processes share it cannot."""
        return self._prompt is not None

    def write_then(self, frame: Frame, written: Written) -> None:
        """Have the frame written, and `written` told its id once it is on disk. Raises `StoreError` as `write` does."""
        if self._prompt is None:
            raise StoreError("store.closed")
        self._prompt.append_then(frame, written)

    def later(self, frame: Frame) -> None:
        """Have the frame written with the next commit."""
        self._later.append(frame)
        self._waiting.set()

    async def keep_up(self) -> None:
        """Return at once, unless more waits to be written than memory should hold."""
        if len(self._later) > _MOST_WAITING:
            await self.drain()

    async def run(self) -> None:
        """Write frames that nobody waits for, until `finish`."""
        while not self._finished:
            await self._waiting.wait()
            await self.drain()

    def finish(self) -> None:
        """Have `run` return after what waits is written."""
        self._finished = True
        self._waiting.set()

    async def drain(self) -> None:
        """Return once all frames so far are written."""
        self._waiting.clear()
        frames, self._later = self._later, []
        await self._journal.append_all(frames)
