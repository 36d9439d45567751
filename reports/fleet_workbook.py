"""The monthly report as a workbook: figures with their ids, raw rows, and formulas that add the rows up to figures."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Final

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.utility import xl_col_to_name  # type: ignore[import-untyped]

from reports.document import Said
from reports.fleet_document import FleetDocument, RawTable, TableSaid
from reports.workbook import Layout

VALUE_COLUMN: Final = 2
NAME_MOST: Final = 31
"""So long a sheet's name may be."""


def fleet_workbook_of(document: FleetDocument) -> bytes:
    """Return the report; the same document gives the same bytes."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False}) as book:
        title = f"{document.title} – {document.subtitle}"
        book.set_properties({"title": title, "created": document.made_at_utc.replace(tzinfo=None)})
        layout, labels = Layout(book), document.labels
        summary = [("", each.text) for each in document.sentences]
        cover = [(document.title, document.subtitle), ("", document.state), ("", document.light_text)]
        layout.pairs(labels["summary"], [*cover, *summary, *document.facts, ("", ""), *document.seal])
        rows = list(_figures(document))
        head = ("section", "figure", "value", "unit", "quality", "note", "id")
        sheet = layout.rows(labels["figures"], [labels[name] for name in head], [row for row, _ in rows])
        _formulas(book, sheet, [said for _, said in rows], document.raw)
        for table in document.raw:
            layout.rows(table.name, table.head, table.rows)
        for name, said in _tables(document):
            layout.rows(name[:NAME_MOST], said.head, said.rows)
        method = [(each.heading, text) for each in document.passages for text in each.paragraphs]
        layout.pairs(labels["method"], [*method, *document.glossary])
    return written.getvalue()


def _tables(document: FleetDocument) -> Iterator[tuple[str, TableSaid]]:
    """Yield the tables as they are printed: what changed, those of the sections by their numbers, the annex."""
    if document.changes is not None:
        yield document.changes.title, document.changes
    for section in document.sections:
        yield from ((f"{section.number} {said.title}", said) for said in section.tables)
    yield from ((said.title, said) for said in document.annex)


def _figures(document: FleetDocument) -> Iterator[tuple[tuple[Any, ...], Said]]:
    for section in document.sections:
        for each in section.figures:
            heading = f"{section.number} {section.heading}"
            yield (heading, each.label, each.number, each.unit, each.quality, each.note, each.figure), each


def _formulas(book: Any, sheet: Any, figures: list[Said], raw: tuple[RawTable, ...]) -> None:
    """Write sums of raw rows in the place of the figures that they are, with the result as it was computed."""
    look = book.add_format({"num_format": "#,##0.0##", "valign": "top"})
    sums = {id_: (table, place) for table in raw for place, id_ in table.sums}
    for row, said in enumerate(figures, 1):
        if said.figure in sums and said.number is not None:
            table, place = sums[said.figure]
            column = xl_col_to_name(place)
            formula = f"=SUM('{table.name}'!{column}2:{column}{len(table.rows) + 1})"
            sheet.write_formula(row, VALUE_COLUMN, formula, look, said.number)
