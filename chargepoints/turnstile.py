"""How often an address may come in vain: connects that did not become a station's are limited, all others are not.

Each connect takes a token of its address, and gets it back when a station was let in. So thousands of stations behind
one address may come back at once after an outage, while who guesses passwords, sends no request, or breaks off the
encryption is soon turned away, before anything is read of them.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any, Final

MINUTES_AT_ONCE: Final = 10
"""So many minutes' worth of connects may come at once."""

_MOST_ADDRESSES: Final = 10_000
_OF_ONE_HOLDER: Final = 64
"""The bits of an IPv6 address that tell networks apart; all others its holder chooses."""


class Turnstile:
    """Counts connects by address. `turned_away` is how many were not let in."""

    def __init__(
        self,
        per_minute: float,
        now_s: Callable[[], float],
        turned: Callable[[str], None],
        exempt: Collection[str] = (),
    ) -> None:
        self.turned_away = 0
        self._per_s = per_minute / 60
        self._most = per_minute * MINUTES_AT_ONCE
        self._now_s = now_s
        self._turned = turned
        self._exempt = frozenset(exempt)
        self._left: dict[str, tuple[float, float]] = {}

    def comes(self, address: str) -> bool:
        """Return whether one more connect from an address is let in, and count it."""
        if address in self._exempt:
            return True
        holder, now_s = holder_of(address), self._now_s()
        left = self._tokens(holder, now_s)
        if left < 1:
            self.turned_away += 1
            self._turned(holder)
            return False
        self._keep(holder, left - 1, now_s)
        return True

    def admitted(self, address: str) -> None:
        """Give a connect back that became a station's."""
        if address in self._exempt:
            return
        holder, now_s = holder_of(address), self._now_s()
        self._keep(holder, self._tokens(holder, now_s) + 1, now_s)

    def _tokens(self, holder: str, now_s: float) -> float:
        left, at_s = self._left.get(holder, (self._most, now_s))
        return min(left + (now_s - at_s) * self._per_s, self._most)

    def _keep(self, holder: str, left: float, now_s: float) -> None:
        """Remember what an address has left; one that has all again is forgotten, and so are others if need be."""
        if left >= self._most:
            self._left.pop(holder, None)
            return
        self._left[holder] = left, now_s
        if len(self._left) > _MOST_ADDRESSES:
            full = [each for each in self._left if self._tokens(each, now_s) >= self._most]
            for each in full or list(self._left)[: _MOST_ADDRESSES // 2]:
                del self._left[each]


class GuardedSocket(socket.socket):
    """A listening socket that hangs up at once on who is turned away."""

    comes: Callable[[str], bool]

    def accept(self) -> tuple[socket.socket, Any]:
        """Return the next connection that is let in."""
        while True:
            connection, address = super().accept()
            if self.comes(str(address[0])):
                return connection, address
            connection.close()


def guarded(family: int, address: Any, comes: Callable[[str], bool]) -> GuardedSocket:
    """Return a socket bound to an address, not yet listening. Raises `OSError` where that cannot be."""
    listener = GuardedSocket(family, socket.SOCK_STREAM)
    try:
        listener.comes = comes
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.setblocking(False)  # noqa: FBT003 - the socket's own way to say it
        listener.bind(address)
    except OSError:
        listener.close()
        raise
    return listener


def holder_of(address: str) -> str:
    """Return whose address it is: an IPv4 address itself, of IPv6 the network."""
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(known, IPv6Address):
        return address
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(IPv6Network((known, _OF_ONE_HOLDER), strict=False))
