"""vzlogger: the reader of German meters (SML, D0, S0) from the Volkszähler project.

Program: vzlogger 0.8. Document: volkszaehler/vzlogger, src/mqtt.cpp.
Topics: `<topic>/chn<n>/raw`, and `agg` where a channel aggregates; before its first value a channel
announces its `id` (OBIS code) and `uuid` beside it. The number of a channel is its place in the
configuration and moves when that is edited, so what an entry reads is named by id or uuid.
Values are plain numbers, or `{"timestamp":<Unix milliseconds>,"value":…}` with the option `timestamp`.
The unit is the meter's: Wh from SML, kWh from most D0 meters. Announcements come once per start of
vzlogger: its option `retain` lets the broker repeat them to us.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from core.errors import FormatError
from core.texts import Finding
from ingest.messages import Binding, Decoded, Field, Memory, Message
from ingest.obis import obis
from ingest.telling import tell
from ingest.times import Stamp, later, stamp
from ingest.values import json_object

SHAPE: Final = "vzlogger"
RAW: Final = "raw"
LEAVES: Final = frozenset({RAW, "agg", "id", "uuid"})
KEPT_CHANNELS: Final = 500


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the value of a channel that the entry's fields name. Raises `FormatError`."""
    channel, _, leaf = binding.tail(message.topic).rpartition("/")
    if announces(message.topic):
        return Decoded(memory=_announced(channel, leaf, message.payload, memory))
    if leaf != (binding.feed.device or RAW):
        return Decoded(memory=memory)
    announced = _names(memory.state).get(channel, {})
    field = _field(channel, announced, binding)
    if field is None:
        if announced or message.retained:
            return Decoded(memory=memory)
        raise FormatError("payload.not_announced", topic=message.topic)
    if _is_shared(field.name, memory.state):
        return Decoded(memory=memory, notices=(Finding.of("payload.channel_ambiguous", field=field.name),))
    return _read(channel, field, message, binding, memory)


def _announced(channel: str, leaf: str, payload: bytes, memory: Memory) -> Memory:
    names = _names(memory.state)
    if channel not in names and len(names) >= KEPT_CHANNELS:
        return memory
    text = payload.decode("utf-8", "replace").strip()
    names[channel] = {**names.get(channel, {}), leaf: text}
    return Memory(memory.last_at_utc, {**memory.state, "names": names})


def _names(state: Mapping[str, object]) -> dict[str, dict[str, str]]:
    names = state.get("names")
    return dict(names) if isinstance(names, dict) else {}


def _field(channel: str, announced: Mapping[str, str], binding: Binding) -> Field | None:
    for name in (announced.get("uuid"), announced.get("id"), channel):
        for field in binding.fields:
            if name and _same(field.name, name):
                return field
    return None


def _same(one: str, two: str) -> bool:
    code, other = obis(one), obis(two)
    return code.meets(other) if code and other else one.casefold() == two.casefold()


def _is_shared(name: str, state: Mapping[str, object]) -> bool:
    """Return whether several channels announce this name: two meters at one reader have the same codes."""
    return sum(_same(name, names.get("id", "")) for names in _names(state).values()) > 1


def _read(channel: str, field: Field, message: Message, binding: Binding, memory: Memory) -> Decoded:
    before = memory.state.get(channel)
    known = before if isinstance(before, Memory) else Memory()
    if message.payload.lstrip().startswith(b"{"):
        body = json_object(message.payload)
        at, raw = stamp(body.get("timestamp"), message, binding.zone, known), body.get("value")
    else:
        at, raw = Stamp(message.received_at_utc, own=False), message.payload.decode("utf-8", "replace")
    told = tell({field.name: raw}, at, message, binding, known, fields=[field])
    return replace(told, memory=Memory(later(memory, at), {**memory.state, channel: told.memory}))


def announces(topic: str) -> bool:
    """Return whether a topic announces which channel it is."""
    return topic.rpartition("/")[2] in {"id", "uuid"}


def looks_like(topic: str, payload: bytes) -> bool:  # noqa: ARG001 - the topic says it all
    """Return whether an unknown topic is probably a channel of vzlogger."""
    channel, _, leaf = topic.rpartition("/")
    number = channel.rpartition("/")[2].removeprefix("chn")
    return leaf in LEAVES and "/chn" in channel and number.isdecimal()


def feed_topic(topic: str) -> str:
    """Return what all channels have in common, given a topic of one."""
    return topic.partition("/chn")[0]
