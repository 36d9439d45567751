"""ChirpStack v4: LoRaWAN meters (water, heat, gas, pulse counters) behind the district's network server.

Server: ChirpStack 4. Document: ChirpStack docs, Integrations, Event types.
Topics: `application/<application id>/device/<DevEUI>/event/up` with the values that the device
profile's codec has decoded in `object`; `.../event/status` with the battery level.
Instants have nanoseconds. Fields that are zero or empty are left out of the envelope (proto3 JSON).
A device that keeps its values and sends them late states their time in `object`: the option `time` names it.
"""

from __future__ import annotations

from typing import Final

from core.errors import FormatError
from core.quantities import Quantity
from ingest.declared import AT, find, parse_path
from ingest.messages import Binding, Decoded, Field, Memory, Message
from ingest.times import is_new, later, stamp
from ingest.values import gather, json_object

SHAPE: Final = "application/<application id>/device/<DevEUI>"
STATUS_FIELDS: Final = (Field("batteryLevel", Quantity.BATTERY_PERCENT),)
OPTIONS: Final = {"time": AT}
REMEMBERED_FRAMES: Final = 16


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the values of an uplink by the entry's own field map, or the battery level of a status.

    Raises `FormatError`. A frame that the server delivers again under its `deduplicationId` is passed over.
    """
    event = binding.tail(message.topic)
    if event not in {"event/up", "event/status"}:
        return Decoded(memory=memory)
    body = json_object(message.payload)
    values, fields = (_object(body), binding.fields) if event == "event/up" else (body, STATUS_FIELDS)
    seen = memory.state.get("seen", ())
    frame = (event, body.get("deduplicationId"))
    if not isinstance(seen, tuple) or (frame[1] and frame in seen):
        return Decoded(memory=memory)
    path = dict(binding.feed.options).get("time")
    own = find(values, parse_path(path)) if path else None
    at = stamp(body.get("time") if own is None else own, message, binding.zone, memory)
    remembered = Memory(later(memory, at), {"seen": (*seen, frame)[-REMEMBERED_FRAMES:]})
    if not is_new(message, at, memory):
        return Decoded(memory=remembered)
    readings, notices = gather(values, fields, binding.source, at.at_utc)
    if at.finding and readings:
        notices.append(at.finding)
    return Decoded(tuple(readings), remembered, tuple(notices), dated=at.own)


def _object(body: dict[str, object]) -> dict[str, object]:
    """Return the decoded values; none for an empty frame. Raises `FormatError` if no codec is set."""
    values = body.get("object")
    if isinstance(values, dict):
        return values
    if body.get("data"):
        raise FormatError("payload.no_codec")
    return {}


def looks_like(topic: str, payload: bytes) -> bool:
    """Return whether an unknown topic is probably such a device."""
    return topic.startswith("application/") and "/event/" in topic and b'"deviceInfo"' in payload


def feed_topic(topic: str) -> str:
    """Return the device's part of one of its topics."""
    return topic.partition("/event/")[0]
