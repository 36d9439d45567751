"""WiCAN, a dongle in the diagnostics socket of any car, electric or not, with "AutoPID".

Device: WiCAN OBD and WiCAN Pro, firmware 4. Document: wican-fw docs, 9.HTTPS; main/autopid.c.
Topics: `wican/<device id>/can/rx`, or the user's own: one JSON object of named values, flat or in `autopid_data`,
without time or unit, QoS 0 and retained; `…/status` says `online`. Names and units are those of the vehicle's profile:
what is not in the table is declared in `fields`. A control unit that sleeps, as it does every night, answers with
the limits of its bytes (-40, 155, -100): beside one of them a 0 or 100 is no value either.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.errors import ReadingError
from core.quantities import Quantity
from ingest.messages import Binding, Decoded, Memory, Message
from ingest.telling import tell
from ingest.times import Stamp
from ingest.values import json_object, number
from ingest.vehicle_values import KM, vehicle_field

SHAPE: Final = "wican/<device id>"
FIELDS: Final = (
    vehicle_field("SOC", Quantity.SOC_PERCENT),
    vehicle_field("SOH", Quantity.SOH_PERCENT),
    vehicle_field("FUEL", Quantity.FUEL_PERCENT),
    vehicle_field("2F-FuelTankLevel", Quantity.FUEL_PERCENT),
    vehicle_field("ODOMETER", Quantity.ODOMETER_M, KM),
    vehicle_field("A6-Odometer", Quantity.ODOMETER_M, KM),
)
"""Those with a number are what the diagnostics standard (SAE J1979) names in newer cars."""
ASLEEP: Final = frozenset({-40.0, 155.0, -100.0})
LIMITS: Final = frozenset({0.0, 100.0})
_QUIET: Final = ("status", "config")


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the values that the entry knows, at the time of receipt. Raises `FormatError`."""
    if binding.tail(message.topic).rpartition("/")[2] in _QUIET or message.retained:
        return Decoded(memory=memory)
    values = _values(json_object(message.payload))
    known = {field.name for field in binding.fields}
    awake = known - _asleep(values)
    told = {name: value for name, value in values.items() if name in awake}
    return tell(told, Stamp(message.received_at_utc, own=False), message, binding, memory)


def _values(body: Mapping[str, object]) -> Mapping[str, object]:
    inner = body.get("autopid_data")
    return inner if isinstance(inner, dict) else body


def _asleep(values: Mapping[str, object]) -> set[str]:
    """Return the names whose values come from a sleeping control unit; none unless one shows it."""
    read = {name: _number(value) for name, value in values.items()}
    silent = {name for name, value in read.items() if value in ASLEEP}
    return silent | {name for name, value in read.items() if value in LIMITS} if silent else set()


def _number(raw: object) -> float | None:
    try:
        return number(raw, "")
    except ReadingError:
        return None


def looks_like(topic: str, payload: bytes) -> bool:
    """Return whether an unknown message is probably such a dongle's."""
    if topic.startswith("wican/"):
        return topic.endswith("/status") or payload.lstrip().startswith(b"{")
    return b'"autopid_data"' in payload


def feed_topic(topic: str) -> str:
    """Return the dongle's part of one of its topics."""
    for tail in ("/can/rx", "/can/status", "/status", "/config"):
        topic = topic.removesuffix(tail)
    return topic
