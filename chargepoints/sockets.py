"""The seam to the WebSocket library: receive, send, ping, close. Nothing above knows which one it is."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import Event


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


class TellingConnection(ServerConnection):
    """A connection that remembers of each message whether it came as text: bytes are read either way."""

    kinds: deque[bool]

    def process_event(self, event: Event) -> None:
        """Note the kind of a message where it begins."""
        if isinstance(event, Frame) and event.opcode in (Opcode.TEXT, Opcode.BINARY):
            if not hasattr(self, "kinds"):
                self.kinds = deque()
            self.kinds.append(event.opcode is Opcode.TEXT)
        super().process_event(event)


class WebSocket:
    """`Socket` over the `websockets` library."""

    def __init__(self, connection: TellingConnection) -> None:
        self._connection = connection

    async def receive(self) -> Received:
        """Return the next message, undecoded: what is no UTF-8 is kept too."""
        try:
            frame = await self._connection.recv(decode=False)
        except ConnectionClosed as closed:
            raise _closed(closed) from closed
        return Received(frame, self._connection.kinds.popleft())

    async def send(self, frame: bytes) -> None:
        """Send a text message."""
        try:
            await self._connection.send(frame, text=True)
        except ConnectionClosed as closed:
            raise _closed(closed) from closed

    async def ping(self, answered: Callable[[], None]) -> None:
        """Ask for a sign of life; pongs that never come cost nothing."""
        try:
            pong = await self._connection.ping()
        except ConnectionClosed as closed:
            raise _closed(closed) from closed
        pong.add_done_callback(lambda done: None if done.cancelled() or done.exception() else answered())  # type: ignore[attr-defined]

    async def close(self, code: int, reason: str) -> None:
        """Close the connection."""
        await self._connection.close(code, reason)


def _closed(closed: ConnectionClosed) -> SocketClosedError:
    return SocketClosedError(too_large=closed.sent is not None and closed.sent.code == CloseCode.MESSAGE_TOO_BIG)
