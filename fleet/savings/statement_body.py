"""Statements of savings as text, exactly, and back: what is frozen must be readable for years.

What stands in a text is told by the types in `fleet/savings/statement.py`: decimals with all their digits as strings,
and what is as by default left out. A field that a later release adds needs a default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache, partial
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import orjson

from core.texts import Finding
from fleet.savings.statement import SavingsStatement
from fleet.savings.timed import SeriesUsed


def text_of(statement: SavingsStatement) -> str:
    """Return a statement as JSON, the same for equal statements."""
    return f"{{{','.join(_members(statement))}}}"


def _members(statement: SavingsStatement) -> Iterator[str]:
    """Write a statement part by part, vehicle by vehicle: as a whole it would lie in memory a second time."""
    for name, default, plain in _fields(SavingsStatement):
        value = getattr(statement, name)
        if isinstance(value, tuple) and value != default:
            yield f'"{name}":[{",".join(_json(_one(each)) for each in value)}]'
        elif value != default:
            yield f'"{name}":{_json(plain(value) if plain else value)}'


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _one(value: Any) -> dict[str, Any]:
    return _finding(value) if isinstance(value, Finding) else _told(value)


def statement_of(text: str) -> SavingsStatement:
    """Return the statement that `text_of` wrote. Raises `KeyError`, `TypeError` or `ValueError` for anything else."""
    read: SavingsStatement = _made(SavingsStatement, orjson.loads(text))
    return read


def sums_of(text: str) -> SavingsStatement:
    """Return the statement that `text_of` wrote without its vehicles, which are nearly all of it; raises the same."""
    read: SavingsStatement = _made(SavingsStatement, orjson.loads(text) | {"vehicles": []})
    return read


@dataclass(frozen=True, slots=True, kw_only=True)
class StoodOn:
    """On which series of the grid's intensity a statement stood, and on which versions of sessions, by vehicle."""

    series: tuple[SeriesUsed, ...]
    sessions: Mapping[str, set[tuple[str, int]]]


def stood_on(text: str) -> StoodOn:
    """Return what the statement that `text_of` wrote stood on, without making out the rest; raises the same."""
    body = orjson.loads(text)
    return StoodOn(
        series=tuple(_made(SeriesUsed, each) for each in body.get("series", ())),
        sessions={
            each["vehicle"]: {(one["id"], one["valuation"]) for one in each["inputs"].get("sessions", ())}
            for each in body.get("vehicles", ())
        },
    )


def _told(value: Any) -> dict[str, Any]:
    """Return what a dataclass says but for what is as by default; a fleet has a hundred thousand of them a month."""
    told = {}
    for name, default, plain in _fields(value.__class__):
        each = getattr(value, name)
        if each is not default and each != default:
            told[name] = each if plain is None or each is None else plain(each)
    return told


@cache
def _fields(kind: type) -> tuple[tuple[str, Any, Callable[[Any], Any] | None], ...]:
    """Return the fields of a dataclass with what they are by default, and what makes them plain (None: they are)."""
    hints = _hints(kind)
    return tuple((each.name, each.default, _plainer(hints[each.name])) for each in fields(kind))


def _plainer(hint: Any) -> Callable[[Any], Any] | None:
    """Return what makes values of a type those of JSON, None where they are already."""
    if isinstance(hint, list):
        of = _plainer(hint[0])
        return list if of is None else lambda several: [of(each) for each in several]
    if hint in (Decimal, date):
        return str
    if hint is Finding:
        return _finding
    return _told if is_dataclass(hint) else None


def _finding(finding: Finding) -> dict[str, Any]:
    return {"code": finding.code, "params": dict(finding.params)}


@cache
def _hints(kind: type) -> dict[str, Any]:
    return {name: _inner(hint) for name, hint in get_type_hints(kind).items()}


def _inner(hint: Any) -> Any:
    """Return a type without its None, a tuple's as a list of the one type in it."""
    if get_origin(hint) is UnionType:
        (hint,) = (each for each in get_args(hint) if each is not NoneType)
    return [get_args(hint)[0]] if get_origin(hint) is tuple else hint


@cache
def _reader(hint: Any) -> Callable[[Any], Any] | None:
    """Return what makes a value of a type of what stands in a text, None where it is that already."""
    if hint in (str, bool):
        return None
    if hint is Finding:
        return lambda body: Finding.of(body["code"], **body["params"])
    if hint is date:
        return date.fromisoformat
    if issubclass(hint, StrEnum):
        return {each.value: each for each in hint}.__getitem__
    return partial(_made, hint) if is_dataclass(hint) else hint


@cache
def _readers(kind: type) -> dict[str, Callable[[Any], Any] | None]:
    """Return what reads the fields of a dataclass, by name."""
    return {name: _reader_of(hint) for name, hint in _hints(kind).items()}


def _reader_of(hint: Any) -> Callable[[Any], Any] | None:
    if not isinstance(hint, list):
        return _reader(hint)
    read = _reader(hint[0])
    return tuple if read is None else lambda several: tuple(map(read, several))


def _made(kind: Any, body: Mapping[str, Any]) -> Any:
    """Return the dataclass that a text tells of; what this release does not know is passed over."""
    readers = _readers(kind)
    told = {}
    for name, each in body.items():
        if name in readers:
            read = readers[name]
            told[name] = each if read is None or each is None else read(each)
    return kind(**told)
