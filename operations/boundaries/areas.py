"""Whose land lies around or under plants in a year, by the boundaries of that year and what was set by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from core.inventory import Inventory
from core.inventory.renewables import AreaCorrection, Plant
from core.shares import BoundaryArea, BoundaryEdition
from core.texts import Finding
from operations.arrivals.import_reading import off_loop
from operations.boundaries.measuring import Asked, measure
from operations.house import House
from renewables.areas import AreaByHand, AreaKind, EditionRef, PlantAreas
from renewables.rules import Rule, Split

AreasKey = tuple[str, Split, int | None]
"""A plant's id, by what its amount is split, and the radius of its circle in metres (None: its outline)."""

NO_EDITION: Final = EditionRef(name="", digest="", valid_on=date.min, epsg=4258)
DISTRICT_ENDS: Final = "000"


async def plant_areas(
    house: House, plants: Iterable[Plant], rules: Iterable[Rule], year: int
) -> dict[AreasKey, PlantAreas]:
    """Return the areas of plants by every circle and outline that one of the rules for their kind asks for.

    The boundaries are the newest of those that held by the last day of the year; where there are none yet, the
    earliest ones with a finding.
    """
    wanted = tuple(rules)
    asked = [asked_of(house.inventory(), plant, *shape, year) for plant in plants for shape in _shapes(plant, wanted)]
    return await areas_asked(house, asked, year)


async def areas_asked(house: House, asked: Sequence[Asked], year: int) -> dict[AreasKey, PlantAreas]:
    """Return the areas of what is asked, by the boundaries of a year."""
    if not asked:
        return {}
    edition, areas, finding = await boundaries_of(house, year)
    found = await off_loop(house, measure, edition, areas, tuple(asked))
    return {(each.plant, each.split, each.radius_m): with_finding(each, finding) for each in found}


def with_finding(areas: PlantAreas, finding: Finding | None) -> PlantAreas:
    """Return areas with what is to be said of the boundaries that they were cut from."""
    return replace(areas, findings=(finding, *areas.findings)) if finding else areas


async def boundaries_of(house: House, year: int) -> tuple[EditionRef, tuple[BoundaryArea, ...], Finding | None]:
    """Return the boundaries of a year with their areas, and what is to be said of them."""
    edition, finding = edition_of(await house.ledger.boundary_editions(), year)
    if edition is None:
        return NO_EDITION, (), None
    return ref_of(edition), await house.ledger.boundary_areas(edition.id), finding


def edition_of(editions: Sequence[BoundaryEdition], year: int) -> tuple[BoundaryEdition | None, Finding | None]:
    """Return the edition for a year of those in force, newest first; the earliest with a finding if all are later."""
    known = next((each for each in editions if each.valid_on <= date(year, 12, 31)), None)
    if known is not None or not editions:
        return known, None
    earliest = editions[-1]
    day = earliest.valid_on.isoformat()
    return earliest, Finding.of("shares_areas.boundaries_later", year=year, valid_on=day)


def ref_of(edition: BoundaryEdition) -> EditionRef:
    """Return what calculations know of an edition."""
    return EditionRef(name=edition.name, digest=edition.digest, valid_on=edition.valid_on, epsg=edition.epsg)


def asked_of(inventory: Inventory, plant: Plant, split: Split, radius_m: int | None, year: int) -> Asked:
    """Return a plant's circle or outline with the areas set by hand in a year."""
    return Asked(plant, split, radius_m, tuple(_by_hand(inventory, plant, year)))


def _shapes(plant: Plant, rules: Sequence[Rule]) -> list[tuple[Split, int | None]]:
    """Return the circles and outlines that rules ask for, each once."""
    found: set[tuple[Split, int | None]] = set()
    for rule in rules:
        if rule.tech is plant.kind and rule.split is Split.PLANT_AREA:
            found.add((rule.split, None))
        elif rule.tech is plant.kind and rule.radius_m is not None:
            found.add((rule.split, int(rule.radius_m.number)))
    return sorted(found, key=lambda shape: (shape[0], shape[1] or 0))


def _by_hand(inventory: Inventory, plant: Plant, year: int) -> Iterator[AreaByHand]:
    """Yield the areas set by hand for a plant, of each municipality the one that began last."""
    corrections = sorted(inventory.area_corrections.values(), key=lambda each: (each.valid_from, each.id))
    newest = {each.municipality: each for each in corrections if each.plant == plant.id and _held(each, year)}
    for correction in newest.values():
        municipality = inventory.municipalities[correction.municipality]
        is_district = municipality.key.endswith(DISTRICT_ENDS)
        yield AreaByHand(
            key=municipality.key,
            name=municipality.name,
            kind=AreaKind.UNINCORPORATED if is_district else AreaKind.GEMEINDE,
            state=municipality.state,
            area_m2=round(correction.area_m2),
            reason=correction.reason,
        )


def _held(correction: AreaCorrection, year: int) -> bool:
    ended = correction.valid_to is not None and correction.valid_to <= date(year, 1, 1)
    return correction.valid_from <= date(year, 12, 31) and not ended
