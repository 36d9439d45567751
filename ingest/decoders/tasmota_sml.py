"""Tasmota's SML reader: an optical head on a German electricity meter.

Device: any Tasmota board with the SML script; firmware 9 to 15.
Document: tasmota/docs, Smart-Meter-Interface.md and Commands.md.
Topic: `tele/<name>/SENSOR`, every TelePeriod (300 s by default), and at once for values of
precision + 16. `Time` is local, without offset unless SetOption52 is on. The names inside the
SML object are free text of the user's script; a second meter is a second object.
"""

from __future__ import annotations

from typing import Final

from core.errors import FormatError
from core.quantities import Quantity
from ingest.messages import Binding, Decoded, Field, Memory, Message
from ingest.times import is_new, later, stamp
from ingest.values import gather, json_object

SHAPE: Final = "tele/<name>/SENSOR"
DEFAULT_OBJECT: Final = "SML"
FIELDS: Final = (
    Field("Total_in", Quantity.ENERGY_IMPORT_WH, 1000.0),
    Field("Total_out", Quantity.ENERGY_EXPORT_WH, 1000.0),
    Field("Power_curr", Quantity.POWER_W),
)
"""kWh, kWh, W; power is negative when feeding in."""


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the registers and the power of one SML object. Raises `FormatError`."""
    if message.topic != binding.feed.topic:
        return Decoded(memory=memory)
    body = json_object(message.payload)
    wrapped = body.get("StatusSNS")
    if isinstance(wrapped, dict):
        body = wrapped
    name = binding.feed.device or DEFAULT_OBJECT
    values = body.get(name)
    if not isinstance(values, dict):
        raise FormatError("payload.part_missing", part=name)
    at = stamp(body.get("Time"), message, binding.zone, memory)
    remembered = Memory(later(memory, at))
    if not is_new(message, at, memory):
        return Decoded(memory=remembered)
    readings, notices = gather(values, binding.fields, binding.source, at.at_utc)
    if at.finding:
        notices.append(at.finding)
    return Decoded(tuple(readings), remembered, tuple(notices), dated=at.own)


def prefix(topic: str) -> str:
    """Return what the device's topics have in common: `tele/<name>`."""
    return topic.rpartition("/")[0]


def looks_like(topic: str, payload: bytes) -> bool:
    """Return whether an unknown topic is probably such a reader."""
    return topic.endswith("/SENSOR") and (b'"SML"' in payload or b'"Total_in"' in payload)
