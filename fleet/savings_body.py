"""Statements of savings as plain values that JSON holds exactly, and back: what is frozen must be readable for years.

What stands in a body is told by the types in `fleet/savings.py`. A field that a later release adds needs a default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from core.texts import Finding
from fleet.savings import SavingsStatement


def to_body(value: Any) -> Any:
    """Return a statement, or a part of one, as plain values; what is as by default is left out."""
    if isinstance(value, Finding):
        return {"code": value.code, "params": {name: _exact(each) for name, each in value.params}}
    if is_dataclass(value):
        told = {each.name: getattr(value, each.name) for each in fields(value) if not _is_default(value, each)}
        return {name: to_body(each) for name, each in told.items()}
    if isinstance(value, tuple):
        return [to_body(each) for each in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def statement_of(body: Mapping[str, Any]) -> SavingsStatement:
    """Return the statement that `to_body` wrote. Raises `KeyError`, `TypeError` or `ValueError` for anything else."""
    read: SavingsStatement = _read(SavingsStatement, body)
    return read


def _is_default(value: Any, field: Any) -> bool:
    return field.default is not MISSING and getattr(value, field.name) == field.default


def _exact(value: Any) -> Any:
    return Decimal(repr(value)) if isinstance(value, float) else value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(kind: Any, body: Any) -> Any:
    if get_origin(kind) is UnionType:
        (inner,) = (each for each in get_args(kind) if each is not NoneType)
        return None if body is None else _read(inner, body)
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], each) for each in body)
    if kind is Finding:
        return Finding.of(body["code"], **{name: _param(each) for name, each in body["params"].items()})
    if is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        return kind(**{name: _read(hints[name], each) for name, each in body.items() if name in hints})
    return _plain(kind, body)


def _plain(kind: Any, body: Any) -> Any:
    if kind is date:
        return date.fromisoformat(body)
    return body if kind in (str, bool) else kind(body)


def _param(value: Any) -> Any:
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else float(value)
