"""Which cell of a row is which: columns found by their header or by their letter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from core.errors import FormatError
from core.imports import FileMapping
from ingest.files.cells import as_found
from ingest.files.tables import Cell

_LETTERS: Final = re.compile(r"[A-Z]{1,2}")
_NOT_THERE: Final = -1


@dataclass(frozen=True, slots=True)
class Columns:
    """The places of a mapping's columns in a row, -1 for those it does not name; `width` is that of the headers.

    `value` is the first and `last` the last column with values.
    """

    date: int
    time: int
    value: int
    last: int
    meter: int
    status: int
    width: int
    names: tuple[str, ...]

    def name(self, place: int) -> str:
        """Return what people call a column."""
        if 0 <= place < len(self.names) and self.names[place]:
            return self.names[place]
        return letter(place)

    def with_values(self, fewest: int, most: int) -> Columns:
        """Return the same columns with values side by side: as many as there may be, up to the next column in use.

        Raises `FormatError` where there are fewer than a day has, or where more are named than it can have.
        """
        others = [place for place in (self.date, self.time, self.meter, self.status) if place > self.value]
        last = self.last if self.last > self.value else min([self.value + most, *others]) - 1
        there = min(last, max(self.width, 1) - 1) - self.value + 1
        if there < fewest or last - self.value + 1 > most:
            raise FormatError(
                "imports.columns_count", column=self.name(self.value), expected=fewest, most=most, found=there
            )
        return replace(self, last=last)


def columns_of(mapping: FileMapping, first: Sequence[Cell]) -> Columns:
    """Return where the mapping's columns stand in a file whose first row is this one.

    Raises `FormatError` where a column is not there, or is there twice.
    """
    headers = tuple(as_found(cell).strip() for cell in first) if mapping.header else ()
    named = (mapping.date_column, mapping.time_column, mapping.value_column, mapping.last_value_column)
    places = [column_place(name, headers, len(first)) for name in (*named, mapping.meter_column, mapping.status_column)]
    day, time, value, last, meter, status = places
    return Columns(day, time, value, max(value, last), meter, status, len(first), headers)


def column_place(name: str, headers: Sequence[str], width: int) -> int:
    """Return where the column of a header or letter stands, -1 for an empty name. Raises `FormatError`."""
    if not name:
        return _NOT_THERE
    found = [place for place, header in enumerate(headers) if header == name]
    if len(found) > 1:
        raise FormatError("imports.column_twice", column=name)
    if found:
        return found[0]
    place = _by_letter(name)
    if place is None or place >= width:
        raise FormatError("imports.column_missing", column=name, known=", ".join(filter(None, headers))[:300])
    return place


def _by_letter(name: str) -> int | None:
    if not _LETTERS.fullmatch(name):
        return None
    place = 0
    for sign in name:
        place = place * 26 + ord(sign) - ord("A") + 1
    return place - 1


def letter(place: int) -> str:
    """Return the letter of a column, as spreadsheets have it."""
    name, rest = "", place + 1
    while rest:
        rest, sign = divmod(rest - 1, 26)
        name = chr(ord("A") + sign) + name
    return name
