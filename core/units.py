"""How people read a stored value: divisor, unit, decimals and minus sign together, so they never part."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_currency, format_decimal

from core.inventory.metering import Medium
from core.quantities import PROPERTIES, Kind, Properties, Quantity
from core.texts import Language


@dataclass(frozen=True, slots=True)
class Shown:
    """A value as people read it; `text` carries the number in the language's form and its unit."""

    value: float
    unit: str
    text: str


_UNITS = {
    "wh": "Wh",
    "w": "W",
    "v": "V",
    "a": "A",
    "hz": "Hz",
    "m3": "m³",
    "h": "m³/h",
    "c": "°C",
    "percent": "%",
    "m": "m",
    "g": "g",
    "flag": "",
}
"""How the unit is written that the last word of a quantity's name says."""


_OIL = {
    Quantity.VOLUME_M3: Properties(Kind.REGISTER, 0.001, "L", 0),
    Quantity.FLOW_M3_PER_H: Properties(Kind.INSTANT, 0.001, "L/h", 1),
    Quantity.TANK_M3: Properties(Kind.INSTANT, 0.001, "L", 0),
}
"""Heating oil is ordered, delivered and burnt in litres: what a burner takes in a day is next to nothing in m³.

The sign is the capital one, as the SI allows: in most letters `l` is taken for a one.
"""


def look_of(quantity: Quantity, medium: Medium | None = None) -> Properties:
    """Return how people read values of a quantity that a meter of `medium` gave: oil in litres, all else alike."""
    is_oil = medium is Medium.OIL or quantity is Quantity.TANK_M3
    return _OIL.get(quantity, PROPERTIES[quantity]) if is_oil else PROPERTIES[quantity]


def unit_of(quantity: Quantity) -> str:
    """Return the unit in which values of a quantity are stored, as people write it."""
    return _UNITS[quantity.value.rpartition("_")[2]]


def number(value: float | Decimal, decimals: int, language: Language) -> str:
    """Return a number with the language's separators and a true minus; what is rounded to nought has no sign."""
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return _signed(format_decimal(round(float(value), decimals) + 0.0, format=pattern, locale=language))


def money(amount: Decimal, language: Language) -> str:
    """Return an amount of money with its cents, e.g. `1.234,50 €` in German."""
    return _signed(format_currency(amount, "EUR", locale=language))


def show(quantity: Quantity, value: float | Decimal, language: Language, medium: Medium | None = None) -> Shown:
    """Return a stored value in its shown unit, e.g. 1250.5 Wh as `1,3 kWh` in German."""
    look = look_of(quantity, medium)
    shown = float(value) / look.divisor
    text = f"{number(shown, look.decimals, language)}\N{NO-BREAK SPACE}{look.shown_unit}".rstrip()
    return Shown(shown, look.shown_unit, text)


def show_exact(value: Decimal, unit: str, language: Language) -> str:
    """Return a value with all its digits and its unit, e.g. `1.234,567 Wh` in German."""
    text = _signed(format_decimal(value, locale=language, decimal_quantization=False))
    return f"{text}\N{NO-BREAK SPACE}{unit}".rstrip()


def _signed(text: str) -> str:
    return text.replace("-", "\N{MINUS SIGN}")
