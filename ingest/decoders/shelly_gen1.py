"""Shelly energy meters, plugs and relays of generation 1.

Devices: EM, 3EM (`emeter/0` to `emeter/2`), 1PM, Plug, Plug S, 2.5 (`relay/0`, `relay/1`), Dimmer (`light/0`).
Document: Shelly API docs, Gen1: MQTT; ioBroker.shelly#648 (a sample), bieniu/ha-shellies-discovery#81 (watt-minutes).
Topics: `shellies/<id>/<part>/<n>/<leaf>`, one value each as plain text, without time, every 30 s and on change.
`total` is in Wh; `energy` is in WATT-MINUTES and begins at 0 with every start, so it speaks only where the
device has no `total`: after its second message without one. `online` is retained, and no measurement.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.errors import ReadingError
from core.quantities import Quantity
from core.readings import Reading
from ingest.messages import Binding, Decoded, Memory, Message
from ingest.values import text_number

SHAPE: Final = "shellies/<id>"
DEVICE: Final = r"((emeter|relay|meter|light|roller)/\d(\+\d)*)?"
LEAVES: Final[dict[str, tuple[Quantity, float]]] = {
    "total": (Quantity.ENERGY_IMPORT_WH, 1.0),
    "total_returned": (Quantity.ENERGY_EXPORT_WH, 1.0),
    "energy": (Quantity.ENERGY_IMPORT_WH, 1 / 60),
    "returned_energy": (Quantity.ENERGY_EXPORT_WH, 1 / 60),
    "power": (Quantity.POWER_W, 1.0),
    "current": (Quantity.CURRENT_A, 1.0),
    "voltage": (Quantity.VOLTAGE_V, 1.0),
}
"""Their unit to ours: Wh, watt-minutes, W, A, V; power is negative when feeding in."""
TOTAL_OF: Final = {"energy": "total", "returned_energy": "total_returned"}
THREE_PHASES: Final = "shellyem3-"
PARTS: Final = ("emeter", "relay", "meter", "light", "roller")


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return a channel's value at the time of receipt, or the sum once all channels of the entry have spoken anew."""
    part, _, rest = binding.tail(message.topic).partition("/")
    index, _, leaf = rest.partition("/")
    wanted, channels = _wanted(binding)
    row = LEAVES.get(leaf)
    if row is None or message.retained or part not in wanted or index not in channels:
        return Decoded(memory=memory)
    if leaf == "voltage" and len(channels) > 1:
        return Decoded(memory=memory)
    speaks, state = _speaks(f"{part}/{index}", leaf, memory.state)
    if not speaks:
        return Decoded(memory=Memory(state=state))
    quantity, factor = row
    try:
        value, state = _sum(leaf, index, text_number(message.payload, leaf) * factor, channels, state)
        readings = () if value is None else (Reading(binding.source, quantity, message.received_at_utc, value),)
    except ReadingError as error:
        return Decoded(memory=memory, notices=(error.finding,))
    return Decoded(readings, Memory(state=state))


def _wanted(binding: Binding) -> tuple[tuple[str, ...], list[str]]:
    """Return the parts and channels of an entry: those it names, all three phases of a 3EM, else number 0."""
    part, _, channels = binding.feed.device.partition("/")
    if part:
        return (part,), channels.split("+")
    is_3em = binding.prefix.rpartition("/")[2].startswith(THREE_PHASES)
    return (("emeter",), ["0", "1", "2"]) if is_3em else (PARTS, ["0"])


def _speaks(channel: str, leaf: str, state: Mapping[str, object]) -> tuple[bool, Mapping[str, object]]:
    """Return whether a leaf is to be read, and what to remember: watt-minutes wait whether a total comes."""
    total = f"{channel}/{TOTAL_OF.get(leaf, leaf)}"
    known = state.get(total)
    if leaf in TOTAL_OF:
        return known == "absent", {total: "absent", **state} if known is None else state
    return True, {**state, total: "present"} if leaf in TOTAL_OF.values() else state


def _sum(
    leaf: str, index: str, value: float, channels: list[str], state: Mapping[str, object]
) -> tuple[float | None, Mapping[str, object]]:
    """Return the sum of all channels, None until each has spoken since the last sum."""
    if len(channels) == 1:
        return value, state
    before = state.get(leaf)
    round_ = {**before, index: value} if isinstance(before, dict) else {index: value}
    if len(round_) < len(channels):
        return None, {**state, leaf: round_}
    return sum(round_.values()), {**state, leaf: {}}


def looks_like(topic: str, payload: bytes) -> bool:  # noqa: ARG001 - the topic says it all
    """Return whether an unknown topic is probably such a device."""
    return topic.startswith("shellies/") and topic.count("/") > 1


def feed_topic(topic: str) -> str:
    """Return the device's part of one of its topics."""
    return "/".join(topic.split("/")[:2])
