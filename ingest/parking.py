"""Messages that were not decoded in time: kept whole, and their topics left alone for a while.

So one topic that no decoder gets through with costs the others a second, once in a while, and nobody's message
is lost: `kreiswatt rejections replay` reads the parked ones again after an update.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from core.facts import Rejection
from core.texts import Finding
from ingest.deadline import LIMIT_S
from ingest.messages import Message
from ingest.redaction import redact, redact_topic

PAUSE: Final = timedelta(minutes=10)
CODE: Final = "ingest.parked"
KEPT_TOPICS: Final = 10_000


def parked(message: Message) -> Rejection:
    """Return what is kept of a message that was not decoded in time: all of it, redacted."""
    return Rejection(
        channel=f"mqtt:{message.broker}",
        subject=redact_topic(message.topic),
        reason=Finding.of(CODE, limit_s=LIMIT_S, pause_min=int(PAUSE.total_seconds() // 60)),
        payload=redact(message.topic, message.payload),
        received_at_utc=message.received_at_utc,
    )


class Parking:
    """The topics whose messages are parked unread, each until its pause is over."""

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}

    def close(self, topic: str, at_utc: datetime) -> None:
        """Begin the pause of a topic."""
        if len(self._until) >= KEPT_TOPICS:
            self._until = {name: until for name, until in self._until.items() if until > at_utc}
        self._until[topic] = at_utc + PAUSE

    def is_closed(self, topic: str, at_utc: datetime) -> bool:
        """Return whether the topic is in its pause."""
        return bool(self._until) and at_utc < self._until.get(topic, at_utc)
