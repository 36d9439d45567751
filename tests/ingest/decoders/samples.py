"""Recorded messages, and what an entry of the inventory reads from them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from core.inventory import Feed
from core.quantities import Quantity
from ingest.decoding import decode
from ingest.messages import Decoded, Memory, Message
from ingest.routing import DECODERS, Route, bind
from tests.ingest.rig import INVENTORY, ZONE

PAYLOADS = Path(__file__).parent.parent / "payloads"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
"""When a test's message is received."""
SOURCE = "meter:sample"

Pairs = tuple[tuple[str, str], ...]


def recorded(name: str) -> bytes:
    """Return a recorded payload, `<format>/<file>`."""
    return (PAYLOADS / name).read_bytes()


def a_feed(format: str, topic: str, device: str = "", *, fields: Pairs = (), options: Pairs = ()) -> Feed:  # noqa: A002
    """Return a feed as an inventory entry would declare it."""
    return Feed(broker="main", format=format, topic=topic, device=device, fields=fields, options=options)


def read(
    entry: str | Feed,
    topic: str,
    payload: bytes | str,
    memory: Memory | None = None,
    *,
    retained: bool = False,
    received_at_utc: datetime = NOW,
) -> Decoded:
    """Return what an entry of the rig's inventory, or one with this feed, reads from a message."""
    source, feed = (SOURCE, entry) if isinstance(entry, Feed) else _entry(entry)
    route = Route(feed.format, DECODERS[feed.format].decode, bind(source, feed, ZONE))
    body = payload.encode() if isinstance(payload, str) else payload
    return decode(Message("main", topic, body, received_at_utc, retained=retained), route, memory or Memory())


def _entry(name: str) -> tuple[str, Feed]:
    thing = INVENTORY.meters.get(name) or INVENTORY.vehicles[name]
    assert thing.feed is not None
    return thing.source, thing.feed


def values(decoded: Decoded) -> dict[Quantity, float]:
    """Return the values by quantity."""
    return {reading.quantity: reading.value for reading in decoded.readings}


def codes(decoded: Decoded) -> list[str]:
    """Return the codes of what was odd."""
    return [finding.code for finding in decoded.notices]
