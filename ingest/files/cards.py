"""Lists of charging cards from other systems: tables whose columns are found by name, or as a mapping says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Final

from core.errors import FormatError
from ingest.files.cells import as_found
from ingest.files.columns import column_place
from ingest.files.tables import Cell, layout_of, rows_of

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("id", "kennung"),
    "name": ("name", "label", "bezeichnung", "note"),
    "uid": ("uid", "idtag", "id tag", "id_tag", "idtoken", "rfid", "kartennummer", "card number"),
    "pseudonym": ("pseudonym",),
    "vehicle": ("vehicle", "fahrzeug"),
    "group": ("group", "gruppe", "department", "abteilung"),
    "valid_from": ("valid_from", "gilt ab"),
    "valid_to": ("valid_to", "expirydate", "expiry date", "gilt nicht mehr ab"),
    "blocked": ("blocked", "gesperrt"),
    "card_group": ("card_group", "kartengruppe"),
    "sites": ("sites", "liegenschaften"),
    "calendar": ("calendar", "kalender"),
    "energy_limit_wh": ("energy_limit_wh",),
}
"""The names of the columns of each field, in lower case; the first that is there counts.

A parentIdTag is none of them: it may be a card's number. Who knows that it is the name of a group maps it.
"""

COLUMNS: Final = tuple(NAMES)
_DAYS: Final = ("valid_from", "valid_to")
_YES: Final = frozenset({"true", "1", "x", "ja", "yes", "wahr", "blocked", "gesperrt"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CardsMapping:
    """How the columns of a list of cards are found: by header or letter where named, else by known names."""

    columns: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""
    header: int = 1
    encoding: str = ""
    delimiter: str = ""


@dataclass(frozen=True, slots=True)
class CardLine:
    """What a row says of a card: texts by field, none for what it leaves empty. Its number is personal data."""

    line: int
    said: Mapping[str, str] = field(repr=False)


def read_cards(path: Path, mapping: CardsMapping) -> Iterator[CardLine]:
    """Yield the cards of a list. Raises `FormatError` for what is no table, or has neither numbers nor pseudonyms."""
    with rows_of(path, mapping, layout_of(path, mapping)) as (rows, _):
        first = next(rows, None)
        if first is None:
            raise FormatError("imports.no_rows")
        headers = tuple(as_found(cell).strip() for cell in first[1]) if mapping.header else ()
        places = _places(mapping, headers, len(first[1]))
        for line, cells in rows if mapping.header else [first, *rows]:
            said = {name: _text(name, cells[place]) for name, place in places.items() if place < len(cells)}
            if filled := {name: text for name, text in said.items() if text}:
                yield CardLine(line, filled)


def _places(mapping: CardsMapping, headers: Sequence[str], width: int) -> dict[str, int]:
    plain = [header.casefold() for header in headers]
    found: dict[str, int] = {}
    for name, known in NAMES.items():
        if said := mapping.columns.get(name, ""):
            found[name] = column_place(said, headers, width)
        elif there := [plain.index(each) for each in known if each in plain]:
            found[name] = there[0]
    if not {"uid", "pseudonym"} & set(found):
        raise FormatError("tags.no_column", known=", ".join(filter(None, headers))[:300])
    return found


def _text(name: str, cell: Cell) -> str:
    """Return a cell as the inventory writes it; a day that is none stays as it is, and is refused there."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    text = as_found(cell).strip()
    if name in _DAYS:
        return _day(text)
    if name == "blocked":
        return "true" if text.casefold() in _YES else ""
    return f"[{', '.join(text.strip('[]').replace(',', ' ').split())}]" if name == "sites" and text else text


def _day(text: str) -> str:
    for form in ("%d.%m.%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text[:10], form).date().isoformat()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return text
