"""What is asked when a list of cards is taken in, and what it came to."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Literal

from annotated_types import Ge, Le

from operations.values import Told


class CardState(StrEnum):
    """What a row of a list of cards is to the inventory."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportTags:
    """A list of charging cards that was handed in, by its digest; the command line takes its path.

    `columns` say which column holds what, as `field=column`; those that are not named are found by known names. With
    `dry_run` nothing is written. What a row leaves empty stays as it is.
    """

    upload: str = field(metadata={"upload": True})
    dry_run: bool = False
    columns: tuple[str, ...] = ()
    header: Annotated[int, Ge(0), Le(200)] = 1
    encoding: Literal["", "utf-8", "utf-8-sig", "utf-16", "cp1252"] = ""
    delimiter: Literal["", ";", ",", "\t", "|"] = ""


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
