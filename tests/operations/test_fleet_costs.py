"""Costs of the fleet as all three ways ask for them: prices of the site and papers, scopes, and reasons."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.errors import ForbiddenError, NotFoundError, RequestError
from core.fleet import VehicleDay
from core.inventory import Inventory, Vehicle
from core.inventory.mobility import Baseline, BaselineBasis, Drive, FleetBudget, FuelKind, VehicleCosts
from core.people import Actor, Role
from operations.fleet.costs import ListFleetCosts, list_fleet_costs
from operations.house import Call
from tests.operations.offices import ANNA, filled, sites, tariffs, vehicle
from tests.operations.places import NOW, Place, opened

OCTOBER = date(2026, 10, 1)


def car(name: str, **changes: Any) -> Vehicle:
    return vehicle(name, **({"name": name.title(), "drive": Drive.BATTERY} | changes))


def inventory() -> Inventory:
    costs = VehicleCosts(
        lease_eur_per_month=Decimal(310), maintenance_eur_per_100km=Decimal(4), fixed_eur_per_month=Decimal(0)
    )
    baseline = Baseline(
        fuel=FuelKind.DIESEL, fuel_l_per_100km=Decimal(7), basis=BaselineBasis.FUEL_CARDS, source="Tankkarten"
    )
    cars = [
        car("neu", costs=costs, baseline=baseline, replaces="alt", battery_wh=50_000.0),
        car("alt", drive=Drive.DIESEL, costs=costs, valid_to=date(2026, 9, 1)),
        car("fern", site="tor", costs=costs),
    ]
    return Inventory(sites=sites(), vehicles={each.id: each for each in cars}, tariffs=tariffs())


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with opened(tmp_path) as here:
        here.house = replace(here.house, inventory=inventory)
        days = [
            VehicleDay(vehicle=name, day=OCTOBER, distance_m=Decimal(1_000_000), own_charged_wh=Decimal(200_000))
            for name in ("neu", "fern")
        ]
        await here.stores.ledger.save_vehicle_days(days)
        await here.stores.ledger.keep_vouchers([filled("anderer")])
        yield here


async def test_a_month_costs_what_tariff_papers_and_inventory_say(place: Place) -> None:
    found = await list_fleet_costs(place.house, ListFleetCosts(scope="site:amt"), Call(ANNA, NOW))
    assert (found.period, found.preliminary, [row.vehicle for row in found.vehicles]) == ("2026-10", False, ["neu"])
    row = found.vehicles[0]
    assert row.own.eur == Decimal(410)  # 200 kWh x 0.30 + 10 x 4 + 310
    assert row.own.eur_per_100km == Decimal(41)
    assert row.reference is not None
    assert row.reference.eur == Decimal(462)  # 70 l x 1.60 + 10 x 4 + 310
    assert row.saved_eur == Decimal(52)
    sources = {each.name: each.source for part in row.own.parts for each in part.inputs}
    assert sources["electricity_price"] == "tariff:strom"
    assert sources["lease"] == "vehicle:neu/costs"


async def test_what_lacks_an_input_says_so_and_is_counted(place: Place) -> None:
    found = await list_fleet_costs(place.house, ListFleetCosts(month="2026-10"), Call(ANNA, NOW))
    fern = next(row for row in found.vehicles if row.vehicle == "fern")
    assert fern.own.reason is not None
    assert (fern.own.eur, fern.own.reason.code) == (None, "fleet_costs.no_tariff")
    figures = {row.name: row for row in found.figures}
    battery = figures["cost_eur_per_100km.battery"]
    assert (battery.value, battery.computed, battery.not_computed) == (Decimal(41), 1, 1)
    reasons = {name: row.reason.code for name, row in figures.items() if row.reason}
    assert reasons["thg_eur.with_quota"] == "fleet_costs.no_thg_price"
    assert reasons["budget_percent"] == "fleet_costs.no_budget"
    assert reasons["cost_eur_per_100km.combustion"] == "fleet_costs.no_vehicles"


def with_budgets(*budgets: FleetBudget) -> Inventory:
    return replace(inventory(), fleet_budgets={each.id: each for each in budgets})


def budget(name: str, amount_eur: int, **changes: Any) -> FleetBudget:
    said: dict[str, Any] = {"name": name, "valid_from": date(2026, 1, 1), "year": 2026}
    return FleetBudget(id=name, amount_eur=Decimal(amount_eur), **(said | changes))


async def test_a_budget_is_used_by_all_months_of_the_year(place: Place) -> None:
    house = replace(place.house, inventory=lambda: with_budgets(budget("alle", 30_000)))
    july = VehicleDay(vehicle="neu", day=date(2026, 7, 1), distance_m=Decimal(500_000), own_charged_wh=Decimal(100_000))
    await place.stores.ledger.save_vehicle_days([july])
    found = await list_fleet_costs(house, ListFleetCosts(month="2026-10"), Call(ANNA, NOW))
    assert found.budget is not None
    assert [each.period for each in found.budget.months] == [f"2026-{month:02d}" for month in range(1, 11)]
    spent = {each.period: each.eur for each in found.budget.months}
    assert spent["2026-07"] == Decimal(980)  # three leases of 310, 100 kWh x 0.30, 5 x 4
    assert spent["2026-10"] == Decimal(760)  # 410, and of the other one the lease and 10 x 4
    assert found.budget.months[-1].lacking == ("fern",)
    assert found.budget.months[-1].figure == "fleet/2026-10/fleet/cost_eur"
    figures = {row.name: row for row in found.figures}
    assert figures["cost_eur"].value == Decimal(760)
    assert figures["budget_percent"].value == round(found.budget.spent_eur / 300, 6)
    assert figures["budget_percent"].remarks[0].code == "fleet_costs.at_least"
    assert figures["budget_forecast_eur"].reason is not None
    assert figures["budget_forecast_eur"].reason.code == "fleet_costs.too_much_missing"


async def test_the_months_of_a_budget_are_the_costs_of_those_months(place: Place) -> None:
    house = replace(place.house, inventory=lambda: with_budgets(budget("alle", 30_000)))
    whole = await list_fleet_costs(house, ListFleetCosts(month="2026-11"), Call(ANNA, NOW))
    assert whole.budget is not None
    for row in whole.budget.months:
        month = await list_fleet_costs(house, ListFleetCosts(month=row.period), Call(ANNA, NOW))
        cost = next(each for each in month.figures if each.name == "cost_eur")
        assert (cost.value, cost.not_computed) == (row.eur or None, len(row.lacking))
    assert whole.budget.until == date(2026, 11, 22)


async def test_a_scope_has_the_budget_of_its_group_in_force_in_the_year(place: Place) -> None:
    ended = budget("alt", 900, group="Amt", valid_to=date(2026, 7, 1))
    amended = budget("neu", 1000, group="Amt", valid_from=date(2026, 7, 1))
    last_year = budget("vorher", 5, year=2025, valid_from=date(2025, 1, 1))
    house = replace(place.house, inventory=lambda: with_budgets(ended, amended, last_year))

    async def told(scope: str, month: str) -> str | None:
        found = await list_fleet_costs(house, ListFleetCosts(month=month, scope=scope), Call(ANNA, NOW))
        return found.budget.source if found.budget else None

    assert await told("group:amt", "2026-06") == "fleet_budgets/alt"
    assert await told("group:amt", "2026-07") == "fleet_budgets/neu"
    assert await told("fleet", "2026-07") is None
    assert await told("site:amt", "2026-07") is None
    assert await told("fleet", "2025-12") == "fleet_budgets/vorher"


async def test_a_running_month_takes_the_days_that_are_over(place: Place) -> None:
    found = await list_fleet_costs(place.house, ListFleetCosts(month="2026-11"), Call(ANNA, NOW))
    lease = next(part for part in found.vehicles[-1].own.parts if part.part == "lease")
    assert found.preliminary
    assert lease.eur == Decimal(217)  # 310 x 21 of 30 days


async def test_what_is_no_month_or_scope_or_not_seen_is_refused(place: Place) -> None:
    elsewhere = Actor(name="tom", role=Role.FLEET, sites=frozenset({"tor"}))
    for request, actor, error in (
        (ListFleetCosts(month="2026-13"), ANNA, RequestError),
        (ListFleetCosts(month="2027-01"), ANNA, RequestError),
        (ListFleetCosts(scope="site:weg"), ANNA, NotFoundError),
        (ListFleetCosts(scope="site:amt"), elsewhere, ForbiddenError),
        (ListFleetCosts(), elsewhere, ForbiddenError),
    ):
        with pytest.raises(error):
            await list_fleet_costs(place.house, request, Call(actor, NOW))
