"""OpenDTU: the gateway of Hoymiles inverters on balconies and roofs.

Firmware: OpenDTU v25 and v26. Document: OpenDTU docs, firmware/mqtt_topics.md.
Topics: `<base>/<serial>/0/<leaf>` for the mains side of an inverter, `<base>/ac/<leaf>` for the sum of
all; one value each as plain text. **Energy is mixed: the total in kWh, the day's in Wh.**
`<serial>/status/last_update` (Unix seconds) comes just before the values that it dates. At night
nothing comes. What is generated goes out of the meter: export, and negative power.

The sum falls when an inverter cannot be reached, which is no reset. `ac/is_valid` says whether all
were reached; it follows the values it judges. So a sum is held until then, and believed if both the
judgements around it are good.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from core.quantities import Quantity
from core.readings import Reading
from core.texts import Finding
from ingest.messages import Binding, Decoded, Field, Memory, Message
from ingest.telling import tell
from ingest.times import Stamp, stamp
from ingest.values import gather

SHAPE: Final = "<base>/<serial>, <base>/ac"
FIELDS: Final = (
    Field("power", Quantity.POWER_W, -1.0),
    Field("yieldtotal", Quantity.ENERGY_EXPORT_WH, 1000.0),
    Field("yieldday", Quantity.ENERGY_SESSION_WH),
    Field("voltage", Quantity.VOLTAGE_V),
    Field("current", Quantity.CURRENT_A),
    Field("frequency", Quantity.FREQUENCY_HZ),
    Field("temperature", Quantity.TEMPERATURE_C),
)
"""kWh for the total, Wh for the day."""
_BY_NAME: Final = {field.name: field for field in FIELDS}
_DATED_WITHIN: Final = timedelta(seconds=10)
_DEVICE: Final = re.compile(r"(?:.+/)?(?:ac|1[0-9A-Fa-f]{11})(?=/|\Z)")


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the one value of an inverter's topic, or the sums that `is_valid` confirms."""
    tail = binding.tail(message.topic)
    if binding.prefix.rpartition("/")[2] == "ac":
        return _of_all(tail, message, binding, memory)
    if tail == "status/last_update":
        return Decoded(memory=_dated(message, binding, memory))
    side, _, leaf = tail.partition("/")
    field = _BY_NAME.get(leaf)
    if side != "0" or field is None:
        return Decoded(memory=memory)
    return tell({leaf: _text(message)}, _at(message, memory), message, binding, memory, fields=(field,),
                state=memory.state)  # fmt: skip


def _dated(message: Message, binding: Binding, memory: Memory) -> Memory:
    """Return the memory with the instant that the values which follow at once were measured at."""
    if message.retained:
        return memory
    at = stamp(_seconds(message), message, binding.zone, memory)
    state = {"at": at.at_utc, "told": message.received_at_utc} if at.own else {}
    return Memory(memory.last_at_utc, state)


def _seconds(message: Message) -> float | None:
    text = _text(message)
    return float(text) if text.isdecimal() else None


def _at(message: Message, memory: Memory) -> Stamp:
    at, told = memory.state.get("at"), memory.state.get("told")
    received = message.received_at_utc
    if isinstance(at, datetime) and isinstance(told, datetime) and received - told <= _DATED_WITHIN:
        return Stamp(at, own=True)
    return Stamp(received, own=False)


def _of_all(leaf: str, message: Message, binding: Binding, memory: Memory) -> Decoded:
    if leaf == "is_valid":
        return _judged(_text(message) == "1", message, memory)
    field = _BY_NAME.get(leaf)
    if field is None or message.retained:
        return Decoded(memory=memory)
    found, odd = gather({leaf: _text(message)}, (field,), binding.source, message.received_at_utc)
    held = {**_held(memory.state), **{reading.quantity.value: reading for reading in found}}
    return Decoded(memory=Memory(state={**memory.state, "held": held}), notices=tuple(odd))


def _judged(valid: bool, message: Message, memory: Memory) -> Decoded:  # noqa: FBT001 - the judgement itself
    before = memory.state.get("valid", True)
    after = Memory(state={"valid": valid})
    if message.retained:
        return Decoded(memory=after)
    held = tuple(_held(memory.state).values())
    if valid and before:
        return Decoded(held, after)
    notices = (Finding.of("payload.sum_incomplete"),) if held else ()
    return Decoded(memory=after, notices=notices)


def _held(state: Mapping[str, object]) -> dict[str, Reading]:
    held = state.get("held")
    return held if isinstance(held, dict) else {}


def _text(message: Message) -> str:
    return message.payload.decode("utf-8", "replace").strip()


def looks_like(topic: str, payload: bytes) -> bool:  # noqa: ARG001 - the topic says it all
    """Return whether an unknown topic is probably such a gateway's."""
    leaf = topic.rpartition("/")[2]
    known = leaf in _BY_NAME or leaf in {"is_valid", "last_update", "reachable", "producing"}
    return known and feed_topic(topic) != topic


def feed_topic(topic: str) -> str:
    """Return the inverter's part of one of its topics, or that of the sums."""
    device = _DEVICE.match(topic)
    return device[0] if device else topic


def prefix(topic: str) -> str:
    """Return the topic if it is that of an inverter or of the sums."""
    return topic if feed_topic(topic) == topic and _DEVICE.fullmatch(topic) else ""
