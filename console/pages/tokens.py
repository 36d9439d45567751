"""API tokens: access for programs."""

from __future__ import annotations

from typing import Any

from fastapi import Response

from console.pages.errors import can_be_mended, problems_of
from console.pages.filters import Filters
from console.pages.people import scope, sites_given
from console.pages.visit import Visit
from core.errors import ServiceError
from core.people import Role

NOTHING: dict[str, Any] = {"name": "", "role": Role.VIEWER.value, "days": "365", "sites": ()}


async def show_all(visit: Visit) -> Response:
    """Return all tokens and the form for a new one."""
    return await _list(visit, NOTHING)


async def add(visit: Visit) -> Response:
    """Make a token and show its secret, once."""
    form = await visit.form()
    given = {name: str(form.get(name, "")).strip() for name in ("name", "role", "days")}
    sites = sites_given(form)
    try:
        made = await visit.ask("tokens.add", **given, sites=sites or None)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return await _list(visit, {**given, "sites": sites}, problems=problems_of(visit, error), status=422)
    return await _list(visit, NOTHING, made=made)


async def revoke(visit: Visit) -> Response:
    """End a token for good."""
    await visit.form()
    await visit.ask("tokens.revoke", name=visit.part("name"))
    return visit.go("/tokens", "console.done_token_revoked")


async def _list(visit: Visit, given: dict[str, Any], status: int = 200, made: Any = None, **values: Any) -> Response:
    filters = Filters("/tokens", (), visit.query.get("cursor", ""))
    page = await visit.ask("tokens.list", cursor=filters.cursor)
    known = await scope(visit) | {"page": page, "filters": filters, "given": given, "made": made} | values
    return visit.page("people/tokens.html", visit.words.t("console.tokens.title"), status, **known)
