"""A statement of shares as a workbook that computes itself: months, terms, amounts and parts, joined by formulas.

Change an energy, a rate or an area, and what follows from it follows. What stands in a cell of a formula is the result
as it was settled; the cents left over are entered as they were given out.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import xlsxwriter  # type: ignore[import-untyped]

from reports.workbook import Layout

Row = tuple[str | float | int | None, ...]

MONTH_HEAD: Final = (
    *("plant", "plant_name", "month", "fed_in_kwh", "fictitious_kwh", "metered_kwh", "stated_kwh"),
    *("negative_kwh", "source"),
)
TERM_HEAD: Final = (
    *("plant", "rule", "base", "quantity", "unit", "rate", "rate_unit", "amount_eur", "counts", "formula"),
)
SETTLEMENT_HEAD: Final = (
    *("plant", "rule", "plant_name", "citation", "exact_eur", "rounding", "total_eur", "owed", "draft", "paid_eur"),
    *("payment_year", "refund_year", "reimbursable_eur", "revision"),
)
PART_HEAD: Final = (
    *("plant", "rule", "party", "key", "area_m2", "takes_part", "exact_eur", "cut_eur", "extra_cents", "amount_eur"),
    *("refused", "paid_eur", "reimbursable_eur", "earmarked_eur", "id"),
)
AREA_HEAD: Final = (
    *("plant", "radius_m", "party", "key", "kind", "state", "area_m2", "cut_m2", "reason", "edition", "valid_on"),
    *("epsg",),
)
RULE_HEAD: Final = ("rule", "figure", "value", "unit", "mark", "source", "note")
CHANGE_HEAD: Final = ("figure", "before_eur", "after_eur", "reason")

DOWN: Final = "down"
_EUR: Final = "#,##0.00"
_EXACT: Final = "#,##0.00####"
_KWH: Final = "#,##0.000"
_DIGITS: Final = 9
"""Before a number is cut to cents it is rounded to so many places: a spreadsheet's numbers are not exact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermSaid:
    """A term. `months` are the columns of the months that its quantity is the sum of, none: it stands for itself."""

    row: Row
    months: tuple[str, ...]
    per: int
    """By what quantity times rate is divided: cents by 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareBook:
    """A statement in rows. `key` is the municipality's whose parts are summed up, "": all are."""

    title: str
    made_at_utc: datetime
    labels: Mapping[str, str]
    about: Sequence[tuple[str, str]]
    key: str
    paid_eur: float
    paid_label: str
    months: Sequence[Row]
    terms: Sequence[TermSaid]
    settlements: Sequence[Row]
    parts: Sequence[Row]
    areas: Sequence[Row]
    rules: Sequence[Row]
    changes: Sequence[Row]


def share_workbook_of(book: ShareBook) -> bytes:
    """Return the workbook; the same statement gives the same bytes."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False}) as file:
        file.set_properties({"title": book.title, "created": book.made_at_utc.replace(tzinfo=None)})
        layout = Layout(file)
        layout.pairs(book.labels["about"], [(book.paid_label, ""), *book.about])
        settlements = layout.rows(book.labels["settlements"], _head(book, SETTLEMENT_HEAD), book.settlements)
        parts = layout.rows(book.labels["parts"], _head(book, PART_HEAD), book.parts)
        terms = layout.rows(book.labels["terms"], _head(book, TERM_HEAD), [each.row for each in book.terms])
        months = layout.rows(book.labels["months"], _head(book, MONTH_HEAD), book.months)
        months.set_column(3, 7, 16, file.add_format({"num_format": _KWH}))
        layout.rows(book.labels["areas"], _head(book, AREA_HEAD), book.areas)
        layout.rows(book.labels["rules"], _head(book, RULE_HEAD), book.rules)
        layout.rows(book.labels["changes"], _head(book, CHANGE_HEAD), book.changes)
        formulas = _Formulas(file, book)
        formulas.sum_up(file.get_worksheet_by_name(book.labels["about"]))
        formulas.settle(settlements)
        formulas.split(parts)
        formulas.multiply(terms)
    return written.getvalue()


def _head(book: ShareBook, names: Sequence[str]) -> list[str]:
    return [book.labels[f"column.{name}"] for name in names]


class _Formulas:
    """Writes formulas in the place of the numbers that they come to."""

    def __init__(self, file: Any, book: ShareBook) -> None:
        self._book = book
        self._eur = file.add_format({"num_format": _EUR, "valign": "top"})
        self._bold = file.add_format({"num_format": _EUR, "valign": "top", "bold": True, "align": "left"})
        self._exact = file.add_format({"num_format": _EXACT, "valign": "top"})

    def sum_up(self, sheet: Any) -> None:
        """Write what is paid in all as the sum of the parts."""
        paid = self._column("parts", "L", self._book.parts)
        keys = self._column("parts", "D", self._book.parts)
        formula = f'=SUMIFS({paid},{keys},"{self._book.key}")' if self._book.key else f"=SUM({paid})"
        sheet.write_formula("B1", formula, self._bold, self._book.paid_eur)

    def multiply(self, sheet: Any) -> None:
        """Write quantities as sums of months, and amounts as quantity times rate."""
        of = self._book
        for line, each in enumerate(of.terms, 2):
            if each.months:
                plants = f"{self._column('months', 'A', of.months)},A{line}"
                sums = (f"SUMIFS({self._column('months', name, of.months)},{plants})" for name in each.months)
                sheet.write_formula(f"D{line}", "=" + "+".join(sums), self._exact, each.row[3])
            by = f"/{each.per}" if each.per != 1 else ""
            sheet.write_formula(f"H{line}", f"=D{line}*F{line}{by}", self._exact, each.row[7])

    def settle(self, sheet: Any) -> None:
        """Write amounts as sums of the terms that count, rounded to cents, and what is paid of each."""
        of, terms = self._book, [each.row for each in self._book.terms]
        for line, row in enumerate(of.settlements, 2):
            if row[6] is None:
                continue
            counts = f"{self._column('terms', 'I', terms)},1"
            exact = f"=MAX(0,SUMIFS({self._column('terms', 'H', terms)},{self._same('terms', terms, line)},{counts}))"
            sheet.write_formula(f"E{line}", exact, self._exact, row[4])
            function = "ROUNDDOWN" if row[5] == DOWN else "ROUND"
            sheet.write_formula(f"G{line}", f"={function}(ROUND(E{line},{_DIGITS}),2)", self._eur, row[6])
            if row[9] is not None:
                paid = f"=SUMIFS({self._column('parts', 'L', of.parts)},{self._same('parts', of.parts, line)})"
                sheet.write_formula(f"J{line}", paid, self._eur, row[9])

    def split(self, sheet: Any) -> None:
        """Write parts by areas, cut to cents, with the cents left over; who refused is paid nothing."""
        of = self._book
        totals = self._column("settlements", "G", of.settlements)
        areas, takes = self._column("parts", "E", of.parts), self._column("parts", "F", of.parts)
        for line, row in enumerate(of.parts, 2):
            total = f"SUMIFS({totals},{self._same('settlements', of.settlements, line)})"
            whole = f"SUMIFS({areas},{self._same('parts', of.parts, line)},{takes},1)"
            sheet.write_formula(f"G{line}", f"={total}*E{line}*F{line}/{whole}", self._exact, row[6])
            sheet.write_formula(f"H{line}", f"=ROUNDDOWN(ROUND(G{line},{_DIGITS}),2)", self._eur, row[7])
            sheet.write_formula(f"J{line}", f"=H{line}+I{line}/100", self._eur, row[9])
            if row[11]:
                sheet.write_formula(f"L{line}", f"=IF(K{line}=1,0,J{line})", self._eur, row[11])

    def _same(self, sheet: str, rows: Sequence[object], line: int) -> str:
        """Return what picks the rows of the plant and rule of a line."""
        return f"{self._column(sheet, 'A', rows)},$A{line},{self._column(sheet, 'B', rows)},$B{line}"

    def _column(self, sheet: str, letter: str, rows: Sequence[object]) -> str:
        return f"'{self._book.labels[sheet]}'!${letter}$2:${letter}${max(len(rows), 1) + 1}"
