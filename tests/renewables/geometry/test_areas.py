"""Circles and outlines cut with boundaries."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from core.inventory.renewables import OutlinePoint
from core.texts import Finding
from renewables.areas import AreaByHand, AreaKind, PlantAreas
from renewables.geometry.areas import areas_of
from renewables.geometry.planes import circle_around, moved_shapes
from renewables.rules import Split
from tests.renewables.geometry.districts import area, box, field, of, turbine

CIRCLE_M2 = round(math.pi * 2500**2)
FAR = 9_000
WEST = box("99901010", -FAR, -FAR, 0, FAR, name="Westdorf")
EAST = box("99901020", 0, -FAR, FAR, FAR, name="Ostdorf")


def cut(*areas: Any, plant: Any = None, by_hand: Any = (), radius_m: int = 2500) -> PlantAreas:
    return areas_of(plant or turbine(), Split.CIRCLE, radius_m, of(areas), by_hand)


def amounts(found: PlantAreas) -> dict[str, int]:
    return {part.key: part.area_m2 for part in found.parts}


def codes(found: PlantAreas) -> list[str]:
    return [finding.code for finding in found.findings]


def test_a_circle_has_the_area_of_the_circle() -> None:
    circle = circle_around(370_000, 5_615_000, 2500)
    assert circle.area == pytest.approx(math.pi * 2500**2, rel=1e-9)
    reach = shapely.distance(shapely.points(shapely.get_coordinates(circle)), shapely.Point(370_000, 5_615_000))
    assert reach.max() - 2500 < 0.02


def test_a_circle_in_one_area_is_all_its() -> None:
    found = cut(box("99901010", -FAR, -FAR, FAR, FAR))
    assert (found.whole_m2, amounts(found)) == (19_634_954, {"99901010": 19_634_954})
    assert (found.epsg, found.uncovered_m2, found.findings, found.notes) == (25833, 0, (), ())


def test_a_circle_over_a_border_is_cut_where_the_border_is() -> None:
    found = cut(WEST, EAST, plant=turbine(1000))
    west_m2 = 2500**2 * math.acos(0.4) - 1000 * math.sqrt(2500**2 - 1000**2)
    assert amounts(found)["99901010"] == pytest.approx(west_m2, abs=5)
    assert sum(amounts(found).values()) == found.whole_m2 == CIRCLE_M2


def test_a_mast_on_the_border_is_told_and_halved() -> None:
    found = cut(WEST, EAST)
    assert amounts(found) == {"99901010": CIRCLE_M2 // 2, "99901020": CIRCLE_M2 // 2}
    assert found.findings == ()
    assert found.notes == (Finding.of("shares_areas.on_border", one="Westdorf", other="Ostdorf", distance_m=1.0),)
    assert cut(WEST, EAST, plant=turbine(2)).notes == ()


def test_foreign_land_is_told_last_and_yields_to_what_is_german() -> None:
    coarse = box("CZ", -3000, -FAR, FAR, FAR, kind="foreign", name="Tschechien")
    found = cut(coarse, replace(WEST, key="99999999"))
    assert [(part.key, part.kind) for part in found.parts] == [
        ("99999999", AreaKind.GEMEINDE),
        ("CZ", AreaKind.FOREIGN),
    ]
    assert found.foreign_m2 == CIRCLE_M2 // 2
    assert found.findings == ()


def test_land_without_gemeinde_goes_to_its_landkreis() -> None:
    parts = [
        box("09472999", 0, 0, FAR, FAR, kind="unincorporated", name="Nordforst"),
        box("09472888", 0, -FAR, FAR, 0, kind="unincorporated", name="Südforst"),
    ]
    found = cut(WEST, *parts)
    assert [(part.key, part.name, part.kind) for part in found.parts] == [
        ("09472000", "Südforst, Nordforst", AreaKind.UNINCORPORATED),
        ("99901010", "Westdorf", AreaKind.GEMEINDE),
    ]
    assert amounts(found)["09472000"] == CIRCLE_M2 // 2


def test_where_boundaries_end_nothing_is_taken_for_foreign() -> None:
    found = cut(WEST)
    assert found.uncovered_m2 == CIRCLE_M2 // 2
    assert found.findings == (Finding.of("shares_areas.uncovered", area_m2=float(CIRCLE_M2 // 2), percent=50.0),)


def test_a_gap_too_small_to_count_is_no_finding() -> None:
    found = cut(WEST, box("99901020", 1, -FAR, FAR, FAR), plant=turbine(1200))
    assert 0 < found.uncovered_m2 < 0.0005 * CIRCLE_M2
    assert found.findings == ()
    assert found.sum_m2 == CIRCLE_M2


def test_areas_that_overlap_are_both_named() -> None:
    found = cut(box("99901010", -FAR, -FAR, 100, FAR, name="Westdorf"), EAST)
    assert codes(found) == ["shares_areas.overlap", "shares_areas.sum"]
    params = dict(found.findings[0].params)
    assert (params["one"], params["other"]) == ("Westdorf", "Ostdorf")
    assert params["area_m2"] == pytest.approx(100 * 5000, rel=0.01)


def test_an_area_set_by_hand_goes_before_and_keeps_what_was_cut() -> None:
    half = CIRCLE_M2 // 2
    moved = AreaByHand(key="99901010", name="Westdorf", state="SN", area_m2=half + 5000, reason="Vermessung 2025")
    other = AreaByHand(key="99901020", name="Ostdorf", state="SN", area_m2=half - 5000, reason="Vermessung 2025")
    found = cut(WEST, EAST, by_hand=[moved, other])
    assert [(part.area_m2, part.cut_m2, part.reason) for part in found.parts] == [
        (half + 5000, half, "Vermessung 2025"),
        (half - 5000, half, "Vermessung 2025"),
    ]
    assert found.findings == ()


def test_areas_by_hand_that_are_not_the_circle_are_a_finding() -> None:
    half = CIRCLE_M2 // 2
    more = AreaByHand(key="99901010", name="Westdorf", state="SN", area_m2=half + 500_000, reason="geschätzt")
    found = cut(WEST, EAST, by_hand=[more])
    params = {"sum_m2": float(CIRCLE_M2 + 500_000), "whole_m2": float(CIRCLE_M2), "off_m2": 500_000.0}
    assert found.findings == (Finding.of("shares_areas.by_hand_sum", **params),)


def test_all_areas_by_hand_settle_an_overlap() -> None:
    half = CIRCLE_M2 // 2
    hands = [
        AreaByHand(key=key, name=key, state="SN", area_m2=half, reason="Grenzvertrag")
        for key in ("99901010", "99901020")
    ]
    found = cut(box("99901010", -FAR, -FAR, 100, FAR), EAST, by_hand=hands)
    assert found.findings == ()


def test_a_plant_with_its_coordinates_swapped_is_named() -> None:
    plant = turbine()
    swapped = replace(plant, latitude_deg=plant.longitude_deg, longitude_deg=plant.latitude_deg)
    assert codes(cut(WEST, EAST, plant=swapped)) == ["shares_areas.swapped"]
    assert codes(cut(WEST, EAST, plant=replace(plant, latitude_deg=10.0))) == ["shares_areas.outside"]
    assert codes(cut(WEST, EAST, plant=replace(plant, latitude_deg=None))) == ["shares_areas.no_place"]


def test_without_boundaries_there_are_no_parts() -> None:
    found = cut()
    assert (found.parts, found.uncovered_m2, codes(found)) == ((), CIRCLE_M2, ["shares_areas.no_boundaries"])


def test_a_plant_on_the_ground_is_split_by_the_areas_it_stands_on() -> None:
    plant = field((-100, 0), (300, 0), (300, 200), (-100, 200))
    found = areas_of(plant, Split.PLANT_AREA, None, of([WEST, EAST]))
    assert (found.radius_m, found.whole_m2) == (None, 80_000)
    assert amounts(found) == {"99901010": 20_000, "99901020": 60_000}


def test_an_outline_that_is_none_is_a_finding() -> None:
    def only(plant: Any) -> list[str]:
        return codes(areas_of(plant, Split.PLANT_AREA, None, of([WEST, EAST])))

    assert only(field((0, 0), (100, 100))) == ["shares_areas.no_outline"]
    assert only(field((0, 0), (100, 100), (100, 0), (0, 100))) == ["shares_areas.outline_crosses_itself"]
    turned = field((0, 0), (100, 0), (100, 100))
    swapped = tuple(OutlinePoint(point.latitude_deg, point.longitude_deg) for point in turned.outline)
    assert only(replace(turned, outline=swapped)) == ["shares_areas.swapped"]


@pytest.mark.parametrize("epsg", [25832, 25833, 4258])
def test_the_coordinates_of_the_file_change_nothing(epsg: int) -> None:
    areas = [WEST, area("99901020", (0, -FAR), (FAR, -FAR), (3000, 700), (FAR, FAR), (0, FAR))]
    shapes = shapely.from_wkb([each.shape_wkb for each in areas])
    turned = [
        replace(each, shape_wkb=shapely.to_wkb(shape))
        for each, shape in zip(areas, moved_shapes(shapes, 25833, epsg), strict=True)
    ]
    plant = turbine(777, 123)
    found = areas_of(plant, Split.CIRCLE, 2500, of(turned, epsg))
    expected = cut(*areas, plant=plant)
    for part, other in zip(found.parts, expected.parts, strict=True):
        assert part.area_m2 == pytest.approx(other.area_m2, rel=1e-6)


@settings(max_examples=25, deadline=None)
@given(
    x=st.integers(-3000, 3000),
    y=st.integers(-3000, 3000),
    radius_m=st.integers(50, 5000),
    east=st.integers(-4000, 4000),
    turn=st.integers(0, 4),
)
def test_parts_make_up_the_circle_and_order_changes_nothing(
    x: int, y: int, radius_m: int, east: int, turn: int
) -> None:
    corners = [(-FAR, -FAR), (east, -FAR), (east // 2, 0), (east, FAR), (-FAR, FAR)]
    right = area("2", (east, -FAR), (FAR, -FAR), (FAR, FAR), (east, FAR), (east // 2, 0))
    found = cut(area("1", *corners), right, plant=turbine(x, y), radius_m=radius_m)
    assert found.sum_m2 == found.whole_m2 == round(math.pi * radius_m**2)
    assert found.findings == ()
    turned = area("1", *(corners[turn:] + corners[:turn])[:: -1 if turn % 2 else 1])
    assert amounts(cut(right, turned, plant=turbine(x, y), radius_m=radius_m)) == amounts(found)
