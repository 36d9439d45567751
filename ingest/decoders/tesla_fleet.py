"""Tesla Fleet Telemetry, the stream of the maker's own cars, by its MQTT datastore.

Program: teslamotors/fleet-telemetry. Document: datastore/mqtt README; the maker's list "Available Data".
Topics: `<base>/<VIN>/v/<field>`, one value each without its time, which the server drops; `null` where the
car calls a value invalid. A float may be a string in another firmware. Distances are miles (unverified).
**The VIN in the topic is personal data.** An entry names it by its `fingerprint`, so that it stands nowhere here.
`DCChargingPower` is at the battery, also while alternating current comes in; cars that leave it at 0 then are told by
`ACChargingPower`. `ACChargingEnergyIn` is at the charger and means nothing during direct current: it is not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Final

from core.errors import FormatError, ReadingError
from core.quantities import Quantity
from core.readings import Reading
from ingest.messages import Binding, Decoded, Memory, Message
from ingest.values import json_value, shown
from ingest.vehicle_values import MILE, tell_position, tell_value, vehicle_field

SHAPE: Final = "telemetry"
DEVICE: Final = "[0-9a-f]{12}"
FIELDS: Final = {
    field.name: field
    for field in (
        vehicle_field("BatteryLevel", Quantity.SOC_PERCENT),
        vehicle_field("Soc", Quantity.SOC_PERCENT),
        vehicle_field("Odometer", Quantity.ODOMETER_M, MILE),
        vehicle_field("LifetimeEnergyUsed", Quantity.ENERGY_USED_WH, 1000.0),
        vehicle_field("DCChargingEnergyIn", Quantity.ENERGY_SESSION_WH, 1000.0),
        vehicle_field("DCChargingPower", Quantity.POWER_W, 1000.0),
        vehicle_field("ACChargingPower", Quantity.POWER_W, 1000.0),
    )
}
"""Their unit to ours: miles, kWh, kW."""
INSTEAD: Final = {"Soc": "BatteryLevel", "ACChargingPower": "DCChargingPower"}
"""Who is passed over while the other has told something."""
_STATES: Final = {
    "disconnected": (0.0, 0.0),
    "nopower": (0.0, 1.0),
    "starting": (0.0, 1.0),
    "charging": (1.0, 1.0),
    "complete": (0.0, 1.0),
    "stopped": (0.0, 1.0),
}
"""Whether the car is charging, and whether it is plugged in."""
_STATE: Final = "DetailedChargeState"


@lru_cache(maxsize=4096)
def fingerprint(vin: str) -> str:
    """Return what stands for a VIN: the first 12 digits of its SHA-256."""
    return sha256(vin.encode()).hexdigest()[:12]


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the one value of the topic, at the time of receipt; nothing of other cars."""
    vin, _, name = binding.tail(message.topic).partition("/v/")
    if message.retained or fingerprint(vin) != binding.feed.device:
        return Decoded(memory=memory)
    if name == "Location":
        return _position(message, binding, memory)
    if name == _STATE:
        return _states(message, binding, memory)
    field = FIELDS.get(name)
    if field is None or message.payload.strip() == b"null":
        return Decoded(memory=memory)
    decoded = tell_value(field, message, binding, memory)
    return _chosen(name, decoded, memory)


def _chosen(name: str, decoded: Decoded, memory: Memory) -> Decoded:
    """Return what was told unless another field tells the same better, and remember it for the other."""
    if not decoded.readings:
        return decoded
    value, state = decoded.readings[0].value, memory.state
    is_less = bool(state.get(INSTEAD.get(name, "")))
    is_idle = name == "DCChargingPower" and value == 0 and bool(state.get("ACChargingPower"))
    known = {*INSTEAD, *INSTEAD.values()}
    kept = Memory(memory.last_at_utc, {**state, name: value}) if name in known else memory
    return Decoded(() if is_less or is_idle else decoded.readings, kept)


def _states(message: Message, binding: Binding, memory: Memory) -> Decoded:
    text = message.payload.decode("utf-8", "replace").strip().strip('"').removeprefix(_STATE)
    if text.lower() in ("unknown", "null", ""):
        return Decoded(memory=memory)
    flags = _STATES.get(text.lower())
    if flags is None:
        odd = ReadingError("payload.value_invalid", field=_STATE, value=shown(text))
        return Decoded(memory=memory, notices=(odd.finding,))
    at, source = message.received_at_utc, binding.source
    quantities = (Quantity.CHARGING_FLAG, Quantity.PLUGGED_IN_FLAG)
    told = (Reading(source, quantity, at, value) for quantity, value in zip(quantities, flags, strict=True))
    return Decoded(tuple(told), memory)


def _position(message: Message, binding: Binding, memory: Memory) -> Decoded:
    try:
        body = json_value(message.payload)
    except FormatError:
        return Decoded(memory=memory)
    return tell_position(_inner(body), message, binding, memory)


def _inner(body: object) -> object:
    """Return the place, also where a release wraps it in its type."""
    return body.get("locationValue", body) if isinstance(body, Mapping) else body


def looks_like(topic: str, payload: bytes) -> bool:  # noqa: ARG001 - the topic says it all
    """Return whether an unknown topic is probably such a server's."""
    before, middle, name = topic.rpartition("/v/")
    return bool(middle) and len(before.rpartition("/")[2]) == 17 and name.isalnum()  # noqa: PLR2004 - a VIN's length


def feed_topic(topic: str) -> str:
    """Return the server's part of one of its topics, without the VIN."""
    return topic.partition("/v/")[0].rpartition("/")[0]
