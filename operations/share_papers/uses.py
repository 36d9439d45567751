"""What a municipality did with its shares as a document: the yearly report to the public (Verwendungsnachweis)."""

from __future__ import annotations

from datetime import datetime

from core.texts import Catalogue
from operations.reports.words import DASH
from operations.share_papers.document import labels, passages
from operations.share_papers.tables import NUMBER, TEXT, table
from operations.share_papers.words import ShareWords
from operations.shares.uses import ShareUses
from reports.fleet_document import TableSaid
from reports.share_document import ShareDocument, ShareSection


def uses_of(
    uses: ShareUses, texts: Catalogue, made_at_utc: datetime, seal: tuple[tuple[str, str], ...]
) -> ShareDocument:
    """Return the report."""
    words = ShareWords(texts)
    facts = {"accrual": str(uses.year), "payment": str(uses.payment_year or DASH)}
    listed = ShareSection(heading=words.text("uses_list"), tables=(_uses(uses, words),))
    return ShareDocument(
        language=texts.language,
        title=words.text("uses_title", year=uses.year),
        subtitle=words.text("of_municipality", name=uses.name, key=uses.key),
        state=words.day(made_at_utc.date()),
        draft=words.text("draft") if uses.draft else "",
        draft_text=words.text("draft_text") if uses.draft else "",
        facts=tuple((words.text(f"fact.{name}"), value) for name, value in facts.items()),
        labels=labels(words),
        sections=(
            ShareSection(
                heading=words.text("uses_text"),
                paragraphs=tuple(uses.report.splitlines()),
                tables=(_funds(uses, words),),
                remarks=tuple(words.said(each) for each in uses.duties),
            ),
            *((listed,) if uses.items else ()),
        ),
        passages=passages(words, ("uses",)),
        legend=(),
        seal=seal,
        made_at_utc=made_at_utc,
    )


def _funds(uses: ShareUses, words: ShareWords) -> TableSaid:
    names = ("received", "earmarked", "spent", "spent_affected", "rest", "rest_earmarked")
    rows = [(words.text(name), words.cents(getattr(uses, f"{name}_eur"))) for name in names]
    return table(words, "funds", (("figure", TEXT), ("amount", NUMBER)), rows)


def _uses(uses: ShareUses, words: ShareWords) -> TableSaid:
    columns = (("purpose", TEXT), ("district", TEXT), ("affected", TEXT), ("day", TEXT), ("amount", NUMBER))
    counting = [each for each in uses.items if not each.withdrawn]
    rows = [
        (
            each.purpose,
            each.district or DASH,
            words.text("yes" if each.affected else "no"),
            words.day(each.spent_on),
            words.cents(each.amount_eur),
        )
        for each in counting
    ]
    rows.append((words.text("sum"), "", "", "", words.cents(uses.spent_eur)))
    return table(words, "uses", columns, rows, sum_row=True)
