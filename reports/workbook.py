"""The energy report as a workbook: every figure a row with its unit, quality and id, so that it can be filtered."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import xlsxwriter  # type: ignore[import-untyped]

from reports.document import PlaceSaid, ReportDocument, Said

_NUMBER: Final = "#,##0.0##"
_SMALL: Final = "0.000000000"
_LEAST: Final = 0.1
_WIDE: Final = 60


def workbook_of(document: ReportDocument) -> bytes:
    """Return the report; the same document gives the same bytes."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"title": f"{document.title} – {document.subtitle}", "created": _naive(document)})
        layout = Layout(book)
        labels = document.labels
        cover = [(document.title, document.subtitle), ("", document.state), *document.facts, ("", ""), *document.seal]
        layout.pairs(labels["cover"], cover)
        layout.rows(labels["figures"], _figure_head(labels), _figure_rows(document))
        layout.rows(labels["months"], _month_head(labels), _month_rows(document))
        said = [(passage.heading, text) for passage in document.passages for text in passage.paragraphs]
        layout.pairs(labels["method"], said)
    return written.getvalue()


def table_workbook(
    title: str,
    made_at: datetime,
    head: Sequence[str],
    rows: Sequence[Sequence[Any]],
    about: Sequence[tuple[str, str]],
    sheets: tuple[str, str],
) -> bytes:
    """Return one table, and a sheet that says what it is; `made_at` is without a zone."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"title": title, "created": made_at})
        layout = Layout(book)
        layout.rows(sheets[0], head, rows)
        layout.pairs(sheets[1], about)
    return written.getvalue()


class Layout:
    """Writes sheets of pairs and of rows, all in one look."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self._bold = book.add_format({"bold": True, "valign": "top"})
        self._wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self._number = book.add_format({"num_format": _NUMBER, "valign": "top"})
        self._whole = book.add_format({"num_format": "0", "valign": "top"})
        self._small = book.add_format({"num_format": _SMALL, "valign": "top"})

    def pairs(self, name: str, pairs: Sequence[tuple[str, str]]) -> None:
        """Add a sheet of what and how."""
        sheet = self._book.add_worksheet(name)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 110)
        for row, (what, how) in enumerate(pairs):
            sheet.write_string(row, 0, what, self._bold)
            sheet.write_string(row, 1, how, self._wrapped)

    def rows(self, name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Any:
        """Add a sheet with a table that can be filtered, and return it."""
        sheet = self._book.add_worksheet(name)
        widths = [len(title) for title in head]
        for place, title in enumerate(head):
            sheet.write_string(0, place, title, self._head)
        count = 0
        for count, row in enumerate(rows, 1):
            for place, value in enumerate(row):
                if isinstance(value, float | int):
                    sheet.write_number(count, place, value, self._look(value))
                elif value:
                    sheet.write_string(count, place, value, self._wrapped)
                widths[place] = max(widths[place], min(len(str(value or "")), _WIDE))
        for place, width in enumerate(widths):
            sheet.set_column(place, place, max(width + 2, 10))
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, count, len(head) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        return sheet

    def _look(self, value: float) -> Any:
        if isinstance(value, int):
            return self._whole
        return self._small if 0 < abs(value) < _LEAST else self._number


def _figure_head(labels: dict[str, str]) -> tuple[str, ...]:
    return tuple(
        labels[name] for name in ("place", "part_of", "carrier", "figure", "value", "unit", "quality", "note", "id")
    )


def _month_head(labels: dict[str, str]) -> tuple[str, ...]:
    names = ("place", "carrier", "month", "value", "last_year", "unit", "quality", "note", "id")
    return tuple(labels[name] for name in names)


def _figure_rows(document: ReportDocument) -> Iterator[Sequence[Any]]:
    for site, place in _under(document.places):
        for carrier in place.carriers:
            for each in carrier.figures:
                yield place.name, site, carrier.name, *_said(each)
        for each in place.own:
            yield place.name, site, place.own_heading, *_said(each)


def _said(each: Said) -> tuple[Any, ...]:
    return each.label, each.number, each.unit, each.quality, each.note, each.figure


def _month_rows(document: ReportDocument) -> Iterator[Sequence[Any]]:
    for _, place in _under(document.places):
        for carrier in place.carriers:
            for month in carrier.months:
                now = month.now
                numbers = (now.number, month.before.number)
                yield place.name, carrier.name, month.name, *numbers, now.unit, now.quality, now.note, now.figure


def _under(places: Sequence[PlaceSaid]) -> Iterator[tuple[str, PlaceSaid]]:
    """Yield places with the site they are part of."""
    site = ""
    for place in places:
        site = place.name if place.level == 1 else site
        yield "" if place.level == 1 else site, place


def _naive(document: ReportDocument) -> datetime:
    return document.made_at_utc.replace(tzinfo=None)
