"""A paper on shares in words and numbers, in one language: a year's statement, or what became of the money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reports.document import Passage
from reports.fleet_document import TableSaid


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareSection:
    """A section, those of level 2 within the one of level 1 before them.

    `open` is what must be settled first, `lines` are the calculation as a person writes it down, `result` what comes
    of it with its id (`figure`). `map` is a drawing and `map_text` tells it in words.
    """

    heading: str
    level: int = 1
    figure: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    open: tuple[str, ...] = ()
    paragraphs: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    result: str = ""
    tables: tuple[TableSaid, ...] = ()
    map: str = ""
    map_text: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareDocument:
    """A paper. `labels` are the fixed words of its layout, `facts` stand on its head.

    `draft` is the word that stands behind every page of a draft, "" of what may be sent; `draft_text` says what that
    means.
    """

    language: str
    title: str
    subtitle: str
    state: str
    draft: str
    draft_text: str
    facts: tuple[tuple[str, str], ...]
    labels: dict[str, str]
    sections: tuple[ShareSection, ...]
    passages: tuple[Passage, ...]
    legend: tuple[tuple[str, str], ...]
    seal: tuple[tuple[str, str], ...]
    made_at_utc: datetime
