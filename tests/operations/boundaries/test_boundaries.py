"""Boundaries through the gate: taken in, shown, measured with, taken back."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import pytest_asyncio

from config.create import example_boundaries
from core.errors import ConflictError, NotFoundError, RequestError
from core.inventory import Inventory
from core.inventory.places import Municipality
from core.inventory.renewables import AreaCorrection, OutlinePoint, Plant, PlantKind
from core.people import Actor, Role
from core.texts import Finding, catalogue
from operations.boundaries.areas import plant_areas
from operations.boundaries.boundaries import BoundariesRefusedError
from operations.gate import Gate
from renewables.areas import AreaKind
from renewables.rules import Split
from tests.district import District, open_district
from tests.operations.boundaries.laws import circle, outline

EXAMPLE = (example_boundaries() / "auental-2025.geojson").read_bytes()
SINCE = date(2020, 1, 1)
VERA = Actor(name="vera", role=Role.VIEWER)


def plant(id: str, kind: PlantKind = PlantKind.WIND, **more: Any) -> Plant:  # noqa: A002
    said: dict[str, Any] = {
        "power_w": 5_560_000,
        "municipality": "muehlfurt",
        "operator": "Wind",
        "commissioned": SINCE,
    }
    return Plant(id=id, name=f"Anlage {id}", kind=kind, valid_from=SINCE, register_number=f"SEE-{id}", **said | more)


WIND = plant("wea-3", latitude_deg=50.6512, longitude_deg=13.0883)
CORNERS = [(12.951, 50.6797), (12.957, 50.6797), (12.957, 50.6819), (12.951, 50.6819)]
FIELD = plant("pv", PlantKind.PV_GROUND, outline=tuple(OutlinePoint(*corner) for corner in CORNERS))
ROOF = plant("dach", PlantKind.PV_ROOF)
MUEHLFURT = Municipality(id="muehlfurt", name="Gemeinde Mühlfurt", key="99901050", state="SN", valid_from=SINCE)


def inventory(*corrections: AreaCorrection) -> Inventory:
    return Inventory(
        plants={each.id: each for each in (WIND, FIELD, ROOF)},
        municipalities={MUEHLFURT.id: MUEHLFURT},
        area_corrections={each.id: each for each in corrections},
    )


@pytest_asyncio.fixture
async def district(tmp_path: Path) -> AsyncIterator[District]:
    async with open_district(tmp_path) as opened:
        yield replace(opened, gate=Gate(replace(opened.gate.house, inventory=inventory)))


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def take(district: District, content: bytes = EXAMPLE, **said: Any) -> Any:
    inbox = district.gate.house.inbox
    assert inbox is not None
    kept = await inbox.keep("auental-2025.geojson", chunks(content))
    given = {"upload": kept.digest, "valid_on": "2025-01-01", "source": "erfunden", **said}
    return await district.ask("boundaries.import", **given)


def feature(key: str, name: str, *corners: tuple[float, float], **more: str) -> dict[str, Any]:
    ring = [*corners, corners[0]]
    properties = {"AGS": key, "GEN": name, **more}
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def geojson(*features: dict[str, Any], crs: str | None = "EPSG:25833") -> bytes:
    said: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    return json.dumps(said | ({"crs": {"properties": {"name": crs}}} if crs else {})).encode()


async def test_the_examples_boundaries_are_sound_and_shown(district: District) -> None:
    taken = await take(district)
    assert (taken.gemeinden, taken.unincorporated, taken.foreign, taken.epsg) == (6, 1, 1, 25833)
    assert (taken.problems, taken.findings, taken.known) == ((), (), False)
    again = await take(district)
    assert (again.known, again.id) == (True, taken.id)
    (row,) = (await district.ask("boundaries.list")).items
    assert (row.edition, row.valid_on, row.source, row.areas) == ("auental-2025", date(2025, 1, 1), "erfunden", 8)
    found = await district.ask("boundaries.show", id=row.id, map="true")
    assert [each.land for each in found.areas if each.area_kind is AreaKind.GEMEINDE].count("BB") == 1
    drawn = ET.fromstring(found.map_svg)  # noqa: S314 - drawn by us
    assert "auental-2025" in drawn.attrib["aria-label"]
    assert {"Auenstadt", "Heidewald"} <= set(drawn.itertext())


async def test_a_trial_keeps_nothing(district: District) -> None:
    tried = await take(district, dry_run="true")
    assert (tried.id, tried.dry_run, len(tried.first_areas)) == (None, True, 8)
    assert (await district.ask("boundaries.list")).items == ()


async def test_shapes_that_cross_themselves_are_refused_by_name_and_place(district: District) -> None:
    bow = feature(
        "99901010", "Schleife", (380_000, 5_640_000), (390_000, 5_650_000), (390_000, 5_640_000), (380_000, 5_650_000)
    )
    tried = await take(district, geojson(bow), dry_run="true")
    assert tried.problems[0].params == {"key": "99901010", "name": "Schleife", "place": "385000 5645000"}
    with pytest.raises(BoundariesRefusedError) as refused:
        await take(district, geojson(bow))
    assert [finding.code for finding in refused.value.findings] == ["boundaries.crosses_itself"]
    assert (await district.ask("boundaries.list")).items == ()


async def test_swapped_axes_are_named(district: District) -> None:
    turned = feature("99901010", "Quer", (5_640_000, 380_000), (5_650_000, 390_000), (5_650_000, 380_000))
    with pytest.raises(BoundariesRefusedError) as refused:
        await take(district, geojson(turned))
    assert refused.value.findings == (Finding.of("boundaries.swapped"),)


async def test_areas_that_overlap_are_taken_with_both_named(district: District) -> None:
    west = feature("99901010", "West", (380_000, 5_640_000), (390_000, 5_640_000), (390_000, 5_650_000))
    east = feature("99901020", "Ost", (389_000, 5_640_000), (399_000, 5_640_000), (399_000, 5_650_000))
    taken = await take(district, geojson(west, east))
    assert [(each.code, each.params["one"], each.params["other"]) for each in taken.findings] == [
        ("shares_areas.overlap", "West", "Ost")
    ]


async def test_boundaries_are_withdrawn_with_a_reason_and_taken_back(district: District) -> None:
    number = (await take(district)).id
    with pytest.raises(RequestError, match="no_reason"):
        await district.ask("boundaries.withdraw", id=number)
    gone = await district.ask("boundaries.withdraw", id=number, reason="falscher Stand")
    assert (gone.withdrawn_by, gone.withdrawn_reason) == ("anna", "falscher Stand")
    assert (await district.ask("boundaries.list")).items == ()
    assert len((await district.ask("boundaries.list", withdrawn="true")).items) == 1
    with pytest.raises(ConflictError):
        await district.ask("boundaries.withdraw", id=number, reason="noch einmal")
    assert (await district.ask("boundaries.withdraw", id=number, undo="true")).withdrawn_at_utc is None
    with pytest.raises(NotFoundError):
        await district.ask("boundaries.show", id=77)


async def test_a_day_ahead_is_no_day_of_boundaries(district: District) -> None:
    with pytest.raises(RequestError, match="day_invalid"):
        await take(district, valid_on="2031-01-01")


async def test_each_plants_areas_are_told_and_drawn(district: District) -> None:
    await take(district)
    found = await district.ask("shares.areas", VERA, year=2025, map="true")
    assert [(row.plant, row.radius_m) for row in found.circles] == [("wea-3", 2500), ("pv", None)]
    wind, field = found.circles
    assert (wind.whole_m2, wind.difference_m2, wind.uncovered_m2, wind.epsg) == (19_634_954, 0, 0, 25833)
    parts = [part for part in found.parts if part.plant == "wea-3"]
    assert [part.key for part in parts] == ["99901000", "99901040", "99901050", "ZZ"]
    assert sum(part.area_m2 for part in parts) == wind.whole_m2
    assert wind.foreign_m2 == parts[-1].area_m2
    assert parts[0].area_ha == Decimal(parts[0].area_m2) / 10_000
    assert sum(part.percent for part in parts) == pytest.approx(100, abs=0.001)
    assert {part.key for part in found.parts if part.plant == "pv"} == {"99901020", "99901050"}
    for row in (wind, field):
        ET.fromstring(row.map_svg)  # noqa: S314 - drawn by us
        assert row.map_text in row.map_svg
    assert "Mühlfurt: " in wind.map_text
    assert "Nachbarstaat (Ausland)" in wind.map_svg
    english = await district.ask("shares.areas", plant="wea-3", year=2025, map="true", language="en")
    assert english.circles[0].map_text.startswith("Map: circle of 2,500 m")


async def test_without_boundaries_or_before_them_there_is_a_finding(district: District) -> None:
    found = await district.ask("shares.areas", plant="wea-3", year=2025)
    assert [each.code for each in found.circles[0].findings] == ["shares_areas.no_boundaries"]
    await take(district)
    early = await district.ask("shares.areas", plant="wea-3", year=2022)
    assert [each.code for each in early.circles[0].findings] == ["shares_areas.boundaries_later"]
    with pytest.raises(NotFoundError):
        await district.ask("shares.areas", plant="nirgends")
    with pytest.raises(RequestError, match="roof"):
        await district.ask("shares.areas", plant="dach")


async def test_settlements_get_each_shape_that_a_rule_asks_for(district: District) -> None:
    await take(district)
    rules = [circle("a", 2500), circle("b", 3000), circle("c", 2500), outline("d"), circle("e", None)]
    found = await plant_areas(district.gate.house, [WIND, FIELD], rules, 2025)
    assert set(found) == {
        ("wea-3", Split.CIRCLE, 2500),
        ("wea-3", Split.CIRCLE, 3000),
        ("pv", Split.PLANT_AREA, None),
    }
    assert all(areas.findings == () for areas in found.values())
    assert await plant_areas(district.gate.house, [], rules, 2025) == {}


async def test_an_area_set_by_hand_counts_while_it_is_valid(district: District) -> None:
    await take(district)
    house = district.gate.house
    rule = [circle("a", 2500)]
    cut = (await plant_areas(house, [WIND], rule, 2025))["wea-3", Split.CIRCLE, 2500]
    was_m2 = next(part.area_m2 for part in cut.parts if part.key == MUEHLFURT.key)
    by_hand = AreaCorrection(
        id="k",
        name="Vermessung",
        valid_from=date(2025, 6, 1),
        plant="wea-3",
        municipality="muehlfurt",
        area_m2=Decimal(was_m2 + 1000),
        reason="Vermessungsamt, 3. Mai 2025",
    )
    corrected = replace(house, inventory=lambda: inventory(by_hand))
    found = (await plant_areas(corrected, [WIND], rule, 2025))["wea-3", Split.CIRCLE, 2500]
    part = next(part for part in found.parts if part.key == MUEHLFURT.key)
    assert (part.area_m2, part.cut_m2, part.reason) == (was_m2 + 1000, was_m2, "Vermessungsamt, 3. Mai 2025")
    assert (await plant_areas(corrected, [WIND], rule, 2024))["wea-3", Split.CIRCLE, 2500].parts == cut.parts


def test_texts_of_maps_are_said_in_both_languages() -> None:
    for language in ("de", "en"):
        assert "{" not in catalogue(language).say("shares_areas.map.foreign", name="X")


async def test_parts_under_one_key_are_one_area_unless_they_are_called_differently(district: District) -> None:
    west = feature("14521110", "Aue", (380_000, 5_640_000), (390_000, 5_640_000), (390_000, 5_650_000))
    east = feature("14521110", "Aue", (391_000, 5_640_000), (399_000, 5_640_000), (399_000, 5_650_000))
    taken = await take(district, geojson(west, east))
    assert (taken.gemeinden, taken.merged) == (1, 1)
    (area,) = await district.gate.house.ledger.boundary_areas(taken.id)
    assert area.state == "SN"
    other = feature("14521110", "Au", (391_000, 5_640_000), (399_000, 5_640_000), (399_000, 5_650_000))
    with pytest.raises(BoundariesRefusedError) as refused:
        await take(district, geojson(west, other))
    assert refused.value.findings == (Finding.of("boundaries.key_twice", key="14521110", names="Au, Aue"),)
