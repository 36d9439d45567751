"""Lists of charging cards from other systems: tables whose columns are found by name, or as a mapping says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from core.errors import FormatError
from ingest.files.named import NamedLine, NamedMapping, Names, day_text, read_named

NAMES: Final[Names] = {
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


def read_cards(path: Path, mapping: NamedMapping) -> Iterator[NamedLine]:
    """Yield the cards of a list; their numbers are personal data.

    Raises `FormatError` for what is no table, or has neither numbers nor pseudonyms.
    """
    for line in read_named(path, mapping, NAMES, _must_have_numbers):
        said = {name: _text(name, text) for name, text in line.said.items()}
        if filled := {name: text for name, text in said.items() if text}:
            yield NamedLine(line.line, filled)


def _must_have_numbers(found: Mapping[str, int], headers: Sequence[str]) -> None:
    if not {"uid", "pseudonym"} & found.keys():
        raise FormatError("tags.no_column", known=", ".join(filter(None, headers))[:300])


def _text(name: str, text: str) -> str:
    if name in _DAYS:
        return day_text(text)
    if name == "blocked":
        return "true" if text.casefold() in _YES else ""
    return f"[{', '.join(text.strip('[]').replace(',', ' ').split())}]" if name == "sites" and text else text
