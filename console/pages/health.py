"""How the parts of the service are."""

from __future__ import annotations

from fastapi import Response

from console.pages.visit import Visit
from core.texts import catalogue
from operations.health_text import figures_said, part_name


async def show(visit: Visit) -> Response:
    """Return the page."""
    report = await visit.ask("health.show")
    texts = catalogue(visit.language)
    return visit.page(
        "service/health.html",
        visit.words.t("console.health.title"),
        report=report,
        name_of=lambda name: part_name(name, texts),
        figures_of=lambda part: tuple(figures_said(part.name, part.figures, texts, visit.words.zone)),
    )
