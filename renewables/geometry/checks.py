"""What is wrong with boundaries that somebody hands in. Nothing is mended silently: a mended border is another one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.validation import explain_validity

from core.shares import BoundaryArea
from core.texts import Finding
from renewables.areas import AreaKind
from renewables.geometry.areas import OVERLAP_M2
from renewables.geometry.planes import DEGREES, is_in_germany, moved, moved_shapes, plane_of

POINTS_MAX: Final = 2_000_000
OVERLAPS_SHOWN: Final = 20

_PLACE: Final = re.compile(r"(?P<why>[^\[]+)\[(?P<x>\S+) (?P<y>\S+)\]")


def wrong_with(areas: Sequence[BoundaryArea], epsg: int) -> tuple[Finding, ...]:
    """Return why boundaries cannot be kept: shapes that cross themselves, by name and place, and swapped axes."""
    shapes = _shapes(areas)
    if not len(shapes):
        return (Finding.of("boundaries.no_areas"),)
    if (points := int(shapely.get_num_coordinates(shapes).sum())) > POINTS_MAX:
        return (Finding.of("boundaries.too_many_points", points=float(points), limit=float(POINTS_MAX)),)
    home = np.array([area.kind != AreaKind.FOREIGN for area in areas])
    return (*_misplaced(shapes[home], epsg), *_invalid(areas, shapes))


def doubts_about(areas: Sequence[BoundaryArea], epsg: int) -> tuple[Finding, ...]:
    """Return which areas overlap and by how many square metres; those abroad may, for they yield."""
    home = [area for area in areas if area.kind != AreaKind.FOREIGN]
    shapes = _shapes(home)
    middle = moved(shapely.get_coordinates(shapely.centroid(shapes[:1])), epsg, DEGREES)
    plane = moved_shapes(shapes, epsg, plane_of(float(middle[0, 0])))
    return tuple(islice(_overlapping(home, plane), OVERLAPS_SHOWN))


def _overlapping(areas: Sequence[BoundaryArea], shapes: NDArray[Any]) -> Iterator[Finding]:
    tree = STRtree(shapes)
    one, other = tree.query(shapes, predicate="intersects")
    pairs = sorted((int(a), int(b)) for a, b in zip(one, other, strict=True) if a < b)
    for first, second in pairs:
        shared_m2 = shapely.intersection(shapes[first], shapes[second]).area
        if shared_m2 >= OVERLAP_M2:
            one_name, other_name = areas[first].name, areas[second].name
            yield Finding.of("shares_areas.overlap", one=one_name, other=other_name, area_m2=float(round(shared_m2)))


def _invalid(areas: Sequence[BoundaryArea], shapes: NDArray[Any]) -> Iterator[Finding]:
    for place in np.flatnonzero(~shapely.is_valid(shapes)).tolist():
        found = _PLACE.match(explain_validity(shapes[place]))
        spot = f"{float(found['x']):.6g} {float(found['y']):.7g}" if found else "?"
        yield Finding.of("boundaries.crosses_itself", key=areas[place].key, name=areas[place].name, place=spot)


def _misplaced(shapes: NDArray[Any], epsg: int) -> Iterator[Finding]:
    """Yield that boundaries lie elsewhere, and whether they would not if their axes were exchanged."""
    if not len(shapes):
        return
    west, south, east, north = shapely.total_bounds(shapes)
    corners = np.array([(west, south), (east, north)])
    if all(is_in_germany(x, y) for x, y in moved(corners, epsg, DEGREES)):
        return
    if all(is_in_germany(x, y) for x, y in moved(corners[:, ::-1], epsg, DEGREES)):
        yield Finding.of("boundaries.swapped")
    else:
        yield Finding.of("boundaries.outside", epsg=str(epsg))


def _shapes(areas: Sequence[BoundaryArea]) -> NDArray[Any]:
    return np.asarray(shapely.from_wkb([area.shape_wkb for area in areas]), dtype=object)
