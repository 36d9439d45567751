"""The forms by which people book what happened to a meter: fields in shown units, as they are written in a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel.numbers import NumberFormatError, format_decimal, parse_decimal

from console.pages.errors import Problem
from console.pages.visit import Visit
from core.errors import NotFoundError
from core.inventory import Medium
from core.quantities import Quantity
from core.units import look_of
from core.work import MeterEventKind

Control = Literal["value", "time", "text", "check"]
Dial = tuple[Quantity, Medium | None]
"""What a dial counts, and of which medium (None: an odometer): together they say in which unit it is read."""


@dataclass(frozen=True, slots=True)
class BookingField:
    """A field: its name in requests, its label, and how it is asked for."""

    name: str
    label: str
    control: Control
    required: bool = True


_AT = BookingField("at_utc", "console.bookings.at", "time")
_WHY = BookingField("reason", "console.bookings.reason", "text", required=False)


@dataclass(frozen=True, slots=True)
class BookingForm:
    """What is asked for one kind of booking, and the row that makes it."""

    row: str
    kind: MeterEventKind
    fields: tuple[BookingField, ...]


FORMS: dict[str, BookingForm] = {
    "exchange": BookingForm(
        "meters.exchange",
        MeterEventKind.EXCHANGE,
        (
            _AT,
            BookingField("end_value", "console.bookings.end_value", "value"),
            BookingField("start_value", "console.bookings.start_value", "value"),
            _WHY,
        ),
    ),
    "reading": BookingForm(
        "meters.read",
        MeterEventKind.MANUAL,
        (
            _AT,
            BookingField("start_value", "console.bookings.read_value", "value"),
            BookingField("billing", "console.bookings.billing", "check", required=False),
            _WHY,
        ),
    ),
    "correction": BookingForm(
        "meters.correct",
        MeterEventKind.CORRECTION,
        (
            BookingField("at_utc", "console.bookings.from", "time"),
            BookingField("until_utc", "console.bookings.until", "time"),
            BookingField("amount", "console.bookings.amount", "value"),
            BookingField("reason", "console.bookings.reason", "text"),
        ),
    ),
    "reset": BookingForm(
        "meters.reset",
        MeterEventKind.RESET,
        (
            _AT,
            BookingField("start_value", "console.bookings.start_value", "value"),
            BookingField("amount", "console.bookings.lost", "value", required=False),
            _WHY,
        ),
    ),
    "rollover": BookingForm(
        "meters.rollover",
        MeterEventKind.ROLLOVER,
        (_AT, BookingField("end_value", "console.bookings.width", "value", required=False), _WHY),
    ),
}
"""The forms by the last word of their address."""


def form_named(name: str) -> BookingForm:
    """Return the form of a kind. Raises `NotFoundError` if there is none."""
    if name not in FORMS:
        raise NotFoundError("bookings.kind_unknown", kind=name[:40])
    return FORMS[name]


def read_form(
    visit: Visit, form: BookingForm, given: Mapping[str, Any], dial: Dial, zone: ZoneInfo
) -> tuple[dict[str, Any], list[Problem]]:
    """Return what was filled in as requests take it, in stored units and UTC, and what cannot be read."""
    read: dict[str, Any] = {"quantity": dial[0].value}
    problems: list[Problem] = []
    for field in form.fields:
        text = str(given.get(field.name, "")).strip()
        label = visit.words.t(field.label)
        if not text:
            if field.required:
                problems.append(Problem(visit.words.t("console.bookings.missing", field=label), field.name))
            continue
        value = read_field(visit, field, text, dial, zone)
        if value is None:
            problems.append(Problem(visit.words.t("console.bookings.unreadable", field=label), field.name))
        else:
            read[field.name] = value
    return read, problems


def read_field(visit: Visit, field: BookingField, text: str, dial: Dial, zone: ZoneInfo) -> Any:
    """Return one field's value, None if it cannot be read."""
    if field.control == "value":
        return stored(visit, text, dial)
    if field.control == "time":
        try:
            return datetime.fromisoformat(text).replace(tzinfo=zone).isoformat()
        except ValueError:
            return None
    return True if field.control == "check" else text


def stored(visit: Visit, text: str, dial: Dial) -> float | None:
    """Return a number in the visitor's language and the shown unit as it is stored, None if it is none."""
    try:
        number = parse_decimal(text.replace(" ", ""), locale=visit.language, strict=True)
    except NumberFormatError:
        return None
    return float(number * Decimal(str(look_of(*dial).divisor)))


def written(visit: Visit, dial: Dial, value: float) -> str:
    """Return a stored value as people type it: in the shown unit, with all its digits."""
    shown = Decimal(repr(value)) / Decimal(str(look_of(*dial).divisor))
    text: str = format_decimal(shown, locale=visit.language, decimal_quantization=False, group_separator=False)
    return text


def local_input(at: datetime, zone: ZoneInfo) -> str:
    """Return an instant as a field for date and time holds it."""
    local = at.astimezone(zone).replace(tzinfo=None, microsecond=0)
    return local.isoformat(timespec="seconds" if local.second else "minutes")
