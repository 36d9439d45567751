"""What was heard on a broker within some minutes: every message counted, as many kept as memory allows."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from core.letters import OWN_TOPICS
from core.texts import Finding
from ingest.messages import LARGEST_PAYLOAD_BYTES, Message

KEPT_TOPICS: Final = 10_000
KEPT_PER_TOPIC: Final = 600
KEPT_PER_TOPIC_BYTES: Final = 1024 * 1024
KEPT_BYTES: Final = 48 * 1024 * 1024


@dataclass(slots=True)
class Track:
    """The messages of one topic: how many came, and the newest of them, each with its place among all messages."""

    topic: str
    count: int = 0
    retained: int = 0
    kept: deque[tuple[int, Message]] = field(default_factory=deque)
    size_bytes: int = 0

    @property
    def messages(self) -> list[Message]:
        """Return the messages that were kept, oldest first."""
        return [message for _, message in self.kept]

    @property
    def newest(self) -> Message:
        """Return the newest message that was kept."""
        return self.kept[-1][1]


class Hearing:
    """All that was heard. A flood of topics, messages or bytes is counted, and costs no more memory than this allows.

    `unkept_topics` counts messages on topics beyond those kept, `unkept_messages` what had no room otherwise or
    was larger than any format's message. `trouble` says what the broker refused or why the connection was lost.
    """

    def __init__(self) -> None:
        self.tracks: dict[str, Track] = {}
        self.messages = 0
        self.retained = 0
        self.unkept_topics = 0
        self.unkept_messages = 0
        self.dropped = 0
        self.trouble: Finding | None = None
        self._size_bytes = 0

    def take(self, message: Message) -> None:
        """Count a message, and keep it if there is room."""
        if message.topic.startswith(OWN_TOPICS):
            return
        self.messages += 1
        self.retained += message.retained
        track = self.tracks.get(message.topic)
        if track is None:
            if len(self.tracks) >= KEPT_TOPICS or not self._has_room(message):
                self.unkept_topics += 1
                return
            track = self.tracks[message.topic] = Track(message.topic)
        track.count += 1
        track.retained += message.retained
        if not self._has_room(message):
            self.unkept_messages += 1
            return
        self._keep(track, message)

    def _has_room(self, message: Message) -> bool:
        size_bytes = len(message.payload)
        return size_bytes <= LARGEST_PAYLOAD_BYTES and self._size_bytes + size_bytes <= KEPT_BYTES

    def _keep(self, track: Track, message: Message) -> None:
        track.kept.append((self.messages, message))
        track.size_bytes += len(message.payload)
        self._size_bytes += len(message.payload)
        while len(track.kept) > KEPT_PER_TOPIC or track.size_bytes > KEPT_PER_TOPIC_BYTES:
            _, oldest = track.kept.popleft()
            track.size_bytes -= len(oldest.payload)
            self._size_bytes -= len(oldest.payload)


def in_order(tracks: Sequence[Track]) -> list[Message]:
    """Return the messages of several topics in the order in which they came."""
    return [message for _, message in sorted((each for track in tracks for each in track.kept), key=lambda it: it[0])]


def span(messages: Sequence[Message]) -> tuple[datetime, datetime]:
    """Return when the first and the last of some messages came."""
    return messages[0].received_at_utc, messages[-1].received_at_utc


class Listener(Protocol):
    """Listens on a configured broker without leaving a trace there."""

    @property
    def brokers(self) -> tuple[str, ...]:
        """Return the names of the brokers."""
        ...

    def zone(self, broker: str) -> str:
        """Return the time zone in which the broker's devices write local times."""
        ...

    async def listen(
        self, broker: str, topics: Sequence[str], duration_s: float, heard: Callable[[float, Hearing], None]
    ) -> Hearing:
        """Return what came within some seconds, retained messages among it.

        `heard` is told a few times a second how much of the time is over (0 to 1) and what there is so far. Raises
        `NotFoundError` for an unknown broker, `UnavailableError` where it cannot be reached, refuses us, or
        forbids the subscription.
        """
        ...
