"""The laws in force: the list with its filter, and one rule with all that can be said of it."""

from __future__ import annotations

from typing import Any

from fastapi import Response

from console.pages.filters import Choice, Filters, choice, members, search
from console.pages.visit import Visit
from core.inventory.renewables import PlantKind
from operations.laws.rows import FigureRow, LawDetail
from operations.laws.wording import (
    facts,
    formula,
    key_in_words,
    land,
    lands,
    mark,
    mark_explained,
    marks_of,
    reach,
    span,
)


async def show_all(visit: Visit) -> Response:
    """Return the list of rules."""
    rules = visit.desk.gate.house.laws().rules
    states = sorted({state for rule in rules for state in rule.states})
    lands_there = [Choice(state, land(state, visit.language)) for state in states]
    laws = dict.fromkeys(rule.law for rule in rules)
    kinds = [each for each in members(PlantKind, visit.words) if each.value != PlantKind.PV_ROOF]
    fields = (
        search(visit.query),
        choice(visit.query, "land", "laws.column.states", lands_there),
        choice(visit.query, "kind", "laws.column.kind", kinds),
        choice(visit.query, "law", "laws.column.law", [Choice(name, name) for name in laws]),
    )
    filters = Filters("/laws", fields, visit.query.get("cursor", ""))
    page = await visit.ask("laws.list", **filters.given(), cursor=filters.cursor)
    return visit.page(
        "laws/list.html", visit.words.t("laws.title"), page=page, filters=filters, formula=formula, **_said(visit)
    )


async def show(visit: Visit) -> Response:
    """Return one rule."""
    year = visit.query.get("year", "")
    detail: LawDetail = await visit.ask(
        "laws.show", id=visit.part("id"), **({"year": year} if year.isdecimal() else {})
    )
    figures = [(key_in_words(each.key, visit.language), each, _source(visit, each)) for each in detail.figures]
    return visit.page(
        "laws/show.html",
        detail.rule.title.text(visit.language),
        detail=detail,
        rule=detail.rule,
        figures=figures,
        facts=[(visit.words.t(f"laws.column.{name}"), text) for name, text in facts(detail, visit.language)],
        marks=[(mark(each, visit.language), mark_explained(each, visit.language)) for each in marks_of(detail)],
        reach=list(reach(detail, visit.language)),
        **_said(visit),
    )


def _source(visit: Visit, figure: FigureRow) -> str:
    return figure.source or visit.words.t("laws.no_source")


def _said(visit: Visit) -> dict[str, Any]:
    """Return what templates say of rules: texts in the reader's language, Länder and keys by name."""
    return {
        "said": lambda text: text.text(visit.language) if text else "",
        "span": lambda begins, ends: span(begins, ends, visit.language),
        "lands": lambda states: lands(states, visit.language),
        "in_words": lambda key: key_in_words(key, visit.language),
    }
