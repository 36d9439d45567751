"""How a field is written: its unit, decimals, names for values and colours, from the panel and its overrides.

Source: Grafana's documentation of field options; units as its `valueFormats` write them, as far as dashboards use them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from statistics import fmean
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_decimal

from core.texts import Language
from dashboards.preview.frames import TIME, Column, Frame

NOTHING: Final = "–"
_SIGNS: Final = {
    "percent": "%",
    "celsius": "°C",
    "m3": "m³",
    "currencyEUR": "€",
    "lux": "lx",
    "volt": "V",
    "amp": "A",
    "watt": "W",
    "watth": "Wh",
    "kwatt": "kW",
    "kwatth": "kWh",
    "masst": "t",
    "massg": "g",
    "bytes": "B",
    "ms": "ms",
}
_PLAIN: Final = frozenset({"", "none", "short", "locale", "string", "bool", "bool_yes_no", "bool_on_off"})
_DURATIONS_S: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "dtdurations": 1, "clocks": 1, "dthms": 1}
_COLOURS: Final = {
    "green": "#56a64b",
    "yellow": "#e0b400",
    "orange": "#ff780a",
    "red": "#e02f44",
    "blue": "#3274d9",
    "purple": "#a352cc",
    "gray": "#8e8e8e",
    "text": "#24292e",
    "transparent": "#24292e",
}
PALETTE: Final = ("#3274d9", "#e0b400", "#56a64b", "#ff780a", "#a352cc", "#e02f44", "#00838f", "#8e8e8e")
_HEX: Final = re.compile(r"#[0-9A-Fa-f]{3,8}\Z")
_SMALL, _LARGE = 10, 1000
_SHADES: Final = 5


@dataclass(frozen=True, slots=True)
class Writing:
    """How one column of one panel is written."""

    options: Mapping[str, Any]
    language: Language
    zone: ZoneInfo

    def name(self, column: Column) -> str:
        """Return what the column is called."""
        told = str(self.options.get("displayName") or column.name)
        return re.sub(
            r"\$\{__field\.labels\.(\w+)\}", lambda found: str(column.labels.get(found[1], "")), told
        ).replace("${__field.name}", column.name)

    def text(self, value: Any, *, is_time: bool = False) -> str:
        """Return a value in words."""
        for mapping in self.options.get("mappings") or ():
            if (mapped := _mapped(mapping, value)) is not None:
                return mapped
        if value is None or (isinstance(value, float) and not isfinite(value)):
            return str(self.options.get("noValue") or NOTHING)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return str(value)
        unit = str(self.options.get("unit") or "")
        if is_time or unit.startswith(("dateTime", "time:")):
            at = datetime.fromtimestamp(value / 1000, UTC).astimezone(self.zone)
            return format_datetime(at, "short", locale=self.language)
        return self._number(float(value), unit)

    def colour(self, value: Any, place: int) -> str:
        """Return the colour of a value: fixed, by thresholds, or that of its place."""
        said = self.options.get("color") or {}
        if said.get("mode") == "fixed" and said.get("fixedColor"):
            return _colour(str(said["fixedColor"]))
        if said.get("mode") == "shades" and said.get("fixedColor"):
            return _shade(_colour(str(said["fixedColor"])), place)
        if said.get("mode") == "thresholds" and isinstance(value, int | float):
            steps = (self.options.get("thresholds") or {}).get("steps") or ()
            passed = [step for step in steps if step.get("value") is None or value >= step["value"]]
            if passed:
                return _colour(str(passed[-1]["color"]))
        return PALETTE[place % len(PALETTE)]

    def _number(self, value: float, unit: str) -> str:
        decimals = self.options.get("decimals")
        if unit in _DURATIONS_S and decimals is None:
            hours, seconds = divmod(abs(round(value * _DURATIONS_S[unit])), 3600)
            minus = "-" if value < 0 else ""
            return f"{minus}{hours}:{seconds // 60:02}:{seconds % 60:02} h"
        if unit == "percentunit":
            value, unit = 100 * value, "percent"
        if decimals is None:
            decimals = 0 if value == round(value) or abs(value) >= _LARGE else 1 if abs(value) >= _SMALL else 2
        form = f"#,##0.{'0' * int(decimals)}" if decimals else "#,##0"
        number = format_decimal(value, form, locale=self.language)
        kind, _, rest = unit.rpartition(":")
        if kind == "prefix":
            return f"{rest} {number}"
        sign = "" if unit in _PLAIN else rest if kind else _SIGNS.get(unit, unit)
        return f"{number} {sign}" if sign else number


def writing_of(panel: Mapping[str, Any], frame: Frame, column: Column, language: Language, zone: ZoneInfo) -> Writing:
    """Return how a column is written: the panel's defaults, then what overrides say of it."""
    told = panel.get("fieldConfig") or {}
    options: dict[str, Any] = dict(told.get("defaults") or {})
    for override in told.get("overrides") or ():
        if _is_meant(override.get("matcher") or {}, frame, column, options):
            for each in override.get("properties") or ():
                options[str(each["id"])] = each.get("value")
    return Writing(options, language, zone)


def is_hidden(writing: Writing) -> bool:
    """Return whether a column is not shown at all."""
    hide_from = writing.options.get("custom.hideFrom")
    return bool(writing.options.get("custom.hidden")) or bool(isinstance(hide_from, Mapping) and hide_from.get("viz"))


def _is_meant(matcher: Mapping[str, Any], frame: Frame, column: Column, options: Mapping[str, Any]) -> bool:
    wanted = matcher.get("options")
    match matcher.get("id"):
        case "byName":
            return wanted in (column.name, options.get("displayName"))
        case "byRegexp":
            return re.search(str(wanted).strip("/"), column.name) is not None
        case "byFrameRefID":
            return bool(wanted == frame.query)
        case "byType":
            return wanted == ("time" if column.name == TIME else "number" if column.is_number else "string")
    return False


def _mapped(mapping: Mapping[str, Any], value: Any) -> str | None:
    options = mapping.get("options") or {}
    match mapping.get("type"):
        case "value":
            found = options.get(_key(value))
            return str(found["text"]) if found and found.get("text") else None
        case "range" if isinstance(value, int | float):
            low, high = options.get("from"), options.get("to")
            inside = (low is None or value >= low) and (high is None or value <= high)
            text = (options.get("result") or {}).get("text")
            return str(text) if inside and text else None
        case "special":
            text = (options.get("result") or {}).get("text")
            return str(text) if text and _key(value) in str(options.get("match", "")).split("+") else None
    return None


def _key(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _colour(said: str) -> str:
    if _HEX.match(said):
        return said
    base = said.removeprefix("super-light-").removeprefix("light-").removeprefix("semi-dark-").removeprefix("dark-")
    return _COLOURS.get(base, PALETTE[0])


def _shade(colour: str, place: int) -> str:
    """Return a colour, the lighter the later its place, and as it is again after some."""
    white = 0.17 * (place % _SHADES)
    parts = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * white):02x}" for part in parts)


def reduced(values: Sequence[Any], how: str) -> Any:
    """Return one value of many, as a stat does; an unknown way is the last one known."""
    if how == "count":
        return len(values)
    if how == "last":
        return values[-1] if values else None
    known = [value for value in values if value is not None]
    numbers = [float(value) for value in known if isinstance(value, int | float)]
    if how in _REDUCERS and numbers:
        return _REDUCERS[how](numbers)
    place = 0 if how == "firstNotNull" else -1
    return known[place] if known else None


_REDUCERS: Final[Mapping[str, Callable[[Sequence[float]], float]]] = {
    "sum": sum,
    "mean": fmean,
    "min": min,
    "max": max,
    "range": lambda numbers: max(numbers) - min(numbers),
}
