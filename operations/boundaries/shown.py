"""Whose land lies around and under plants: the table and the map of each, as anyone can follow them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Final

from annotated_types import Ge, Le

from core.errors import NotFoundError, RequestError
from core.inventory.renewables import Plant, PlantKind
from core.texts import Language
from operations.arrivals.import_reading import off_loop
from operations.boundaries.areas import asked_of, boundaries_of, with_finding
from operations.boundaries.drawing import draw
from operations.boundaries.measuring import measure
from operations.house import Call, House
from operations.values import Told
from renewables.areas import AreaKind, PlantAreas
from renewables.choice import rules_for
from renewables.rules import Split

if TYPE_CHECKING:
    from renewables.geometry.drawing import AreaMap

RADIUS_M: Final = 2_500
"""EEG § 6(2), where no rule that holds says another."""

M2_PER_HA: Final = Decimal(10_000)
PERCENT_DECIMALS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareAreas:
    """Whose land lies around and under a plant, or all, in a year (the present one).

    The circles are those of the rules that hold, or that of `radius_m`. With `map` each is drawn as SVG.
    """

    plant: str | None = None
    year: Annotated[int, Ge(2000), Le(2100)] | None = None
    radius_m: Annotated[int, Ge(50), Le(20_000)] | None = None
    map: bool = False
    language: Language = "de"


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaPartRow:
    """A party's part of a circle or outline; `cut_m2` is what boundaries say where it was set by hand for `reason`."""

    plant: str
    radius_m: int | None
    key: str
    party: str
    area_kind: AreaKind
    land: str
    area_m2: int
    area_ha: Decimal
    percent: float
    cut_m2: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantAreasRow:
    """A plant's circle or outline: the sum of its parts and of what lies in no boundary, beside the whole."""

    plant: str
    plant_name: str
    split: Split
    radius_m: int | None
    epsg: int
    whole_m2: int
    sum_m2: int
    difference_m2: int
    foreign_m2: int
    uncovered_m2: int
    findings: tuple[Told, ...]
    notes: tuple[Told, ...]
    map_svg: str
    map_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AreasShown:
    """The areas of plants by the boundaries of a year; `edition` is empty where there are none."""

    year: int
    edition: str
    valid_on: date | None
    source: str
    circles: tuple[PlantAreasRow, ...]
    parts: tuple[AreaPartRow, ...]


async def show_areas(house: House, request: ShareAreas, call: Call) -> AreasShown:
    """Return whose land lies around and under plants. Raises `NotFoundError`, `RequestError` for a roof."""
    year = request.year or house.day(call.now_utc).year
    plants = _plants(house, request.plant, year)
    inventory = house.inventory()
    asked = [
        asked_of(inventory, plant, *shape, year) for plant in plants for shape in _shapes(house, plant, year, request)
    ]
    edition, areas, finding = await boundaries_of(house, year)
    if request.map:
        drawn = await off_loop(house, draw, edition, areas, tuple(asked), request.language)
    else:
        drawn = tuple((found, None) for found in await off_loop(house, measure, edition, areas, tuple(asked)))
    there = [(with_finding(found, finding), map_) for found, map_ in drawn]
    sources = {each.digest: each.source for each in await house.ledger.boundary_editions()}
    return AreasShown(
        year=year,
        edition=edition.name,
        valid_on=edition.valid_on if edition.digest else None,
        source=sources.get(edition.digest, ""),
        circles=tuple(_row(one.plant, found, map_) for one, (found, map_) in zip(asked, there, strict=True)),
        parts=tuple(part for found, _ in there for part in part_rows(found)),
    )


def part_rows(areas: PlantAreas) -> Iterable[AreaPartRow]:
    """Yield the parts of a circle or outline as programs get them."""
    for part in areas.parts:
        yield AreaPartRow(
            plant=areas.plant,
            radius_m=areas.radius_m,
            key=part.key,
            party=part.name,
            area_kind=part.kind,
            land=part.state,
            area_m2=part.area_m2,
            area_ha=Decimal(part.area_m2) / M2_PER_HA,
            percent=round(100 * part.area_m2 / max(areas.whole_m2, 1), PERCENT_DECIMALS),
            cut_m2=part.cut_m2,
            reason=part.reason,
        )


def _row(plant: Plant, areas: PlantAreas, drawn: AreaMap | None) -> PlantAreasRow:
    return PlantAreasRow(
        plant=plant.id,
        plant_name=plant.name,
        split=areas.split,
        radius_m=areas.radius_m,
        epsg=areas.epsg,
        whole_m2=areas.whole_m2,
        sum_m2=areas.sum_m2,
        difference_m2=areas.sum_m2 - areas.whole_m2,
        foreign_m2=areas.foreign_m2,
        uncovered_m2=areas.uncovered_m2,
        findings=tuple(map(Told.of, areas.findings)),
        notes=tuple(map(Told.of, areas.notes)),
        map_svg=drawn.svg if drawn else "",
        map_text=drawn.text if drawn else "",
    )


def _plants(house: House, wanted: str | None, year: int) -> Sequence[Plant]:
    """Return the plants of a year whose income may be shared, those on roofs are not among them."""
    plants = house.inventory().plants
    if wanted is None:
        return [each for each in plants.values() if each.kind is not PlantKind.PV_ROOF and _was_there(each, year)]
    if wanted not in plants:
        raise NotFoundError("shares_areas.plant_unknown", plant=wanted[:80])
    if plants[wanted].kind is PlantKind.PV_ROOF:
        raise RequestError("shares_areas.on_a_roof", plant=plants[wanted].name)
    return [plants[wanted]]


def _was_there(plant: Plant, year: int) -> bool:
    return plant.valid_from.year <= year and (plant.valid_to is None or plant.valid_to > date(year, 1, 1))


def _shapes(house: House, plant: Plant, year: int, request: ShareAreas) -> list[tuple[Split, int | None]]:
    """Return the outline of a plant on the ground, of a wind turbine the circles that rules which hold ask for."""
    if plant.kind is not PlantKind.WIND:
        return [(Split.PLANT_AREA, None)]
    if request.radius_m is not None:
        return [(Split.CIRCLE, request.radius_m)]
    municipality = house.inventory().municipalities.get(plant.municipality)
    state = municipality.state if municipality else ""
    choices = rules_for(plant, state, year, house.laws(), house.inventory().contracts.values())
    radii = {int(each.rule.radius_m.number) for each in choices if each.holds and each.rule.radius_m is not None}
    return [(Split.CIRCLE, radius_m) for radius_m in sorted(radii or {RADIUS_M})]
