"""What the names in a message of free form suggest: a quantity only where the name itself ends in a unit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from core.errors import FormatError, ReadingError
from core.quantities import Quantity
from ingest.redaction import MAX_DEPTH, redact
from ingest.values import json_value, number, shown

MOST_NAMES: Final = 60
_TOKENS: Final = re.compile(r"[^0-9A-Za-z³]+|(?<=[a-z0-9])(?=[A-Z])")
_OUTWARDS: Final = frozenset(
    {"out", "export", "exported", "ret", "returned", "produced", "production", "yield", "einspeisung", "lieferung"}
)
_HEAT: Final = frozenset({"heat", "heating", "waerme", "warme", "thermal"})
_SHORTEST_UNIT: Final = 3
"""A name that is nothing but a unit must be longer than a letter or two."""
_NO_MEASUREMENT: Final = frozenset(
    {"id", "ts", "time", "timestamp", "rssi", "snr", "lqi", "linkquality", "fcnt", "fport"}
)
"""What a name ends in that tells of the message and not of what was measured."""
_ENERGY: Final = {"kwh": 1e3, "wh": 1.0, "mwh": 1e6}
_OTHERS: Final = {
    "kw": (Quantity.POWER_W, 1e3),
    "w": (Quantity.POWER_W, 1.0),
    "watt": (Quantity.POWER_W, 1.0),
    "m3": (Quantity.VOLUME_M3, 1.0),
    "m³": (Quantity.VOLUME_M3, 1.0),
    "l": (Quantity.VOLUME_M3, 1e-3),
    "liter": (Quantity.VOLUME_M3, 1e-3),
    "liters": (Quantity.VOLUME_M3, 1e-3),
    "litre": (Quantity.VOLUME_M3, 1e-3),
    "litres": (Quantity.VOLUME_M3, 1e-3),
    "m3h": (Quantity.FLOW_M3_PER_H, 1.0),
}


class Named(NamedTuple):
    """A number in a message: its name as `Feed.fields` write it, an example, what it could mean (empty if unsaid)."""

    name: str
    example: str
    target: str


def suggested(name: str) -> str:
    """Return the quantity and factor that a name's unit tells, such as `energy_import_wh * 1000`; empty if it has none.

    A unit in the name says what a number is in; the direction is guessed by words, so a person must look at it.
    """
    tokens = [token.casefold() for token in _TOKENS.split(name) if token]
    unit = tokens[-1] if len(tokens) > 1 or len("".join(tokens)) >= _SHORTEST_UNIT else ""
    if unit in _ENERGY:
        return _target(_energy(frozenset(tokens)), _ENERGY[unit])
    if unit in _OTHERS:
        return _target(*_OTHERS[unit])
    return ""


def _energy(tokens: frozenset[str]) -> Quantity:
    if tokens & _HEAT:
        return Quantity.HEAT_WH
    return Quantity.ENERGY_EXPORT_WH if tokens & _OUTWARDS else Quantity.ENERGY_IMPORT_WH


def _target(quantity: Quantity, factor: float) -> str:
    return quantity.value if factor == 1 else f"{quantity.value} * {factor:g}"


def names_in(topic: str, payload: bytes, inside: tuple[str, ...] = ()) -> list[Named]:
    """Return the numbers of a JSON message below `inside`, without what must not be shown; none for anything else."""
    try:
        body = json_value(redact(topic, payload))
    except FormatError:
        return []
    for step in inside:
        body = body.get(step) if isinstance(body, dict) else None
    return [Named(name, text, suggested(name)) for name, text in _leaves(body, "", 0)][:MOST_NAMES]


def number_in(payload: bytes) -> str:
    """Return the number that a payload is, empty if it is none."""
    text = payload[:80].decode("utf-8", "replace").strip()
    return text if text and _is_number(text) else ""


def _leaves(value: object, way: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _leaves(item, f"{way}.{_step(name)}" if way else _step(name), depth + 1)
    elif isinstance(value, list):
        for place, item in enumerate(value[:10]):
            yield from _leaves(item, f"{way}[{place}]", depth + 1)
    elif way and not isinstance(value, bool) and not _is_of_message(way) and _is_number(value):
        yield way, shown(value)


def _is_of_message(way: str) -> bool:
    return ([token.casefold() for token in _TOKENS.split(way) if token] or [""])[-1] in _NO_MEASUREMENT


def _step(name: str) -> str:
    return f'"{name}"' if re.search(r"[.\[\]]", name) else name


def _is_number(value: object) -> bool:
    try:
        number(value, "")
    except ReadingError as error:
        return error.finding.code == "payload.value_sentinel"
    return True
