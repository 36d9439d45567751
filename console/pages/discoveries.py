"""Topics and stations that nobody configured."""

from __future__ import annotations

from fastapi import Response

from console.pages.filters import by_subject
from console.pages.visit import Visit


async def show_all(visit: Visit) -> Response:
    """Return the list, last seen first."""
    filters = by_subject("/discoveries", visit.query)
    page = await visit.ask("discoveries.list", **filters.given(), cursor=filters.cursor)
    return visit.page("inbox/discoveries.html", visit.words.t("console.discoveries.title"), page=page, filters=filters)
