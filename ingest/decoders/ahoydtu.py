"""AhoyDTU: another gateway of Hoymiles inverters.

Firmware: AhoyDTU 0.8. Document: lumapu/ahoy, User_Manual.md.
Topics: `<topic>/<inverter>/ch0/<leaf>` for the mains side of an inverter, one value each as plain text;
`available` and `last_success` beside it are retained. The total is in kWh, the day's energy in Wh
(the manual does not say so; integrations do). Sums over inverters (`<topic>/total`) are not read:
they fall when one cannot be reached. What is generated goes out of the meter: export, negative power.
"""

from __future__ import annotations

from typing import Final

from core.quantities import Quantity
from ingest.messages import Binding, Decoded, Field, Memory, Message
from ingest.telling import tell
from ingest.times import Stamp

SHAPE: Final = "<topic>/<inverter>"
FIELDS: Final = (
    Field("ch0/P_AC", Quantity.POWER_W, -1.0),
    Field("ch0/YieldTotal", Quantity.ENERGY_EXPORT_WH, 1000.0),
    Field("ch0/YieldDay", Quantity.ENERGY_SESSION_WH),
    Field("ch0/U_AC", Quantity.VOLTAGE_V),
    Field("ch0/I_AC", Quantity.CURRENT_A),
    Field("ch0/F_AC", Quantity.FREQUENCY_HZ),
    Field("ch0/Temp", Quantity.TEMPERATURE_C),
)
"""kWh for the total, Wh for the day."""
_BY_NAME: Final = {field.name: field for field in FIELDS}


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the one value of the topic, at the time of receipt."""
    field = _BY_NAME.get(binding.tail(message.topic))
    if field is None or message.retained:
        return Decoded(memory=memory)
    value = message.payload.decode("utf-8", "replace")
    at = Stamp(message.received_at_utc, own=False)
    return tell({field.name: value}, at, message, binding, memory, fields=(field,))


def looks_like(topic: str, payload: bytes) -> bool:  # noqa: ARG001 - the topic says it all
    """Return whether an unknown topic is probably such an inverter's."""
    return feed_topic(topic) != topic


def feed_topic(topic: str) -> str:
    """Return the inverter's part of one of its topics."""
    inverter, _, leaf = topic.rpartition("/ch0/")
    return inverter if f"ch0/{leaf}" in _BY_NAME and inverter else topic
