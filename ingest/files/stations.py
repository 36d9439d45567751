"""Lists of charge points, as installers and makers hand them over: columns found by name, or as a mapping says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from core.errors import FormatError
from ingest.files.named import NamedLine, NamedMapping, Names, day_text, read_named

NAMES: Final[Names] = {
    "id": ("id", "kennung", "chargeboxid", "charge box id", "ocpp-id", "ocpp id", "identity", "station"),
    "name": ("name", "bezeichnung", "label", "standort", "description"),
    "site": ("site", "liegenschaft", "objekt"),
    "maker": ("maker", "hersteller", "vendor", "manufacturer"),
    "model": ("model", "modell", "typ", "type"),
    "serial_number": ("serial_number", "seriennummer", "serial", "serial number", "s/n"),
    "outlets": ("outlets", "ladepunkte", "connectors", "anschlüsse"),
    "power_w": ("power_w", "leistung_w"),
    "plug": ("plug", "stecker"),
    "security_profile": ("security_profile", "sicherheitsprofil", "security profile"),
    "profile": ("profile", "profil", "stationsprofil"),
    "valid_from": ("valid_from", "gilt ab"),
}
"""The names of the columns of each field, in lower case; the first that is there counts."""

COLUMNS: Final = tuple(NAMES)


def read_stations(path: Path, mapping: NamedMapping) -> Iterator[NamedLine]:
    """Yield the charge points of a list. Raises `FormatError` for what is no table, or does not name them."""
    for line in read_named(path, mapping, NAMES, _must_be_named):
        said = dict(line.said)
        if "valid_from" in said:
            said["valid_from"] = day_text(said["valid_from"])
        yield NamedLine(line.line, said)


def _must_be_named(found: Mapping[str, int], headers: Sequence[str]) -> None:
    if "id" not in found:
        raise FormatError("adoption.no_column", known=", ".join(filter(None, headers))[:300])
