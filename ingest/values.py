"""Numbers and objects as devices write them, read leniently (rules 1, 2 and 8 of the payload reference).

What is no number is an error of that field alone, and never 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from math import isfinite

import orjson

from core.errors import FormatError, ReadingError
from core.quantities import Kind, Quantity
from core.readings import Reading
from core.texts import Finding
from ingest.messages import Field
from ingest.redaction import redact_text

SHOWN_CHARS = 40
SENTINELS = frozenset({-8388608.0, 2147483647.0, -2147483648.0, 4294967295.0})
"""int24, int32 and uint32 limits that devices send for "no value"."""

_ABSENT_WORDS = frozenset(
    {"", "nan", "inf", "infinity", "null", "nil", "none", "unavailable", "unknown", "undefined", "n/a", "-"}
)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\Z", re.ASCII)
_COMMA = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+\Z", re.ASCII)
_BARE_WORD = re.compile(rb"(?<=[:,\[\s])[+-]?(nan|inf|infinity)(?=[\s,}\]])", re.IGNORECASE)
_YES = frozenset({"yes", "true", "1", "on"})
_NO = frozenset({"no", "false", "0", "off"})
_ADDABLE = frozenset({Kind.REGISTER, Kind.SESSION})
_MISSING = object()


def json_value(payload: bytes) -> object:
    """Return what `payload` says in JSON. Raises `FormatError`.

    A bare `nan` or `inf`, which is no JSON but what C prints, costs its own field only.
    """
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError:
        return _repaired(payload)


def json_object(payload: bytes) -> dict[str, object]:
    """Return the JSON object in `payload`. Raises `FormatError`."""
    value = json_value(payload)
    if type(value) is not dict:
        raise FormatError("payload.not_an_object", kind=type(value).__name__)
    return value


def _repaired(payload: bytes) -> object:
    text = _BARE_WORD.sub(b"null", payload).decode("utf-8", "replace")
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise FormatError("payload.not_json", position=error.pos) from error


def number(raw: object, field: str) -> float:
    """Return the number a field holds: a JSON number, or a string of one with point or comma.

    An array is the values of the phases: their sum. Raises `ReadingError` for anything else.
    """
    if type(raw) is float or type(raw) is int:
        try:
            value = float(raw)
        except OverflowError as error:
            raise ReadingError("payload.value_invalid", field=field, value=shown(raw)) from error
    elif type(raw) is str:
        value = _number_of_text(raw, field)
    elif raw is None:
        raise ReadingError("payload.value_missing", field=field, value="null")
    else:
        raise ReadingError("payload.value_invalid", field=field, value=shown(raw))
    if not isfinite(value):
        raise ReadingError("payload.value_missing", field=field, value=str(value))
    if value in SENTINELS:
        raise ReadingError("payload.value_sentinel", field=field, value=value)
    return value


def text_number(payload: bytes, field: str) -> float:
    """Return the number that is the whole payload of a value topic. Raises `ReadingError`."""
    return number(payload.decode("utf-8", "replace"), field)


def flag(payload: bytes, field: str) -> float:
    """Return 1.0 for yes, true, on, 1 and 0.0 for their opposites. Raises `ReadingError`."""
    return state(payload.decode("utf-8", "replace"), field)


def state(raw: object, field: str) -> float:
    """Return 1.0 or 0.0 for what says yes or no: such a word, true and false, 1 and 0. Raises `ReadingError`."""
    text = "null" if raw is None else _bare(str(raw))
    if text in _YES:
        return 1.0
    if text in _NO:
        return 0.0
    code = "payload.value_missing" if text in _ABSENT_WORDS else "payload.value_invalid"
    raise ReadingError(code, field=field, value=shown(text))


def _number_of_text(text: str, field: str) -> float:
    bare = _bare(text)
    if _NUMBER.match(bare):
        return float(bare)
    if _COMMA.match(bare):
        return float(bare.replace(".", "").replace(",", "."))
    missing = bare.lstrip("+-") in _ABSENT_WORDS
    raise ReadingError("payload.value_missing" if missing else "payload.value_invalid", field=field, value=shown(text))


def _bare(text: str) -> str:
    return text.strip().strip("\"'").strip().lower()


def shown(raw: object) -> str:
    """Return a foreign value short enough to be told to people, without what must not be kept."""
    return redact_text(str(raw)[: 4 * SHOWN_CHARS])[:SHOWN_CHARS]


def gather(
    values: Mapping[str, object], fields: Iterable[Field], source: str, at_utc: datetime
) -> tuple[list[Reading], list[Finding]]:
    """Return the readings that `fields` find in `values`, and a finding for each that is no number.

    A field that is not there is no finding: devices send what they have. A name with dots
    reaches into nested objects.
    """
    readings: list[Reading] = []
    notices: list[Finding] = []
    for field in fields:
        name, quantity = field.name, field.quantity
        raw = values.get(name, _MISSING)
        if raw is _MISSING and (raw := _nested(values, name)) is _MISSING:
            continue
        try:
            value = _value(raw, name, quantity)
            readings.append(Reading(source, quantity, at_utc, field.convert(value)))
        except ReadingError as error:
            notices.append(error.finding)
    return readings, notices


def _value(raw: object, name: str, quantity: Quantity) -> float:
    if type(raw) is list:
        return _sum(raw, name, quantity)
    return state(raw, name) if quantity.kind is Kind.STATE and type(raw) in {bool, str} else number(raw, name)


def _nested(values: Mapping[str, object], name: str) -> object:
    level: object = values
    if "." not in name:
        return _MISSING
    for part in name.split("."):
        if not isinstance(level, dict):
            return _MISSING
        level = level.get(part, _MISSING)
    return level


def _sum(raw: list[object], name: str, quantity: Quantity) -> float:
    if not raw or (quantity.kind not in _ADDABLE and quantity not in {Quantity.POWER_W, Quantity.CURRENT_A}):
        raise ReadingError("payload.value_invalid", field=name, value=shown(raw))
    return sum(number(item, name) for item in raw)
