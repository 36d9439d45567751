"""Totals with the ids that explain them, and where a figure comes from as a tree of evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi import Response

from console.pages.places import may
from console.pages.visit import Visit
from core.evidence import FigureId
from core.intervals import Reliability
from core.inventory import Medium
from core.texts import catalogue
from operations.evidence.rows import Explained, TotalRow
from operations.evidence.text import Fact, amount, facts, heading, remarks

EXAMPLE = "total/2026-10/meter:rathaus-strom/energy_import_wh"
DAYS_SHOWN = 7
MONTHS_SHOWN = 3
OPEN_PARTS = 4
"""Groups of more equal parts are shown folded."""


@dataclass(frozen=True, slots=True)
class Node:
    """An explanation's node as it is written: what it is, how much, what is said of it, what it stands on."""

    heading: str
    amount: str
    figure: str
    remarks: tuple[str, ...]
    facts: tuple[Fact, ...]
    parts: tuple[Node, ...]
    left_out: str
    intact: bool | None = None
    frozen: bool = False

    @property
    def path(self) -> str:
        """Return where the figure is explained, empty for what is none."""
        return path_of_figure(self.figure) if self.figure else ""

    @property
    def is_open(self) -> bool:
        """Return whether the parts are shown at once."""
        return len(self.parts) <= OPEN_PARTS


def path_of_figure(figure: str) -> str:
    """Return the page that explains a figure."""
    return f"/explain/{quote(figure, safe=':/@.')}"


async def ask(visit: Visit) -> Response:
    """Return the form for an id; one that was typed in leads to its page."""
    figure = visit.query.get("figure", "").strip()
    if figure:
        return visit.go(path_of_figure(figure))
    return visit.page("evidence/ask.html", visit.words.t("console.explain.title"), example=EXAMPLE)


async def show(visit: Visit) -> Response:
    """Return where a figure comes from."""
    explained: Explained = await visit.ask("explain.show", figure=visit.part("figure"))
    node = node_of(visit, explained)
    return visit.page("evidence/show.html", node.heading, node=node, example=EXAMPLE)


async def show_totals(visit: Visit) -> Response:
    """Return the totals of a source or site in a day, month or year."""
    asked = {name: visit.query.get(name, "").strip() for name in ("period", "quantity", "medium")}
    totals = await visit.ask("totals.show", id=visit.part("id"), **asked)
    title = visit.words.t("console.totals.heading", name=totals.name)
    return visit.page(
        "evidence/totals.html", title, totals=totals, may_freeze=may(visit.actor, "totals.freeze"), **said(visit)
    )


async def freeze_totals(visit: Visit) -> Response:
    """Freeze the totals of a period."""
    form = await visit.form()
    period, scope = str(form.get("period", "")).strip(), visit.part("id")
    await visit.ask("totals.freeze", id=scope, period=period, reason=str(form.get("reason", "")))
    return visit.go(f"/totals/{quote(scope, safe=':/')}?period={quote(period)}", "console.done_totals_frozen")


async def recent_totals(visit: Visit, source: str) -> tuple[TotalRow, ...]:
    """Return the last days and months of a source, the newest first; nothing where it counts nothing."""
    month = await visit.ask("totals.show", id=source)
    if not month.quantities:
        return ()
    year = await visit.ask("totals.show", id=source, period=month.period[:4], quantity=month.whole.quantity.value)
    return (*month.totals[: -DAYS_SHOWN - 1 : -1], *year.totals[: -MONTHS_SHOWN - 1 : -1])


def node_of(visit: Visit, explained: Explained) -> Node:
    """Return a node with all its parts, in the visitor's language."""
    texts = catalogue(visit.language)
    left_out = texts.say("evidence.left_out", count=explained.parts_left_out) if explained.parts_left_out else ""
    return Node(
        heading=heading(explained, texts),
        amount=amount(explained, texts),
        figure=explained.figure,
        remarks=remarks(explained, texts),
        facts=facts(explained, texts, visit.words.zone),
        parts=tuple(node_of(visit, part) for part in explained.parts),
        left_out=left_out,
        intact=explained.intact,
        frozen=explained.frozen,
    )


def share_text(visit_words: Any, row: TotalRow) -> str:
    """Return how a total is known."""
    said: str = visit_words.t(f"evidence.share.{row.share.value}")
    return said


def said(visit: Visit) -> dict[str, Any]:
    """Return what templates say totals with."""
    inventory = visit.desk.gate.house.inventory()

    def medium_of_figure(figure: str) -> Medium | None:
        """Return what a total is of: its meter's medium, of a site the one that its variant names."""
        parsed = FigureId.parse(figure)
        named = next((medium for medium in Medium if medium.value in parsed.variant), None)
        return named or inventory.medium_of(parsed.scope)

    def total_text(row: TotalRow) -> str:
        """Return a total, as a lower bound or as too little known where it is not the whole."""
        value = visit.words.quantity(row.quantity, row.value, medium_of_figure(row.figure))
        if row.value is None or row.reliability is Reliability.WHOLE:
            return value
        return visit.words.t(f"evidence.reliability.{row.reliability.value}", value=value)

    return {
        "total_text": total_text,
        "share_text": share_text,
        "path_of_figure": path_of_figure,
        "medium_of_figure": medium_of_figure,
    }
