"""Tables whose columns are found by known names, or as a mapping says: what each row says by field."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from core.errors import FormatError
from ingest.files.cells import as_found
from ingest.files.columns import column_place
from ingest.files.tables import Cell, layout_of, rows_of

Names = Mapping[str, tuple[str, ...]]
"""The names of the columns of each field, in lower case; the first that is there counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedMapping:
    """How the columns of a list are found: by header or letter where named, else by known names."""

    columns: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""
    header: int = 1
    encoding: str = ""
    delimiter: str = ""


@dataclass(frozen=True, slots=True)
class NamedLine:
    """What a row says: texts by field, none for what it leaves empty. It may hold what is personal or secret."""

    line: int
    said: Mapping[str, str] = field(repr=False)


def read_named(
    path: Path, mapping: NamedMapping, names: Names, must: Callable[[Mapping[str, int], Sequence[str]], None]
) -> Iterator[NamedLine]:
    """Yield what the rows of a list say; `must` is told which columns were found, and may refuse the file.

    Raises `FormatError` for what is no table.
    """
    with rows_of(path, mapping, layout_of(path, mapping)) as (rows, _):
        first = next(rows, None)
        if first is None:
            raise FormatError("imports.no_rows")
        headers = tuple(as_found(cell).strip() for cell in first[1]) if mapping.header else ()
        places = _places(mapping, names, headers, len(first[1]))
        must(places, headers)
        for line, cells in rows if mapping.header else [first, *rows]:
            said = {name: text_of(cells[place]) for name, place in places.items() if place < len(cells)}
            if filled := {name: text for name, text in said.items() if text}:
                yield NamedLine(line, filled)


def text_of(cell: Cell) -> str:
    """Return a cell as the inventory writes it."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return as_found(cell).strip()


def day_text(text: str) -> str:
    """Return a day as the inventory writes it; what is none stays as it is, and is refused there."""
    for form in ("%d.%m.%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text[:10], form).date().isoformat()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return text


def _places(mapping: NamedMapping, names: Names, headers: Sequence[str], width: int) -> dict[str, int]:
    plain = [header.casefold() for header in headers]
    found: dict[str, int] = {}
    for name, known in names.items():
        if said := mapping.columns.get(name, ""):
            found[name] = column_place(said, headers, width)
        elif there := [plain.index(each) for each in known if each in plain]:
            found[name] = there[0]
    return found
