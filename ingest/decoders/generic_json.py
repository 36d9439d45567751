"""Any JSON message, by a mapping that the inventory declares.

Topic: one, whose messages are JSON. `fields` say at which path a value stands and what it is;
options name the path, format and zone of the time, the path of the id that tells the entry's device
(`device`) from others on the same topic, the words that mean "no value", the decimal sign, and the
paths of a vehicle's position.
Without a `time` the time of receipt holds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from core.errors import FormatError, ReadingError
from core.texts import Finding
from ingest.declared import PLACE_OPTIONS, TIME_OPTIONS, VALUE_OPTIONS, Declared, declared, find, findings, parse_path
from ingest.messages import Binding, Decoded, Field, Memory, Message
from ingest.telling import tell
from ingest.times import is_new
from ingest.values import json_value, shown
from ingest.vehicle_values import tell_place

SHAPE: Final = "<topic>"
OPTIONS: Final = {**VALUE_OPTIONS, **TIME_OPTIONS, **PLACE_OPTIONS}
check = findings


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the declared values. Raises `FormatError`, also where none of them is in the message."""
    if message.topic != binding.feed.topic:
        return Decoded(memory=memory)
    ours = declared(binding.feed)
    body = json_value(message.payload)
    if ours.id and str(find(body, ours.id)) != binding.feed.device:
        return Decoded(memory=memory)
    values, odd = _values(body, binding.fields, ours)
    place = [find(body, path) for path in ours.place or ()]
    if not values and not odd and None in (place or [None]):
        raise FormatError("payload.nothing_mapped", names=_names(body))
    at = ours.stamp(body, message, binding, memory)
    decoded = tell(values, at, message, binding, memory)
    if place and None not in place and is_new(message, at, memory):
        told = tell_place(place[0], place[1], at.at_utc, binding)
        odd, decoded = [*odd, *told.notices], replace(decoded, positions=told.positions)
    return replace(decoded, notices=(*odd, *decoded.notices)) if odd else decoded


def _values(body: object, fields: tuple[Field, ...], ours: Declared) -> tuple[dict[str, object], list[Finding]]:
    values: dict[str, object] = {}
    odd: list[Finding] = []
    for field in fields:
        raw = find(body, parse_path(field.name))
        if raw is None:
            continue
        try:
            values[field.name] = ours.cleaned(raw, field.name)
        except ReadingError as error:
            odd.append(error.finding)
    return values, odd


def _names(body: object) -> str:
    return shown(", ".join(map(str, body))) if isinstance(body, dict) else shown(type(body).__name__)


def looks_like(topic: str, payload: bytes) -> bool:  # noqa: ARG001 - a mapping is declared, never guessed
    """Return False: what is declared by people has no looks of its own."""
    return False
