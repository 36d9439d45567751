"""How the parts of the service are."""

from __future__ import annotations

from fastapi import Response

from console.pages.visit import Visit


async def show(visit: Visit) -> Response:
    """Return the page."""
    report = await visit.ask("health.show")
    return visit.page("service/health.html", visit.words.t("console.health.title"), report=report)
