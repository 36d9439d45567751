"""What is asked about a person's data, and what is answered. No request writes a card's number into the audit."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.texts import Language
from operations.reports.export_rows import FileRef
from operations.values import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPrivacy:
    """Whose data: of a card, by its id (`tag`) or its number (`uid`), or of a `vehicle` that one person uses."""

    tag: str | None = None
    uid: str | None = field(default=None, repr=False)
    vehicle: str | None = None
    language: Language = "de"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasePrivacy:
    """Which card is forgotten, by its id (`tag`) or its number (`uid`); nothing is unless it is `for_good`."""

    tag: str | None = None
    uid: str | None = field(default=None, repr=False)
    for_good: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCount:
    """How much there is in a place: its name for programs, and what it is."""

    name: str
    what: Told
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonExported:
    """All that is stored of a person, as a file, and how many rows each part of it has."""

    file: FileRef
    places: tuple[PlaceCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonErased:
    """What is to be forgotten of a card, or, once `done`, was: rows of each place.

    `cards` are its entries in the inventory. `kept` is what stays because the law says so, `remains` what stays
    for a while or until somebody takes it away.
    """

    done: bool
    cards: tuple[str, ...]
    places: tuple[PlaceCount, ...]
    kept: tuple[Told, ...]
    remains: tuple[Told, ...]
