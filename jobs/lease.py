"""The right to run jobs, held by one process at a time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from secrets import token_hex

from core.errors import ConflictError, StoreError
from core.ports import Clock
from core.work import JobBook

NAME = "jobs"
HELD = timedelta(seconds=60)
"""How long a lease stands without being renewed: so long after a crash nobody runs jobs."""

RENEWED_EVERY_S = 15.0


class Lease:
    """A lease that is held while anybody keeps it, and renewed meanwhile."""

    def __init__(self, book: JobBook, clock: Clock, renewed_every_s: float = RENEWED_EVERY_S) -> None:
        self._book = book
        self._clock = clock
        self._every_s = renewed_every_s
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{token_hex(4)}"
        self._turn = asyncio.Lock()
        self._keepers = 0
        self._enough = asyncio.Event()
        self._renewal: asyncio.Task[None] | None = None
        self.lost = asyncio.Event()
        """Rings when another process may hold it, though it is still being kept here."""

    @property
    def held(self) -> bool:
        """Return whether this process may run jobs."""
        return self._keepers > 0 and not self.lost.is_set()

    @contextlib.asynccontextmanager
    async def keep(self) -> AsyncIterator[None]:
        """Hold the lease while inside. Raises `ConflictError` if another process holds it."""
        async with self._turn:
            if self._keepers == 0 or self.lost.is_set():
                await self._take()
            self._keepers += 1
        try:
            yield
        finally:
            self._keepers -= 1
            if self._keepers == 0:
                await self._drop()

    async def _take(self) -> None:
        if not await self._renew():
            raise ConflictError("jobs.elsewhere")
        self.lost.clear()
        self._enough.clear()
        self._renewal = asyncio.create_task(self._keep_renewing())

    async def _drop(self) -> None:
        # Waited for, never cut off: a renewal that reached the ledger after the lease is dropped would keep it.
        self._enough.set()
        if self._renewal:
            await asyncio.wait({self._renewal})
        if not self.lost.is_set():
            await self._book.drop_lease(NAME, self._owner)

    async def _keep_renewing(self) -> None:
        good_until = self._clock() + HELD
        while self._clock() < good_until:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._enough.wait(), self._every_s)
                return
            asked_at = self._clock()
            try:
                if not await self._renew():
                    break
            except StoreError:
                continue  # the database may come back before the lease ends
            good_until = asked_at + HELD
        self.lost.set()

    async def _renew(self) -> bool:
        now = self._clock()
        return await self._book.take_lease(NAME, self._owner, now, now + HELD)
