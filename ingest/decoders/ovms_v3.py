"""OVMS v3, the open vehicle monitoring module in an electric car.

Device: OVMS module, firmware 3.3. Document: OVMS3 docs, metrics.rst; ovms_server_v3.cpp.
Topics: `<base>/<user>/<vehicle id>/metric/<name with slashes>`, one value each as plain text, without
unit or time, QoS 0 and retained. Persistent metrics survive a reboot, so what the broker replays
may be days old: it is no sample.
The VIN (`v/vin`), names of places and what is not in the table are not read. A position is only a pair: the longitude
comes right after its latitude.
"""

from __future__ import annotations

from typing import Final

from core.quantities import Quantity
from ingest.messages import Binding, Decoded, Memory, Message
from ingest.vehicle_values import KM, tell_half_position, tell_value, vehicle_field

SHAPE: Final = "ovms/<user>/<vehicle id>"
METRICS: Final = {
    field.name: field
    for field in (
        vehicle_field("v/b/soc", Quantity.SOC_PERCENT),
        vehicle_field("v/b/soh", Quantity.SOH_PERCENT),
        vehicle_field("v/p/odometer", Quantity.ODOMETER_M, KM),
        vehicle_field("v/b/energy/used/total", Quantity.ENERGY_USED_WH, 1000.0),
        vehicle_field("v/c/kwh/grid/total", Quantity.ENERGY_IMPORT_WH, 1000.0),
        vehicle_field("v/c/kwh", Quantity.ENERGY_SESSION_WH, 1000.0),
        vehicle_field("v/b/power", Quantity.POWER_W, -1000.0),
        vehicle_field("v/c/charging", Quantity.CHARGING_FLAG),
        vehicle_field("v/c/pilot", Quantity.PLUGGED_IN_FLAG),
    )
}
"""Their unit to ours: km, kWh, kW. OVMS counts power out of the battery as positive, we power into it.
`v/c/pilot` is the signal of the charge cable."""
POSITION: Final = {"v/p/latitude": "latitude", "v/p/longitude": "longitude"}


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the one value of the topic, at the time of receipt."""
    metric = binding.tail(message.topic).removeprefix("metric/")
    if metric in POSITION:
        return tell_half_position(POSITION[metric], message, binding, memory)
    field = METRICS.get(metric)
    return tell_value(field, message, binding, memory) if field else Decoded(memory=memory)


def looks_like(topic: str, payload: bytes) -> bool:  # noqa: ARG001 - the topic says it all
    """Return whether an unknown topic is probably such a module."""
    return "/metric/v/" in topic or "/metric/s/v3/" in topic


def feed_topic(topic: str) -> str:
    """Return the vehicle's part of one of its topics."""
    return topic.partition("/metric/")[0]
