"""What is asked when a list of cards is taken in, and what it came to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from operations.arrivals.named_lists import NamedList
from operations.values import Told


class CardState(StrEnum):
    """What a row of a list of cards is to the inventory."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportTags(NamedList):
    """A list of charging cards, read as said. What a row leaves empty stays as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedCard:
    """A row: the card's pseudonym, what it is to the inventory, which fields are other, and why it was not written."""

    line: int
    pseudonym: str
    id: str
    name: str
    state: CardState
    fields: tuple[str, ...]
    written: bool
    refused: Told | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TagsImported:
    """What a list came to, written or, in a dry run, what would be.

    `id` is the import's number, under which it can be taken back; None where nothing was written.
    """

    name: str
    dry_run: bool
    rows: int
    added: int
    changed: int
    same: int
    left_out: int
    tags: tuple[ImportedCard, ...]
    id: int | None = None
