"""What stands in the queue between the connection and the daemon."""

from __future__ import annotations

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


def delivery_of(message: MQTTMessage) -> Delivery:
    """Return what is needed of paho's object; the object itself would drag a hundred others along for the gc."""
    return Delivery(_topic(message), bytes(message.payload), message.mid, bool(message.retain), message.timestamp)


def _topic(message: MQTTMessage) -> str:
    try:
        return message.topic
    except UnicodeDecodeError:
        return UNREADABLE_TOPIC
