"""Dataclasses as plain values of JSON, exactly, and back: what is frozen must be readable for years.

What stands in a text is told by the types of the fields: decimals with all their digits as strings, and what is as by
default left out. A field that a later release adds needs a default.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache, partial
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, get_args, get_origin, get_type_hints

from core.texts import Finding

T = TypeVar("T")

NUMBER: Final = "number"
"""Where a field may hold a number or a word, the number stands under this name."""

_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def text_of(value: Any) -> str:
    """Return a dataclass as JSON, the same for equal ones."""
    return _JSON.encode(_plain(value))


def read_as(kind: type[T], text: str) -> T:
    """Return what `text_of` wrote. Raises `KeyError`, `TypeError` or `ValueError` for anything else."""
    read: T = _made(kind, json.loads(text))
    return read


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it."""
    match value:
        case Finding():
            return {"code": value.code, "params": dict(value.params)}
        case StrEnum():
            return value.value
        case Decimal() | date():
            return str(value)
        case tuple():
            return [_plain(each) for each in value]
        case _ if is_dataclass(value):
            return _told(value)
        case _:
            return value


def _told(value: Any) -> dict[str, Any]:
    """Return what a dataclass says but for what is as by default."""
    told = {}
    kind: Any = type(value)
    for name, default, tagged in _fields(kind):
        each = getattr(value, name)
        if default is MISSING or each != default:
            told[name] = {NUMBER: str(each)} if tagged and isinstance(each, Decimal) else _plain(each)
    return told


@cache
def _fields(kind: type) -> tuple[tuple[str, Any, bool], ...]:
    """Return the fields of a dataclass with what they are by default, and whether each holds a number or a word."""
    hints = get_type_hints(kind)
    return tuple((each.name, each.default, _is_tagged(hints[each.name])) for each in fields(kind))


def _is_tagged(hint: Any) -> bool:
    return isinstance(hint, UnionType) and {Decimal, str} <= set(get_args(hint))


@cache
def _readers(kind: type) -> Mapping[str, Callable[[Any], Any]]:
    """Return what reads the fields of a dataclass, by name."""
    return {name: _reader(hint) for name, hint in get_type_hints(kind).items()}


@cache
def _reader(hint: Any) -> Callable[[Any], Any]:
    """Return what makes a value of a type of what stands in a text."""
    if _is_tagged(hint):
        return _number_or_word
    if isinstance(hint, UnionType):
        (inner,) = (each for each in get_args(hint) if each is not NoneType)
        return partial(_unless_none, _reader(inner))
    if get_origin(hint) is tuple:
        return _several(get_args(hint))
    return _KNOWN.get(hint) or _reader_of_one(hint)


def _reader_of_one(hint: Any) -> Callable[[Any], Any]:
    if is_dataclass(hint):
        return partial(_made, hint)
    return hint if issubclass(hint, StrEnum) else _same


def _several(kinds: tuple[Any, ...]) -> Callable[[Any], Any]:
    if kinds[1:] == (...,):
        read = _reader(kinds[0])
        return lambda several: tuple(map(read, several))
    each = [_reader(kind) for kind in kinds]
    return lambda several: tuple(read(one) for read, one in zip(each, several, strict=True))


def _number_or_word(value: Any) -> Decimal | str:
    return Decimal(value[NUMBER]) if isinstance(value, Mapping) else str(value)


def _unless_none(read: Callable[[Any], Any], value: Any) -> Any:
    return None if value is None else read(value)


def _finding(body: Mapping[str, Any]) -> Finding:
    return Finding.of(body["code"], **body["params"])


def _same(value: Any) -> Any:
    return value


def _made(kind: Any, body: Mapping[str, Any]) -> Any:
    """Return the dataclass that a text tells of; what this release does not know is passed over."""
    readers = _readers(kind)
    return kind(**{name: readers[name](each) for name, each in body.items() if name in readers})


_KNOWN: Final[Mapping[Any, Callable[[Any], Any]]] = {
    Decimal: Decimal,
    date: date.fromisoformat,
    Finding: _finding,
}
