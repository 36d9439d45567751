"""Changes to YAML text that touch nothing but what they change: comments, order and spelling stay.

An entry is a block of whole lines. Adding, replacing and removing blocks is done in the text, at
the places the tree knows; the caller parses the result, so a text this cannot handle is refused,
not damaged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from config.tree import Node, read_tree

_PLAIN = re.compile(r"[A-Za-zÄÖÜäöüß](?:[\wÄÖÜäöüß ./()+-]*[\wÄÖÜäöüß.)])?\Z")
_WORDS_OF_YAML = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


class UnwritableError(ValueError):
    """A value that has no form in the configuration files."""


def write_value(value: object) -> str:
    """Return a value as it is written on one line. Raises `UnwritableError` for types no file holds."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{write_value(key)}: {write_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(write_value(item) for item in value) + "]"
    return _write_single(value)


def _write_single(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _write_text(value)
        case int() | float() | Decimal():
            return _write_number(Decimal(str(value)))
        case date() if not isinstance(value, datetime):
            return value.isoformat()
        case _:
            raise UnwritableError


def _write_text(text: str) -> str:
    if _PLAIN.match(text) and text.lower() not in _WORDS_OF_YAML:
        return str(text)
    return '"' + "".join(map(_write_character, text)) + '"'


def _write_character(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    return f"\\U{ord(character):08x}"


def _write_number(number: Decimal) -> str:
    if not number.is_finite():
        raise UnwritableError
    return format(number, "f")


def write_entry(name: str, values: Mapping[str, object], indent: int = 2) -> str:
    """Return a new entry as a block of lines; values that are None are left out."""
    rows = [f"{key}: {write_value(value)}" for key, value in values.items() if value is not None]
    return "".join([f"{' ' * indent}{name}:\n", *(f"{' ' * (indent + 2)}{row}\n" for row in rows)])


def find_entry(text: str, kind: str, name: str) -> tuple[int, int] | None:
    """Return where the lines of an entry begin and end, None if the text has no such entry."""
    tree, _ = read_tree(text, "")
    key, value = _key(tree, (kind, name)), tree.at((kind, name)) if tree else None
    if key is None or value is None:
        return None
    return _line_start(text, key.start), _line_end(text, max(key.end, value.end if value.data is not None else 0))


def replace_entry(text: str, kind: str, name: str, block: str | None) -> str:
    """Return the text with the entry's lines replaced by `block`; None removes it, a new one goes last."""
    place = find_entry(text, kind, name)
    if place is None:
        return text if block is None else _append(text, kind, block)
    start, end = place
    return text[:start] + (block or "") + text[end:]


def change_entry(block: str, name: str, changes: Mapping[str, object]) -> str:
    """Return an entry's lines with some values changed, added, or (None) removed."""
    for key, value in changes.items():
        tree, _ = read_tree(block, "")
        if tree is None:
            raise UnwritableError
        block = _change(block, tree, (name, key), value)
    return block


def _change(block: str, tree: Node, way: tuple[str, str], value: object) -> str:
    key, old = _key(tree, way), tree.at(way)
    if key is None or old is None:
        return block if value is None else _add_row(block, tree, way, f"{way[1]}: {write_value(value)}\n")
    if value is not None and old.data is not None:
        return block[: old.start] + write_value(value) + block[old.end :]
    start, end = _line_start(block, key.start), _line_end(block, old.end if old.data is not None else key.end)
    row = "" if value is None else f"{block[start : key.start]}{way[1]}: {write_value(value)}\n"
    return block[:start] + row + block[end:]


def _add_row(block: str, tree: Node, way: tuple[str, str], row: str) -> str:
    entry, name = tree.at(way[:1]), _key(tree, way[:1])
    if entry is None or name is None:
        raise UnwritableError
    rows = list(entry.keys.values())
    indent = _column(block, rows[0].start) if rows else _column(block, name.start) + 2
    end = _line_end(block, entry.end if rows else name.end)
    return block[:end] + " " * indent + row + block[end:]


def _append(text: str, kind: str, block: str) -> str:
    text = text if not text or text.endswith("\n") else text + "\n"
    tree, _ = read_tree(text, "")
    key, section = _key(tree, (kind,)), tree.at((kind,)) if tree else None
    if key is None or section is None:
        return f"{text}{kind}:\n{block}"
    end = _line_end(text, max(key.end, section.end if section.data is not None else 0))
    return text[:end] + block + text[end:]


def _key(tree: Node | None, way: Sequence[str]) -> Node | None:
    section = tree.at(way[:-1]) if tree else None
    return section.keys.get(way[-1]) if section else None


def _line_start(text: str, place: int) -> int:
    return text.rfind("\n", 0, place) + 1


def _line_end(text: str, place: int) -> int:
    if place and text[place - 1] == "\n":
        return place
    end = text.find("\n", place)
    return len(text) if end < 0 else end + 1


def _column(text: str, place: int) -> int:
    return place - _line_start(text, place)
