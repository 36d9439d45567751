"""Whether a payload keeps to its schema, and what is done where it does not.

A breach named in `QUIRKS` is repaired and the message answered as usual (`lenient`); any other
gets the version's CALLERROR. The journal has the frame as it came in either case.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chargepoints.decoding.numbers import number_of
from chargepoints.rpc import Fault
from chargepoints.schemas import Schemas, Violation
from core.texts import Finding

_FAULTS = {
    "type": Fault.TYPE,
    "required": Fault.OCCURRENCE,
    "minItems": Fault.OCCURRENCE,
    "maxItems": Fault.OCCURRENCE,
    "additionalItems": Fault.OCCURRENCE,
    "additionalProperties": Fault.FORMAT,
}
"""JSON schema keyword to fault; all others (enum, length, bounds) are property constraints."""

_UNREPAIRABLE, _ABSENT = object(), object()


@dataclass(frozen=True, slots=True)
class Quirk:
    """A breach that is known from real stations, where it was reported, and its repair."""

    name: str
    source: str
    applies: Callable[[Violation], bool]
    repair: Callable[[Violation], object]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a payload is refused."""

    fault: Fault
    finding: Finding


def conform(
    schemas: Schemas, name: str, payload: dict[str, Any], *, lenient: bool, newer: bool = False
) -> tuple[dict[str, Any], tuple[Finding, ...]] | Refusal:
    """Return a payload that keeps to its schema with the repairs it took, or why it is refused.

    Of a version whose next edition may be `newer` than the schemas, fields and words that they do
    not have are no breach: the fields are left out, the words are the decoder's affair.
    """
    violations = schemas.violations(name, payload)
    if not violations:
        return payload, ()
    if not lenient:
        return _refusal(violations[0])
    repaired = _repaired(payload, violations, newer=newer)
    if repaired is None:
        return _refusal(next((item for item in violations if not (newer and _is_newer(item))), violations[0]))
    left = [item for item in schemas.violations(name, repaired[0]) if not (newer and _is_newer(item))]
    return _refusal(left[0]) if left else repaired


def _is_newer(violation: Violation) -> bool:
    return violation.keyword in ("additionalProperties", "enum")


def _without_newer(whole: Any, violation: Violation) -> None:
    """Leave out the fields that the schema does not have."""
    if violation.keyword == "additionalProperties" and isinstance(violation.expected, list):
        for name in violation.expected:
            _put(whole, (*violation.path, name), _ABSENT)


def _repaired(
    payload: dict[str, Any], violations: tuple[Violation, ...], *, newer: bool
) -> tuple[dict[str, Any], tuple[Finding, ...]] | None:
    whole = copy.deepcopy(payload)
    names: dict[str, None] = {}
    for violation in violations:
        if newer and _is_newer(violation):
            _without_newer(whole, violation)
            names["newer_edition"] = None
            continue
        quirk = next((quirk for quirk in QUIRKS if quirk.applies(violation)), None)
        if quirk is None or (value := quirk.repair(violation)) is _UNREPAIRABLE:
            return None
        _put(whole, violation.path, value)
        names[quirk.name] = None
    return whole, tuple(Finding.of("ocpp.nonconforming", quirk=name) for name in names)


def _put(whole: Any, path: tuple[str | int, ...], value: object) -> None:
    for part in path[:-1]:
        whole = whole[part]
    if value is _ABSENT:
        del whole[path[-1]]
    else:
        whole[path[-1]] = value


def _refusal(violation: Violation) -> Refusal:
    fault = _FAULTS.get(violation.keyword, Fault.PROPERTY)
    code = "ocpp.field_missing" if violation.keyword == "required" else "ocpp.field_invalid"
    return Refusal(fault, Finding.of(code, field=violation.where[:100], rule=violation.keyword))


def _wants(kind: str) -> Callable[[Violation], bool]:
    def applies(violation: Violation) -> bool:
        return violation.keyword == "type" and bool(violation.path) and violation.expected == [kind]

    return applies


def _is_number(violation: Violation) -> bool:
    return isinstance(violation.instance, (int, float)) and not isinstance(violation.instance, bool)


def _whole(violation: Violation) -> object:
    number = number_of(violation.instance)
    return _UNREPAIRABLE if number is None else round(number)


def _number(violation: Violation) -> object:
    number = number_of(violation.instance)
    return _UNREPAIRABLE if number is None else number


def _breaks(keyword: str, field: str) -> Callable[[Violation], bool]:
    def applies(violation: Violation) -> bool:
        return violation.keyword == keyword and bool(violation.path) and violation.path[-1] == field

    return applies


def _is_long_name(violation: Violation) -> bool:
    return violation.keyword == "maxLength" and bool(violation.path) and violation.path[-1] in _NAMES


_NAMES = {
    "chargePointVendor", "chargePointModel", "chargePointSerialNumber", "chargeBoxSerialNumber", "firmwareVersion",
    "iccid", "imsi", "meterType", "meterSerialNumber", "vendorName", "model", "serialNumber", "info",
}  # fmt: skip

QUIRKS: tuple[Quirk, ...] = (
    Quirk(
        "number_as_text",
        "evcc-io/evcc#17836, lbbrhzn/ocpp#1499",
        lambda violation: _wants("integer")(violation) and not isinstance(violation.instance, (dict, list)),
        _whole,
    ),
    Quirk(
        "decimal_as_text",
        "stations that write fractional Wh as text",
        lambda violation: _wants("number")(violation) and isinstance(violation.instance, str),
        _number,
    ),
    Quirk(
        "text_as_number",
        "lbbrhzn/ocpp#1499",
        lambda violation: _wants("string")(violation) and _is_number(violation),
        lambda violation: str(violation.instance),
    ),
    Quirk(
        "unit_hz",
        "lbbrhzn/ocpp#1576",
        lambda violation: _breaks("enum", "unit")(violation) and violation.instance in ("Hz", "Hertz"),
        lambda _: _ABSENT,  # the measurand's own unit; a stop's schema knows no Hertz at all
    ),
    Quirk("context_unknown", "lbbrhzn/ocpp#361", _breaks("enum", "context"), lambda _: "Other"),
    Quirk("error_code_unknown", "lbbrhzn/ocpp#1248", _breaks("enum", "errorCode"), lambda _: "OtherError"),
    Quirk(
        "name_too_long",
        "lbbrhzn/ocpp#213",
        _is_long_name,
        lambda violation: str(violation.instance)[: int(str(violation.expected))],
    ),
)
"""What stations are known to get wrong where the meaning is plain."""
