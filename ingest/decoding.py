"""One message to its readings: the limits and rules that hold for every format. Pure.

`Message` and `Decoded` are the words of `ingest.messages`, named here again as this is the door
through which other packages decode.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import FormatError, NotFoundError
from core.inventory import Feed
from ingest.deadline import LIMIT_S, Deadline, OverdueError
from ingest.messages import LARGEST_PAYLOAD_BYTES, Binding, Decoded, Memory, Message
from ingest.routing import DECODERS, Route, bind

__all__ = ["LARGEST_PAYLOAD_BYTES", "Binding", "Decoded", "Memory", "Message", "decode", "decode_sample"]

SAMPLE_SOURCE: Final = "meter:sample"


def decode(message: Message, route: Route, memory: Memory) -> Decoded:
    """Return what a message says of the route's entry. Raises `PayloadError` if it says nothing usable."""
    if len(message.payload) > LARGEST_PAYLOAD_BYTES:
        raise FormatError("payload.too_large", size_byte=len(message.payload), limit_byte=LARGEST_PAYLOAD_BYTES)
    return route.decode(message, route.binding, memory)


def decode_sample(
    format: str,  # noqa: A002 - the word of the inventory
    topic: str,
    payload: bytes,
    now_utc: datetime,
    time_zone: str,
    *,
    device: str = "",
    fields: tuple[tuple[str, str], ...] = (),
    options: tuple[tuple[str, str], ...] = (),
    source: str = SAMPLE_SOURCE,
) -> Decoded:
    """Return what a pasted message would be read as, without storing anything.

    `device`, `fields` and `options` as in the inventory's feed. Raises `NotFoundError` for an unknown format,
    `ConfigError` for fields that are wrong, `PayloadError` for a message that is not usable.
    """
    row = DECODERS.get(format)
    if row is None:
        raise NotFoundError("ingest.format_unknown", format=format, known=", ".join(DECODERS))
    feed = Feed(broker="", format=format, topic=row.feed_topic(topic), device=device, fields=fields, options=options)
    route = Route(format, row.decode, bind(source, feed, ZoneInfo(time_zone)))
    try:
        with Deadline() as deadline:
            return deadline.run(decode, Message("", topic, payload, now_utc), route, Memory())
    except OverdueError as error:
        raise FormatError("payload.too_slow", limit_s=LIMIT_S) from error
