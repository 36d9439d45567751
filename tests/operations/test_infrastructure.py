"""What sites need for vehicles that would become electric, from kept days, sessions and the load of the site."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.errors import ForbiddenError, NotFoundError, RequestError
from core.fleet import VehicleDay
from core.inventory import Connector, Drive, Inventory, Medium, Meter, MeterRole, Station
from core.inventory.mobility import ElectricModel, VehicleClass
from core.readings import Reading
from fleet.candidates.driven_again import Limit
from operations.candidates.candidates import ListCandidates, list_candidates
from operations.candidates.infrastructure import ShowInfrastructure, show_infrastructure
from operations.candidates.rows import Infrastructure, SiteInfrastructure
from operations.explain import ExplainFigure, explain_figure
from operations.house import Call
from tests.operations.offices import ANNA, ELSEWHERE, filled, sites, tariffs, vehicle
from tests.operations.places import IMPORT, NOW, SINCE, SLOT, Place, opened

LAST = date(2026, 11, 21)
FIRST_KNOWN = datetime(2026, 10, 20, tzinfo=UTC)
CARS = ("eins", "zwei", "drei", "vier", "fuenf")
KM = 90


def inventory(**amt: Any) -> Inventory:
    model = ElectricModel(
        id="klein-1",
        name="Klein",
        valid_from=SINCE,
        source="Annahme",
        vehicle_class=VehicleClass.M1,
        winter_range_m=200_000.0,
        battery_wh=50_000.0,
        ac_power_w=11_000.0,
        energy_wh_per_100km=Decimal(15_000),
        winter_energy_wh_per_100km=Decimal(20_000),
    )
    outlets = tuple(Connector(number=number, max_power_w=11_000, plug="type_2") for number in (1, 2))
    station = Station(id="lis", name="Hof", valid_from=SINCE, site="amt", maker="A", model="B", connectors=outlets)
    cars = [vehicle(name, fuel_l_per_100km=Decimal(6)) for name in CARS]
    electric = vehicle("strom", drive=Drive.BATTERY, battery_wh=50_000.0)
    meter = Meter(
        id="haupt",
        name="Hauptzähler",
        valid_from=SINCE,
        site="amt",
        medium=Medium.ELECTRICITY,
        role=MeterRole.SUPPLY,
        nominal_interval_s=900,
    )
    return Inventory(
        sites=sites(**({"grid_connection_w": 60_000.0} | amt)),
        stations={"lis": station},
        vehicles={each.id: each for each in [*cars, electric]},
        electric_models={model.id: model},
        tariffs=tariffs(),
        meters={meter.id: meter},
    )


def load() -> list[Reading]:
    """Return 32 days of 10 kW, with 40 kW in one quarter hour of 25."""
    at, counted, readings = FIRST_KNOWN, 0.0, []
    number = 0
    while at < NOW:
        readings.append(Reading(source="meter:haupt", quantity=IMPORT, at_utc=at, value=counted))
        counted += 10_000 if number % 25 == 0 else 2_500
        at, number = at + SLOT, number + 1
    return readings


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with opened(tmp_path) as here:
        here.house = replace(here.house, inventory=inventory)
        await here.stores.ledger.save_vehicle_days(
            VehicleDay(vehicle=name, day=LAST - timedelta(days=number), distance_m=Decimal(KM * 1000))
            for name in (*CARS, "strom")
            for number in range(40)
        )
        await here.stores.ledger.keep_vouchers([filled("eins")])
        yield here


@pytest.fixture
async def measured(place: Place) -> Place:
    await place.put(*load())
    await place.run()
    return place


async def show(place: Place, **asked: Any) -> Infrastructure:
    return await show_infrastructure(place.house, ShowInfrastructure(**asked), Call(ANNA, NOW))


def values(row: SiteInfrastructure) -> dict[str, Decimal | str | None]:
    return {each.name: each.reason.code if each.reason else each.value for each in row.figures}


async def test_a_site_needs_connectors_and_power_for_all_that_become_electric(measured: Place) -> None:
    found = await show(measured)
    assert (found.until, found.replace, found.vehicles) == (LAST, "suitable", 5)
    (amt,) = found.items
    # Five cars and the electric one come each evening; 90 km x 20 kWh / 0.9 = 20 kWh in 10 h are 2 kW each.
    assert values(amt) == {
        "connectors": 2,
        "connectors_needed": 6,
        "connectors_missing": 4,
        "evenings_short": 40,
        "connection_w": 60_000,
        "load_p95_w": 10_000,
        "headroom_w": 50_000,
        "added_w.at_once": 55_000,
        "added_w.managed": 10_000,
        "missing_w.at_once": 5_000,
        "missing_w.managed": 0,
    }
    assert (amt.newcomers, amt.hidden) == (5, False)
    assert [(each.newcomers, each.already) for each in amt.evenings] == [(5, 1)] * 5
    assert amt.evenings[0].managed_w == 10_000


async def test_a_choice_of_vehicles_needs_less(measured: Place) -> None:
    (two,) = (await show(measured, replace="top:2")).items
    (named,) = (await show(measured, replace="drei, vier")).items
    (today,) = (await show(measured, replace="today")).items
    assert [row.connectors_needed for row in (two, named, today)] == [3, 3, 1]
    assert [row.added_at_once_w for row in (two, named, today)] == [22_000, 22_000, 0]


async def test_without_contract_or_load_power_is_not_computed(place: Place) -> None:
    (unmeasured,) = (await show(place)).items
    assert values(unmeasured)["load_p95_w"] == "infrastructure.load_unknown"
    assert values(unmeasured)["missing_w.managed"] == "infrastructure.load_unknown"
    place.house = replace(place.house, inventory=lambda: inventory(grid_connection_w=None))
    (unsaid,) = (await show(place)).items
    assert values(unsaid)["headroom_w"] == "infrastructure.no_connection"
    assert (values(unsaid)["connectors_missing"], unsaid.headroom_w) == (4, None)
    place.house = replace(place.house, inventory=lambda: replace(inventory(), meters={}))
    (unmetered,) = (await show(place)).items
    assert values(unmetered)["headroom_w"] == "infrastructure.no_meter"


async def test_a_grid_connection_without_room_is_what_is_lacking(measured: Place) -> None:
    measured.house = replace(measured.house, inventory=lambda: inventory(grid_connection_w=10_500.0))
    found = await list_candidates(measured.house, ListCandidates(vehicle="eins"), Call(ANNA, NOW))
    assert found.items[0].limit is Limit.GRID
    # What charge points could do is shown as if there were room: how much is missing says the rest.
    (amt,) = (await show(measured)).items
    assert values(amt)["missing_w.managed"] == 9_500


async def test_few_vehicles_with_one_of_a_single_person_hide_their_evenings(place: Place) -> None:
    def few() -> Inventory:
        whole = inventory()
        cars = {"eins": whole.vehicles["eins"], "zwei": replace(whole.vehicles["zwei"], personal=True)}
        return replace(whole, vehicles=cars)

    place.house = replace(place.house, inventory=few)
    longer = (LAST - timedelta(days=number) for number in range(80))
    await place.stores.ledger.save_vehicle_days(
        [VehicleDay(vehicle="zwei", day=day, distance_m=Decimal(KM * 1000)) for day in longer]
    )
    (amt,) = (await show(place)).items
    assert (amt.hidden, amt.evenings, amt.connectors_needed) == (True, (), 2)
    figure = next(each.figure for each in amt.figures if each.name == "connectors_needed")
    told = await explain_figure(place.house, ExplainFigure(figure=figure), Call(ANNA, NOW))
    assert (told.value, told.parts) == (2, ())


async def test_each_figure_is_explained_with_the_same_value(measured: Place) -> None:
    for chosen in ("suitable", "top:2", "drei,vier"):
        (amt,) = (await show(measured, replace=chosen)).items
        for figure in amt.figures:
            told = await explain_figure(measured.house, ExplainFigure(figure=figure.figure), Call(ANNA, NOW))
            assert (told.value, told.unit) == (figure.value, figure.unit)
            assert told.parts
            assert told.how


async def test_an_explained_evening_names_its_vehicles_and_their_days(measured: Place) -> None:
    figure = "infrastructure/2026-11-21/site:amt/connectors_needed.suitable"
    told = await explain_figure(measured.house, ExplainFigure(figure=figure), Call(ANNA, NOW))
    evening = told.parts[0].parts[0]
    assert evening.value == 6
    assert len(evening.parts) == 5
    power, driven = evening.parts[0].parts
    assert (power.value, power.unit) == (11_000, "W")
    assert driven.figure.startswith("vehicle_day/2026-")
    assert driven.value == KM * 1000


@pytest.mark.parametrize(
    ("figure", "error"),
    [
        ("infrastructure/2026-11-21/site:weg/connectors.suitable", NotFoundError),
        ("infrastructure/2026-11-21/vehicle:eins/connectors.suitable", NotFoundError),
        ("infrastructure/2026-11-21/site:amt/connectors.alle", NotFoundError),
        ("infrastructure/2026-11-21/site:amt/connectors", NotFoundError),
        ("infrastructure/2026-11-21/site:amt/connectors.top_x", RequestError),
        ("infrastructure/2026-11-21/site:amt/weight_g.suitable", RequestError),
        ("infrastructure/2026-11/site:amt/connectors.suitable", RequestError),
    ],
)
async def test_what_is_no_figure_is_refused(place: Place, figure: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        await explain_figure(place.house, ExplainFigure(figure=figure), Call(ANNA, NOW))


@pytest.mark.parametrize("text", ["", "top:0", "top:-1", "top:drei", ",", "top:99999"])
async def test_a_choice_that_means_nothing_is_refused(place: Place, text: str) -> None:
    with pytest.raises(RequestError):
        await show(place, replace=text)


async def test_only_what_the_actor_may_see_is_told(place: Place) -> None:
    with pytest.raises(NotFoundError):
        await show(place, replace="strom")
    found = await show_infrastructure(place.house, ShowInfrastructure(), Call(ELSEWHERE, NOW))
    assert (found.vehicles, found.items) == (0, ())
    figure = "infrastructure/2026-11-21/site:amt/connectors.suitable"
    with pytest.raises(ForbiddenError):
        await explain_figure(place.house, ExplainFigure(figure=figure), Call(ELSEWHERE, NOW))
