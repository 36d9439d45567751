"""A year's statement in the rows of its workbook."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from core.money import CENT
from core.texts import Catalogue
from operations.share_papers.document import subtitle
from operations.share_papers.reading import SharePaper, areas_key
from operations.share_papers.tables import figure_name
from operations.share_papers.words import ShareWords
from renewables.accounts import AccountKind, AccountLine, SettledPlant
from renewables.energy_base import EnergyBase
from renewables.rules import BasePart, Rule
from renewables.settled import Settled, SettledTerm
from renewables.settling.terms import PER_KWH
from reports.share_workbook import (
    AREA_HEAD,
    CHANGE_HEAD,
    MONTH_HEAD,
    PART_HEAD,
    RULE_HEAD,
    SETTLEMENT_HEAD,
    TERM_HEAD,
    Row,
    ShareBook,
    TermSaid,
)

SHEETS: Final = ("about", "settlements", "parts", "terms", "months", "areas", "rules", "changes")
COLUMNS: Final = (
    *(*MONTH_HEAD, *TERM_HEAD, *SETTLEMENT_HEAD, *PART_HEAD),
    *(*AREA_HEAD, *RULE_HEAD, *CHANGE_HEAD),
)
CENTS: Final = 100
_COLUMN_OF: Final = {BasePart.FED_IN.value: "D", BasePart.FICTITIOUS.value: "E"}


def book_of(paper: SharePaper, texts: Catalogue, made_at_utc: datetime) -> ShareBook:
    """Return the statement as a workbook has it."""
    words, account = ShareWords(texts), paper.account
    plants = {line.settlement.plant.id: line.settlement for line in account.lines}
    areas = {areas_key(each.areas): each for each in (line.settlement for line in account.lines) if each.areas}
    rules = {line.settlement.settled.rule.id: line.settlement.settled.rule for line in account.lines}
    is_municipality = account.kind is AccountKind.MUNICIPALITY
    title = f"{words.text('title', year=account.year)} – {subtitle(account, words)}"
    state = words.text("state", revision=account.revision, day=words.day(made_at_utc.date()))
    draft = [(words.text("draft"), words.text("draft_text"))] if paper.draft else []
    return ShareBook(
        title=title,
        made_at_utc=made_at_utc,
        labels={each: words.text(f"book.{each}") for each in SHEETS}
        | {f"column.{each}": words.text(f"book.column.{each}") for each in COLUMNS},
        about=(
            (title, state),
            *draft,
            *((plant, words.tell(finding)) for plant, finding in paper.open),
            ("", words.text("book.how")),
            *(
                (words.text("uncertain", text=""), words.said(each))
                for rule in rules.values()
                for each in rule.uncertain
            ),
        ),
        key=account.key if is_municipality else "",
        paid_eur=float(account.paid_eur),
        paid_label=words.text("fact.to_get" if is_municipality else "fact.to_pay"),
        months=[row for each in plants.values() if each.base for row in _months(each, each.base, words)],
        terms=[_term(line.settlement, term) for line in account.lines for term in line.settlement.settled.terms],
        settlements=[_settlement(line) for line in account.lines],
        parts=[row for line in account.lines for row in _parts(line.settlement)],
        areas=[row for each in areas.values() for row in _areas(each)],
        rules=[row for rule in rules.values() for row in _rule(rule, words)],
        changes=[(each.figure, _euro(each.before_eur), _euro(each.after_eur), each.reason) for each in account.changes],
    )


def _euro(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


def _kwh(energy_wh: int | None) -> float | None:
    return None if energy_wh is None else energy_wh / 1000


def _months(each: SettledPlant, base: EnergyBase, words: ShareWords) -> Iterator[Row]:
    for month in base.months:
        fictitious = sum(energy_wh for _, energy_wh in month.fictitious_wh)
        energies = (month.fed_in_wh, fictitious, month.metered_wh, month.stated_wh, month.negative_wh)
        source = words.source(month)
        yield each.plant.id, each.plant.name, month.month, *map(_kwh, energies), source


def _term(each: SettledPlant, term: SettledTerm) -> TermSaid:
    row: Row = (
        *(each.plant.id, each.settled.rule.id, term.base, float(term.quantity), term.unit, float(term.rate)),
        *(term.rate_unit, float(term.amount_eur), int(term.counts), term.formula),
    )
    return TermSaid(row=row, months=_summed(each, term), per=CENTS if term.rate_unit == PER_KWH else 1)


def _summed(each: SettledPlant, term: SettledTerm) -> tuple[str, ...]:
    """Return which columns of the months a quantity is the sum of; none where it counts other months than all."""
    if each.base is None or term.unit != "kWh":
        return ()
    energies = {"D": each.base.fed_in_wh or 0, "E": each.base.fictitious_wh}
    wanted = tuple(_COLUMN_OF[part] for part in term.base.split("+") if part in _COLUMN_OF)
    for columns in (wanted, ("D",)):
        if sum(energies[column] for column in columns) == term.quantity * 1000:
            return columns
    return ()


def _settlement(line: AccountLine) -> Row:
    each, settled = line.settlement, line.settlement.settled
    return (
        *(each.plant.id, settled.rule.id, each.plant.name, settled.rule.citation),
        *(_euro(settled.total_exact_eur), settled.rule.rounding.total.value, _euro(settled.total_eur)),
        *(int(settled.owed), int(settled.draft), _euro(settled.paid_eur), settled.payment_year),
        *(settled.refund_year, _euro(settled.reimbursable_eur), each.version),
    )


def _parts(each: SettledPlant) -> Iterator[Row]:
    settled: Settled = each.settled
    earmarked = dict(settled.earmarked_eur)
    for part in settled.parts:
        takes_part = int(not part.refused or part.exact_eur > 0)
        yield (
            *(each.plant.id, settled.rule.id, part.name, part.key, part.area_m2, takes_part),
            *(float(part.exact_eur), float(part.exact_eur.quantize(CENT, ROUND_FLOOR)), part.extra_cents),
            *(float(part.amount_eur), int(part.refused), float(part.paid_eur)),
            _euro(part.reimbursable_eur if settled.reimbursable_eur is not None else None),
            _euro(earmarked.get(part.key)),
            f"{each.figure}/{settled.rule.id}/part_eur.{part.key}@r{each.version}",
        )


def _areas(each: SettledPlant) -> Iterator[Row]:
    areas = each.areas
    for part in areas.parts if areas else ():
        assert areas is not None  # noqa: S101 - else there were no parts
        yield (
            *(each.plant.id, areas.radius_m, part.name, part.key, part.kind.value, part.state, part.area_m2),
            *(part.cut_m2, part.reason, areas.edition, areas.valid_on.isoformat(), f"EPSG:{areas.epsg}"),
        )


def _rule(rule: Rule, words: ShareWords) -> Iterator[Row]:
    for each in rule.figures:
        value = float(each.value) if isinstance(each.value, Decimal) else each.value
        name = figure_name(words, each.key)
        yield rule.id, name, value, each.unit, each.provenance.value, each.source, words.said(each.note)
    rounding = rule.rounding
    note = words.said(rounding.note)
    yield rule.id, words.text("rule.rounding"), rounding.total.value, "", rounding.provenance.value, "", note
    mark = rule.denominator_mark.value
    yield rule.id, words.text("rule.denominator"), rule.denominator.value, "", mark, "", ""
