"""OVMS v3, the open vehicle monitoring module in an electric car.

Device: OVMS module, firmware 3.3. Document: OVMS3 docs, metrics.rst; ovms_server_v3.cpp.
Topics: `<base>/<user>/<vehicle id>/metric/<name with slashes>`, one value each as plain text, without
unit or time, QoS 0 and retained. Persistent metrics survive a reboot, so what the broker replays
may be days old: it is no sample.
Position (`v/p/latitude`, …) and VIN (`v/vin`) are personal data: no table row reads them.
"""

from __future__ import annotations

from typing import Final

from core.errors import ReadingError
from core.quantities import Kind, Quantity
from core.readings import Reading
from ingest.messages import Binding, Decoded, Memory, Message
from ingest.values import flag, text_number

SHAPE: Final = "ovms/<user>/<vehicle id>"
METRICS: Final[dict[str, tuple[Quantity, float]]] = {
    "v/b/soc": (Quantity.SOC_PERCENT, 1.0),
    "v/b/soh": (Quantity.SOH_PERCENT, 1.0),
    "v/p/odometer": (Quantity.ODOMETER_M, 1000.0),
    "v/b/energy/used/total": (Quantity.ENERGY_USED_WH, 1000.0),
    "v/c/kwh/grid/total": (Quantity.ENERGY_IMPORT_WH, 1000.0),
    "v/c/kwh": (Quantity.ENERGY_SESSION_WH, 1000.0),
    "v/b/power": (Quantity.POWER_W, -1000.0),
    "v/c/charging": (Quantity.CHARGING_FLAG, 1.0),
}
"""Their unit to ours: km, kWh, kW. OVMS counts power out of the battery as positive, we power into it."""


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the one value of the topic, at the time of receipt."""
    metric = binding.tail(message.topic).removeprefix("metric/")
    row = METRICS.get(metric)
    if row is None or message.retained:
        return Decoded(memory=memory)
    quantity, factor = row
    read = flag if quantity.kind is Kind.STATE else text_number
    try:
        value = read(message.payload, metric) * factor
        reading = Reading(binding.source, quantity, message.received_at_utc, value)
    except ReadingError as error:
        return Decoded(memory=memory, notices=(error.finding,))
    return Decoded((reading,), memory)


def looks_like(topic: str, payload: bytes) -> bool:  # noqa: ARG001 - the topic says it all
    """Return whether an unknown topic is probably such a module."""
    return "/metric/v/" in topic or "/metric/s/v3/" in topic


def feed_topic(topic: str) -> str:
    """Return the vehicle's part of one of its topics."""
    return topic.partition("/metric/")[0]
