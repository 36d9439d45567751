"""What a year of plants is settled by: rules, contracts, areas and energy, read for all plants together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from core.inventory import Inventory
from core.inventory.renewables import Contract, Plant
from core.texts import Finding
from operations.boundaries.areas import plant_areas
from operations.feed_in.base import energy_bases
from operations.house import Call, House
from operations.reports.made import heavy
from renewables.choice import RuleChoice, rules_for, unknown_laws
from renewables.energy_base import EnergyBase
from renewables.plant_year import PlantFacts, settle_plants
from renewables.rules import LawTable
from renewables.statement import Party, PlantShares

CHOSEN, MEASURED, COUNTED = 0.05, 0.3, 0.7
"""How far a settlement is once rules are chosen, areas measured and energy counted."""

Bases = dict[str, EnergyBase]


def plants_of(inventory: Inventory, table: LawTable, year: int, wanted: Collection[str] = ()) -> list[Plant]:
    """Return the plants that there were in a year and that a law or a contract is about, by id (all or those wanted).

    No law is about plants on roofs; they are settled only where somebody has a contract for one.
    """
    kinds = {rule.tech for rule in table.rules}
    agreed = {plant for contract in inventory.contracts.values() for plant in contract.plants}
    return [
        plant
        for plant in sorted(inventory.plants.values(), key=lambda each: each.id)
        if was_there(plant, year) and (plant.kind in kinds or plant.id in agreed) and (not wanted or plant.id in wanted)
    ]


def was_there(entry: Plant | Contract, year: int) -> bool:
    """Return whether an entry was valid on any day of a year."""
    ended = entry.valid_to is not None and entry.valid_to <= date(year, 1, 1)
    return entry.valid_from < date(year + 1, 1, 1) and not ended


async def settle_year(house: House, year: int, plants: Sequence[Plant], call: Call) -> list[PlantShares]:
    """Return the year of each plant, settled by what is known now. Nothing is kept."""
    bases = await energy_bases(house, [each.id for each in plants], year)
    return await settle_by(house, year, plants, bases, call)


async def settle_by(house: House, year: int, plants: Sequence[Plant], bases: Bases, call: Call) -> list[PlantShares]:
    """Return the year of each plant by its energy."""
    inventory, table = house.inventory(), house.laws()
    chosen = {plant.id: _choices(inventory, table, plant, year) for plant in plants}
    call.progress(CHOSEN, Finding.of("shares.measuring", count=len(plants)))
    holding = {each.rule.id: each.rule for choices in chosen.values() for each in choices if each.holds}
    areas = await plant_areas(house, plants, holding.values(), year)
    call.progress(MEASURED, Finding.of("shares.settling", count=len(plants)))
    parties = tuple(parties_in(inventory, year))
    facts = [
        PlantFacts(
            plant=plant,
            state=state_of(inventory, plant),
            year=year,
            choices=chosen[plant.id],
            base=bases.get(plant.id),
            areas=tuple(found for (name, _, _), found in areas.items() if name == plant.id),
            parties=parties,
            findings=unknown_laws(plant, year, table, inventory.contracts.values()),
        )
        for plant in plants
    ]
    settled = await heavy(house, settle_plants, facts)
    call.progress(COUNTED, Finding.of("shares.keeping", count=len(plants)))
    return settled


def _choices(inventory: Inventory, table: LawTable, plant: Plant, year: int) -> tuple[RuleChoice, ...]:
    return rules_for(plant, state_of(inventory, plant), year, table, inventory.contracts.values())


def state_of(inventory: Inventory, plant: Plant) -> str:
    """Return the Land in which a plant stands, empty where its municipality is unknown."""
    municipality = inventory.municipalities.get(plant.municipality)
    return municipality.state if municipality else ""


def parties_in(inventory: Inventory, year: int) -> Iterable[Party]:
    """Return the municipalities and Landkreise that there were at the end of a year, by key."""
    last = date(year, 12, 31)
    for each in sorted(inventory.municipalities.values(), key=lambda one: (one.key, one.id)):
        if each.valid_on(last):
            yield Party(key=each.key, id=each.id, name=each.name)
