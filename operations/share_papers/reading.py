"""Reading what a paper says: an account as one of its revisions has it, the plants it stands on, and their maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.errors import NotFoundError
from core.inventory.renewables import Plant
from core.shares import BoundaryArea
from core.statements import Statement
from core.texts import Catalogue, Finding, Language, catalogue
from operations.arrivals.import_reading import off_loop
from operations.boundaries.areas import ref_of
from operations.boundaries.measuring import boundary_map
from operations.house import House
from operations.shares.keeping import ACCOUNTS, KeptShares, account_changes, plants_in, read_year, scope_of, statements
from operations.shares.shares import account_at, account_in, newest_year, plant_shares
from renewables.accounts import ShareAccount
from renewables.areas import EditionRef, PlantAreas
from renewables.rules import Split
from renewables.statement import PLANT

if TYPE_CHECKING:
    from renewables.geometry.boundary_map import BoundaryMap
    from renewables.geometry.drawing import AreaMap

AreasKey = tuple[str, Split, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SharePaper:
    """An account with all that is printed of it. `revisions` are those up to its own, the newest first.

    `maps` are drawing and words of each circle and outline, of those whose boundaries are still kept.
    """

    account: ShareAccount
    plants: Mapping[str, KeptShares]
    revisions: tuple[Statement, ...]
    maps: Mapping[AreasKey, tuple[str, str]]

    @property
    def draft(self) -> bool:
        """Return whether something is open, so that it must not be sent."""
        return self.account.draft or any(each.shares.findings for each in self.plants.values())

    @property
    def open(self) -> tuple[tuple[str, Finding], ...]:
        """Return all that is open with the name of its plant, each once."""
        found = ((kept.shares.plant.name, each) for kept in self.plants.values() for each in kept.shares.findings)
        of_rules = (
            (line.settlement.plant.name, each)
            for line in self.account.lines
            for each in line.settlement.settled.findings
        )
        return tuple(dict.fromkeys((*found, *of_rules)))


def areas_key(areas: PlantAreas) -> AreasKey:
    """Return which circle or outline of which plant areas are of."""
    return areas.plant, areas.split, areas.radius_m


async def read_paper(
    house: House, scope: str, year: int | None, revision: int | None, language: Language, *, with_maps: bool
) -> SharePaper:
    """Return an account by its scope (`municipality:<id>` or key, `operator:<id>`), newest or as a revision has it.

    Raises `NotFoundError` where nothing was settled, for an unknown account and for an unknown revision.
    """
    account = account_in(await read_year(house, await newest_year(house, year)), scope)
    of_scope = statements(house, ACCOUNTS, str(account.year), scope=scope_of(account), all_versions=True)
    kept = sorted([each async for each in of_scope], key=lambda each: -each.version)
    if revision is not None:
        kept = [each for each in kept if each.version <= revision]
        if not kept or kept[0].version != revision:
            raise NotFoundError("share_papers.revision_unknown", revision=revision, year=account.year)
        account = await account_at(house, kept[0])
    changes = account_changes(account, kept[1], kept[0]) if len(kept) > 1 else ()
    account = replace(account, changes=changes)
    plants = await _plants(house, account, kept)
    maps = await _maps(house, account, language) if with_maps else {}
    return SharePaper(account=account, plants=plants, revisions=tuple(kept), maps=maps)


async def _plants(house: House, account: ShareAccount, kept: Sequence[Statement]) -> dict[str, KeptShares]:
    versions = {line.settlement.plant.id: line.settlement.version for line in account.lines}
    if kept:
        versions = {name.removeprefix(PLANT): version for name, version in plants_in(kept[0]).items()}
    return {name: await plant_shares(house, account.year, name, version) for name, version in sorted(versions.items())}


async def _maps(house: House, account: ShareAccount, language: Language) -> dict[AreasKey, tuple[str, str]]:
    """Return the maps, each drawn from the very boundaries that its areas were cut from."""
    asked: dict[str, dict[AreasKey, tuple[Plant, PlantAreas]]] = {}
    for line in account.lines:
        areas = line.settlement.areas
        if areas is not None and line.settlement.settled.parts:
            asked.setdefault(areas.edition_digest, {})[areas_key(areas)] = (line.settlement.plant, areas)
    found: dict[AreasKey, tuple[str, str]] = {}
    for edition in await house.ledger.boundary_editions(withdrawn=True):
        wanted = asked.pop(edition.digest, None)
        if wanted:
            around = await house.ledger.boundary_areas(edition.id)
            found |= await off_loop(house, _draw, ref_of(edition), around, tuple(wanted.values()), language)
    return found


def _draw(
    edition: EditionRef,
    around: tuple[BoundaryArea, ...],
    asked: tuple[tuple[Plant, PlantAreas], ...],
    language: Language,
) -> dict[AreasKey, tuple[str, str]]:
    boundaries, texts = boundary_map(edition, around), catalogue(language)
    drawn = ((areas_key(areas), _map(boundaries, plant, areas, texts)) for plant, areas in asked)
    return {key: (each.svg, each.text) for key, each in drawn if each}


def _map(boundaries: BoundaryMap, plant: Plant, areas: PlantAreas, texts: Catalogue) -> AreaMap | None:
    from renewables.geometry.drawing import area_map  # noqa: PLC0415 - in the worker process only
    from renewables.geometry.shapes import shapes_of  # noqa: PLC0415

    shapes = shapes_of(plant, areas.split, areas.radius_m, boundaries)
    return area_map(areas, shapes, plant.name, texts) if shapes else None
