"""The seam to the WebSocket library: receive, send, ping, close. Nothing above knows which one it is."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import (  # type: ignore[attr-defined]  # the mask's function, in C where that could be built
    CloseCode,
    Frame,
    Opcode,
    apply_mask,
)
from websockets.protocol import Event, State

from chargepoints.framing import extent, mask_of, text_frame

_DATA = frozenset({Opcode.TEXT, Opcode.BINARY, Opcode.CONT})
_HIGH, _LOW = 16, 4
_END_OF_REQUEST = b"\r\n\r\n"


class SocketClosedError(Exception):
    """The connection is gone. We ended it where a message was `too_large`, or frames were `broken` (RFC 6455)."""

    def __init__(self, *, too_large: bool = False, broken: bool = False) -> None:
        super().__init__()
        self.too_large = too_large
        self.broken = broken


class Received(NamedTuple):
    """A message, and whether it came as text."""

    frame: bytes
    is_text: bool


Take = Callable[[Received], bool]
"""Takes a message, or returns False."""


class Socket(Protocol):
    """What a connection needs of its socket. All methods raise `SocketClosedError` once it is closed."""

    async def receive(self) -> Received:
        """Return the next message."""
        ...

    async def send(self, frame: bytes) -> None:
        """Send a text message."""
        ...

    def offer(self, take: Take) -> None:
        """Have messages offered to `take` first, as long as none waits for `receive`."""
        ...

    def write(self, frame: bytes) -> None:
        """Send a text message at once; a station that takes too little is offered to nobody."""
        ...

    def fail(self, error: Exception) -> None:
        """Have `receive` raise an error."""
        ...

    async def ping(self, answered: Callable[[], None]) -> None:
        """Ask for a sign of life; `answered` is called when it comes."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Close; on a closed one nothing happens."""
        ...


class StationSocket(ServerConnection):
    """A connection that hands over whole messages as bytes, each with its kind.

    A text message in one frame, as nearly all are, is taken here, at less than half of what the
    library's way costs. Any other frame the library is given as a whole, so it always stands between two.
    Its own queue of messages is not used: that decodes text and forgets what it could not decode.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._arrived: deque[Received] = deque()
        self._message = bytearray()
        self._is_text = True
        self._reader: asyncio.Future[None] | None = None
        self._offered: Take | None = None
        self._failure: Exception | None = None
        self._holding = False
        self._limit_bytes = self.protocol.max_message_size or sys.maxsize
        self._by_frame = False
        self._in_parts = False
        self._unread = b""

    def data_received(self, data: bytes) -> None:
        """Take what came frame by frame once the handshake is done."""
        if self._by_frame:
            self._take(self._unread + data)
        else:  # who sends more than a request before it is let in stays with the library for good
            self._by_frame = self.state is State.CONNECTING and data.endswith(_END_OF_REQUEST)
            super().data_received(data)

    def _take(self, data: bytes) -> None:
        """Take the frames of `data`; keep the beginning of one that is not all there."""
        start = 0
        while (frame := extent(data, start)) is not None:
            begin, end, is_message = frame
            if end - begin > self._limit_bytes:
                self._by_frame = False
                super().data_received(data[start:])  # which refuses it
                return
            if end > len(data):
                break
            if is_message and not self._in_parts and self.protocol.state is State.OPEN:
                self._arrive(Received(apply_mask(data[begin:end], mask_of(data, begin)), is_text=True))
            else:
                super().data_received(data[start:end])
            start = end
        self._unread = data[start:]

    def process_event(self, event: Event) -> None:
        """Take the frames of a message; leave pings and the closing to the library."""
        if not isinstance(event, Frame) or event.opcode not in _DATA:
            super().process_event(event)
            return
        if event.opcode is not Opcode.CONT:
            self._is_text = event.opcode is Opcode.TEXT
            self._message.clear()
        self._message += event.data
        self._in_parts = not event.fin
        if event.fin:
            self._arrive(Received(bytes(self._message), self._is_text))

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits for a message that none comes."""
        super().connection_lost(exc)
        self._offered = None
        self._wake()

    def offer(self, take: Take) -> None:
        """Have messages offered to `take` first, as long as none waits for `receive`."""
        self._offered = take

    def fail(self, error: Exception) -> None:
        """Have `receive` raise an error."""
        self._failure, self._offered = error, None
        self._arrived.clear()
        self._wake()

    async def receive(self) -> Received:
        """Return the next message. Raises `SocketClosedError` once there is none left and the connection is gone."""
        while not self._arrived:
            if self._failure is not None:
                raise self._failure
            if self.state is State.CLOSED:
                raise _gone(self.close_exc)
            self._reader = self.loop.create_future()
            await self._reader
        if self._holding and len(self._arrived) <= _LOW + 1:
            self._hold(hold=False)
        return self._arrived.popleft()

    def write_frame(self, frame: bytes) -> None:
        """Send a text message. Raises `SocketClosedError`."""
        if self.protocol.state is not State.OPEN:
            raise SocketClosedError
        self.transport.write(text_frame(frame))

    async def send_frame(self, frame: bytes) -> None:
        """Send a text message, and wait where the station takes too little. Raises `SocketClosedError`."""
        self.write_frame(frame)
        if self.paused:
            await self.drain()

    def _arrive(self, received: Received) -> None:
        """Offer a message, or put it where `receive` finds it."""
        if self._offered is not None and not self._arrived and not self.paused and self._offered(received):
            return
        self._arrived.append(received)
        if len(self._arrived) > _HIGH:
            self._hold(hold=True)
        self._wake()

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def _hold(self, *, hold: bool) -> None:
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
        self.offer = connection.offer
        self.write = connection.write_frame
        self.fail = connection.fail

    async def ping(self, answered: Callable[[], None]) -> None:
        """Ask for a sign of life; pongs that never come cost nothing."""
        try:
            pong = await self._connection.ping()
        except ConnectionClosed as closed:
            raise _gone(closed) from closed
        pong.add_done_callback(lambda done: None if done.cancelled() or done.exception() else answered())  # type: ignore[attr-defined]

    async def close(self, code: int, reason: str) -> None:
        """Close the connection."""
        await self._connection.close(code, reason)


def _gone(closed: ConnectionClosed) -> SocketClosedError:
    """Return why a connection is gone, by what we said when we ended it."""
    said = None if closed.sent is None else closed.sent.code
    ours = not closed.rcvd_then_sent
    return SocketClosedError(
        too_large=said == CloseCode.MESSAGE_TOO_BIG, broken=ours and said == CloseCode.PROTOCOL_ERROR
    )
