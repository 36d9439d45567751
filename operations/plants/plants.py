"""Plants and municipalities as lists and one by one: master data, the rules that hold, and contracts."""

from __future__ import annotations

from collections.abc import Iterable

from core.errors import NotFoundError
from core.inventory import Contract, Inventory, Municipality, Plant
from core.ports import Page
from operations.feed_in.base import EXPORT, source_of
from operations.house import Call, House
from operations.plants.rows import (
    ListMunicipalities,
    ListPlants,
    MunicipalityDetail,
    MunicipalityRow,
    PartyRow,
    PlantContract,
    PlantDetail,
    PlantRow,
    PlantRule,
    ShowMunicipality,
    ShowPlant,
)
from operations.values import Told, matches, page_of
from renewables.choice import RuleChoice, rules_for, unknown_laws


async def list_plants(house: House, request: ListPlants, call: Call) -> Page[PlantRow]:
    """Return the plants in use that the actor may see, by id."""
    plants = [plant for plant in _in_use(house, call) if _wanted(plant, request)]
    page = page_of(plants, [plant.id for plant in plants], request.limit, request.cursor)
    return Page(_rows(house, page.items, call), page.total, page.next_cursor)


async def show_plant(house: House, request: ShowPlant, call: Call) -> PlantDetail:
    """Return one plant, former ones too. Raises `NotFoundError` or `ForbiddenError`."""
    inventory = house.inventory()
    plant = inventory.plants.get(request.id)
    if plant is None:
        raise NotFoundError("plants.unknown", id=request.id[:120])
    call.must_see(plant.site)
    year = request.year or house.day(call.now_utc).year
    contracts = [each for each in inventory.contracts.values() if plant.id in each.plants]
    counted = [each for each in await house.query.last([source_of(plant)]) if each.quantity is EXPORT]
    (row,) = _rows(house, [plant], call)
    return PlantDetail(
        plant=row,
        year=year,
        awarded=plant.awarded,
        application_complete=plant.application_complete,
        marketing=plant.marketing,
        value_ct_per_kwh=plant.value_ct_per_kwh,
        meter=plant.meter,
        feed_in_meter=plant.feed_in_meter,
        latitude_deg=plant.latitude_deg,
        longitude_deg=plant.longitude_deg,
        outline=plant.outline,
        height_m=plant.height_m,
        reference_yield_wh=plant.reference_yield_wh,
        site_yield_wh=plant.site_yield_wh,
        last_fed_in_at_utc=max((each.at_utc for each in counted), default=None),
        valid_from=plant.valid_from,
        valid_to=plant.valid_to,
        rules=tuple(map(_rule, _choices(house, plant, year))),
        contracts=tuple(_contract(each, inventory) for each in contracts),
        open=tuple(map(Told.of, unknown_laws(plant, year, house.laws(), contracts))),
    )


async def list_municipalities(house: House, request: ListMunicipalities, call: Call) -> Page[MunicipalityRow]:
    """Return municipalities, by id."""
    day = house.day(call.now_utc)
    found = [
        each
        for each in house.inventory().municipalities.values()
        if (request.former or each.valid_on(day))
        and request.land in (None, each.state)
        and (matches(each, request.query) or (request.query or "") in each.key)
    ]
    page = page_of(found, [each.id for each in found], request.limit, request.cursor)
    rows = tuple(_municipality(house, each, call) for each in page.items)
    return Page(rows, page.total, page.next_cursor)


async def show_municipality(house: House, request: ShowMunicipality, call: Call) -> MunicipalityDetail:
    """Return one municipality, former ones too. Raises `NotFoundError`."""
    inventory = house.inventory()
    municipality = inventory.municipalities.get(request.id)
    if municipality is None:
        raise NotFoundError("plants.municipality_unknown", id=request.id[:120])
    return MunicipalityDetail(
        municipality=_municipality(house, municipality, call),
        plants=_rows(house, _standing_in(house, municipality, call), call),
        contracts=tuple(_contract(each, inventory) for each in _naming(inventory, municipality)),
    )


def _wanted(plant: Plant, request: ListPlants) -> bool:
    return (
        request.kind in (None, plant.kind)
        and request.municipality in (None, plant.municipality)
        and request.operator in (None, plant.operator)
        and matches(plant, request.query)
    )


def _in_use(house: House, call: Call) -> list[Plant]:
    day = house.day(call.now_utc)
    plants = house.inventory().plants.values()
    return [plant for plant in plants if plant.valid_on(day) and call.actor.sees(plant.site)]


def _rows(house: House, plants: Iterable[Plant], call: Call) -> tuple[PlantRow, ...]:
    inventory, year = house.inventory(), house.day(call.now_utc).year
    return tuple(
        PlantRow(
            id=plant.id,
            name=plant.name,
            kind=plant.kind,
            power_w=plant.power_w,
            municipality=plant.municipality,
            municipality_name=inventory.municipalities[plant.municipality].name,
            state=inventory.municipalities[plant.municipality].state,
            operator=plant.operator,
            register_number=plant.register_number,
            permitted=plant.permitted,
            commissioned=plant.commissioned,
            laws=tuple(dict.fromkeys(each.rule.law for each in _choices(house, plant, year) if each.holds)),
            site=plant.site,
        )
        for plant in plants
    )


def _choices(house: House, plant: Plant, year: int) -> tuple[RuleChoice, ...]:
    """Return the rules that are about a plant, those first that hold."""
    inventory = house.inventory()
    state = inventory.municipalities[plant.municipality].state
    found = rules_for(plant, state, year, house.laws(), inventory.contracts.values())
    return tuple(sorted(found, key=lambda each: not each.holds))


def _rule(choice: RuleChoice) -> PlantRule:
    return PlantRule(
        rule=choice.rule.id,
        title=choice.rule.title,
        verdict=choice.verdict,
        contract=choice.contract.id if choice.contract else None,
        reasons=tuple(Told.of(each) for each in (*choice.reasons, *choice.findings, *choice.notes)),
    )


def _contract(contract: Contract, inventory: Inventory) -> PlantContract:
    return PlantContract(
        id=contract.id,
        name=contract.name,
        law=contract.law,
        rate_ct_per_kwh=contract.rate_ct_per_kwh,
        redistribute=contract.redistribute,
        counts_fictitious=contract.counts_fictitious,
        signed=contract.signed,
        valid_from=contract.valid_from,
        valid_to=contract.valid_to,
        plants=contract.plants,
        parties=tuple(
            PartyRow(
                municipality=party.municipality,
                name=inventory.municipalities[party.municipality].name,
                answer=party.answer,
                answered=party.answered,
            )
            for party in contract.parties
        ),
    )


def _municipality(house: House, municipality: Municipality, call: Call) -> MunicipalityRow:
    plants = _standing_in(house, municipality, call)
    return MunicipalityRow(
        id=municipality.id,
        name=municipality.name,
        key=municipality.key,
        state=municipality.state,
        plants=len(plants),
        power_w=sum(plant.power_w for plant in plants),
        contracts=len(_naming(house.inventory(), municipality)),
        valid_from=municipality.valid_from,
        valid_to=municipality.valid_to,
    )


def _standing_in(house: House, municipality: Municipality, call: Call) -> list[Plant]:
    return [plant for plant in _in_use(house, call) if plant.municipality == municipality.id]


def _naming(inventory: Inventory, municipality: Municipality) -> list[Contract]:
    return [
        contract
        for contract in inventory.contracts.values()
        if any(party.municipality == municipality.id for party in contract.parties)
    ]
