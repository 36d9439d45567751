"""A month's savings as a workbook that computes itself: factors, terms of every vehicle, and sums, joined by formulas.

Change a factor or an amount, and every sum follows. What stands in a cell of a formula is the result as it was stated.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import xlsxwriter  # type: ignore[import-untyped]

from reports.workbook import Layout

FACTOR_HEAD: Final = ("factor", "subject", "value", "unit", "boundary", "year", "edition", "status", "source", "g_per")
TERM_HEAD: Final = (
    *("vehicle", "name", "group", "site", "figure", "term", "distance_km", "per_100km"),
    *("amount", "unit", "factor", "g_per", "sign", "co2e_g"),
)
FIGURE_HEAD: Final = ("scope", "name", "figure", "avoided_g", "avoided_kg", "computed", "not_computed", "note", "id")
_GRAMS: Final = "#,##0.0##"
_KILOMETRES, _PER_100, _AMOUNT, _GRAMS_PER, _SIGN, _RESULT = "G", "H", "I", "L", "M", "N"
"""Columns of the terms, as formulas name them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorSaid:
    """A factor; `g_per` are the grams per kWh, litre or kilogram that it makes."""

    id: str
    subject: str
    value: float
    unit: str
    boundary: str
    year: int | None
    edition: str
    status: str
    source: str
    g_per: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TermSaid:
    """A term of a vehicle's figure: `amount` in `unit`, times a factor (empty: `g_per`, of slots), times `sign`."""

    vehicle: str
    name: str
    group: str
    site: str
    figure: str
    term: str
    distance_km: float | None
    per_100km: float | None
    amount: float
    unit: str
    factor: str
    g_per: float
    sign: int
    co2e_g: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SumSaid:
    """A figure: of one `vehicle`, or of all in the workbook (empty); `avoided_g` None: not computed, as `note` says."""

    scope: str
    name: str
    figure: str
    avoided_g: float | None
    computed: int
    not_computed: int
    note: str
    id: str
    vehicle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingsBook:
    """A statement in words and numbers. `labels` are its fixed words, `about` says what it is."""

    title: str
    made_at_utc: datetime
    labels: Mapping[str, str]
    about: Sequence[tuple[str, str]]
    factors: Sequence[FactorSaid]
    terms: Sequence[TermSaid]
    figures: Sequence[SumSaid]


def savings_workbook_of(book: SavingsBook) -> bytes:
    """Return the workbook; the same statement gives the same bytes."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False}) as file:
        file.set_properties({"title": book.title, "created": book.made_at_utc.replace(tzinfo=None)})
        layout, labels = Layout(file), book.labels
        look = file.add_format({"num_format": _GRAMS, "valign": "top"})
        layout.pairs(labels["about"], book.about)
        sheet = layout.rows(labels["figures"], _head(labels, FIGURE_HEAD), [_figure(each) for each in book.figures])
        _sum_up(sheet, look, book)
        sheet = layout.rows(labels["terms"], _head(labels, TERM_HEAD), [_term(each) for each in book.terms])
        _multiply(sheet, look, book)
        layout.rows(labels["factors"], _head(labels, FACTOR_HEAD), [_factor(each) for each in book.factors])
    return written.getvalue()


def _head(labels: Mapping[str, str], names: Sequence[str]) -> list[str]:
    return [labels[name] for name in names]


def _figure(each: SumSaid) -> tuple[Any, ...]:
    kilograms = None if each.avoided_g is None else each.avoided_g / 1000
    numbers = (each.avoided_g, kilograms, each.computed, each.not_computed)
    return each.scope, each.name, each.figure, *numbers, each.note, each.id


def _term(each: TermSaid) -> tuple[Any, ...]:
    whose = (each.vehicle, each.name, each.group, each.site, each.figure, each.term)
    amount = (each.distance_km, each.per_100km, each.amount, each.unit)
    return *whose, *amount, each.factor, each.g_per, each.sign, each.co2e_g


def _factor(each: FactorSaid) -> tuple[Any, ...]:
    what = (each.id, each.subject, each.value, each.unit, each.boundary)
    return *what, each.year, each.edition, each.status, each.source, each.g_per


def _multiply(sheet: Any, look: Any, book: SavingsBook) -> None:
    """Write amounts of fuel as distance times consumption, and grams as amount times factor."""
    places = {each.id: row for row, each in enumerate(book.factors, 2)}
    factors = book.labels["factors"]
    for row, each in enumerate(book.terms, 1):
        line = row + 1
        if each.distance_km is not None and each.per_100km is not None:
            driven = f"={_KILOMETRES}{line}*{_PER_100}{line}/100"
            sheet.write_formula(f"{_AMOUNT}{line}", driven, look, each.amount)
        if each.factor in places:
            cited = f"='{factors}'!$J${places[each.factor]}"
            sheet.write_formula(f"{_GRAMS_PER}{line}", cited, look, each.g_per)
        product = f"={_AMOUNT}{line}*{_GRAMS_PER}{line}*{_SIGN}{line}"
        sheet.write_formula(f"{_RESULT}{line}", product, look, each.co2e_g)


def _sum_up(sheet: Any, look: Any, book: SavingsBook) -> None:
    """Write what was avoided as the sum of the terms of its scope; what is not computed stays empty."""
    terms, last = book.labels["terms"], len(book.terms) + 1

    def column(letter: str) -> str:
        return f"'{terms}'!${letter}$2:${letter}${last}"

    for line, each in enumerate(book.figures, 2):
        if each.avoided_g is None:
            continue
        within = f",{column('A')},{_text(each.vehicle)}" if each.vehicle else ""
        formula = f"=SUMIFS({column(_RESULT)},{column('E')},{_text(each.figure)}{within})"
        sheet.write_formula(f"D{line}", formula, look, each.avoided_g)
        sheet.write_formula(f"E{line}", f"=D{line}/1000", look, each.avoided_g / 1000)


def _text(value: str) -> str:
    """Return a name as a formula compares it; ids of vehicles and names of figures hold no signs for any text."""
    return f'"{value}"'
