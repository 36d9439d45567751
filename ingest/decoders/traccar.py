"""Traccar, a server for trackers of many makes, forwarding positions.

Program: Traccar 5 and 6, `forward.type=mqtt`. Document: PositionForwarderMqtt.java, PositionData.
Topic: one for all trackers, JSON `{"position": …, "device": …}`; the entry's `device` is the tracker's `uniqueId`.
The time is `fixTime`; a position that is not `valid`, or `outdated`, is none. Speed is in knots (unverified) and not
read. `attributes` are the tracker's: `odometer` is in metres. `totalDistance` is summed from positions, and
`batteryLevel` mostly the tracker's own: both are read only where `fields` declare them
(`totalDistance: odometer_m`, `batteryLevel: soc_percent`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from core.errors import FormatError, ReadingError
from core.quantities import Quantity
from ingest.messages import Binding, Decoded, Memory, Message, Position
from ingest.telling import tell
from ingest.times import Stamp, is_new, stamp
from ingest.values import json_object
from ingest.vehicle_values import fix_of, vehicle_field

SHAPE: Final = "<topic>"
DEVICE: Final = r"\S+"
FIELDS: Final = (vehicle_field("odometer", Quantity.ODOMETER_M),)
LARGEST_ACCURACY_M: Final = 200.0
"""A position less exact than that tells of no site."""


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return what the entry's tracker tells, at the time of its fix; nothing of others. Raises `FormatError`."""
    body = json_object(message.payload)
    device, position = body.get("device"), body.get("position")
    if not isinstance(device, dict) or not isinstance(position, dict):
        raise FormatError("payload.part_missing", part="device, position")
    if binding.feed.device not in (str(device.get("uniqueId")), str(device.get("name"))):
        return Decoded(memory=memory)
    at = stamp(position.get("fixTime"), message, binding.zone, memory)
    if not at.own:
        return Decoded(memory=memory, notices=(at.finding,) if at.finding else ())
    attributes = position.get("attributes")
    decoded = tell(attributes if isinstance(attributes, dict) else {}, at, message, binding, memory)
    return _with_position(decoded, position, at, binding) if is_new(message, at, memory) else decoded


def _with_position(decoded: Decoded, position: Mapping[str, object], at: Stamp, binding: Binding) -> Decoded:
    accuracy = position.get("accuracy")
    rough = isinstance(accuracy, int | float) and accuracy > LARGEST_ACCURACY_M
    if rough or position.get("valid") is False or position.get("outdated") is True:
        return decoded
    try:
        fix = fix_of(position.get("latitude"), position.get("longitude"), at.at_utc)
    except ReadingError as error:
        return replace(decoded, notices=(*decoded.notices, error.finding))
    return replace(decoded, positions=(Position(binding.source, fix),))


def looks_like(topic: str, payload: bytes) -> bool:  # noqa: ARG001 - the topic is the user's own
    """Return whether an unknown message is probably such a server's."""
    return b'"fixTime"' in payload and b'"position"' in payload and b'"uniqueId"' in payload


def device_in(payload: bytes) -> str:
    """Return the tracker that a message is about, empty if it names none."""
    try:
        device = json_object(payload).get("device")
    except FormatError:
        return ""
    return str(device.get("uniqueId") or "") if isinstance(device, dict) else ""
