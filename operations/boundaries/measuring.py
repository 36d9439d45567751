"""What the worker process measures: shapes are known there alone, the daemons' process never loads them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from core.inventory.renewables import Plant
from core.shares import BoundaryArea
from renewables.areas import AreaByHand, EditionRef, PlantAreas
from renewables.rules import Split

if TYPE_CHECKING:
    from renewables.geometry.boundary_map import BoundaryMap


@dataclass(frozen=True, slots=True)
class Asked:
    """A plant's circle or outline, and the areas in it that were set by hand."""

    plant: Plant
    split: Split
    radius_m: int | None
    by_hand: tuple[AreaByHand, ...] = ()


def measure(edition: EditionRef, areas: tuple[BoundaryArea, ...], asked: tuple[Asked, ...]) -> tuple[PlantAreas, ...]:
    """Return the areas of each; what was measured before with the same boundaries is known still."""
    boundaries = boundary_map(edition, areas)
    return tuple(measured(boundaries, each) for each in asked)


@lru_cache(maxsize=2)
def boundary_map(edition: EditionRef, areas: tuple[BoundaryArea, ...]) -> BoundaryMap:
    """Return boundaries ready to be cut."""
    from renewables.geometry.boundary_map import BoundaryMap  # noqa: PLC0415 - in the worker process only

    return BoundaryMap(edition, areas)


@lru_cache(maxsize=4096)
def measured(boundaries: BoundaryMap, asked: Asked) -> PlantAreas:
    """Return the areas of one."""
    from renewables.geometry.areas import areas_of  # noqa: PLC0415

    return areas_of(asked.plant, asked.split, asked.radius_m, boundaries, asked.by_hand)
