"""The sockets that paho opens, as far as the event loop must know them."""

from __future__ import annotations

import ssl
from typing import Protocol


class Socket(Protocol):
    """A TCP or TLS socket of paho's."""

    def fileno(self) -> int:
        """Return what the event loop watches."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


def pending(sock: Socket) -> bool:
    """Return whether TLS has decrypted bytes that were not read."""
    return isinstance(sock, ssl.SSLSocket) and sock.pending() > 0
