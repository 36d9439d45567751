"""What a device's messages would be read as, had it been configured: values, remarks, how often it speaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import PayloadError
from core.inventory import Feed
from core.quantities import Kind, Quantity
from core.readings import Reading
from core.texts import Finding
from ingest.deadline import LIMIT_S, Deadline, OverdueError
from ingest.decoding import decode
from ingest.formats import DECODERS
from ingest.messages import Decoded, Memory, Message
from ingest.routing import Route, bind

SOURCE: Final = "meter:heard"
INTERVALS_S: Final = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600)
"""What devices are set to; a pause that was measured is the next of these."""
_FEWEST_PAUSES: Final = 2
_SLACK: Final = 1.15


@dataclass(slots=True)
class Seen:
    """The values of a quantity: newest, lowest, highest, how many, from when to when.

    `replayed` tells that only the broker's memory held them, so nobody knows when they were measured. `fell` tells
    that the counter went back, by how much at most.
    """

    quantity: Quantity
    newest: float
    lowest: float
    highest: float
    first_at_utc: datetime
    last_at_utc: datetime
    count: int = 1
    fell: float = 0.0
    replayed: bool = False

    def add(self, reading: Reading) -> None:
        """Count one more value."""
        self.fell = max(self.fell, self.newest - reading.value)
        self.newest, self.count = reading.value, self.count + 1
        self.lowest, self.highest = min(self.lowest, reading.value), max(self.highest, reading.value)
        self.first_at_utc = min(self.first_at_utc, reading.at_utc)
        self.last_at_utc = max(self.last_at_utc, reading.at_utc)


@dataclass(slots=True)
class Preview:
    """What the messages of a device came to; of positions only how many.

    `interval_s` is how often it speaks, None where that did not show. `ahead_s` is how far the device's
    clock is from ours at most, ahead of it if positive.
    """

    values: dict[Quantity, Seen] = field(default_factory=dict)
    remarks: dict[str, Finding] = field(default_factory=dict)
    rejected: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, Finding] = field(default_factory=dict)
    read: int = 0
    positions: int = 0
    interval_s: int | None = None
    ahead_s: float | None = None

    def reject(self, reason: Finding) -> None:
        """Count a message that could not be used."""
        self.rejected[reason.code] += 1
        self.reasons[reason.code] = reason

    @property
    def registers(self) -> list[Seen]:
        """Return the values of dials that count on."""
        return [seen for seen in self.values.values() if seen.quantity.kind is Kind.REGISTER]


def preview(feed: Feed, messages: Sequence[Message], zone: ZoneInfo) -> Preview:
    """Return what the messages would be read as by a feed without findings.

    What came only from the broker's memory is read as if it were new, and marked. Of a topic with a message that is
    not decoded in time nothing more is read, as the daemon parks its messages then.
    """
    route = Route(feed.format, DECODERS[feed.format].decode, bind(SOURCE, feed, zone))
    found = Preview()
    arrivals = _read(route, messages, found, replayed=False)
    if any(message.retained for message in messages):
        again = Preview()
        _read(route, [replace(message, retained=False) for message in messages], again, replayed=True)
        for quantity, seen in again.values.items():
            found.values.setdefault(quantity, seen)
        found.remarks = {**again.remarks, **found.remarks}
    found.interval_s = _interval(arrivals)
    return found


def _read(route: Route, messages: Sequence[Message], found: Preview, *, replayed: bool) -> list[datetime]:
    memory, arrivals, stalled = Memory(), [], set()
    with Deadline() as deadline:
        for message in messages:
            if message.topic in stalled:
                continue
            try:
                decoded = deadline.run(decode, message, route, memory)
            except OverdueError:
                stalled.add(message.topic)
                found.reject(Finding.of("payload.too_slow", limit_s=LIMIT_S))
                continue
            except PayloadError as error:
                found.reject(error.finding)
                continue
            memory = decoded.memory
            if _take(found, decoded, message, replayed=replayed):
                arrivals.append(message.received_at_utc)
    return arrivals


def _take(found: Preview, decoded: Decoded, message: Message, *, replayed: bool) -> bool:
    """Count what a message came to; return whether it was any reading."""
    found.remarks |= {finding.code: finding for finding in decoded.notices}
    found.positions += len(decoded.positions)
    for reading in decoded.readings:
        _count(found, reading, replayed=replayed)
    if decoded.readings:
        found.read += 1
        if decoded.dated and not message.retained and not replayed:
            _compare(found, decoded.readings, message)
    return bool(decoded.readings)


def _count(found: Preview, reading: Reading, *, replayed: bool) -> None:
    seen = found.values.get(reading.quantity)
    if seen is not None:
        seen.add(reading)
        return
    found.values[reading.quantity] = Seen(
        reading.quantity, reading.value, reading.value, reading.value, reading.at_utc, reading.at_utc, replayed=replayed
    )


def _compare(found: Preview, readings: Sequence[Reading], message: Message) -> None:
    newest = max(reading.at_utc for reading in readings)
    ahead_s = (newest - message.received_at_utc).total_seconds()
    if found.ahead_s is None or abs(ahead_s) < abs(found.ahead_s):
        found.ahead_s = ahead_s  # the best agreement counts: late messages are no wrong clock


def _interval(arrivals: Sequence[datetime]) -> int | None:
    """Return the usual pause between messages, as devices are set; None where too few came."""
    merged: list[datetime] = []
    for at_utc in arrivals:
        if not merged or at_utc - merged[-1] > timedelta(seconds=0.5):
            merged.append(at_utc)
    pauses = [(after - before).total_seconds() for before, after in pairwise(merged)]
    if len(pauses) < _FEWEST_PAUSES:
        return None
    usual = median(pauses)
    return next((each for each in INTERVALS_S if usual <= each * _SLACK), INTERVALS_S[-1])
