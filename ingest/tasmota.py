"""What the telemetry of all Tasmota devices has in common.

Document: tasmota/docs, Commands.md and MQTT.md. Telemetry comes on `tele/<name>/SENSOR` every
TelePeriod (300 s by default); asked for, it comes wrapped in `StatusSNS`. `Time` is local, without
offset unless SetOption52 is on. After a start the device says so on `tele/<name>/INFO1` to `INFO3`.
"""

from __future__ import annotations

from typing import Final

from core.errors import FormatError
from ingest.messages import Binding, Message
from ingest.values import json_object

SHAPE: Final = "tele/<name>/SENSOR"
TELE_PERIOD_S: Final = 300


def sensors(payload: bytes) -> dict[str, object]:
    """Return the time and the sensors of a message. Raises `FormatError`."""
    body = json_object(payload)
    wrapped = body.get("StatusSNS")
    return wrapped if isinstance(wrapped, dict) else body


def sensor(body: dict[str, object], name: str) -> dict[str, object]:
    """Return the object of one sensor. Raises `FormatError` if there is none."""
    values = body.get(name)
    if not isinstance(values, dict):
        raise FormatError("payload.part_missing", part=name)
    return values


def has_started(message: Message, binding: Binding) -> bool:
    """Return whether a message tells that the device has just started."""
    return binding.tail(message.topic).startswith("INFO")


def prefix(topic: str) -> str:
    """Return what the device's topics have in common: `tele/<name>`."""
    return topic.rpartition("/")[0]
