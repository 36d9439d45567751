"""The factors in force: the list with its filter, and one with what it is derived from."""

from __future__ import annotations

from fastapi import Response

from console.pages.filters import Choice, Filters, choice, members, search
from console.pages.visit import Visit
from core.factor_subjects import Kind
from core.factors import Boundary


async def show_all(visit: Visit) -> Response:
    """Return the list of factors."""
    sets = dict.fromkeys(factor.group for factor in visit.desk.gate.house.factors())
    fields = (
        search(visit.query),
        choice(visit.query, "kind", "column.kind", members(Kind, visit.words)),
        choice(visit.query, "boundary", "calc.column.boundary", members(Boundary, visit.words)),
        choice(visit.query, "set", "calc.column.set", [Choice(name, name) for name in sets]),
    )
    filters = Filters("/factors", fields, visit.query.get("cursor", ""))
    page = await visit.ask("factors.list", **filters.given(), cursor=filters.cursor)
    return visit.page("factors/list.html", visit.words.t("factors.title"), page=page, filters=filters)


async def show(visit: Visit) -> Response:
    """Return one factor."""
    detail = await visit.ask("factors.show", id=visit.part("id"))
    heading = visit.words.label(detail.factor.subject)
    terms = [(visit.words.t(f"factors.term.{each.term}"), each.value) for each in detail.terms]
    return visit.page("factors/show.html", heading, detail=detail, factor=detail.factor, terms=terms)
