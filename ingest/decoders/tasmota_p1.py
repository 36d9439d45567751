"""Tasmota as a bridge on the P1 port of a Dutch, Belgian or Luxembourg meter (DSMR).

Device: any Tasmota board with SerialDelimiter at the line's end; firmware 8 to 15.
Document: tasmota/docs, P1-Smart-Meter.md; P1 Companion Standard 5.0.
Topic: `tele/<name>/RESULT`, one line of the telegram a message: `1-0:1.8.1(005779.835*kWh)`. The unit
stands in the line. `0-0:1.0.0` is the telegram's time, with S for summer and W for winter time. Energy stands
in two tariffs, which are summed; power in two directions, whose difference is taken. Meters behind it
(gas, water, heat: `0-1` to `0-4`) bear the time at which they were read, and repeat until they are read again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from core.errors import ReadingError
from core.quantities import Quantity
from core.readings import Reading
from ingest.messages import Binding, Decoded, Memory, Message
from ingest.times import Stamp, is_new, later, stamp, stamp_if_stated
from ingest.units import factor_of
from ingest.values import json_object, number, shown

SHAPE: Final = "tele/<name>/RESULT"
DEVICE: Final = "(0-[1-4])?"


PARTS: Final[dict[Quantity, dict[str, float]]] = {
    Quantity.ENERGY_IMPORT_WH: {"1-0:1.8.1": 1.0, "1-0:1.8.2": 1.0},
    Quantity.ENERGY_EXPORT_WH: {"1-0:2.8.1": 1.0, "1-0:2.8.2": 1.0},
    Quantity.POWER_W: {"1-0:1.7.0": 1.0, "1-0:2.7.0": -1.0},
}
"""The lines that a quantity is the sum of, and their signs."""
QUANTITY_OF: Final = {code: quantity for quantity, codes in PARTS.items() for code in codes}
TIME: Final = "0-0:1.0.0"
BEHIND: Final = frozenset({"24.2.1", "24.2.3"})
"""What meters behind it show; in Belgium gas is not corrected for its temperature (24.2.3)."""
BEHIND_QUANTITIES: Final = (Quantity.VOLUME_M3, Quantity.HEAT_WH)
_LINE: Final = re.compile(r"(\d-\d:\d+\.\d+\.\d+)\(([^()]*)\)(?:\(([^()]*)\))?\Z", re.ASCII)
_TIME: Final = re.compile(r"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)([SW])\Z", re.ASCII)
_OFFSETS: Final = {"S": "+02:00", "W": "+01:00"}


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return what a line of the telegram completes: a sum of the meter itself, or a meter behind it.

    Raises `FormatError`. A line that carries no measurement is passed over.
    """
    if message.topic != binding.feed.topic:
        return Decoded(memory=memory)
    body = json_object(message.payload)
    raw = body.get("SerialReceived", body.get("SSerialReceived"))
    line = raw.strip() if isinstance(raw, str) else ""
    if line.startswith("/"):
        return Decoded(memory=Memory(memory.last_at_utc))
    found = _LINE.match(line)
    if found is None:
        return Decoded(memory=memory)
    code, first, second = found.groups()
    if binding.feed.device:
        return _behind(code, first, second or "", message, binding, memory)
    if code == TIME:
        return Decoded(memory=Memory(memory.last_at_utc, {TIME: first}))
    return _part(code, first, message, binding, memory) if code in QUANTITY_OF else Decoded(memory=memory)


def _part(code: str, text: str, message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Remember a line; once all lines of its quantity are there, return their sum at the telegram's time."""
    quantity = QUANTITY_OF[code]
    signs = PARTS[quantity]
    try:
        known = {**memory.state, code: _measured(text, code, quantity)}
    except ReadingError as error:
        return Decoded(memory=memory, notices=(error.finding,))
    if not known.keys() >= signs.keys():
        return Decoded(memory=Memory(memory.last_at_utc, known))
    total = sum(sign * _float(known, name) for name, sign in signs.items())
    rest = {name: value for name, value in known.items() if name not in signs}
    at = _stamp(known.get(TIME), message, binding, memory)
    return _told(quantity, total, at, rest, message, binding, memory)


def _behind(code: str, read_at: str, text: str, message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the position of a meter behind this one, unless it was told before."""
    channel, _, register = code.partition(":")
    if channel != binding.feed.device or register not in BEHIND:
        return Decoded(memory=memory)
    at = _stamp(read_at, message, binding, memory)
    if at.own and at.at_utc == memory.last_at_utc:
        return Decoded(memory=memory)
    unit = text.partition("*")[2]
    quantity = next((each for each in BEHIND_QUANTITIES if factor_of(unit, each)), Quantity.VOLUME_M3)
    try:
        value = _measured(text, code, quantity)
    except ReadingError as error:
        return Decoded(memory=memory, notices=(error.finding,))
    return _told(quantity, value, at, memory.state, message, binding, memory)


def _told(
    quantity: Quantity,
    value: float,
    at: Stamp,
    state: Mapping[str, object],
    message: Message,
    binding: Binding,
    memory: Memory,
) -> Decoded:
    remembered = Memory(later(memory, at), state)
    if not is_new(message, at, memory):
        return Decoded(memory=remembered)
    reading = Reading(binding.source, quantity, at.at_utc, value)
    return Decoded((reading,), remembered, (at.finding,) if at.finding else (), dated=at.own)


def _measured(text: str, code: str, quantity: Quantity) -> float:
    """Return `005779.835*kWh` in the unit of a quantity. Raises `ReadingError` for no number or another unit."""
    figure, _, unit = text.partition("*")
    factor = factor_of(unit, quantity)
    if factor is None:
        raise ReadingError("payload.value_invalid", field=code, value=shown(text))
    return number(figure, code) * factor


def _float(known: Mapping[str, object], name: str) -> float:
    value = known[name]
    return value if isinstance(value, float) else 0.0


def _stamp(raw: object, message: Message, binding: Binding, memory: Memory) -> Stamp:
    """Return the instant of `YYMMDDhhmmss` and S or W; without one, as before DSMR 4, the time of receipt."""
    found = _TIME.match(str(raw))
    if found is None:
        return stamp_if_stated(raw, message, binding.zone, memory)
    year, month, day, hour, minute, second, season = found.groups()
    iso = f"20{year}-{month}-{day}T{hour}:{minute}:{second}{_OFFSETS[season]}"
    return stamp(iso, message, binding.zone, memory)


def looks_like(topic: str, payload: bytes) -> bool:
    """Return whether an unknown topic is probably such a bridge."""
    return topic.endswith("/RESULT") and b'SerialReceived"' in payload
