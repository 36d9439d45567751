"""Scenarios of the fleet side by side: what they cost, avoid, procure and need, against today."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.errors import NotFoundError, RequestError
from core.fleet import VehicleDay
from core.inventory import Inventory
from core.inventory.mobility import ElectricModel, Procurement, VehicleClass, VehicleCosts
from operations.candidates.candidates import ListCandidates, list_candidates
from operations.candidates.rows import Scenario, Scenarios
from operations.candidates.scenario import CompareScenarios, compare_scenarios
from operations.explain import ExplainFigure, explain_figure
from operations.house import Call
from tests.operations.offices import ANNA, ELSEWHERE, filled, sites, tariffs, vehicle
from tests.operations.places import NOW, SINCE, Place, opened

LAST = date(2026, 11, 21)
KM = {"kurz": 60, "mittel": 100, "lang": 300, "ohne": 80, "neu": 50}


def inventory() -> Inventory:
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
        lease_eur_per_month=Decimal(300),
        maintenance_eur_per_100km=Decimal(3),
    )
    said: dict[str, Any] = {
        "fuel_l_per_100km": Decimal(6),
        "costs": VehicleCosts(maintenance_eur_per_100km=Decimal(5), lease_eur_per_month=Decimal(250)),
        "procurement": Procurement(awarded=date(2026, 2, 1), co2_g_per_km=Decimal(120)),
    }
    cars = [vehicle(name, **(said | ({"costs": None} if name == "ohne" else {}))) for name in KM]
    return Inventory(
        sites=sites(),
        vehicles={each.id: each for each in cars},
        electric_models={model.id: model},
        tariffs=tariffs(),
    )


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with opened(tmp_path) as here:
        here.house = replace(here.house, inventory=inventory)
        await here.stores.ledger.save_vehicle_days(
            VehicleDay(vehicle=name, day=LAST - timedelta(days=number), distance_m=Decimal(km * 1000))
            for name, km in KM.items()
            for number in range(20 if name == "neu" else 73)
        )
        await here.stores.ledger.keep_vouchers([filled("kurz")])
        yield here


async def compare(place: Place, *chosen: str, **asked: Any) -> Scenarios:
    return await compare_scenarios(place.house, CompareScenarios(replace=chosen, **asked), Call(ANNA, NOW))


def values(scenario: Scenario) -> dict[str, Any]:
    return {each.name: each.reason.code if each.reason else each.value for each in scenario.figures}


async def test_scenarios_stand_beside_today(place: Place) -> None:
    found = await compare(place, "suitable", "top:1", "lang")
    assert [each.replace for each in found.items] == ["today", "suitable", "top:1", "lang"]
    assert (found.considered, found.years, found.until) == (4, 6, LAST)
    today, suitable, top, far = found.items
    assert [row.vehicle for row in suitable.replacements] == ["mittel", "kurz", "ohne"]
    assert [row.vehicle for row in top.replacements] == [found.ranking[0].vehicle]
    assert [(row.vehicle, row.suitability) for row in far.replacements] == [("lang", "not_suitable")]
    assert (suitable.vehicles, suitable.connectors_missing) == (3, 3)
    assert (suitable.cost_delta_eur, today.cost_delta_eur) == (values(suitable)["cost_delta_eur"], 0)
    assert (today.replacements, values(today)["vehicles"], values(today)["cost_delta_eur"]) == ((), 0, 0)


async def test_costs_are_those_of_all_vehicles_known_in_every_column(place: Place) -> None:
    today, one = (await compare(place, "mittel")).items
    # kurz, mittel and lang: 460 km a day for 365 days; "ohne" has no costs and is in no column.
    km = Decimal(365 * (60 + 100 + 300))
    kept = 6 * (km / 100 * (6 * Decimal("1.60") + 5) + 3 * 12 * 250)
    assert values(today)["cost_eur"] == kept
    driven = Decimal(365 * 100)
    # 73 days from September on: 30 in September at 15 kWh, else at 20 kWh; / 0.9.
    winter = sum((LAST - timedelta(days=number)).month in {10, 11} for number in range(73))
    energy = (Decimal(20_000) * winter + Decimal(15_000) * (73 - winter)) / Decimal("0.9") * 5
    electric = 6 * (12 * 300 + driven / 100 * 3 + energy / 1000 * Decimal("0.30"))
    mine = 6 * (driven / 100 * (6 * Decimal("1.60") + 5) + 12 * 250)
    assert values(one)["energy_year_wh"] == pytest.approx(energy)
    assert values(one)["cost_delta_eur"] == pytest.approx(electric - mine)
    assert values(one)["cost_eur"] == pytest.approx(kept + electric - mine)
    assert values(one)["distance_year_m"] == driven * 1000


async def test_differences_are_the_sums_of_the_candidates(place: Place) -> None:
    ranking = await list_candidates(place.house, ListCandidates(), Call(ANNA, NOW))
    rows = {row.vehicle: row for row in ranking.items}
    found = values((await compare(place, "kurz,mittel")).items[1])
    two = [rows["kurz"], rows["mittel"]]
    assert found["cost_delta_eur"] == pytest.approx(sum(row.cost_delta_eur or 0 for row in two))
    assert found["co2e_avoided_year_g.wtw"] == pytest.approx(sum(row.co2e_avoided_year_g or 0 for row in two))
    assert found["co2e_avoided_year_g.ttw"] > 0


async def test_each_replacement_is_a_clean_procurement(place: Place) -> None:
    today, one, all_of_them = (await compare(place, "kurz", "suitable")).items
    (before,), (after,), (best,) = today.quotas, one.quotas, all_of_them.quotas
    assert (before.procured, before.clean) == (5, 0)
    assert (after.procured, after.clean) == (6, 1)
    assert before.next_needed > after.next_needed > best.next_needed


async def test_what_charging_needs_is_part_of_a_scenario(place: Place) -> None:
    today, all_of_them = (await compare(place, "suitable")).items
    assert today.sites == ()
    (amt,) = all_of_them.sites
    assert (amt.site, amt.newcomers, amt.connectors_needed) == ("amt", 3, 3)
    assert values(all_of_them)["connectors_missing"] == 3
    assert values(all_of_them)["sites_without_room.managed"] == "scenario.no_connection"
    assert values(today)["sites_without_room.managed"] == 0


async def test_what_is_left_out_is_said(place: Place) -> None:
    found = await compare(place, "suitable")
    assert {(note.code, note.params.get("count")) for note in found.notes} == {
        ("scenario.rules", None),
        ("scenario.without_costs", 1),
    }
    named = (await compare(place, "neu")).items[1]
    assert [row.reason.code for row in named.replacements if row.reason] == ["candidates.too_few_days"]
    assert values(named)["vehicles"] == 0


async def test_an_empty_fleet_is_compared_too(place: Place) -> None:
    place.house = replace(place.house, inventory=lambda: replace(inventory(), vehicles={}))
    found = await compare(place, "suitable")
    assert values(found.items[1])["cost_eur"] == "scenario.nobody"
    assert values(found.items[1])["vehicles"] == 0


async def test_each_figure_is_explained_with_the_same_value(place: Place) -> None:
    found = await compare(place, "kurz,mittel", "top:2", years=6)
    for scenario in found.items:
        for figure in scenario.figures:
            told = await explain_figure(place.house, ExplainFigure(figure=figure.figure), Call(ANNA, NOW))
            assert (told.value, told.unit) == (figure.value, figure.unit), figure.figure
            for below in told.parts:
                if below.figure:
                    again = await explain_figure(place.house, ExplainFigure(figure=below.figure), Call(ANNA, NOW))
                    assert (again.value, again.unit) == (below.value, below.unit), below.figure


async def test_sums_are_explained_by_their_vehicles(place: Place) -> None:
    for name in ("cost_delta_eur", "co2e_avoided_year_g.wtw", "energy_year_wh", "distance_year_m", "vehicles"):
        figure = f"scenario/2026-11-21/fleet/{name}.years_8.only.kurz.mittel"
        told = await explain_figure(place.house, ExplainFigure(figure=figure), Call(ANNA, NOW))
        assert told.value == pytest.approx(sum(part.value or 0 for part in told.parts))
        assert len(told.parts) == 2


@pytest.mark.parametrize(
    ("figure", "error"),
    [
        ("scenario/2026-11-21/site:amt/cost_eur.years_6.suitable", NotFoundError),
        ("scenario/2026-11-21/fleet/cost_eur.years_6.only.weg", NotFoundError),
        ("scenario/2026-11-21/fleet/cost_eur.years_0.suitable", RequestError),
        ("scenario/2026-11-21/fleet/cost_eur.suitable", RequestError),
        ("scenario/2026-11-21/fleet/weight_g.years_6.suitable", RequestError),
        ("scenario/2026-13-21/fleet/cost_eur.years_6.suitable", RequestError),
    ],
)
async def test_what_is_no_figure_is_refused(place: Place, figure: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        await explain_figure(place.house, ExplainFigure(figure=figure), Call(ANNA, NOW))


async def test_who_sees_one_site_sees_its_vehicles_only(place: Place) -> None:
    found = await compare_scenarios(place.house, CompareScenarios(), Call(ELSEWHERE, NOW))
    assert (found.considered, found.ranking, found.items[1].quotas) == (0, (), ())
    with pytest.raises(NotFoundError):
        await compare_scenarios(place.house, CompareScenarios(replace=("kurz",)), Call(ELSEWHERE, NOW))
