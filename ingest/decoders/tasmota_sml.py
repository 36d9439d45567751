"""Tasmota's SML reader: an optical head on a German electricity meter.

Device: any Tasmota board with the SML script; firmware 9 to 15.
Document: tasmota/docs, Smart-Meter-Interface.md and Commands.md.
Topic: `tele/<name>/SENSOR`, every TelePeriod (300 s by default), and at once for values of
precision + 16. The names inside the SML object are free text of the user's script; a second meter is
a second object. A meter locked by PIN tells whole kWh only.
The first message after a start may be wrong or zero: if all its registers are 0, it is passed over.
"""

from __future__ import annotations

from typing import Final

from core.quantities import Kind, Quantity
from core.texts import Finding
from ingest.messages import Binding, Decoded, Field, Memory, Message
from ingest.tasmota import has_started, sensor, sensors
from ingest.telling import tell
from ingest.times import stamp

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
        started = {"started": True} if has_started(message, binding) else memory.state
        return Decoded(memory=Memory(memory.last_at_utc, started))
    body = sensors(message.payload)
    at = stamp(body.get("Time"), message, binding.zone, memory)
    decoded = tell(sensor(body, binding.feed.device or DEFAULT_OBJECT), at, message, binding, memory)
    if memory.state.get("started") and _is_blank(decoded):
        return Decoded(memory=decoded.memory, notices=(Finding.of("payload.blank_after_start"),))
    return decoded


def _is_blank(decoded: Decoded) -> bool:
    registers = [reading.value for reading in decoded.readings if reading.quantity.kind is Kind.REGISTER]
    return bool(registers) and not any(registers)


def looks_like(topic: str, payload: bytes) -> bool:
    """Return whether an unknown topic is probably such a reader."""
    return topic.endswith("/SENSOR") and (b'"SML"' in payload or b'"Total_in"' in payload)
