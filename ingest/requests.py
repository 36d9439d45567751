"""What is asked of devices: seldom, so that no message of theirs can make us flood their broker."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from ingest.messages import Request

PAUSE: Final = timedelta(seconds=10)
LARGEST_TURN: Final = 20
"""Requests in one `PAUSE`, all topics together."""


class Requests:
    """Remembers what was asked within the last `PAUSE`; several entries of one device ask for the same."""

    def __init__(self) -> None:
        self._asked: dict[str, datetime] = {}

    def due(self, wanted: Iterable[Request], now_utc: datetime) -> list[Request]:
        """Return those to send now: one a topic. Who is passed over asks again with a later message."""
        self._asked = {topic: at for topic, at in self._asked.items() if now_utc - at < PAUSE}
        chosen: list[Request] = []
        for request in wanted:
            if request.topic not in self._asked and len(self._asked) < LARGEST_TURN:
                self._asked[request.topic] = now_utc
                chosen.append(request)
        return chosen
