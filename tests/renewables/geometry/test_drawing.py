"""Maps of circles and outlines, as SVG and in words."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from core.texts import Language, catalogue
from renewables.areas import AreaByHand
from renewables.geometry.areas import areas_of
from renewables.geometry.drawing import AreaMap, area_map
from renewables.geometry.overview import overview_map
from renewables.geometry.shapes import overview_shapes, shapes_of
from renewables.rules import Split
from tests.renewables.geometry.districts import area, box, field, of, turbine

FAR = 9_000
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '"><script>alert(1)</script>'


def drawn(*areas: Any, plant: Any = None, language: Language = "de", by_hand: Any = ()) -> AreaMap:
    boundaries, what = of(areas), plant or turbine()
    shape = (Split.PLANT_AREA, None) if what.outline else (Split.CIRCLE, 2500)
    shapes = shapes_of(what, *shape, boundaries)
    assert shapes is not None
    return area_map(areas_of(what, *shape, boundaries, by_hand), shapes, what.name, catalogue(language))


def texts(found: AreaMap) -> list[str]:
    return [text.text or "" for text in ET.fromstring(found.svg).iter(f"{SVG}text")]  # noqa: S314 - drawn by us


def test_each_part_is_labelled_in_place_and_in_the_legend() -> None:
    found = drawn(box("99901010", -FAR, -FAR, 500, FAR, name="West"), box("99901020", 500, -FAR, FAR, FAR, name="Ost"))
    said = texts(found)
    assert said.count("West") == said.count("Ost") == 2
    assert said.count("62,65\xa0%") == 2
    assert "1.230,0709 ha" in said
    assert {"2.500 m", "1 km", "N"} <= set(said)
    assert found.text == (
        "Karte: Umkreis von 2.500 m um die Mastmitte von Windrad, 1.963,5 ha. "
        "West: 62,65\xa0%, 1.230,1 ha. Ost: 37,35\xa0%, 733,4 ha."
    )
    assert ET.fromstring(found.svg).attrib["aria-label"] == found.text  # noqa: S314


def test_a_part_too_small_for_its_name_gets_a_line_to_it() -> None:
    corner = area("99901030", (2300, -FAR), (FAR, -FAR), (FAR, FAR), (2300, FAR))
    found = drawn(box("99901010", -FAR, -FAR, 2300, FAR), corner)
    assert texts(found).count("Ort 99901030") == 2
    assert found.svg.count('stroke-width="1"/>') > drawn(box("99901010", -FAR, -FAR, FAR, FAR)).svg.count(
        'stroke-width="1"/>'
    )


def test_parts_differ_without_colour_and_what_nobody_encloses_is_told() -> None:
    abroad = box("ZZ", 0, -FAR, FAR, 0, kind="foreign", name="Nachbarstaat")
    forest = box("99902999", -FAR, 0, 0, FAR, kind="unincorporated", name="Forst")
    found = drawn(box("99901010", -FAR, -FAR, 0, 0), abroad, forest, language="en")
    patterns = [each.find(f"{SVG}path") for each in ET.fromstring(found.svg).iter(f"{SVG}pattern")]  # noqa: S314
    lines = [each.attrib["d"] for each in patterns if each is not None]
    assert len(lines) == len(set(lines)) == 4
    said = texts(found)
    assert {"Nachbarstaat (abroad)", "Forst (unincorporated: Landkreis)", "within no boundary"} <= set(said)
    assert found.text.endswith("Within no boundary: 25.00\xa0%.")


def test_names_stay_text() -> None:
    found = drawn(box("99901010", -FAR, -FAR, FAR, FAR, name=HOSTILE))
    assert "<script" not in found.svg
    assert HOSTILE in texts(found)


def test_an_outline_is_drawn_without_mast_or_radius() -> None:
    found = drawn(box("99901010", -FAR, -FAR, FAR, FAR), plant=field((0, 0), (300, 0), (300, 250), (0, 250)))
    assert "<circle" not in found.svg
    assert "50 m" in texts(found)
    assert found.text.startswith("Karte: Fläche von Solarpark, 7,5 ha.")


def test_an_area_set_by_hand_is_what_the_map_says() -> None:
    west, east = box("99901010", -FAR, -FAR, 0, FAR), box("99901020", 0, -FAR, FAR, FAR)
    hands = [AreaByHand(key="99901010", name="W", state="SN", area_m2=9_900_000, reason="Vermessung")]
    assert "50,42\xa0%" in texts(drawn(west, east, by_hand=hands))


def test_the_same_is_drawn_the_same() -> None:
    areas = (box("99901010", -FAR, -FAR, 0, FAR), box("99901020", 0, -FAR, FAR, FAR))
    assert drawn(*areas) == drawn(*areas)


def test_without_boundaries_nothing_is_drawn() -> None:
    assert shapes_of(turbine(), Split.CIRCLE, 2500, of([])) is None
    assert overview_shapes(of([])) is None


@pytest.mark.parametrize("language", ["de", "en"])
def test_an_overview_names_what_has_room(language: Language) -> None:
    areas = [
        box("99901010", -FAR, -FAR, 0, FAR, name="Westdorf"),
        box("99901020", 0, -FAR, FAR, FAR, name=HOSTILE[:8]),
        box("99901030", FAR, 0, FAR + 50, 50, name="Winzig"),
        box("ZZ", FAR, -FAR, FAR + 5000, 0, kind="foreign", name="Ausland"),
    ]
    shapes = overview_shapes(of(areas))
    assert shapes is not None
    picture = overview_map(shapes, "Probe", catalogue(language))
    said = [text.text for text in ET.fromstring(picture).iter(f"{SVG}text")]  # noqa: S314 - drawn by us
    assert "Westdorf" in said
    assert "Winzig" not in said
    assert catalogue(language).say("boundaries.kind.foreign") in said
