"""How a stored value is shown: divisor, unit and decimals together, so they never part."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_decimal

from core.quantities import PROPERTIES, Quantity
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


def unit_of(quantity: Quantity) -> str:
    """Return the unit in which values of a quantity are stored, as people write it."""
    return _UNITS[quantity.value.rpartition("_")[2]]


def show(quantity: Quantity, value: float | Decimal, language: Language) -> Shown:
    """Return a stored value in its shown unit, e.g. 1250.5 Wh as `1,3 kWh` in German."""
    properties = PROPERTIES[quantity]
    shown = float(value) / properties.divisor
    pattern = "#,##0" + ("." + "0" * properties.decimals if properties.decimals else "")
    number = format_decimal(round(shown, properties.decimals) + 0.0, format=pattern, locale=language)
    return Shown(shown, properties.shown_unit, f"{number}\N{NO-BREAK SPACE}{properties.shown_unit}".rstrip())


def show_exact(value: Decimal, unit: str, language: Language) -> str:
    """Return a value with all its digits and its unit, e.g. `1.234,567 Wh` in German."""
    number = format_decimal(value, locale=language, decimal_quantization=False)
    return f"{number}\N{NO-BREAK SPACE}{unit}".rstrip()
