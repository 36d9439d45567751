"""The plane in which a plant's surroundings are measured: the zone of UTM (ETRS89) in which it stands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely import Polygon

from core.inventory.renewables import OutlinePoint

DEGREES: Final = 4258
"""ETRS89 in degrees; WGS 84 is taken for the same, as surveyors do for what is exact to a metre."""

SEGMENTS: Final = 720
GERMANY: Final = (5.5, 47.0, 15.5, 55.2)
"""West, south, east, north in degrees, with some room."""


def plane_of(longitude_deg: float) -> int:
    """Return the EPSG code of the zone of UTM in which a longitude lies: 25831 below 6°, 25833 from 12°."""
    if longitude_deg < 6:  # noqa: PLR2004 - where zone 31 ends
        return 25831
    return 25832 if longitude_deg < 12 else 25833  # noqa: PLR2004 - where zone 32 ends


def is_in_germany(longitude_deg: float, latitude_deg: float) -> bool:
    """Return whether a place can lie in Germany."""
    west, south, east, north = GERMANY
    return west <= longitude_deg <= east and south <= latitude_deg <= north


def circle_around(east_m: float, north_m: float, radius_m: float) -> Polygon:
    """Return the circle as a polygon of 720 corners that has the circle's area, not less.

    A polygon inscribed in a circle of 2,500 m would be 249 m² too small. This one's corners lie 16 mm outside of the
    circle and its edges' middles 8 mm inside, so that no area is lost and no boundary is missed by more than that.
    """
    step = 2 * math.pi / SEGMENTS
    reach_m = radius_m * math.sqrt(step / math.sin(step))
    angles = np.arange(SEGMENTS) * step
    return Polygon(np.column_stack((east_m + reach_m * np.cos(angles), north_m + reach_m * np.sin(angles))))


def outline_in(points: Sequence[OutlinePoint], epsg: int) -> Polygon:
    """Return a plant's outline in a plane."""
    corners = np.array([(point.longitude_deg, point.latitude_deg) for point in points], dtype=float)
    return Polygon(moved(corners, DEGREES, epsg))


def moved(corners: NDArray[Any], source: int, target: int) -> NDArray[Any]:
    """Return corners (east or longitude first) in other coordinates.

    Edges stay straight between them: what is measured depends on the corners alone, not on a file's coordinates.
    """
    if source == target:
        return corners
    east, north = _transformer(source, target).transform(corners[:, 0], corners[:, 1])
    return np.column_stack((east, north))


def moved_shapes(shapes: NDArray[Any], source: int, target: int) -> NDArray[Any]:
    """Return shapes in other coordinates."""
    found: NDArray[Any] = shapely.transform(shapes, lambda corners: moved(corners, source, target))
    return found


@lru_cache(maxsize=32)
def _transformer(source: int, target: int) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)
