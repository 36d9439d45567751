"""A vehicle that evcc knows: what it tells while it stands at one of evcc's charge points.

Program: evcc 0.2 to 0.313. Document: evcc-io/evcc, core/keys. Topics: `evcc/loadpoints/<n>/<leaf>`, numbered from 1.
Which vehicle that is, `vehicleName` says, and changes; the entry's `device` is that name. Nothing is read before it was
heard. All is retained, nothing has a time; SoC in percent, odometer in km; an empty payload is nothing.
"""

from __future__ import annotations

import re
from typing import Final

from core.inventory import Feed
from core.quantities import Quantity
from ingest.messages import Binding, Decoded, Memory, Message
from ingest.vehicle_values import KM, tell_value, vehicle_field

SHAPE: Final = "evcc/loadpoints"
DEVICE: Final = r"\S.*"
MOST_CHARGE_POINTS: Final = 16
LEAVES: Final = {
    field.name: field
    for field in (
        vehicle_field("vehicleSoc", Quantity.SOC_PERCENT),
        vehicle_field("vehicleOdometer", Quantity.ODOMETER_M, KM),
        vehicle_field("connected", Quantity.PLUGGED_IN_FLAG),
        vehicle_field("charging", Quantity.CHARGING_FLAG),
    )
}
_NAMES: Final = ("vehicleName", "vehicleTitle")
_LOADPOINTS: Final = re.compile(r"(.+/)?loadpoints")


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the one value of the topic while this vehicle stands there, at the time of receipt."""
    number, _, leaf = message.topic.removeprefix(f"{binding.feed.topic}/").partition("/")
    if leaf in _NAMES:
        return Decoded(memory=_named(memory, f"{number}/{leaf}", message.payload, binding.feed.device))
    field = LEAVES.get(leaf)
    is_here = any(f"{number}/{name}" in memory.state for name in _NAMES)
    if field is None or not is_here or not message.payload:
        return Decoded(memory=memory)
    return tell_value(field, message, binding, memory)


def _named(memory: Memory, place: str, payload: bytes, device: str) -> Memory:
    """Remember whether a charge point says that this vehicle is there."""
    state = {name: here for name, here in memory.state.items() if name != place}
    is_ours = payload.decode("utf-8", "replace").strip().strip('"') == device
    return Memory(memory.last_at_utc, {**state, place: True} if is_ours else state)


def looks_like(topic: str, payload: bytes) -> bool:
    """Return whether an unknown topic names a vehicle."""
    before, _, leaf = topic.rpartition("/")
    return leaf == "vehicleName" and bool(payload) and _LOADPOINTS.fullmatch(before.rpartition("/")[0]) is not None


def feed_topic(topic: str) -> str:
    """Return what the topics of all charge points have in common."""
    before, middle, _ = topic.rpartition("loadpoints/")
    return f"{before}{middle}".rstrip("/") if middle else topic


def prefix(topic: str) -> str:
    """Return the same for a topic of that shape, nothing for others."""
    return topic if _LOADPOINTS.fullmatch(topic) else ""


def further(feed: Feed) -> tuple[str, ...]:
    """Return the charge points themselves, as each may also be a meter."""
    return tuple(f"{feed.topic}/{number}" for number in range(1, MOST_CHARGE_POINTS + 1))
