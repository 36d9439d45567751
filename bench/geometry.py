"""How long it takes to say whose land lies around 500 wind turbines in 400 municipalities.

Each municipality has some 1,500 corners, as in VG25, and shares each with a neighbour. The time includes reading the
boundaries and bringing them into the plane of the plants, and all checks. The baseline is what one would write first:
for each plant it brings the boundaries into its plane and intersects its circle with every area, without an index and
without any check; it is measured for a few of the plants in the same run.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from bench.result import Result
from core.inventory.renewables import Plant, PlantKind
from core.shares import BoundaryArea
from renewables.areas import EditionRef
from renewables.geometry.areas import Around, areas_of, around_of
from renewables.geometry.boundary_map import BoundaryMap
from renewables.geometry.planes import moved_shapes
from renewables.geometry.shapes import shapes_of
from renewables.rules import Split

PLANTS: Final = 500
NAIVE: Final = 5
SIDE: Final = 20
CELL_M: Final = 5_000.0
CORNERS: Final = 375
"""Of one side of a municipality."""
RADIUS_M: Final = 2_500
WEST_M, SOUTH_M = 320_000.0, 5_600_000.0
EPSG: Final = 25833
GOAL_S: Final = 20.0
DAY: Final = date(2025, 12, 31)
REF: Final = EditionRef(name="bench", digest="ab", valid_on=DAY, epsg=25832)


def geometry() -> list[Result]:
    """Return how long the areas of 500 plants take, beside a way without an index, and how long a map takes."""
    areas, plants = _areas(), _plants()
    began_s = time.process_time()
    boundaries = BoundaryMap(REF, areas)
    found = [areas_of(plant, Split.CIRCLE, RADIUS_M, boundaries) for plant in plants]
    took_s = time.process_time() - began_s
    assert all(each.sum_m2 == each.whole_m2 and not each.findings for each in found), "wrong areas need no time"
    same_s, naive_s = _some_s(boundaries, plants[:NAIVE]), _naive_s(boundaries, plants[:NAIVE])
    began_s = time.process_time()
    assert all(shapes_of(plant, Split.CIRCLE, RADIUS_M, boundaries) for plant in plants[:NAIVE])
    map_s = (time.process_time() - began_s) / NAIVE
    return [
        Result("areas_of_500_plants_in_400_municipalities", took_s, "s", None, None, GOAL_S, took_s <= GOAL_S),
        Result("areas_of_5_plants_against_every_area_anew", same_s, "s", naive_s, naive_s / same_s),
        Result("shapes_of_a_map", map_s, "s"),
    ]


def _some_s(boundaries: BoundaryMap, plants: Sequence[Plant]) -> float:
    began_s = time.process_time()
    for plant in plants:
        areas_of(plant, Split.CIRCLE, RADIUS_M, boundaries)
    return time.process_time() - began_s


def _naive_s(boundaries: BoundaryMap, plants: Sequence[Plant]) -> float:
    """Return the time of bringing all areas into each plant's plane and intersecting its circle with every one."""
    began_s = time.process_time()
    for plant in plants:
        around = around_of(plant, Split.CIRCLE, RADIUS_M)
        assert isinstance(around, Around), "a plant of the bench has a place"
        cut = shapely.intersection(moved_shapes(boundaries.shapes, REF.epsg, EPSG), around.shape)
        assert abs(shapely.area(cut).sum() - around.shape.area) < 1, "wrong areas need no time"
    return time.process_time() - began_s


def _areas() -> tuple[BoundaryArea, ...]:
    """Return a square of municipalities whose borders are crooked and shared, in the coordinates of zone 32."""
    level = [[_side(row * 1000 + column, 0) for column in range(SIDE)] for row in range(SIDE + 1)]
    upright = [[_side(row * 1000 + column, 1) for column in range(SIDE + 1)] for row in range(SIDE)]
    rings = [
        np.vstack(
            (
                level[row][column] + _at(row, column),
                upright[row][column + 1] + _at(row, column + 1),
                level[row + 1][column][::-1] + _at(row + 1, column),
                upright[row][column][::-1] + _at(row, column),
            )
        )
        for row in range(SIDE)
        for column in range(SIDE)
    ]
    move = Transformer.from_crs(EPSG, REF.epsg, always_xy=True)
    return tuple(
        BoundaryArea(
            key=f"14{number:06}",
            name=f"Gemeinde {number}",
            kind="gemeinde",
            state="SN",
            shape_wkb=shapely.to_wkb(shapely.Polygon(np.column_stack(move.transform(ring[:, 0], ring[:, 1])))),
        )
        for number, ring in enumerate(rings)
    )


def _side(seed: int, axis: int) -> NDArray[np.float64]:
    """Return a crooked line along one side of a cell; both of its ends stay where they are."""
    along = np.linspace(0, CELL_M, CORNERS)
    aside = np.random.default_rng((seed, axis)).normal(0, 4, CORNERS).cumsum()
    aside -= np.linspace(aside[0], aside[-1], CORNERS)
    line = np.column_stack((along, aside))
    return line if axis == 0 else line[:, ::-1]


def _at(row: int, column: int) -> NDArray[np.float64]:
    return np.array((WEST_M + column * CELL_M, SOUTH_M + row * CELL_M))


def _plants() -> list[Plant]:
    chance = random.Random(7)
    back = Transformer.from_crs(EPSG, 4258, always_xy=True)
    reach_m = SIDE * CELL_M - 2 * RADIUS_M - 1_000
    plants = []
    for number in range(PLANTS):
        east_m, north_m = (3_000 + chance.random() * reach_m for _ in range(2))
        longitude_deg, latitude_deg = back.transform(WEST_M + east_m, SOUTH_M + north_m)
        plants.append(
            Plant(
                id=f"wea-{number}",
                name=f"Windrad {number}",
                kind=PlantKind.WIND,
                power_w=5_600_000,
                municipality="a",
                operator="Wind",
                register_number=f"SEE{number}",
                commissioned=DAY,
                valid_from=DAY,
                latitude_deg=latitude_deg,
                longitude_deg=longitude_deg,
            )
        )
    return plants
