"""Tasmota on a plug or relay that measures, with one channel or several.

Device: Sonoff Pow, Shelly plugs and others with Tasmota; firmware 6 to 15.
Document: tasmota/docs, devices/Sonoff-Pow.md and Commands.md (SetOption129).
Topic: `tele/<name>/SENSOR`. In the object `ENERGY`, `Total` is the register in kWh (`EnergyTotal 0` sets
it back), `Today` a day's counter, `Power` W. A device of several channels lists `Power` by channel,
while `Total` stays the sum of all, unless SetOption129 lists it too.
`Period` (Wh since the last message) and `TotalStartTime` (wrong in the document's own sample) are not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.errors import FormatError
from core.quantities import Quantity
from ingest.messages import Binding, Decoded, Field, Memory, Message
from ingest.tasmota import sensor, sensors
from ingest.telling import tell
from ingest.times import stamp

FIELDS: Final = (
    Field("Total", Quantity.ENERGY_IMPORT_WH, 1000.0),
    Field("ExportActive", Quantity.ENERGY_EXPORT_WH, 1000.0),
    Field("Today", Quantity.ENERGY_SESSION_WH, 1000.0),
    Field("Power", Quantity.POWER_W),
    Field("Voltage", Quantity.VOLTAGE_V),
    Field("Current", Quantity.CURRENT_A),
    Field("Frequency", Quantity.FREQUENCY_HZ),
)
DEVICE: Final = "[1-9]?"
OF_ALL_CHANNELS: Final = frozenset({"Voltage", "Frequency"})
"""What is one value for all channels where it is no list; and what makes no sum where it is one."""


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return register and power of all channels together, or of the one the entry names. Raises `FormatError`."""
    if message.topic != binding.feed.topic:
        return Decoded(memory=memory)
    body = sensors(message.payload)
    energy = sensor(body, "ENERGY")
    channel = binding.feed.device
    values = _of_channel(energy, int(channel)) if channel else _of_all(energy)
    if "Total" in values:
        values.pop("Today", None)
    return tell(values, stamp(body.get("Time"), message, binding.zone, memory), message, binding, memory)


def _of_all(energy: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in energy.items() if name not in OF_ALL_CHANNELS or not isinstance(value, list)}


def _of_channel(energy: Mapping[str, object], channel: int) -> dict[str, object]:
    """Return a channel's own values; a plain number beside lists is the sum of all channels, not its own."""
    channels = max((len(value) for value in energy.values() if isinstance(value, list)), default=1)
    if channel > channels:
        raise FormatError("payload.part_missing", part=f"ENERGY[{channel}]")
    values: dict[str, object] = {}
    for name, value in energy.items():
        if isinstance(value, list):
            if channel <= len(value):
                values[name] = value[channel - 1]
        elif channels == 1 or name in OF_ALL_CHANNELS:
            values[name] = value
    return values


def looks_like(topic: str, payload: bytes) -> bool:
    """Return whether an unknown topic is probably such a plug."""
    return topic.endswith("/SENSOR") and b'"ENERGY"' in payload
