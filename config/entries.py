"""Entries as single fields, such as `feed.topic` or `connectors[1].plug`: how commands, programs and forms say them.

A field's name is the one that findings use. A text is taken as it is where its key holds a single
value, and read as YAML where it holds a list or a section.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel

from config.findings import HIDDEN, HIDDEN_KEYS, dotted
from config.forms import KINDS
from config.splice import write_value
from config.tree import Step, read_tree
from core.errors import ConfigError
from core.inventory import Entry, Feed
from core.texts import Finding

_STEP = re.compile(r"\[([1-9][0-9]{0,3})\]|[^.\[\]]+")
_NUMBER = re.compile(r"-?\d+(\.\d+)?\Z", re.ASCII)


def fields_of(entry: Entry) -> dict[str, str]:
    """Return what is set in an entry, besides its id, as texts by field; a card's number is hidden."""
    return {dotted(way): HIDDEN if way[0] in HIDDEN_KEYS else text for way, text in _leaves(entry) if way != ("id",)}


def merged(kind: str, old: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, object]:
    """Return the values of all keys of an entry that `given` fields touch; an empty text removes a field.

    `old` is what the entry says now, as plain texts, dicts and lists. None is a key to be removed.
    Raises `ConfigError` for a list or section that is no YAML.
    """
    whole: dict[Step, Any] = {key: _opened(value) for key, value in old.items()}
    touched: dict[str, None] = {}
    wrong: list[Finding] = []
    for field, text in given.items():
        way = _steps(field)
        touched[str(way[0])] = None
        try:
            _put(whole, way, _read(kind, way, text))
        except _UnreadableError:
            wrong.append(Finding.of("config.field_unreadable", key=field))
    if wrong:
        raise ConfigError(wrong)
    return {key: _typed(_kind_at(KINDS[kind], (key,)), _closed(whole.get(key))) for key in touched}


def entry_in(lines: str | None) -> dict[str, Any]:
    """Return what the lines of one entry say, as plain texts, dicts and lists; nothing where there are no lines."""
    tree, _ = read_tree(lines or "", "")
    plain = tree.plain() if tree else {}
    return next((entry for entry in plain.values() if isinstance(entry, dict)), {})


class _UnreadableError(ValueError):
    """A text that is no YAML."""


def _leaves(value: Any, way: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], str]]:
    if is_dataclass(value):
        for field in fields(value):
            inner = getattr(value, field.name)
            if isinstance(value, Feed) and isinstance(inner, tuple):  # a section in the file
                yield from (((*way, field.name, name), text) for name, text in inner)
            else:
                yield from _leaves(inner, (*way, field.name))
    elif isinstance(value, tuple) and value and is_dataclass(value[0]):
        for place, item in enumerate(value):
            yield from _leaves(item, (*way, place))
    elif value == time() and way[-1] == "ends":
        yield way, "24:00"
    elif value not in (None, "", ()):
        yield way, _text(value)


def _text(value: Any) -> str:
    match value:
        case StrEnum():
            return value.value
        case bool():
            return "true" if value else "false"
        case time():
            return f"{value:%H:%M}"
        case tuple():
            return write_value(value)
        case float() | Decimal():
            return format(Decimal(str(value)).normalize() + 0, "f")
        case _:
            return str(value)


def _steps(field: str) -> tuple[Step, ...]:
    """Return the way that `dotted` writes exactly as `field`: no field has a second name, such as `site.`."""
    steps = tuple(int(found[1]) - 1 if found[1] else found[0] for found in _STEP.finditer(field))
    return steps if steps and isinstance(steps[0], str) and dotted(steps) == field else (field,)


def _read(kind: str, way: tuple[Step, ...], text: str) -> Any:
    if not text.strip():
        return None
    if not _is_structure(_kind_at(KINDS[kind], way)):
        return text
    tree, wrong = read_tree(text, "")
    if wrong:
        raise _UnreadableError
    return _opened(tree.plain()) if tree else None


def _kind_at(annotation: Any, way: tuple[Step, ...]) -> Any:
    """Return the type of what stands at the end of `way`, None where the form knows nothing of the name."""
    for step in way:
        annotation = _bare(annotation)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            field = annotation.model_fields.get(str(step))
            annotation = field.annotation if field else None
        elif get_origin(annotation) is tuple and isinstance(step, int):
            annotation = get_args(annotation)[0]
        else:
            annotation = str if get_origin(annotation) is dict else None
    return _bare(annotation)


def _bare(annotation: Any) -> Any:
    """Return a type without its constraints, and without None as an alternative."""
    while get_origin(annotation) is Annotated or NoneType in get_args(annotation):
        annotation = next(part for part in get_args(annotation) if part is not NoneType)
    return annotation


def _is_structure(annotation: Any) -> bool:
    if get_origin(annotation) in (tuple, dict):
        return True
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _opened(plain: Any) -> Any:
    """Return lists as mappings by position, so that single items can be put and removed."""
    if isinstance(plain, dict):
        return {key: _opened(value) for key, value in plain.items()}
    return {place: _opened(value) for place, value in enumerate(plain)} if isinstance(plain, list) else plain


def _closed(opened: Any) -> Any:
    """Return mappings by position as lists again, without what was removed; None where nothing is left."""
    if not isinstance(opened, dict):
        return opened
    left = {key: value for key, item in opened.items() if (value := _closed(item)) is not None}
    if all(isinstance(key, int) for key in left):
        return [left[key] for key in sorted(left)] or None
    return {str(key): value for key, value in left.items()}


def _put(whole: dict[Step, Any], way: tuple[Step, ...], value: Any) -> None:
    for step in way[:-1]:
        inner = whole.get(step)
        whole[step] = inner if isinstance(inner, dict) else {}
        whole = whole[step]
    whole[way[-1]] = value


def _typed(annotation: Any, plain: Any) -> Any:
    """Return numbers and days as such, so that they are written without quotes; what is none stays text."""
    annotation = _bare(annotation)
    if isinstance(plain, dict) and _is_structure(annotation):
        return {key: _typed(_kind_at(annotation, (key,)), value) for key, value in plain.items()}
    if isinstance(plain, list):
        return [_typed(_kind_at(annotation, (place,)), value) for place, value in enumerate(plain)]
    if annotation in (int, float, Decimal) and isinstance(plain, str) and _NUMBER.match(plain.strip()):
        return Decimal(plain.strip())
    return _day(plain) if annotation is date and isinstance(plain, str) else plain


def _day(plain: Any) -> Any:
    try:
        return date.fromisoformat(plain) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", plain, re.ASCII) else plain
    except ValueError:
        return plain
