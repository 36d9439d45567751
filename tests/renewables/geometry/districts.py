"""Plants and boundaries of tests: plain shapes in the plane of zone 33."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import shapely
from pyproj import Transformer

from core.inventory.renewables import OutlinePoint, Plant, PlantKind
from core.shares import BoundaryArea
from renewables.areas import EditionRef
from renewables.geometry.boundary_map import BoundaryMap

EAST_M, NORTH_M = 370_000.0, 5_615_000.0
DAY = date(2025, 12, 31)


def degrees(east_m: float, north_m: float, epsg: int = 25833) -> tuple[float, float]:
    longitude_deg, latitude_deg = Transformer.from_crs(epsg, 4258, always_xy=True).transform(east_m, north_m)
    return longitude_deg, latitude_deg


def turbine(east_m: float = 0, north_m: float = 0) -> Plant:
    """Return a wind turbine so many metres from the middle."""
    longitude_deg, latitude_deg = degrees(EAST_M + east_m, NORTH_M + north_m)
    return Plant(
        id="wea",
        name="Windrad",
        kind=PlantKind.WIND,
        power_w=5_600_000,
        municipality="a",
        operator="Wind GmbH",
        register_number="SEE1",
        commissioned=DAY,
        valid_from=DAY,
        latitude_deg=latitude_deg,
        longitude_deg=longitude_deg,
    )


def field(*corners: tuple[float, float]) -> Plant:
    """Return a plant on the ground with corners so many metres from the middle."""
    points = (degrees(EAST_M + east_m, NORTH_M + north_m) for east_m, north_m in corners)
    return Plant(
        id="pv",
        name="Solarpark",
        kind=PlantKind.PV_GROUND,
        power_w=5_600_000,
        municipality="a",
        operator="Sonne GmbH",
        register_number="SEE2",
        commissioned=DAY,
        valid_from=DAY,
        outline=tuple(OutlinePoint(*point) for point in points),
    )


def area(
    key: str, *corners: tuple[float, float], kind: str = "gemeinde", name: str = "", state: str = "SN"
) -> BoundaryArea:
    """Return an area with corners so many metres from the middle."""
    shape = shapely.Polygon([(EAST_M + east_m, NORTH_M + north_m) for east_m, north_m in corners])
    return BoundaryArea(key=key, name=name or f"Ort {key}", kind=kind, state=state, shape_wkb=shapely.to_wkb(shape))


def box(
    key: str, west: float, south: float, east: float, north: float, kind: str = "gemeinde", name: str = ""
) -> BoundaryArea:
    return area(key, (west, south), (east, south), (east, north), (west, north), kind=kind, name=name)


def of(areas: Sequence[BoundaryArea], epsg: int = 25833) -> BoundaryMap:
    """Return boundaries whose file has these coordinates."""
    return BoundaryMap(EditionRef(name="Probe", digest="ab", valid_on=DAY, epsg=epsg), areas)
