"""What the worker process draws: maps of circles, outlines and editions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.shares import BoundaryArea
from core.texts import Language, catalogue
from operations.boundaries.measuring import Asked, boundary_map, measured
from renewables.areas import EditionRef, PlantAreas

if TYPE_CHECKING:
    from renewables.geometry.drawing import AreaMap


def draw(
    edition: EditionRef, areas: tuple[BoundaryArea, ...], asked: tuple[Asked, ...], language: Language
) -> tuple[tuple[PlantAreas, AreaMap | None], ...]:
    """Return the areas of each with their map, None where nothing can be drawn."""
    from renewables.geometry.drawing import area_map  # noqa: PLC0415 - in the worker process only
    from renewables.geometry.shapes import shapes_of  # noqa: PLC0415

    boundaries, texts, drawn = boundary_map(edition, areas), catalogue(language), []
    for each in asked:
        found = measured(boundaries, each)
        shapes = shapes_of(each.plant, each.split, each.radius_m, boundaries)
        drawn.append((found, area_map(found, shapes, each.plant.name, texts) if shapes else None))
    return tuple(drawn)


def overview_of(edition: EditionRef, areas: tuple[BoundaryArea, ...], language: Language) -> str:
    """Return the map of an edition, "" where it has no areas."""
    from renewables.geometry.overview import overview_map  # noqa: PLC0415 - in the worker process only
    from renewables.geometry.shapes import overview_shapes  # noqa: PLC0415

    shapes = overview_shapes(boundary_map(edition, areas))
    return overview_map(shapes, edition.name, catalogue(language)) if shapes else ""
