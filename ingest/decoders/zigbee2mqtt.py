"""Plugs and meters in a Zigbee network behind zigbee2mqtt.

Program: zigbee2mqtt 1.x and 2.x. Document: zigbee2mqtt.io, MQTT topics and messages; the issues of Koenkk/zigbee2mqtt.
Topic: `zigbee2mqtt/<friendly name>`; the name may contain slashes. Energy in kWh, power in W.
A time stands in the message only if `last_seen` is switched on: ISO 8601 in UTC or local, or milliseconds.

Whatever a device reports, the whole state that is known of it comes again, so an old energy stands beside
a new power. An energy that has not changed is therefore a reading only if the power is 0, and was 0 in the
message before: then the dial stands still and the value is fresh. Otherwise it is passed over, and what was
used is laid between the values that did change. An energy that falls (devices lose what they have not stored when
they are unplugged) is told as it is: counting judges it.
"""

from __future__ import annotations

from typing import Final

from core.quantities import Kind, Quantity
from ingest.messages import Binding, Decoded, Field, Memory, Message
from ingest.telling import tell
from ingest.times import stamp_if_stated
from ingest.values import json_object

SHAPE: Final = "zigbee2mqtt/<friendly name>"
FIELDS: Final = (
    Field("energy", Quantity.ENERGY_IMPORT_WH, 1000.0),
    Field("produced_energy", Quantity.ENERGY_EXPORT_WH, 1000.0),
    Field("power", Quantity.POWER_W),
    Field("voltage", Quantity.VOLTAGE_V),
    Field("current", Quantity.CURRENT_A),
    Field("ac_frequency", Quantity.FREQUENCY_HZ),
)


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the state of the device, and its registers where they are fresh. Raises `FormatError`."""
    if message.topic != binding.feed.topic:
        return Decoded(memory=memory)
    body = json_object(message.payload)
    registers = {field.name for field in binding.fields if field.quantity.kind is Kind.REGISTER} & body.keys()
    powers = [body[field.name] for field in binding.fields if field.quantity is Quantity.POWER_W and field.name in body]
    idle = bool(powers) and not any(power != 0 for power in powers)
    stood_still = idle and memory.state.get("idle") is True
    stale = {name for name in registers if not stood_still and memory.state.get(name) == body[name]}
    fresh = {name: value for name, value in body.items() if name not in stale}
    state = {**memory.state, **{name: body[name] for name in registers}, "idle": idle}
    at = stamp_if_stated(body.get("last_seen"), message, binding.zone, memory)
    return tell(fresh, at, message, binding, memory, state=state)


def looks_like(topic: str, payload: bytes) -> bool:
    """Return whether an unknown topic is probably such a device, and not the bridge itself."""
    return b'"linkquality"' in payload or (
        topic.startswith("zigbee2mqtt/") and not topic.startswith("zigbee2mqtt/bridge/") and b'"energy"' in payload
    )
