"""The shapes of a plant's map, in metres from its mast or middle, no finer than a drawing can show."""

from __future__ import annotations

from typing import Any, Final

import shapely
from numpy.typing import NDArray
from shapely import Geometry

from core.inventory.renewables import Plant
from core.texts import Finding
from renewables.areas import AreaKind
from renewables.geometry.areas import around_of, party_key
from renewables.geometry.boundary_map import BoundaryMap, Piece
from renewables.geometry.drawing import AreaShapes, Ring, Shape
from renewables.geometry.overview import Overview
from renewables.geometry.planes import DEGREES, moved, moved_shapes, plane_of
from renewables.rules import Split

ROOM: Final = 1.22
FINENESS: Final = 1_500
"""A drawing shows a fifteen hundredth of its width, no less."""


def shapes_of(plant: Plant, split: Split, radius_m: int | None, boundaries: BoundaryMap) -> AreaShapes | None:
    """Return what is drawn of a plant's circle or outline with its surroundings, None where nothing can be."""
    around = around_of(plant, split, radius_m)
    if isinstance(around, Finding) or not boundaries.areas:
        return None
    middle = around.mast or around.shape.envelope.centroid
    west, south, east, north = around.shape.bounds
    reach_m = ROOM * max(east - west, north - south) / 2
    window = shapely.box(middle.x - reach_m, middle.y - reach_m, middle.x + reach_m, middle.y + reach_m)
    plane = boundaries.plane(around.epsg)
    inside = plane.cut(around.shape)
    left = around.shape.difference(shapely.union_all([piece.shape for piece in inside]))

    def drawn(shape: Geometry) -> tuple[Ring, ...]:
        return _rings(shape, middle.x, middle.y, 2 * reach_m / FINENESS)

    return AreaShapes(
        reach_m=reach_m,
        whole=drawn(around.shape),
        parts=tuple(_part(piece, drawn, middle) for piece in inside if piece.shape.area > 0),
        around=tuple(drawn(piece.shape) for piece in plane.cut(window)),
        left=drawn(left) if left.area > 1 else (),
    )


def overview_shapes(boundaries: BoundaryMap) -> Overview | None:
    """Return all areas of an edition in one plane, that of their middle; None where there are none."""
    if not boundaries.areas:
        return None
    shapes: NDArray[Any] = boundaries.shapes
    west, south, east, north = shapely.total_bounds(shapes)
    ((longitude_deg, _),) = moved(
        shapely.get_coordinates(shapely.box(west, south, east, north).centroid), boundaries.edition.epsg, DEGREES
    )
    plane = moved_shapes(shapes, boundaries.edition.epsg, plane_of(longitude_deg))
    west, south, east, north = shapely.total_bounds(plane)
    fineness_m = max(east - west, north - south) / FINENESS
    parts = []
    for area, shape in zip(boundaries.areas, plane, strict=True):
        spot_x, spot_y, room_m = _spot(shape)
        rings = _rings(shape, west, south, fineness_m)
        parts.append(Shape(area.key, area.name, AreaKind(area.kind), rings, spot_x - west, spot_y - south, room_m))
    return Overview(width_m=east - west, height_m=north - south, areas=tuple(parts))


def _part(piece: Piece, drawn: Any, middle: Geometry) -> Shape:
    spot_x, spot_y, room_m = _spot(piece.shape)
    key = party_key(piece.area.kind, piece.area.key)
    kind = AreaKind(piece.area.kind)
    return Shape(key, piece.area.name, kind, drawn(piece.shape), spot_x - middle.x, spot_y - middle.y, room_m)


def _spot(shape: Geometry) -> tuple[float, float, float]:
    """Return where there is most room in a shape, and how much: the middle and radius of its greatest circle."""
    surface = max(_surfaces(shape), key=lambda part: part.area)
    line = shapely.maximum_inscribed_circle(surface, max(surface.length / 400, 0.1))
    (x, y), *_ = line.coords
    return x, y, line.length


def _surfaces(shape: Geometry) -> list[Geometry]:
    return [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]


def _rings(shape: Geometry, x: float, y: float, fineness_m: float) -> tuple[Ring, ...]:
    """Return the rings of a shape, those of holes too."""
    rings: list[Ring] = []
    for surface in _surfaces(shapely.simplify(shape, fineness_m)):
        for line in (surface.exterior, *surface.interiors):
            corners = shapely.get_coordinates(line)[:-1]
            rings.append(tuple((round(one - x, 1), round(other - y, 1)) for one, other in corners.tolist()))
    return tuple(rings)
