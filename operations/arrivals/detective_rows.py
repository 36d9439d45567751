"""What a visit to a broker came to: devices, what they said, topics of nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.quantities import Quantity
from operations.arrivals.entry_proposals import EntryProposal
from operations.values import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardValue:
    """What was heard of a quantity: newest value, lowest and highest, how many, from when to when.

    `replayed` tells that the broker only remembered it, so that nobody knows when it was measured.
    """

    quantity: Quantity
    value: float
    lowest: float
    highest: float
    values_heard: int
    first_at_utc: datetime
    last_at_utc: datetime
    replayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenName:
    """A number in a message with an example, and what its name suggests it is (`target`, empty if nothing)."""

    name: str
    example: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDevice:
    """A meter, channel or vehicle that was heard.

    `certain` tells that there are no doubts about the format. `entry` is the one that reads it already;
    otherwise `proposal` says how one could.
    """

    format: str
    topic: str
    device: str
    certain: bool
    confidence_percent: float
    doubts: tuple[Told, ...]
    warnings: tuple[Told, ...]
    values: tuple[HeardValue, ...]
    names: tuple[OpenName, ...]
    topics: int
    messages: int
    retained: int
    interval_s: int | None
    first_at_utc: datetime
    last_at_utc: datetime
    entry: str | None
    proposal: EntryProposal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownTopic:
    """A topic that is of no device we know and carries no number, with the beginning of its newest message."""

    topic: str
    messages: int
    retained: int
    sample: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """What was heard on a broker, and who it came from.

    `not_kept` counts messages for which there was no room, `devices_not_told` and `topics_not_told` what would make
    the answer too long. `trouble` says what the broker refused, or why the connection was lost in between.
    """

    broker: str
    duration_s: int
    messages: int
    retained: int
    topics: int
    not_kept: int
    devices: tuple[FoundDevice, ...]
    unknown: tuple[UnknownTopic, ...]
    devices_not_told: int
    topics_not_told: int
    trouble: Told | None
