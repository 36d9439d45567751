"""Stations as they connect: WebSocket, Basic auth, one call at a time, and a queue that outlives connections."""

from __future__ import annotations

import asyncio
import logging
from base64 import b64encode
from collections import deque
from contextlib import suppress
from typing import Any

from ocpp import messages
from ocpp.exceptions import OCPPError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from core.inventory import Station
from core.ports import Clock
from demo.calls import Call, Dialect
from demo.events import OutletEvent
from demo.tally import Tally

HEARTBEAT_S = 10.0
_ANSWER_WITHIN_S = 10.0
_PAUSE_S = 0.7
_BOOT_AGAIN_S = 2.0

# Validating one message takes half a millisecond; the package's thread pool for it would outlive the demo.
messages.ASYNC_VALIDATION = False

# The package logs whole messages, cards and all.
_QUIET = logging.getLogger("demo.frames")
_QUIET.disabled = True


class StationClient:
    """One station. What happens while it has no connection waits in its queue and is sent later, in order."""

    def __init__(
        self, station: Station, dialect: Dialect, *, url: str, secret: str, tally: Tally, clock: Clock
    ) -> None:
        self.station = station
        self._dialect, self._tally, self._clock = dialect, tally, clock
        self._url = f"{url.rstrip('/')}/{station.id}"
        token = b64encode(f"{station.id}:{secret}".encode()).decode()
        self._headers = {"Authorization": f"Basic {token}"} if secret else {}
        self._queue: deque[Call] = deque()
        self._wake = asyncio.Event()
        self._stopping = False
        self._booted = False

    def hear(self, event: OutletEvent) -> None:
        """Take note of what happened at an outlet."""
        self._queue.extend(self._dialect.calls(event))
        self._wake.set()

    def finish(self) -> None:
        """Let `run` end as soon as everything has been said."""
        self._stopping = True
        self._wake.set()

    @property
    def unsaid(self) -> int:
        """Return how many calls wait for an answer."""
        return len(self._queue)

    async def run(self) -> None:
        """Stay connected, and connect again after every loss, until `finish` was called and all is said."""
        while not (self._stopping and self._booted and not self._queue):
            with suppress(OSError, WebSocketException, TimeoutError):
                async with connect(
                    self._url,
                    subprotocols=[Subprotocol(self._dialect.subprotocol)],
                    additional_headers=self._headers,
                    compression=None,
                    proxy=None,
                    open_timeout=5,
                    close_timeout=1,
                ) as socket:
                    await self._converse(socket)
                    return
            self._forget_passing()
            await asyncio.sleep(_PAUSE_S)

    async def _converse(self, socket: ClientConnection) -> None:
        """Talk until `finish`; raises when the connection ends before."""
        point = self._dialect.connection(self.station.id, socket, _ANSWER_WITHIN_S, _QUIET)
        reader = asyncio.create_task(point.start())
        speaker = asyncio.create_task(self._speak(point))
        try:
            await asyncio.wait({reader, speaker}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (reader, speaker):
                if not task.done():
                    task.cancel()
            ended = await asyncio.gather(reader, speaker, return_exceptions=True)
        for outcome in ended[::-1]:
            if isinstance(outcome, Exception):
                raise outcome

    async def _speak(self, point: Any) -> None:
        while not self._booted:
            await self._boot(point)
        while True:
            while self._queue:
                await self._say(point, self._queue[0])
                self._queue.popleft()
            if self._stopping:
                return
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), HEARTBEAT_S)
            except TimeoutError:
                await self._say(point, self._dialect.heartbeat())

    async def _boot(self, point: Any) -> None:
        answer = await self._say(point, self._dialect.boot())
        if answer is None or answer.status != "Accepted":
            await asyncio.sleep(_BOOT_AGAIN_S)
            return
        self._booted = True
        now_utc = self._clock()
        for connector in reversed(self.station.connectors):
            self._queue.appendleft(self._dialect.available(connector.number, now_utc))

    async def _say(self, point: Any, call: Call) -> Any:
        """Return the answer to a call, None if it was an error; raises when none came."""
        payload = call.payload()
        self._tally.was_sent(f"ocpp{self._dialect.protocol}")
        try:
            answer = await point.call(payload, suppress=False, unique_id=call.unique_id)
        except OCPPError:
            self._tally.refused[type(payload).__name__] += 1
            self._tally.was_answered(self.station.id, call.unique_id)
            return None
        self._tally.was_answered(self.station.id, call.unique_id, call.promises)
        if call.ends:
            self._tally.has_ended(call.ends)
        call.answered(answer)
        return answer

    def _forget_passing(self) -> None:
        self._queue = deque(call for call in self._queue if call.keep)
