"""A year's statement of a municipality or an operator as a document: summary, plants, revisions, method."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from importlib.metadata import version as version_of
from typing import Final

from core.factors import Provenance
from core.texts import Catalogue
from operations.reports.words import DASH
from operations.share_papers.reading import SharePaper
from operations.share_papers.sections import plant_sections
from operations.share_papers.tables import NUMBER, TEXT, changes_table, mark, revisions_table, table, years_table
from operations.share_papers.words import ShareWords
from operations.shares.keeping import scope_of
from renewables.accounts import AccountKind, AccountLine, ShareAccount
from renewables.statement import SHARES
from reports.document import Passage
from reports.fleet_document import TableSaid
from reports.share_document import ShareDocument, ShareSection

LABELS: Final = ("page", "open", "method", "legend", "seal", "seal_lead")
PASSAGES: Final = ("amount", "split", "refusal", "years", "areas", "ids")
ZERO: Final = Decimal("0.00")


def statement_of(
    paper: SharePaper, texts: Catalogue, made_at_utc: datetime, seal: tuple[tuple[str, str], ...]
) -> ShareDocument:
    """Return the statement of an account."""
    words, account = ShareWords(texts), paper.account
    return ShareDocument(
        language=texts.language,
        title=words.text("title", year=account.year),
        subtitle=subtitle(account, words),
        state=words.text("state", revision=account.revision, day=words.day(made_at_utc.date())),
        draft=words.text("draft") if paper.draft else "",
        draft_text=words.text("draft_text") if paper.draft else "",
        facts=tuple(_facts(paper, words)),
        labels=labels(words),
        sections=(_summary(paper, words), *plant_sections(paper, words), _history(paper, words)),
        passages=passages(words, PASSAGES),
        legend=legend(words),
        seal=seal,
        made_at_utc=made_at_utc,
    )


def labels(words: ShareWords) -> dict[str, str]:
    """Return the fixed words of a paper."""
    return {name: words.text(f"label.{name}") for name in LABELS}


def passages(words: ShareWords, names: tuple[str, ...]) -> tuple[Passage, ...]:
    """Return how it was computed, in some passages."""
    return tuple(
        Passage(heading=words.text(f"method.{name}"), paragraphs=(words.text(f"method.{name}_text"),)) for name in names
    )


def legend(words: ShareWords) -> tuple[tuple[str, str], ...]:
    """Return what the marks mean."""
    return tuple((mark(words, each), words.text(f"mark_means.{each.value.lower()}")) for each in Provenance)


def subtitle(account: ShareAccount, words: ShareWords) -> str:
    """Return whose paper it is."""
    if account.kind is AccountKind.MUNICIPALITY:
        return words.text("of_municipality", name=account.name, key=account.key)
    return words.text("of_operator", name=account.name)


def _facts(paper: SharePaper, words: ShareWords) -> Iterator[tuple[str, str]]:
    account = paper.account
    settled = [line.settlement.settled for line in account.lines if line.settlement.settled.owed]
    years = sorted({each.payment_year for each in settled})
    facts = {
        "to_pay" if account.kind is AccountKind.OPERATOR else "to_get": words.eur(account.paid_eur),
        "payment": words.listed(map(str, years)),
        "accrual": str(account.year),
        "plants": str(len(paper.plants)),
        "revision": str(account.revision),
        "figure": f"{SHARES}/{account.year}/{scope_of(account)}/paid_eur@r{account.revision}",
        "service": f"Kreiswatt {version_of('kreiswatt')}",
    }
    for name, value in facts.items():
        yield words.text(f"fact.{name}"), value


def _summary(paper: SharePaper, words: ShareWords) -> ShareSection:
    account = paper.account
    tables = [_lines_table(account, words)]
    if account.kind is AccountKind.OPERATOR:
        tables.append(_payees_table(account, words))
    return ShareSection(
        heading=words.text("summary"),
        open=tuple(f"{plant}: {words.tell(finding)}" for plant, finding in paper.open),
        tables=(*tables, years_table(words, account)),
        remarks=(words.text("reimbursable_apart", amount=words.eur(account.reimbursable_eur)),)
        if account.reimbursable_eur
        else (),
    )


def _lines_table(account: ShareAccount, words: ShareWords) -> TableSaid:
    """Return one row for each plant and rule, summing up to what is paid."""
    columns = (("plant", TEXT), ("law", TEXT), ("standing", TEXT), ("total", NUMBER), ("paid", NUMBER))
    rows = [_line(line, words) for line in account.lines]
    rows.append((words.text("sum"), "", "", "", words.cents(account.paid_eur)))
    return table(words, "lines", columns, rows, sum_row=True)


def _line(line: AccountLine, words: ShareWords) -> tuple[str, ...]:
    settled = line.settlement.settled
    paid = line.part.paid_eur if line.part else settled.paid_eur
    standing = "not_computed" if settled.total_eur is None else "owed" if settled.owed else "offered"
    return (
        line.settlement.plant.name,
        words.said(settled.rule.title),
        words.text(f"standing.{standing}"),
        words.cents(settled.total_eur),
        words.cents((paid or ZERO) if settled.owed and settled.parts else ZERO),
    )


def _payees_table(account: ShareAccount, words: ShareWords) -> TableSaid:
    """Return what each municipality gets of an operator."""
    sums: dict[tuple[str, str], Decimal] = {}
    for line in account.lines:
        for part in line.settlement.settled.parts:
            if part.paid_eur:
                sums[part.key, part.name] = sums.get((part.key, part.name), ZERO) + part.paid_eur
    rows = [(name, key or DASH, words.cents(amount)) for (key, name), amount in sorted(sums.items())]
    rows.append((words.text("sum"), "", words.cents(sum(sums.values(), ZERO))))
    return table(words, "payees", (("party", TEXT), ("key", TEXT), ("paid", NUMBER)), rows, sum_row=True)


def _history(paper: SharePaper, words: ShareWords) -> ShareSection:
    tables = []
    if paper.account.revision > 1:
        tables.append(changes_table(words, paper.account))
    if paper.revisions:
        tables.append(revisions_table(words, paper.revisions))
    return ShareSection(heading=words.text("history"), tables=tuple(tables))
