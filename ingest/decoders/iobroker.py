"""ioBroker: the states of its adapters, each on a topic of its own.

Program: ioBroker with its adapter mqtt, as client or server. Document: ioBroker.mqtt, README.
Topics: `<prefix>/<adapter>/<instance>/<state>`, dots of the state's name as slashes. The payload is the
plain value, or with the option "state object" `{"val":…,"ack":…,"ts":…,"q":…}`: `ts` is when it was
written (Unix milliseconds), `q` other than 0 is a bad value, `ack` false a wish that no device has
confirmed. On connection the adapter publishes all states again, and as a server it retains them:
only state objects show that they are old, so that is the option to use.
"""

from __future__ import annotations

from typing import Final

from core.errors import FormatError, ReadingError
from core.quantities import Kind
from core.readings import Reading
from core.texts import Finding
from ingest.messages import Binding, Decoded, Field, Memory, Message
from ingest.times import Stamp, is_new, later, stamp
from ingest.values import flag, json_object, number, shown

SHAPE: Final = "<prefix>/<adapter>/<instance>"


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the value of a state that the entry's fields name. Raises `FormatError` for one of bad quality."""
    name = binding.tail(message.topic)
    field = next((field for field in binding.fields if field.name.replace(".", "/") == name), None)
    if field is None:
        return Decoded(memory=memory)
    if not message.payload.lstrip().startswith(b"{"):
        at = Stamp(message.received_at_utc, own=False)
        return Decoded(memory=memory) if message.retained else _read(message.payload, field, at, binding, memory)
    return _state_object(json_object(message.payload), field, message, binding, memory)


def _state_object(body: dict[str, object], field: Field, message: Message, binding: Binding, memory: Memory) -> Decoded:
    if body.get("q"):
        raise FormatError("payload.quality_bad", field=field.name, quality=shown(body["q"]))
    if body.get("ack") is False:
        return Decoded(memory=memory, notices=(Finding.of("payload.not_confirmed", field=field.name),))
    before = memory.state.get(field.name)
    known = before if isinstance(before, Memory) else Memory()
    at = stamp(body.get("ts"), message, binding.zone, known)
    if not is_new(message, at, known) or (at.own and at.at_utc == known.last_at_utc):
        return Decoded(memory=memory)
    remembered = Memory(later(memory, at), {**memory.state, field.name: Memory(later(known, at))})
    return _read(body.get("val"), field, at, binding, remembered)


def _read(raw: object, field: Field, at: Stamp, binding: Binding, memory: Memory) -> Decoded:
    text = raw if isinstance(raw, bytes) else str(raw).encode("utf-8", "replace")
    try:
        if field.quantity.kind is Kind.STATE:
            value = flag(text, field.name)
        else:
            value = number(text.decode("utf-8", "replace") if isinstance(raw, bytes) else raw, field.name)
        reading = Reading(binding.source, field.quantity, at.at_utc, field.convert(value))
    except ReadingError as error:
        return Decoded(memory=memory, notices=(error.finding,))
    return Decoded((reading,), memory, (at.finding,) if at.finding else (), dated=at.own)


def looks_like(topic: str, payload: bytes) -> bool:  # noqa: ARG001 - a plain value could be anybody's
    """Return whether an unknown topic is probably a state object."""
    return payload.startswith(b'{"val":') and b'"ack":' in payload


def feed_topic(topic: str) -> str:
    """Return what the states beside this one have in common."""
    return topic.rpartition("/")[0]
