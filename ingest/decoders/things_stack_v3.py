"""The Things Stack v3 (The Things Network): LoRaWAN meters behind a public or the district's own server.

Server: The Things Stack 3. Document: The Things Stack docs, MQTT Server and Data Formats.
Topics: `v3/<application>@<tenant>/devices/<device id>/up` (the open-source edition has no `@<tenant>`),
QoS 0 and MQTT 3.1.1 only; the server keeps nothing for who is away. Beside it `join` and `down/…`.
Empty fields (`""`, 0, false) are left out of the envelope, while `decoded_payload` keeps 0 and null.
`f_cnt` begins anew at each join, so it tells nothing of what was seen before. Instants have nanoseconds.
A device that keeps its values while it has no radio, and sends them late, states their time in
`decoded_payload`: the option `time` names it. Otherwise the time of receipt by the server holds.
"""

from __future__ import annotations

from typing import Final

from core.errors import FormatError
from core.texts import Finding
from ingest.declared import AT, find, parse_path
from ingest.messages import Binding, Decoded, Memory, Message
from ingest.telling import tell
from ingest.times import stamp
from ingest.values import json_object

SHAPE: Final = "v3/<application>@<tenant>/devices/<device id>"
OPTIONS: Final = {"time": AT}


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the values of an uplink by the entry's own field map. Raises `FormatError`.

    What a person has simulated on the server's console was not measured.
    """
    if binding.tail(message.topic) != "up":
        return Decoded(memory=memory)
    body = json_object(message.payload)
    uplink = body.get("uplink_message")
    if not isinstance(uplink, dict):
        raise FormatError("payload.part_missing", part="uplink_message")
    if body.get("simulated"):
        return Decoded(memory=memory, notices=(Finding.of("payload.simulated"),))
    values = uplink.get("decoded_payload")
    if not isinstance(values, dict):
        return _undecoded(uplink, memory)
    path = dict(binding.feed.options).get("time")
    own = find(values, parse_path(path)) if path else None
    at = stamp(body.get("received_at") if own is None else own, message, binding.zone, memory)
    return tell(values, at, message, binding, memory)


def _undecoded(uplink: dict[str, object], memory: Memory) -> Decoded:
    if uplink.get("frm_payload"):
        raise FormatError("payload.no_codec")
    return Decoded(memory=memory)


def looks_like(topic: str, payload: bytes) -> bool:
    """Return whether an unknown topic is probably such a device."""
    return topic.startswith("v3/") and "/devices/" in topic and b'"end_device_ids"' in payload


def feed_topic(topic: str) -> str:
    """Return the device's part of one of its topics."""
    application, devices, rest = topic.partition("/devices/")
    return application + devices + rest.partition("/")[0]
