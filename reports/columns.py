"""What a long table is made of: columns, blocks of rows, and where all of it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from zoneinfo import ZoneInfo


class ColumnKind(StrEnum):
    """What a column holds; an instant is milliseconds since 1970."""

    TEXT = "text"
    NUMBER = "number"
    INSTANT = "instant"


class CsvStyle(StrEnum):
    """How CSV is written: for German spreadsheets (semicolon, decimal comma, local time with its offset), or ISO."""

    GERMAN = "german"
    ISO = "iso"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its `name` for programs, its `heading` for people, and with how many `places` its numbers come."""

    name: str
    heading: str
    kind: ColumnKind
    places: int = 6


@dataclass(frozen=True, slots=True)
class About:
    """Where a file comes from: a heading, pairs of what and how, and sentences; `made_at_utc` dates the file.

    `sheet` is what the sheet with all this is called.
    """

    sheet: str
    heading: str
    facts: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]
    made_at_utc: datetime


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of one series, column by column, with the name of its sheet and the zone of its clock."""

    sheet: str
    zone: ZoneInfo
    columns: tuple[Sequence[Any], ...]


class TableFile(Protocol):
    """A file that takes rows; used in a `with`, it is whole after it."""

    def add(self, block: Block) -> None:
        """Write some rows; rows of one series come one after the other."""

    def close(self) -> None:
        """Finish the file."""


def offset_of(at: datetime) -> str:
    """Return the distance of a local time to UTC, e.g. `+01:00`."""
    text = at.strftime("%z")
    return f"{text[:3]}:{text[3:]}"
