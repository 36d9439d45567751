"""Boundaries of one edition, ready to be cut with circles and outlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Geometry, STRtree

from core.shares import BoundaryArea
from renewables.areas import AreaKind, EditionRef
from renewables.geometry.planes import moved_shapes


@dataclass(frozen=True, slots=True)
class Piece:
    """What of an area lies in a shape."""

    area: BoundaryArea
    shape: Geometry

    @property
    def is_foreign(self) -> bool:
        """Return whether it lies abroad."""
        return self.area.kind == AreaKind.FOREIGN


class Plane:
    """All areas in one plane, found by where they lie."""

    def __init__(self, areas: Sequence[BoundaryArea], shapes: NDArray[Any]) -> None:
        self._areas = areas
        self._shapes = shapes
        self._tree = STRtree(shapes)

    def cut(self, shape: Geometry) -> list[Piece]:
        """Return the pieces of a shape by key, those abroad last: what is German is German, however coarse the rest.

        So a foreign area may be drawn with a few corners across the border.
        """
        found = sorted(self._tree.query(shape, predicate="intersects").tolist(), key=self._order)
        cut = shapely.intersection(self._shapes[found], shape)
        pieces = [Piece(self._areas[place], part) for place, part in zip(found, cut, strict=True)]
        home = [piece for piece in pieces if not piece.is_foreign]
        if len(home) == len(pieces):
            return home
        own = shapely.union_all([piece.shape for piece in home])
        abroad = [Piece(piece.area, piece.shape.difference(own)) for piece in pieces if piece.is_foreign]
        return home + abroad

    def near(self, point: Geometry, distance_m: float) -> list[BoundaryArea]:
        """Return the areas that are no further than this from a point, by key."""
        found = self._tree.query(point, predicate="dwithin", distance=distance_m).tolist()
        return [self._areas[place] for place in sorted(found, key=self._order)]

    def _order(self, place: int) -> tuple[bool, str]:
        return self._areas[place].kind == AreaKind.FOREIGN, self._areas[place].key


class BoundaryMap:
    """The areas of an edition; each plane is made when the first plant stands in it."""

    def __init__(self, edition: EditionRef, areas: Sequence[BoundaryArea]) -> None:
        self.edition = edition
        self.areas = tuple(areas)
        self._planes: dict[int, Plane] = {}

    def plane(self, epsg: int) -> Plane:
        """Return the areas in a plane."""
        if epsg not in self._planes:
            self._planes[epsg] = Plane(self.areas, moved_shapes(self.shapes, self.edition.epsg, epsg))
        return self._planes[epsg]

    @cached_property
    def shapes(self) -> NDArray[Any]:
        """Return the areas' shapes in the coordinates of their file, in the same order."""
        return np.asarray(shapely.from_wkb([area.shape_wkb for area in self.areas]), dtype=object)
