"""JSON whose names are OBIS codes: what many readers of German electricity meters send.

Devices: powerfox poweropti, SMA and other gateways, scripts. Document: IEC 62056-61 for the codes; the
payloads are each maker's own. Topic: any. The codes come in six spellings (see `ingest.obis`), as names of
values or of `{"value":…,"unit":…}`, or as `measurand` beside `value` in a list. `device` names the object
that holds them where it is not the whole message.

The unit is never guessed: one sends 1.8.0 in kWh, another in Wh. It stands in the message, or the entry
declares it (`1.8.0: energy_import_wh * 1000`), otherwise there is a notice and no reading. Where a meter has
no total (1.8.0), its tariffs (1.8.1, 1.8.2) are summed, and only if all that were ever seen are there.
The time is under `timestamp` or a name like it, or under the one that the option `time` names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from core.errors import FormatError, ReadingError
from core.quantities import Quantity
from core.readings import Reading
from core.texts import Finding
from ingest.messages import Binding, Decoded, Field, Memory, Message, Option
from ingest.obis import Obis, obis
from ingest.times import Stamp, is_new, later, stamp_if_stated
from ingest.units import factor_of
from ingest.values import json_value, number, shown

What = tuple[int, int, int]
SHAPE: Final = "<topic>"
ELECTRICITY: Final = 1
NET: Final = (16, 7, 0)
DRAWN: Final = (1, 7, 0)
FED_IN: Final = (2, 7, 0)
REGISTERS: Final[dict[What, Quantity]] = {
    (1, 8, 0): Quantity.ENERGY_IMPORT_WH,
    (2, 8, 0): Quantity.ENERGY_EXPORT_WH,
    NET: Quantity.POWER_W,
    DRAWN: Quantity.POWER_W,
    FED_IN: Quantity.POWER_W,
}
"""What is known of itself; its unit is not."""
TARIFFED: Final = ((1, 8), (2, 8))
OPTIONS: Final = {"time": Option(".+", "timestamp")}
TIMES: Final = ("timestamp", "Timestamp", "time", "Time", "ts")
_CODES: Final = ("measurand", "obis", "id", "name")
_VALUES: Final = ("value", "val")
_LOOK: Final = re.compile(
    rb'"(?:1-\d{1,2}:)?(?:1|2|16)\.[78]\.\d(?:\*255)?"|"obis_?(?:1_\d_)?(?:1|2|16)_[78]_\d"|"(?:7707)?0100(?:01|02|10)0[78]..ff"',
    re.IGNORECASE,
)
_LOOKED_AT_BYTES: Final = 4096
DEEPEST: Final = 4
"""How deep inside a message codes are looked for."""
_WITH_UNIT: Final = re.compile(r"\(?\s*([-+0-9.,]{1,40})\s*[* ]?\s*([A-Za-z][A-Za-z0-9³/]{0,7})\s*\)?\Z")


class Entry(NamedTuple):
    """A register of a message: its code, its number as it stands there, and its unit, empty if unstated."""

    code: Obis
    raw: object
    unit: str


class Value(NamedTuple):
    """A register's value in the unit of its quantity."""

    quantity: Quantity
    value: float


def decode(message: Message, binding: Binding, memory: Memory) -> Decoded:
    """Return the registers of a message whose meaning and unit are certain. Raises `FormatError`."""
    if message.topic != binding.feed.topic:
        return Decoded(memory=memory)
    body = _body(message.payload)
    entries = list(_entries(_part(body, binding.feed.device)))
    if not entries:
        raise FormatError("payload.no_register")
    at = _stamp(body, message, binding, memory)
    registers = {entry.code.what: entry for entry in reversed(entries) if _is_ours(entry.code, binding)}
    if not registers:
        names = ", ".join(_dotted(entry.code.what) for entry in entries)
        return Decoded(memory=memory, notices=(Finding.of("payload.nothing_mapped", names=shown(names)),))
    codes = _codes(memory).union(registers)
    remembered = Memory(later(memory, at), {"codes": codes})
    if not is_new(message, at, memory):
        return Decoded(memory=remembered)
    found, notices = _found(registers, binding)
    sums = _sums(codes)
    notices += [Finding.of("payload.summand_missing", field=_dotted(what)) for what in _missing(sums, registers)]
    whole = [sum_ for sum_ in sums if all(what in found for what in sum_)]
    readings = tuple(_reading(sum_, found, binding.source, at) for sum_ in whole)
    if at.finding and readings:
        notices.append(at.finding)
    return Decoded(readings, remembered, tuple(notices), dated=at.own)


def _body(payload: bytes) -> object:
    """Return the message, also where a list came without its brackets."""
    text = payload.strip()
    if text.startswith(b"{") and b"}," in text:
        try:
            return json_value(text)
        except FormatError:
            return json_value(b"[" + text + b"]")
    return json_value(text)


def _part(body: object, device: str) -> object:
    for name in device.split(".") if device else ():
        body = body.get(name) if isinstance(body, dict) else None
        if body is None:
            raise FormatError("payload.part_missing", part=name)
    return body


def _entries(body: object) -> Iterator[Entry]:
    """Yield what is there; of several channels of a meter the first in the order of their numbers comes first."""
    if isinstance(body, list):
        pairs = [(_first(item, _CODES), item) for item in body if isinstance(item, dict)]
    elif isinstance(body, dict):
        pairs = list(body.items())
        for value in body.values():
            if isinstance(value, list):
                yield from _entries(value)
    else:
        return
    found = [(obis(name), value) for name, value in pairs if isinstance(name, str)]
    for code, value in sorted(((code, value) for code, value in found if code), key=lambda pair: pair[0].channel or 0):
        yield _entry(code, value)


def _first(body: Mapping[str, object], names: tuple[str, ...]) -> object:
    return next((body[name] for name in names if name in body), None)


def _entry(code: Obis, value: object) -> Entry:
    if isinstance(value, dict):
        unit = value.get("unit")
        return Entry(code, _first(value, _VALUES), unit if isinstance(unit, str) else "")
    if isinstance(value, str) and (found := _WITH_UNIT.match(value)):
        return Entry(code, found[1], found[2])
    return Entry(code, value, "")


def _stamp(body: object, message: Message, binding: Binding, memory: Memory) -> Stamp:
    names = [value for name, value in binding.feed.options if name == "time"] or TIMES
    time = _first(body, tuple(names)) if isinstance(body, dict) else None
    return stamp_if_stated(time, message, binding.zone, memory)


def _is_ours(code: Obis, binding: Binding) -> bool:
    known = code.medium in {None, ELECTRICITY} and _total(code.what) in REGISTERS
    return known or _declared(code, binding) is not None


def _declared(code: Obis, binding: Binding) -> Field | None:
    """Return what the entry declares for a register; a tariff's total speaks for it too."""
    if not binding.fields:
        return None
    total = code._replace(what=_total(code.what))
    for wanted in (code, total):
        for field in binding.fields:
            name = obis(field.name)
            if name and name.meets(wanted):
                return field
    return None


def _total(what: What) -> What:
    return (*what[:2], 0) if what[:2] in TARIFFED else what


def _codes(memory: Memory) -> frozenset[What]:
    codes = memory.state.get("codes")
    return codes if isinstance(codes, frozenset) else frozenset()


def _found(registers: Mapping[What, Entry], binding: Binding) -> tuple[dict[What, Value], list[Finding]]:
    """Return what the registers hold in our units, and what is wrong with those that are left out."""
    found: dict[What, Value] = {}
    notices: list[Finding] = []
    for what, entry in registers.items():
        try:
            field = _field(entry, binding)
            found[what] = Value(field.quantity, field.convert(number(entry.raw, _dotted(what))))
        except ReadingError as error:
            notices.append(error.finding)
    return found, notices


def _field(entry: Entry, binding: Binding) -> Field:
    """Return what a register is to us, with the unit that the message states or the entry declares."""
    name, declared = _dotted(entry.code.what), _declared(entry.code, binding)
    if declared and not entry.unit:
        return declared
    field = declared or Field(name, REGISTERS[_total(entry.code.what)])
    if not entry.unit:
        raise ReadingError("payload.unit_missing", field=name)
    factor = factor_of(entry.unit, field.quantity)
    if factor is None:
        raise ReadingError("payload.unit_wrong", field=name, unit=shown(entry.unit), quantity=field.quantity)
    return field._replace(factor=factor, offset=0.0)


@lru_cache(maxsize=1024)
def _sums(codes: frozenset[What]) -> tuple[Mapping[What, int], ...]:
    """Return which registers make a reading, with their signs: a total, all tariffs, power drawn less power fed in."""
    tariffs = [{code for code in codes if code[:2] == direction} for direction in TARIFFED]
    energy = [{code for code in registers if not code[2]} or registers for registers in tariffs]
    power = {NET} & codes or {DRAWN, FED_IN} & codes
    others = [{code} for code in sorted(codes) if code[:2] not in TARIFFED and code not in {NET, DRAWN, FED_IN}]
    sums = [sum_ for sum_ in (*energy, power, *others) if sum_]
    return tuple({code: -1 if code == FED_IN else 1 for code in sorted(sum_)} for sum_ in sums)


def _missing(sums: Iterable[Mapping[What, int]], registers: Mapping[What, Entry]) -> list[What]:
    """Return the registers without which a sum of which others are there cannot be made."""
    begun = [sum_ for sum_ in sums if any(what in registers for what in sum_)]
    return [what for sum_ in begun for what in sum_ if what not in registers]


def _reading(sum_: Mapping[What, int], found: Mapping[What, Value], source: str, at: Stamp) -> Reading:
    value = sum(found[what].value * sign for what, sign in sum_.items())
    return Reading(source, found[next(iter(sum_))].quantity, at.at_utc, value)


@lru_cache(maxsize=1024)
def _dotted(what: What) -> str:
    return ".".join(map(str, what))


def registers(payload: bytes, device: str) -> list[tuple[str, str, str]]:
    """Return code, number as it stands there, and unit of each register that would be read. Raises `FormatError`."""
    return [(_dotted(entry.code.what), shown(entry.raw), entry.unit) for entry in _known(_part(_body(payload), device))]


def device_in(payload: bytes) -> str | None:
    """Return which `device` a message asks for: empty where the codes stand in the whole, None where none do."""
    try:
        way = _way(_body(payload), 0)
    except FormatError:
        return None
    return None if way is None else ".".join(way)


def _known(body: object) -> list[Entry]:
    ours = {None, ELECTRICITY}
    return [each for each in _entries(body) if each.code.medium in ours and _total(each.code.what) in REGISTERS]


def _way(body: object, depth: int) -> tuple[str, ...] | None:
    if _known(body):
        return ()
    for name, value in body.items() if isinstance(body, dict) and depth < DEEPEST else ():
        way = _way(value, depth + 1) if "." not in name else None
        if way is not None:
            return (name, *way)
    return None


def looks_like(topic: str, payload: bytes) -> bool:  # noqa: ARG001 - the topic is the maker's choice
    """Return whether an unknown topic probably carries such registers."""
    return _LOOK.search(payload[:_LOOKED_AT_BYTES]) is not None
