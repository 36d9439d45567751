"""The seam to the WebSocket library: receive, send, ping, close. Nothing above knows which one it is."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import Event, State

_DATA = frozenset({Opcode.TEXT, Opcode.BINARY, Opcode.CONT})
_HIGH, _LOW = 16, 4
_FIN_TEXT, _IN_ONE_BYTE, _IN_TWO_BYTES = 0x81, 126, 65_536


class SocketClosedError(Exception):
    """The connection is gone. `too_large`: we ended it, because a message was larger than allowed."""

    def __init__(self, *, too_large: bool) -> None:
        super().__init__()
        self.too_large = too_large


class Received(NamedTuple):
    """A message, and whether it came as text."""

    frame: bytes
    is_text: bool


class Socket(Protocol):
    """What a connection needs of its socket. All methods raise `SocketClosedError` once it is closed."""

    async def receive(self) -> Received:
        """Return the next message."""
        ...

    async def send(self, frame: bytes) -> None:
        """Send a text message."""
        ...

    async def ping(self, answered: Callable[[], None]) -> None:
        """Ask for a sign of life; `answered` is called when it comes."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Close; on a closed one nothing happens."""
        ...


class StationSocket(ServerConnection):
    """A connection that hands over whole messages as bytes, each with its kind.

    The library's own queue decodes text and then forgets what it could not decode; here what is no
    UTF-8 is kept too. It also costs half as much, which counts as every message comes this way.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._arrived: deque[Received] = deque()
        self._message = bytearray()
        self._is_text = True
        self._reader: asyncio.Future[None] | None = None
        self._holding = False

    def process_event(self, event: Event) -> None:
        """Take the frames of a message; leave pings and the closing to the library."""
        if not isinstance(event, Frame) or event.opcode not in _DATA:
            super().process_event(event)
            return
        if event.opcode is not Opcode.CONT:
            self._is_text = event.opcode is Opcode.TEXT
            self._message.clear()
        self._message += event.data
        if event.fin:
            self._arrived.append(Received(bytes(self._message), self._is_text))
            self._hold(len(self._arrived) > _HIGH)
            self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits for a message that none comes."""
        super().connection_lost(exc)
        self._wake()

    async def receive(self) -> Received:
        """Return the next message. Raises `SocketClosedError` once there is none left and the connection is gone."""
        while not self._arrived:
            if self.state is State.CLOSED:
                raise SocketClosedError(too_large=_was_too_large(self.close_exc))
            self._reader = self.loop.create_future()
            await self._reader
        received = self._arrived.popleft()
        self._hold(self._holding and len(self._arrived) > _LOW)
        return received

    async def send_frame(self, frame: bytes) -> None:
        """Send a text message, and wait where the station takes too little. Raises `SocketClosedError`."""
        if self.state is not State.OPEN:
            raise SocketClosedError(too_large=False)
        self.transport.write(_text_frame(frame))
        if self.paused:
            await self.drain()

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def _hold(self, hold: bool) -> None:  # noqa: FBT001 - the new state
        """Have the station wait while too many of its messages do."""
        if hold is not self._holding:
            self._holding = hold
            if not self.transport.is_closing():
                self.transport.pause_reading() if hold else self.transport.resume_reading()


class WebSocket:
    """`Socket` over the `websockets` library."""

    def __init__(self, connection: StationSocket) -> None:
        self._connection = connection
        self.receive = connection.receive
        self.send = connection.send_frame

    async def ping(self, answered: Callable[[], None]) -> None:
        """Ask for a sign of life; pongs that never come cost nothing."""
        try:
            pong = await self._connection.ping()
        except ConnectionClosed as closed:
            raise SocketClosedError(too_large=_was_too_large(closed)) from closed
        pong.add_done_callback(lambda done: None if done.cancelled() or done.exception() else answered())  # type: ignore[attr-defined]

    async def close(self, code: int, reason: str) -> None:
        """Close the connection."""
        await self._connection.close(code, reason)


def _text_frame(payload: bytes) -> bytes:
    """Return a whole unmasked text frame (RFC 6455 5.2); without extensions that is all there is to it."""
    size = len(payload)
    if size < _IN_ONE_BYTE:
        return bytes((_FIN_TEXT, size)) + payload
    if size < _IN_TWO_BYTES:
        return bytes((_FIN_TEXT, _IN_ONE_BYTE)) + size.to_bytes(2, "big") + payload
    return bytes((_FIN_TEXT, _IN_ONE_BYTE + 1)) + size.to_bytes(8, "big") + payload


def _was_too_large(closed: ConnectionClosed) -> bool:
    return closed.sent is not None and closed.sent.code == CloseCode.MESSAGE_TOO_BIG
