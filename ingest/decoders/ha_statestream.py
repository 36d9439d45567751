"""Home Assistant statestream: one entity's state, its times and its attributes, each on a topic of its own.

Program: Home Assistant, integration mqtt_statestream. Document: home-assistant.io, mqtt_statestream.
Topics: `<base topic>/sensor/<object id>/<leaf>`, all retained: `state`, then, where `publish_timestamps`
is on, `last_updated`, then, where `publish_attributes` is on, `unit_of_measurement`, `device_class`, ….
Strings arrive quoted in JSON. Without attributes the entry must declare `state` in its fields.

A state waits for the `last_updated` that follows it, once that topic has been seen. Nothing is lost by
that: both are retained, so that the broker replays them after an interruption. If a second state comes
first, times are no longer published, and both bear their time of receipt.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from core.errors import ReadingError
from ingest.home_assistant import field_of
from ingest.messages import Binding, Decoded, Field, Memory, Message
from ingest.times import Stamp, is_new, later, stamp
from ingest.values import gather, shown

SHAPE: Final = "homeassistant/sensor/<object id>"
STATE: Final = "state"
TIME: Final = "last_updated"
WORDS: Final = ("device_class", "state_class", "unit_of_measurement")


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the entity's value at the time Home Assistant states for it, or of receipt."""
    leaf = binding.tail(message.topic)
    text = message.payload.decode("utf-8", "replace").strip().strip('"')
    if leaf == STATE:
        return _state(text, message, binding, memory)
    if leaf == TIME:
        return _time(text, message, binding, memory)
    return Decoded(memory=_with(memory, leaf, text if message.payload else None)) if leaf in WORDS else _quiet(memory)


def _quiet(memory: Memory) -> Decoded:
    return Decoded(memory=memory)


def _with(memory: Memory, name: str, value: object) -> Memory:
    return Memory(memory.last_at_utc, {**memory.state, name: value})


def _state(text: str, message: Message, binding: Binding, memory: Memory) -> Decoded:
    replayed_time = memory.state.get("replayed_time")
    if message.retained and isinstance(replayed_time, str):
        return _dated(text, replayed_time, message, binding, _with(memory, "replayed_time", None))
    waiting = memory.state.get("waiting")
    held = _with(memory, "waiting", (text, None if message.retained else message.received_at_utc))
    if message.retained or (memory.state.get(TIME) and not _is_live(waiting)):
        return Decoded(memory=held)
    timeless = _with(_with(memory, TIME, value=False), "waiting", None)
    earlier = [waiting] if isinstance(waiting, tuple) and _is_live(waiting) else []
    parts = [_read(old, Stamp(at, own=False), binding, timeless) for old, at in earlier]
    parts.append(_read(text, Stamp(message.received_at_utc, own=False), binding, timeless))
    readings = tuple(reading for part in parts for reading in part.readings)
    return Decoded(readings, timeless, tuple(finding for part in parts for finding in part.notices))


def _is_live(waiting: object) -> bool:
    return isinstance(waiting, tuple) and isinstance(waiting[1], datetime)


def _time(text: str, message: Message, binding: Binding, memory: Memory) -> Decoded:
    waiting = memory.state.get("waiting")
    seen = _with(_with(memory, TIME, value=True), "waiting", None)
    if isinstance(waiting, tuple):
        return _dated(waiting[0], text, message, binding, seen)
    return Decoded(memory=_with(seen, "replayed_time", text) if message.retained else seen)


def _dated(text: str, time: str, message: Message, binding: Binding, memory: Memory) -> Decoded:
    at = stamp(time, message, binding.zone, memory)
    remembered = Memory(later(memory, at), memory.state)
    if not is_new(message, at, memory):
        return Decoded(memory=remembered)
    return _read(text, at, binding, remembered)


def _read(text: str, at: Stamp, binding: Binding, memory: Memory) -> Decoded:
    try:
        field = _field(binding, memory)
    except ReadingError as error:
        return Decoded(memory=memory, notices=(error.finding,))
    readings, notices = gather({STATE: text}, [field._replace(name=STATE)], binding.source, at.at_utc)
    if at.finding and readings:
        notices.append(at.finding)
    return Decoded(tuple(readings), memory, tuple(notices), dated=at.own)


def _field(binding: Binding, memory: Memory) -> Field:
    """Return what the state means: what the entry declares, otherwise what the attributes say."""
    declared = next((field for field in binding.fields if field.name == STATE), None)
    if declared:
        return declared
    device_class, state_class, unit = (str(memory.state.get(word) or "") for word in WORDS)
    name = binding.prefix.rpartition("/")[2]
    field = field_of(name, device_class, state_class, unit)
    if field is None:
        raise ReadingError("payload.class_unknown", field=name, kind=shown(device_class))
    return field


def looks_like(topic: str, payload: bytes) -> bool:  # noqa: ARG001 - the topic says it all
    """Return whether an unknown topic is probably an entity's."""
    levels = topic.split("/")
    if "sensor" not in levels[-3:-2]:
        return False
    return levels[-1] in {TIME, "last_changed", *WORDS} or (levels[-1] == STATE and levels[0] == "homeassistant")


def feed_topic(topic: str) -> str:
    """Return the entity's part of one of its topics."""
    return topic.rpartition("/")[0]
