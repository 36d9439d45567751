"""What stands in the queue between the connection and the daemon, and the queue itself."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, NamedTuple

from paho.mqtt.client import MQTTMessage

UNREADABLE_TOPIC: Final = "\N{REPLACEMENT CHARACTER}"


class Delivery(NamedTuple):
    """One message as the broker delivered it: `packet` is its id in this connection (0 at QoS 0)."""

    topic: str
    payload: bytes
    packet: int
    retained: bool
    timestamp: float


@dataclass(frozen=True, slots=True)
class Connected:
    """Stands in the queue where a connection began; `resumed` if the broker knew the session."""

    number: int
    resumed: bool
    timestamp: float = field(default_factory=monotonic)


class Inbox:
    """A queue that can be waited for. Made and used in one event loop."""

    def __init__(self) -> None:
        self.queue: deque[Delivery | Connected] = deque()
        self._news = asyncio.Event()
        self._wanted = 0

    def put(self, item: Delivery | Connected) -> None:
        """Add an item; who waits for as many as there are now wakes."""
        self.queue.append(item)
        if len(self.queue) == self._wanted:
            self._news.set()

    async def wait(self, count: int, timeout_s: float | None = None) -> None:
        """Return once `count` items are in the queue, `nudge` was called, or time is up."""
        self._news.clear()
        self._wanted = count
        if len(self.queue) < count:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), timeout_s)
        self._wanted = 0

    def nudge(self) -> None:
        """End a wait."""
        self._news.set()


class Unsettled:
    """How much is in hand: read from the broker, and not yet stored. Messages of QoS 0 count by their bytes only."""

    def __init__(self, most: float, most_bytes: float) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self.count = 0
        self.size_bytes = 0

    def add(self, delivery: Delivery) -> None:
        """Count a delivery that was read."""
        self.count += delivery.packet > 0
        self.size_bytes += len(delivery.payload)

    def remove(self, deliveries: Sequence[Delivery]) -> None:
        """Count no longer what was stored."""
        self.count -= sum(delivery.packet > 0 for delivery in deliveries)
        self.size_bytes -= sum(len(delivery.payload) for delivery in deliveries)

    @property
    def are_too_many(self) -> bool:
        """Return whether there is more than may be."""
        return self.count > self._most or self.size_bytes > self._most_bytes

    @property
    def are_few(self) -> bool:
        """Return whether there is at most half of what may be."""
        return self.count <= self._most / 2 and self.size_bytes <= self._most_bytes / 2


def delivery_of(message: MQTTMessage) -> Delivery:
    """Return what is needed of paho's object; the object itself would drag a hundred others along for the gc."""
    return Delivery(_topic(message), bytes(message.payload), message.mid, bool(message.retain), message.timestamp)


def _topic(message: MQTTMessage) -> str:
    try:
        return message.topic
    except UnicodeDecodeError:
        return UNREADABLE_TOPIC
