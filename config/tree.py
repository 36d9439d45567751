"""YAML text as a tree that knows the line and the place of everything in it.

Scalars stay the text that was written: which type they have is the business of the key, not of
YAML's guesses, so `0.30` stays exact, `no` stays a word and a card number keeps its leading zeros.
Of YAML only mappings, lists and texts are read; anchors, tags and further documents are refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from core.texts import Finding

MAX_DEPTH = 20
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})

Step = str | int
"""A key of a mapping or the position in a list; steps in a row are the way to a node."""


@dataclass(slots=True)
class Node:
    """A text (None where nothing was written), a mapping or a list, and where it stands.

    `line` counts from 1; `text[start:end]` is how it was written. `keys` holds the node of each key.
    """

    data: str | dict[str, Node] | list[Node] | None
    line: int
    start: int
    end: int
    keys: dict[str, Node] = field(default_factory=dict)

    def plain(self) -> Any:
        """Return texts, dicts and lists without places; keys with nothing behind them are left out."""
        if isinstance(self.data, dict):
            return {key: node.plain() for key, node in self.data.items() if node.data is not None}
        if isinstance(self.data, list):
            return [node.plain() for node in self.data]
        return self.data

    def at(self, way: Sequence[Step]) -> Node | None:
        """Return the node at the end of `way`, None where there is none."""
        node: Node | None = self
        for step in way:
            node = _child(node, step) if node else None
        return node

    def line_of(self, way: Sequence[Step]) -> int:
        """Return the line of the last step of `way` that exists: that of its key in a mapping."""
        node, line = self, self.line
        for step in way:
            child = _child(node, step)
            if child is None:
                break
            line = node.keys[str(step)].line if isinstance(node.data, dict) else child.line
            node = child
        return line


def _child(node: Node, step: Step) -> Node | None:
    if isinstance(node.data, dict):
        return node.data.get(str(step))
    if isinstance(node.data, list) and isinstance(step, int) and step < len(node.data):
        return node.data[step]
    return None


def read_tree(text: str, file: str) -> tuple[Node | None, tuple[Finding, ...]]:
    """Return the tree of one file (None if it is empty or no YAML at all) and what is wrong with its writing."""
    reader = _Reader(file)
    try:
        return reader.read(text), tuple(reader.findings)
    except _RefusedError as refused:
        return None, (*reader.findings, refused.finding)
    except MarkedYAMLError as error:
        return None, (*reader.findings, _syntax(error, file))
    except YAMLError:
        return None, (*reader.findings, _unreadable(text, file))


class _RefusedError(Exception):
    def __init__(self, finding: Finding) -> None:
        self.finding = finding


class _Reader:
    """Builds the tree from the parser's events, so that no depth of nesting can exhaust the stack."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.findings: list[Finding] = []

    def read(self, text: str) -> Node | None:
        root: Node | None = None
        documents = 0
        events = YAML(typ="safe", pure=True).parse(text)
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._refused("config.yaml_second_document", event)
            elif isinstance(event, AliasEvent | ScalarEvent | MappingStartEvent | SequenceStartEvent):
                root = self._node(event, events, 0)
        return None if root is None or root.data is None else root

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        if isinstance(event, AliasEvent) or event.anchor:
            raise self._refused("config.yaml_anchor", event)
        if event.tag is not None:
            raise self._refused("config.yaml_tag", event)
        if depth > MAX_DEPTH:
            raise self._refused("config.yaml_too_deep", event)
        line, start = event.start_mark.line + 1, event.start_mark.index
        if isinstance(event, MappingStartEvent):
            return self._mapping(Node({}, line, start, start), events, depth)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(Node([], line, start, start), events, depth)
        empty = event.implicit[0] and event.value in _NULLS
        return Node(None if empty else event.value, line, start, event.end_mark.index)

    def _mapping(self, node: Node, events: Iterator[Any], depth: int) -> Node:
        values: dict[str, Node] = {}
        for event in events:
            if isinstance(event, MappingEndEvent):
                node.end = _end(event, node.end)
                break
            key = self._node(event, events, depth + 1)
            value = self._node(next(events), events, depth + 1)
            if not isinstance(key.data, str):
                raise self._refused("config.yaml_key", event)
            if split := _split_by_comma(values, key, value):
                self.findings.append(
                    Finding.of(
                        "config.decimal_comma",
                        file=self._file,
                        line=key.line,
                        key=split[0],
                        found=split[1],
                        suggestion=split[1].replace(",", "."),
                    )
                )
            elif key.data in values:
                first = node.keys[key.data].line
                self.findings.append(
                    Finding.of("config.key_twice", file=self._file, line=key.line, key=key.data, first_line=first)
                )
            else:
                values[key.data], node.keys[key.data] = value, key
            node.end = max(key.end, value.end) if value.data is not None else key.end
        node.data = values
        return node

    def _sequence(self, node: Node, events: Iterator[Any], depth: int) -> Node:
        items: list[Node] = []
        for event in events:
            if isinstance(event, SequenceEndEvent):
                node.end = _end(event, node.end)
                break
            items.append(self._node(event, events, depth + 1))
            node.end = items[-1].end
        node.data = items
        return node

    def _refused(self, code: str, event: Any) -> _RefusedError:
        return _RefusedError(Finding.of(code, file=self._file, line=event.start_mark.line + 1))


def _split_by_comma(values: dict[str, Node], key: Node, value: Node) -> tuple[str, str] | None:
    """Return key and text of `{a: 7,7}`: YAML takes it for `a: 7` and a key `7` with nothing behind it."""
    name = next(reversed(values), None)
    if name is None or value.data is not None or not str(key.data).isdecimal():
        return None
    before = values[name]
    touching = key.start == before.end + 1
    return (name, f"{before.data},{key.data}") if touching and isinstance(before.data, str) else None


def _end(event: Any, last_child_end: int) -> int:
    # A block ends with its last child; its end event stands behind the comments that follow.
    closing = event.end_mark.index
    return int(closing) if closing > event.start_mark.index else last_child_end


_PROBLEMS = {
    "found character '\\t' that cannot start any token": "config.yaml_tab",
    "mapping values are not allowed here": "config.yaml_colon",
    "could not find expected ':'": "config.yaml_no_colon",
    "found unexpected end of stream": "config.yaml_quote",
}


def _syntax(error: MarkedYAMLError, file: str) -> Finding:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    return Finding.of(_PROBLEMS.get(error.problem or "", "config.yaml_syntax"), file=file, line=line)


def _unreadable(text: str, file: str) -> Finding:
    # The reader refuses control characters, but names only their position.
    for number, line in enumerate(text.split("\n"), start=1):
        if any(not character.isprintable() and character not in "\t\r\ufeff" for character in line):
            return Finding.of("config.yaml_character", file=file, line=number)
    return Finding.of("config.yaml_syntax", file=file, line=1)
