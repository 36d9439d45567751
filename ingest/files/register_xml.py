"""Units of a register in XML, one after the other, whatever size the file has.

A file that declares a document type is refused: entities of its own are how such files are made to harm.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.parsers import expat

from core.errors import FormatError

_CHUNK_BYTE: Final = 65_536
_UNIT_DEPTH: Final = 2
_FIELDS_MAX: Final = 500
_TEXT_MAX: Final = 10_000
_STARTS: Final = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\x00", b"\xfe\xff\x00<")


def is_xml(path: Path) -> bool:
    """Return whether a file begins as XML does."""
    with path.open("rb") as file:
        return file.read(8).lstrip(b" \r\n\t").startswith(_STARTS)


def units_of(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each unit with its line: its elements by name; `energietraeger` is its own name where it says none.

    Raises `FormatError` for what is no sound XML, or has a document type.
    """
    units = _Units()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTE):
            units.feed(chunk, last=False)
            yield from units.taken()
    units.feed(b"", last=True)
    yield from units.taken()


class _Units:
    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._path: list[str] = []
        self._fields: dict[str, str] = {}
        self._line = 0
        self._done: list[tuple[int, dict[str, str]]] = []

    def feed(self, chunk: bytes, *, last: bool) -> None:
        try:
            self._parser.Parse(chunk, last)
        except expat.ExpatError as error:
            raise FormatError("plants.xml_broken", line=error.lineno) from error

    def taken(self) -> list[tuple[int, dict[str, str]]]:
        done, self._done = self._done, []
        return done

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._path.append(name)
        if len(self._path) == _UNIT_DEPTH:
            self._fields, self._line = {"energietraeger": name}, self._parser.CurrentLineNumber
        elif len(self._path) > _UNIT_DEPTH and len(self._fields) < _FIELDS_MAX:
            self._fields[name] = ""

    def _text(self, text: str) -> None:
        if len(self._path) > _UNIT_DEPTH and len(self._fields.get(self._path[-1], "")) < _TEXT_MAX:
            self._fields[self._path[-1]] = self._fields.get(self._path[-1], "") + text

    def _end(self, _name: str) -> None:
        if len(self._path) == _UNIT_DEPTH:
            self._done.append((self._line, self._fields))
        self._path.pop()

    def _doctype(self, *_declared: object) -> None:
        raise FormatError("plants.xml_doctype")
