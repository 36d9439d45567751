"""One station's connection: a reader, a worker, and our own calls.

The reader only parses: answers to our calls go to their call at once, everything else into a
queue. The worker answers one by one, so answers keep the order of the calls, and never waits for
the station. One bad frame is answered, kept, and costs only itself.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from secrets import token_hex
from typing import Any

import orjson

from chargepoints.answering import Answering, Desk, Inbound
from chargepoints.calls import Calls
from chargepoints.rpc import CallError, CallResult, parse
from chargepoints.sockets import Socket, SocketClosedError
from core.errors import StoreError
from core.facts import Protocol
from core.texts import Finding

_OPEN_CALLS = 64
_INTERNAL_ERROR = 1011


class StationConnection:
    """The connection of one station, until its socket closes."""

    def __init__(self, station: str, protocol: Protocol, socket: Socket, desk: Desk) -> None:
        self.station = station
        self.protocol = protocol
        self.answers_pings = False
        self.frames = 0
        self.answering = Answering(station, protocol, token_hex(6), desk)
        self.calls = Calls(station, self._send_call, desk.settings.call_timeout_s)
        self._socket = socket
        self._desk = desk
        self._now_s = asyncio.get_running_loop().time
        self._seen_s = self._now_s()
        self._inbox: asyncio.Queue[Inbound | None] = asyncio.Queue(_OPEN_CALLS)

    async def serve(self) -> None:
        """Answer the station until its socket closes. Raises `StoreError` if the journal fails."""
        worker = asyncio.create_task(self._work())
        try:
            await self._read()
        finally:
            self.calls.close()
            await self._inbox.put(None)
            await worker

    async def call(self, action: str, payload: dict[str, Any], timeout_s: float | None = None) -> dict[str, Any]:
        """Return the station's answer to a call of ours (see `Calls.call`)."""
        return await self.calls.call(action, payload, timeout_s)

    async def probe(self) -> None:
        """Ask for a sign of life."""
        with suppress(SocketClosedError):
            await self._socket.ping(self._pong)

    @property
    def silent_s(self) -> float:
        """Return for how long neither frame nor pong came."""
        return self._now_s() - self._seen_s

    async def close(self, code: int, reason: str = "") -> None:
        """Close the socket; what was received is answered in the books all the same."""
        await self._socket.close(code, reason)

    async def _read(self) -> None:
        while True:
            try:
                frame, is_text = await self._socket.receive()
            except SocketClosedError as closed:
                if closed.too_large:
                    self._note_too_large()
                return
            self._seen_s = self._now_s()
            self.frames += 1
            at_utc = self._desk.clock()
            self._desk.assembly.links.seen(self.station, at_utc)
            inbound = Inbound(frame, is_text, parse(frame, self._desk.settings.max_depth), at_utc)
            if isinstance(inbound.parsed.message, (CallResult, CallError)):
                self._desk.trail.later(self.answering.journalled(inbound))
                self.calls.resolve(inbound.parsed.message)
            else:
                await self._inbox.put(inbound)

    async def _work(self) -> None:
        """Answer frame after frame; if the journal fails, answer nothing more and hang up."""
        try:
            while (inbound := await self._inbox.get()) is not None:
                frame, close_code = await self.answering.answer(inbound)
                with suppress(SocketClosedError):
                    if frame is not None:
                        await self._socket.send(frame)
                if close_code is not None:
                    await self._socket.close(close_code, "")
        except StoreError:
            await self._socket.close(_INTERNAL_ERROR, "")
            while await self._inbox.get() is not None:
                pass
            raise

    async def _send_call(self, frame: bytes) -> None:
        payload, _ = self._desk.privacy.redact(frame, orjson.loads(frame))
        await self._desk.trail.write(self.answering.sent(payload))
        with suppress(SocketClosedError):
            await self._socket.send(frame)

    def _note_too_large(self) -> None:
        """Note a message that the socket refused to read; its bytes are gone, only this remains."""
        limit = Finding.of("ocpp.frame_too_large", limit_byte=self._desk.settings.max_frame_bytes)
        self.answering.refused += 1
        self._desk.assembly.notebook.reject(self.station, limit, b"", self._desk.clock())

    def _pong(self) -> None:
        self.answers_pings = True
        self._seen_s = self._now_s()
