"""An energy report in words and numbers, in one language, ready to be set as a PDF or a workbook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A figure as it is printed: what it is, its `text` with unit (a dash where there is none), why or how well known.

    `number` in `unit` is for spreadsheets, `figure` its id, `quality` how it is known.
    """

    label: str
    text: str
    number: float | None
    unit: str
    quality: str
    note: str
    figure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthSaid:
    """A month of a carrier beside that of the year before."""

    name: str
    now: Said
    before: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierSaid:
    """What was used of a carrier: its key figures and its months; the chart draws the months."""

    name: str
    unit: str
    told_by: str
    figures: tuple[Said, ...]
    months: tuple[MonthSaid, ...]
    years: tuple[str, str]
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSaid:
    """A site or building. `level` 1 is a site, 2 a building of the one before."""

    scope: str
    name: str
    level: int
    facts: tuple[tuple[str, str], ...]
    carriers: tuple[CarrierSaid, ...]
    own_heading: str
    own: tuple[Said, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A heading with its paragraphs."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewRow:
    """A place in the table of all: its carriers' totals in the order of the table's head."""

    name: str
    level: int
    cells: tuple[Said | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDocument:
    """An energy report. `labels` are the fixed words of its layout, `facts` stand on the cover."""

    language: str
    title: str
    subtitle: str
    state: str
    facts: tuple[tuple[str, str], ...]
    labels: dict[str, str]
    overview_head: tuple[str, ...]
    overview: tuple[OverviewRow, ...]
    places: tuple[PlaceSaid, ...]
    passages: tuple[Passage, ...]
    seal: tuple[tuple[str, str], ...]
    made_at_utc: datetime
