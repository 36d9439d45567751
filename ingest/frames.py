"""What the daemon and a decode worker say to each other: pickled values, each behind its length.

Readings travel as columns, as pickling so many small objects would cost more than decoding them.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass, replace
from datetime import datetime
from typing import BinaryIO, Final, NamedTuple

from core.inventory import Inventory
from core.quantities import Quantity
from core.readings import Reading, ReadingQuality
from ingest.intake import Catch
from ingest.messages import Message

LENGTH_BYTE: Final = 8
NOWHERE: Final = 2**64 - 1
"""What a worker's place is while it is at no message."""
_QUANTITIES: Final = {quantity.value: quantity for quantity in Quantity}
_QUALITIES: Final = {quality.value: quality for quality in ReadingQuality}


@dataclass(frozen=True, slots=True)
class Setting:
    """What a worker must know before its first message; `progress_fd` is the file in which it says where it is."""

    broker: str
    time_zone: str
    progress_fd: int


class Task(NamedTuple):
    """Messages to sort, and the inventory if it is another than before. No messages ask for what is left to tell.

    `patient` leaves those early that need announcements.
    """

    messages: list[tuple[str, bytes, datetime, bool, int]]
    now_utc: datetime
    inventory: Inventory | None
    patient: bool = False


Columns = tuple[list[str], list[str], list[datetime], list[float], list[str]]


class Answer(NamedTuple):
    """A catch with its readings as columns."""

    catch: Catch
    readings: Columns


def packed(value: object) -> bytes:
    """Return a value as a frame."""
    body = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return len(body).to_bytes(LENGTH_BYTE, "big") + body


def unpacked(stream: BinaryIO) -> object:
    """Return the next value from the daemon. Raises `EOFError` where it has gone."""
    head = stream.read(LENGTH_BYTE)
    if len(head) < LENGTH_BYTE:
        raise EOFError
    return pickle.loads(stream.read(int.from_bytes(head, "big")))  # noqa: S301 - from our own process


def task_of(messages: list[Message], now_utc: datetime, inventory: Inventory | None, *, patient: bool = False) -> Task:
    """Return the task of sorting these messages."""
    rows = [(each.topic, each.payload, each.received_at_utc, each.retained, each.qos) for each in messages]
    return Task(rows, now_utc, inventory, patient)


def messages_of(task: Task, broker: str) -> list[Message]:
    """Return the messages of a task."""
    return [Message(broker, *row) for row in task.messages]


def answer_of(catch: Catch) -> Answer:
    """Return a catch ready to travel."""
    readings = catch.readings
    columns = (
        [each.source for each in readings],
        [each.quantity.value for each in readings],
        [each.at_utc for each in readings],
        [each.value for each in readings],
        [each.quality.value for each in readings],
    )
    return Answer(replace(catch, readings=[]), columns)


def catch_of(answer: Answer) -> Catch:
    """Return the catch that has travelled."""
    sources, quantities, instants, values, qualities = answer.readings
    named = map(_QUANTITIES.__getitem__, quantities), map(_QUALITIES.__getitem__, qualities)
    answer.catch.readings = list(map(Reading, sources, named[0], instants, values, named[1]))
    return answer.catch
