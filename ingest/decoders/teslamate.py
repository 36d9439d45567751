"""TeslaMate: logs Tesla cars and publishes their state.

Program: TeslaMate 1.2x to 4. Document: teslamate-org/teslamate, website/docs/integrations/mqtt.md.
Topics: `teslamate[/<namespace>]/cars/<n>/<leaf>`, one value each as plain text, without time, only
when it changes, QoS 1 and retained (except `healthy`); an empty payload says "no value".
`<n>` is TeslaMate's own number, no VIN. `power` is kW although the document says watts.
A position (`location`, in older releases `latitude` and `longitude`) is read as such. Names of places (`geofence`,
`active_route_destination`, …) are not read.
"""

from __future__ import annotations

from typing import Final

from core.errors import FormatError, ReadingError
from core.quantities import Kind, Quantity
from core.readings import Reading
from ingest.messages import Binding, Decoded, Memory, Message
from ingest.values import flag, json_value, shown, text_number
from ingest.vehicle_values import KM, tell_half_position, tell_position, vehicle_field

SHAPE: Final = "teslamate/cars/<n>"
LEAVES: Final = {
    field.name: field
    for field in (
        vehicle_field("battery_level", Quantity.SOC_PERCENT),
        vehicle_field("odometer", Quantity.ODOMETER_M, KM),
        vehicle_field("charge_energy_added", Quantity.ENERGY_SESSION_WH, 1000.0),
        vehicle_field("charger_power", Quantity.POWER_W, 1000.0),
        vehicle_field("power", Quantity.POWER_W, -1000.0),
        vehicle_field("charging_state", Quantity.CHARGING_FLAG),
        vehicle_field("plugged_in", Quantity.PLUGGED_IN_FLAG),
    )
}
"""Their unit to ours: km, kWh, kW. `power` is positive out of the battery, ours into it."""
CHARGING_STATES: Final = {
    "charging": 1.0,
    "starting": 0.0,
    "complete": 0.0,
    "stopped": 0.0,
    "disconnected": 0.0,
    "nopower": 0.0,
}


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the one value of the topic, at the time of receipt.

    While the charger reports power, it speaks for the car and the battery's `power` is passed
    over, so that the series does not jump between two places of measurement. A value replayed by
    the broker is remembered for that, but is no sample: nobody knows when it was measured.
    """
    leaf = binding.tail(message.topic)
    field = LEAVES.get(leaf)
    if field is None:
        return _position(leaf, message, binding, memory)
    try:
        value = _value(message.payload, leaf, field.quantity)
        reading = Reading(binding.source, field.quantity, message.received_at_utc, field.convert(value))
    except ReadingError as error:
        return Decoded(memory=_remembered(memory, leaf, 0.0), notices=() if message.retained else (error.finding,))
    superseded = leaf == "power" and memory.state.get("charger_power", 0.0) != 0.0
    readings = () if message.retained or superseded else (reading,)
    return Decoded(readings, _remembered(memory, leaf, value))


def _position(leaf: str, message: Message, binding: Binding, memory: Memory) -> Decoded:
    if leaf in ("latitude", "longitude"):
        return tell_half_position(leaf, message, binding, memory)
    if leaf != "location" or not message.payload:
        return Decoded(memory=memory)
    try:
        return tell_position(json_value(message.payload), message, binding, memory)
    except FormatError:
        return Decoded(memory=memory)


def _value(payload: bytes, leaf: str, quantity: Quantity) -> float:
    if leaf == "charging_state":
        state = payload.decode("utf-8", "replace").strip().strip('"')
        known = CHARGING_STATES.get(state.lower())
        if known is None:
            raise ReadingError("payload.value_invalid", field=leaf, value=shown(state))
        return known
    return (flag if quantity.kind is Kind.STATE else text_number)(payload, leaf)


def _remembered(memory: Memory, leaf: str, value: float) -> Memory:
    return Memory(memory.last_at_utc, {**memory.state, "charger_power": value}) if leaf == "charger_power" else memory


def looks_like(topic: str, payload: bytes) -> bool:  # noqa: ARG001 - the topic says it all
    """Return whether an unknown topic is probably TeslaMate's."""
    return topic.startswith("teslamate/") and "/cars/" in topic


def feed_topic(topic: str) -> str:
    """Return the car's part of one of its topics."""
    return topic.rpartition("/")[0]
