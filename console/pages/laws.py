"""The laws in force: the list with its filter, and one rule with all that can be said of it."""

from __future__ import annotations

from typing import Any

from fastapi import Response

from console.pages.filters import Choice, Filters, choice, members, search
from console.pages.visit import Visit
from core.inventory.renewables import PlantKind
from operations.laws.rows import FigureRow, LawDetail
from operations.laws.wording import formula, key_in_words, marks_of, years_in_words


async def show_all(visit: Visit) -> Response:
    """Return the list of rules."""
    rules = visit.desk.gate.house.laws().rules
    lands = sorted({state for rule in rules for state in rule.states})
    laws = dict.fromkeys(rule.law for rule in rules)
    kinds = [each for each in members(PlantKind, visit.words) if each.value != PlantKind.PV_ROOF]
    fields = (
        search(visit.query),
        choice(visit.query, "land", "laws.column.states", [Choice(land, visit.words.t(_land(land))) for land in lands]),
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
        marks=marks_of(detail),
        years=years_in_words(detail, visit.language),
        formula=formula,
        **_said(visit),
    )


def _land(state: str) -> str:
    return f"laws.state.{state.lower()}"


def _source(visit: Visit, figure: FigureRow) -> str:
    return figure.source or visit.words.t("laws.no_source")


def _said(visit: Visit) -> dict[str, Any]:
    """Return what templates say of rules: texts in the reader's language, Länder and keys by name."""

    def lands(states: tuple[str, ...]) -> str:
        return ", ".join(visit.words.t(_land(state)) for state in states) or visit.words.t("laws.whole_country")

    return {
        "said": lambda text: text.text(visit.language) if text else "",
        "lands": lands,
        "in_words": lambda key: key_in_words(key, visit.language),
    }
