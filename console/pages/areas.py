"""Whose land lies around and under plants: the list of plants, and a plant's maps and tables."""

from __future__ import annotations

from fastapi import Response

from console.pages.visit import Visit
from core.errors import NotFoundError


async def show_all(visit: Visit) -> Response:
    """Return the areas of all plants in a year."""
    found = await visit.ask("shares.areas", year=visit.query.get("year", "").strip())
    return visit.page("boundaries/areas.html", visit.words.t("shares_areas.title"), found=found)


async def show(visit: Visit) -> Response:
    """Return the circles or the outline of a plant in a year, each with its map."""
    year, radius = (visit.query.get(name, "").strip() for name in ("year", "radius_m"))
    asked = {"plant": visit.part("plant"), "year": year, "radius_m": radius}
    found = await visit.ask("shares.areas", **asked, map="true", language=visit.language)
    if not found.circles:
        raise NotFoundError("shares_areas.plant_unknown", plant=visit.part("plant")[:80])
    heading = visit.words.t("shares_areas.heading_of", name=found.circles[0].plant_name, year=str(found.year))
    return visit.page("boundaries/plant.html", heading, found=found, plant=found.circles[0].plant)
