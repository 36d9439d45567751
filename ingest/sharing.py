"""Which lane a message belongs to: that of its device.

Entries that share a topic (two meters on one reader), and all topics of theirs, are one device.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from zlib import crc32
from zoneinfo import ZoneInfo

from core.inventory import Inventory
from core.ports import Clock
from ingest.routing import KEPT_TOPICS, Router


class Sharing:
    """Deals the topics of one broker among lanes, by the inventory in force."""

    def __init__(
        self, lanes: int, broker: str, zone: ZoneInfo, inventory: Callable[[], Inventory], clock: Clock
    ) -> None:
        self._lanes = lanes
        self._broker = broker
        self._zone = zone
        self._inventory = inventory
        self._clock = clock
        self._known: dict[str, int] = {}
        self._router: Router | None = None
        self._devices: dict[str, str] = {}
        self._shared: tuple[Inventory, date] | None = None

    def lane_of(self, topic: str) -> int:
        """Return the number of the lane that a topic belongs to."""
        inventory, day = self._inventory(), self._clock().astimezone(self._zone).date()
        if self._shared is None or self._shared[0] is not inventory or self._shared[1] != day:
            self._shared = inventory, day
            self._router = Router(inventory, self._broker, self._zone, day)
            self._devices = devices(self._router.neighbours())
            self._known = {}
        lane = self._known.get(topic)
        if lane is None:
            lane = self._search(topic)
            if len(self._known) < KEPT_TOPICS:
                self._known[topic] = lane
        return lane

    def _search(self, topic: str) -> int:
        routes = self._router.routes(topic) if self._router else ()
        device = self._devices[routes[0].binding.source] if routes else topic
        return crc32(device.encode()) % self._lanes


def devices(neighbours: list[tuple[str, ...]]) -> dict[str, str]:
    """Return of each source the name of its device: the first of all sources that it shares topics with."""
    groups: dict[str, set[str]] = {}
    for sources in neighbours:
        group = set(sources).union(*(groups[source] for source in sources if source in groups))
        groups.update(dict.fromkeys(group, group))
    return {source: min(group) for source, group in groups.items()}
