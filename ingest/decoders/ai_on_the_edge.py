"""AI-on-the-edge: a camera that reads the dials of a water, gas or electricity meter.

Device: ESP32-CAM with AI-on-the-edge-device 12 to 16. Document: jomjol/AI-on-the-edge-device, MQTT.
Topic: `<main topic>/json`, with several dials `<main topic>/<dial>/json`. Every value is a string.
The unit is the dial's, so the entry declares `value` in its fields. `timestamp` is local, with or without
offset. Whatever `error` says other than "no error" means that `value` is an older one or a guess:
the message is rejected. Carried digits that the camera misreads are a matter of the register's rules.
"""

from __future__ import annotations

from typing import Final

from core.errors import FormatError
from ingest.messages import Binding, Decoded, Memory, Message
from ingest.telling import tell
from ingest.times import stamp
from ingest.values import json_object, shown

SHAPE: Final = "<main topic>/json"
NO_ERROR: Final = "no error"


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return what the entry's fields name of a picture that was read without error. Raises `FormatError`."""
    if message.topic != binding.feed.topic:
        return Decoded(memory=memory)
    body = json_object(message.payload)
    error = str(body.get("error") or NO_ERROR).strip()
    if error.lower() != NO_ERROR:
        raise FormatError("payload.reader_error", error=shown(error))
    return tell(body, stamp(body.get("timestamp"), message, binding.zone, memory), message, binding, memory)


def prefix(topic: str) -> str:
    """Return what the dial's topics have in common."""
    return topic.removesuffix("/json")


def looks_like(topic: str, payload: bytes) -> bool:
    """Return whether an unknown topic is probably such a camera's."""
    return topic.endswith("/json") and all(word in payload for word in (b'"raw":', b'"pre":', b'"error":'))
