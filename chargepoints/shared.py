"""A central system that is one of several: a station belongs to the process that its newest socket came to.

Who has a station when it comes elsewhere closes its socket, stores what it said, and lets go; only then is it
answered there. What a process leaves that ends without a word, another takes over from the journal.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from websockets.asyncio.server import ServerConnection

from chargepoints.answering import Desk
from chargepoints.central import CentralSystem
from core.errors import StoreError
from core.processes import Call, Claim, Peers
from core.station_events import Contact

_LOG = logging.getLogger(__name__)
_SWEEP_EVERY_S: Final = 2.0
_ASK_AGAIN_S: Final = 0.5
_PATIENCE_S: Final = 30.0
_HANG_UP_S: Final = 2.0
_TRY_AGAIN_LATER: Final = 1013


class SharedCentralSystem(CentralSystem):
    """`CentralSystem` beside others on the same journal and ledger."""

    def __init__(self, *arguments: Any, peers: Peers, **parts: Any) -> None:
        super().__init__(*arguments, **parts)
        self._peers = peers
        self._stores = replace(self._stores, peers=peers)
        self._dispatcher.begins_with = frozenset()
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._sockets: defaultdict[str, dict[asyncio.Task[Any], ServerConnection]] = defaultdict(dict)
        self._freed: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._inheriting = asyncio.Lock()

    async def serve(self) -> None:
        """Serve beside others until cancelled. Raises `StoreError` if storing fails or the others think us dead."""
        parts = [
            asyncio.create_task(super().serve()),
            asyncio.create_task(self._hear()),
            asyncio.create_task(self._sweep()),
        ]
        try:
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in reversed(parts):
                task.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
            await self._peers.end()

    def wake(self) -> None:
        """Have waiting commands looked at now, whichever process has the station."""
        super().wake()
        if self.started.is_set():
            self._do(self._peers.ring())

    async def _hear(self) -> None:
        await self.started.wait()
        await self._peers.run(self._called)

    def _called(self, call: Call, station: str) -> None:
        if call is Call.LEAVE:
            self._do(self._let_go(station))
        elif call is Call.FREE:
            if station in self._freed:
                self._freed[station].set()
        else:
            self._dispatcher.wake()

    async def _sweep(self) -> None:
        await self.started.wait()
        while True:
            await asyncio.sleep(_SWEEP_EVERY_S)
            await self._inherit()

    async def _inherit(self) -> None:
        """Take over what dead processes left."""
        async with self._inheriting:
            if stations := await self._desk.assembly.inherit():
                _LOG.warning("took_over_stations count=%d", len(stations))
                await self._dispatcher.take_up(stations)

    async def _handle(self, socket: ServerConnection) -> None:
        station, task = socket.username or "", asyncio.current_task()
        if task is None or self._stopping:
            return
        try:
            async with self._locks[station], asyncio.timeout(_PATIENCE_S):
                await self._claimed(station)
                self._sockets[station][task] = socket
        except (StoreError, TimeoutError) as error:
            _LOG.error("station_not_claimed station=%s error=%s", station, type(error).__name__)
            await socket.close(_TRY_AGAIN_LATER)
            return
        try:
            await super()._handle(socket)
        finally:
            self._sockets[station].pop(task, None)

    async def _claimed(self, station: str) -> None:
        """Return once a station is ours, with all that other processes know of it."""
        freed = self._freed[station] = asyncio.Event()
        try:
            while (claim := await self._peers.claim(station)) is Claim.ELSEWHERE:
                await self._inherit()
                with suppress(TimeoutError):
                    async with asyncio.timeout(_ASK_AGAIN_S):
                        await freed.wait()
                freed.clear()
        finally:
            self._freed.pop(station, None)
        if claim is Claim.NEW:
            await self._desk.assembly.settle_in(frozenset((station,)))
            await self._dispatcher.take_up(frozenset((station,)))

    async def _let_go(self, station: str) -> None:
        """Give a station that came to another process away, with all it said stored."""
        try:
            async with self._locks[station], self._inheriting:
                await self._hang_up(station)
                await self._desk.trail.drain()
                await self._desk.assembly.let_go(station)
                self._dispatcher.let_go(station)
                await self._peers.let_go(station)
        except StoreError as error:  # it stays ours until it is asked for again
            _LOG.error("station_not_let_go station=%s finding=%s", station, error.finding)

    async def _hang_up(self, station: str) -> None:
        """Return once no socket of a station is read any more; one that may be dead is not waited for long."""
        sockets = dict(self._sockets[station])
        if (known := self._connections.get(station)) is not None:
            self._leave(known, Contact.REPLACED)
        if sockets:
            _, slow = await asyncio.wait(sockets, timeout=_HANG_UP_S)
            for task in slow:
                sockets[task].transport.abort()
            await asyncio.wait(sockets)

    async def _finish(self, desk: Desk, loops: Any) -> None:
        with suppress(StoreError):
            desk.assembly.chronicle.speaks_for_all = await self._peers.alone()
        await super()._finish(desk, loops)

    def _do(self, work: Any) -> None:
        task = asyncio.create_task(self._kept(work))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    @staticmethod
    async def _kept(work: Any) -> None:
        try:
            await work
        except StoreError as error:
            _LOG.error("not_told finding=%s", error.finding)
