"""What goes into a decoder and what comes out: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from types import MappingProxyType
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from core.errors import ReadingError
from core.inventory import Feed
from core.quantities import Quantity
from core.readings import Reading
from core.texts import Finding
from energy.geofences import Fix

NOTHING: Mapping[str, object] = MappingProxyType({})
LARGEST_PAYLOAD_BYTES: Final = 256 * 1024
"""Rule 17 of the payload reference."""


@dataclass(frozen=True, slots=True)
class Message:
    """One MQTT message as it arrived. `retained` marks a replay by the broker at subscription."""

    broker: str
    topic: str
    payload: bytes
    received_at_utc: datetime
    retained: bool = False
    qos: int = 1


class Field(NamedTuple):
    """A name in a payload, what it is to us, and how its number becomes one in our unit: times `factor`, plus `offset`.

    Beyond `lowest` and `highest` (in our unit) it is not believed.
    """

    name: str
    quantity: Quantity
    factor: float = 1.0
    offset: float = 0.0
    lowest: float = -inf
    highest: float = inf

    def convert(self, number: float) -> float:
        """Return the payload's number in our unit. Raises `ReadingError` beyond the range."""
        value = number * self.factor + self.offset
        if not self.lowest <= value <= self.highest:
            raise ReadingError("payload.value_out_of_range", field=self.name, value=value)
        return value


class Option(NamedTuple):
    """What an option of a feed may say: a pattern, and the same in words that people read (`comma, point`)."""

    pattern: str
    shown: str


@dataclass(frozen=True, slots=True)
class Binding:
    """The inventory entry that a topic belongs to, made ready for its decoder.

    `prefix` is what the topics of the device have in common, `fields` what the payload's names
    mean, `zone` the zone in which this broker's devices write local times.
    """

    source: str
    feed: Feed
    prefix: str
    fields: tuple[Field, ...]
    zone: ZoneInfo

    def tail(self, topic: str) -> str:
        """Return what follows the device's prefix, e.g. `status/em:0`."""
        return topic[len(self.prefix) + 1 :]


@dataclass(frozen=True, slots=True)
class Memory:
    """What a decoder remembers of a source from message to message.

    `last_at_utc` is the newest instant that the device itself stated; `state` what the format
    needs besides (the last known status that deltas are laid over, ids already seen).
    """

    last_at_utc: datetime | None = None
    state: Mapping[str, object] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Request:
    """A message that the format wants sent to the device, such as Sparkplug's demand for a birth. Sent at QoS 0."""

    topic: str
    payload: bytes


class Position(NamedTuple):
    """Where a vehicle was: turned into the site it is at before anything is kept, and then dropped."""

    source: str
    fix: Fix


@dataclass(frozen=True, slots=True)
class Decoded:
    """The readings of a message, what to remember, what was odd about single fields, and what to ask the device.

    `dated` tells that the device itself dated the readings: storing the same message twice is then
    storing it once. Otherwise they bear the time of receipt.
    """

    readings: tuple[Reading, ...] = ()
    memory: Memory = field(default_factory=Memory)
    notices: tuple[Finding, ...] = ()
    dated: bool = False
    requests: tuple[Request, ...] = ()
    positions: tuple[Position, ...] = ()
