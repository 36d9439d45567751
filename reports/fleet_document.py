"""A monthly report on the fleet in words and numbers, in one language, ready to be set, tabled or mailed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reports.document import Passage, Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence of the summary and the id of the figure that it says."""

    text: str
    figure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A figure that is shown large, with its change to the month before and to the same one of the year before."""

    said: Said
    previous: str
    last_year: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSaid:
    """A table; `numeric` says of each column whether it holds numbers, `narrow` that its words are short.

    `sum` says that the last row sums up the others.
    """

    title: str
    head: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    sum: bool = False
    narrow: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartSaid:
    """Columns by month, one upon the other: `series` are label and values (None: not known); `alt` tells all of it."""

    title: str
    names: tuple[str, ...]
    series: tuple[tuple[str, tuple[float | None, ...]], ...]
    unit: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionSaid:
    """A section by its number: what it is about, its figures, charts and tables, and what else is to be known."""

    number: int
    heading: str
    lead: str
    figures: tuple[Said, ...]
    charts: tuple[ChartSaid, ...] = ()
    tables: tuple[TableSaid, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """Rows as they are, for a spreadsheet. `sums` are columns by their places whose sum is the figure of that id."""

    name: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str | float | None, ...]]
    sums: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetDocument:
    """A monthly report. `labels` are the fixed words of its layout, `facts` stand on its head (section 0)."""

    language: str
    title: str
    subtitle: str
    state: str
    light: str
    light_text: str
    facts: tuple[tuple[str, str], ...]
    labels: dict[str, str]
    sentences: tuple[Sentence, ...]
    tiles: tuple[Tile, ...]
    changes: TableSaid | None
    sections: tuple[SectionSaid, ...]
    annex: tuple[TableSaid, ...]
    passages: tuple[Passage, ...]
    glossary: tuple[tuple[str, str], ...]
    raw: tuple[RawTable, ...]
    seal: tuple[tuple[str, str], ...]
    made_at_utc: datetime
