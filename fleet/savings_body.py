"""Statements of savings as text, exactly, and back: what is frozen must be readable for years.

What stands in a text is told by the types in `fleet/savings.py`: decimals with all their digits as strings, and
what is as by default left out. A field that a later release adds needs a default.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from core.texts import Finding
from fleet.savings import SavingsStatement


def text_of(statement: SavingsStatement) -> str:
    """Return a statement as JSON, the same for equal statements."""
    return json.dumps(_plain(statement), ensure_ascii=False, separators=(",", ":"))


def statement_of(text: str) -> SavingsStatement:
    """Return the statement that `text_of` wrote. Raises `KeyError`, `TypeError` or `ValueError` for anything else."""
    read: SavingsStatement = _read(SavingsStatement, json.loads(text))
    return read


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Decimal | date):
        return str(value)
    if isinstance(value, Finding):
        return {"code": value.code, "params": dict(value.params)}
    return _told(value) if is_dataclass(value) else value


def _told(value: Any) -> dict[str, Any]:
    told = {}
    for name, default in _fields(value.__class__):
        each = getattr(value, name)
        if each is not default and each != default:
            told[name] = _plain(each)
    return told


@cache
def _fields(kind: Any) -> tuple[tuple[str, Any], ...]:
    """Return the fields of a dataclass with what they are by default."""
    return tuple((each.name, each.default) for each in fields(kind))


@cache
def _hints(kind: type) -> dict[str, Any]:
    return {name: _inner(hint) for name, hint in get_type_hints(kind).items()}


def _inner(hint: Any) -> Any:
    """Return a type without its None, a tuple's as a list of the one type in it."""
    if get_origin(hint) is UnionType:
        (hint,) = (each for each in get_args(hint) if each is not NoneType)
    return [get_args(hint)[0]] if get_origin(hint) is tuple else hint


def _read(kind: Any, body: Any) -> Any:
    if body is None or kind in (str, bool):
        return body
    if isinstance(kind, list):
        return tuple(_read(kind[0], each) for each in body)
    if kind is Finding:
        return Finding.of(body["code"], **body["params"])
    if kind is date:
        return date.fromisoformat(body)
    return _made(kind, body) if is_dataclass(kind) else kind(body)


def _made(kind: Any, body: Mapping[str, Any]) -> Any:
    hints = _hints(kind)
    return kind(**{name: _read(hints[name], each) for name, each in body.items() if name in hints})
