"""Journalling of frames: waited for where something rests on it, behind the answer where nothing does.

A frame from a station is on disk before it is answered. An answer that decides something (a
number, a verdict, an acceptance) is on disk before it is sent. A plain acknowledgement decides
nothing: it follows from the frame it acknowledges, which is on disk; so does a heartbeat's time,
which nobody uses again. Those go into the journal with the next commit, and nobody waits.
"""

from __future__ import annotations

import asyncio

from core.ports import Frame, Journal


class Trail:
    """Writes frames to the journal; `run` must run beside."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._later: list[Frame] = []
        self._waiting = asyncio.Event()
        self._finished = False

    async def write(self, frame: Frame) -> int:
        """Return the frame's id once it is on disk."""
        return await self._journal.append(frame)

    def later(self, frame: Frame) -> None:
        """Have the frame written with the next commit."""
        self._later.append(frame)
        self._waiting.set()

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
