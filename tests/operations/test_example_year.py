"""A year of the example district: gas paid by its energy, heat in usual weather, parts that add up to the meter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

import pytest
import pytest_asyncio

from config.create import create
from config.load import load
from core.inventory import Inventory
from demo.history import write_history
from operations.balances.rows import BalanceOf, BranchRow, MeteringTree
from operations.gate import Gate
from operations.house import Call
from operations.intervals.job import compute_intervals
from operations.schedule import JobWork
from tests.district import NOW, District, open_district

pytestmark = pytest.mark.asyncio(loop_scope="module")
CENT = Decimal("0.01")


def only(inventory: Inventory, *sites: str) -> Inventory:
    """Return what of an inventory is at some sites, without charging."""
    here = {
        shelf: {name: entry for name, entry in getattr(inventory, shelf).items() if entry.site in sites}
        for shelf in ("buildings", "meters", "budgets", "plants")
    }
    kept = {name: inventory.sites[name] for name in sites}
    return replace(inventory, sites=kept, stations={}, vehicles={}, tags={}, **here)


async def lived_in(empty: District, inventory: Inventory, months: int) -> District:
    """Return a district with the past of some sites in its stores, all that follows from it computed."""
    stores = empty.stores
    await write_history(inventory, stores.readings, stores.ledger, NOW, token_of=str, months=months, seed=2026)
    house = replace(empty.gate.house, inventory=lambda: inventory)
    await compute_intervals(house, JobWork(period="2026-11-22T09:45Z"), Call(empty.admin, NOW))
    return replace(empty, gate=Gate(house))


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    """Return the inventory that `kreiswatt init --example` writes."""
    folder = tmp_path_factory.mktemp("example")
    create(folder / "conf", example=True, data_dir=folder / "data")
    return load(folder / "conf", {}).inventory


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def kindergarten(tmp_path_factory: pytest.TempPathFactory, example: Inventory) -> AsyncIterator[District]:
    """Open a kindergarten's thirteen months."""
    async with open_district(tmp_path_factory.mktemp("kita")) as empty:
        yield await lived_in(empty, only(example, "kita"), 13)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def makers(tmp_path_factory: pytest.TempPathFactory, example: Inventory) -> AsyncIterator[District]:
    """Open the last weeks of a school with a roof and a battery, and of a pool that makes power of gas."""
    async with open_district(tmp_path_factory.mktemp("makers")) as empty:
        yield await lived_in(empty, only(example, "gymnasium", "hallenbad"), 1)


async def test_gas_is_paid_by_the_energy_that_its_fuel_says_it_holds(
    kindergarten: District, example: Inventory
) -> None:
    costs = await kindergarten.ask("costs.show", id="kita", medium="gas", year=2026)
    price = example.tariffs["gas"].energy_eur_per_kwh
    fuel = {month.month: month for month in example.fuels["erdgas"].months}
    for month in costs.months[:10]:
        volume = await kindergarten.ask("totals.show", id="meter:kita-gas", period=month.period, quantity="volume_m3")
        said = fuel[month.period]
        kwh = volume.whole.value * said.state_number * said.energy_kwh_per_m3
        assert abs(month.used - kwh) < Decimal("0.1"), "but for what each quarter hour is rounded by"
        assert abs(month.energy_eur - month.used * price) < CENT
        assert month.findings == ()
    assert sum(month.total_eur for month in costs.months[:10]) == costs.whole.total_eur > 1_000


async def test_a_month_whose_fuel_nobody_has_told_has_no_cost_but_a_reason(kindergarten: District) -> None:
    costs = await kindergarten.ask("costs.show", id="kita", medium="gas", year=2026)
    assert costs.months[-1].total_eur is None
    assert costs.months[-1].reason is not None
    assert costs.whole.months_missing == ("2026-11",)


async def test_heat_of_the_last_twelve_months_is_weather_corrected(kindergarten: District) -> None:
    weather = await kindergarten.ask("weather.show", id="kita", medium="gas")
    assert weather.days_known == weather.days == 365
    use = weather.use
    assert use.reason is None
    assert use.base + use.heating == use.used
    assert Decimal("0.85") < use.factor < Decimal("1.15")
    assert use.factor != 1
    coldest = max(weather.months, key=lambda month: month.degree_days_kd)
    assert coldest.used == max(month.used for month in weather.months)


@pytest.mark.parametrize(
    ("site", "medium"), [("gymnasium", "electricity"), ("hallenbad", "electricity"), ("hallenbad", "gas")]
)
async def test_parts_of_a_site_add_up_to_the_suppliers_meter(makers: District, site: str, medium: str) -> None:
    tree: MeteringTree = await makers.ask("metering.show", id=f"site:{site}", period="2026", medium=medium)
    (supply,) = (branch for branch in tree.branches if branch.depth == 0)
    behind = [branch for branch in tree.branches if branch.depth == 1]
    assert sum(valued(branch) for branch in behind) == supply.value == tree.supplied
    (rest,) = (branch for branch in behind if branch.source is None)
    assert valued(rest) > 0


async def test_a_meter_that_was_taken_out_before_is_not_missed_in_what_a_year_costs(makers: District) -> None:
    gone = makers.gate.house.inventory().meters["gymnasium-strom-alt"]
    assert gone.valid_to is not None
    assert gone.valid_to.year == 2025
    costs = await makers.ask("costs.show", id="gymnasium", year=2026, medium="electricity")
    assert costs.whole.total_eur > 0
    assert gone.name not in repr(costs)


async def test_a_school_with_a_battery_uses_what_it_took_made_and_stored(makers: District) -> None:
    balance: BalanceOf = await makers.ask("balance.show", id="site:gymnasium", period="2026")
    assert balance.whole is not None
    part = {figure.name: figure.value or Decimal(0) for figure in balance.whole.figures}
    gained = part["import_wh"] + part["generation_wh"] + part["discharge_wh"]
    assert part["use_wh"] == gained - part["export_wh"] - part["charge_wh"]
    assert part["charge_wh"] - part["discharge_wh"] == part["loss_wh"]
    assert part["loss_wh"] / part["charge_wh"] == pytest.approx(Decimal("0.1"), abs=Decimal("0.01"))
    assert 0 < part["autarky_percent"] < part["self_use_percent"] <= 100


async def test_a_pool_that_makes_power_uses_it_itself(makers: District) -> None:
    balance: BalanceOf = await makers.ask("balance.show", id="site:hallenbad", period="2026")
    assert balance.whole is not None
    part = {(figure.name, figure.generator): figure.value or Decimal(0) for figure in balance.whole.figures}
    assert part["self_use_wh", "chp"] > 1_000_000
    assert part["use_wh", None] == part["import_wh", None] - part["export_wh", None] + part["generation_wh", "chp"]


def valued(branch: BranchRow) -> Decimal:
    """Return what a branch counted; all of these are known."""
    assert branch.value is not None
    return branch.value


async def test_every_kwh_of_a_roof_is_used_stored_or_fed_in_once(makers: District) -> None:
    found = await makers.ask("pv.show", id="site:gymnasium", period="2026-11")
    assert found.whole.known_percent > 99
    assert len(found.rows) > 20
    for row in (found.whole, *found.rows):
        energy = {each.name: each.value for each in row.energies}
        made = energy.pop("generation_wh")
        assert made == sum(energy.values())
        assert energy["unassigned_wh"] == 0
    balance = await makers.ask("balance.show", id="site:gymnasium", period="2026-11")
    said = {each.name: each.value for each in balance.whole.figures if each.generator in {None, "pv"}}
    whole = {each.name: each.value for each in found.whole.energies}
    assert whole["generation_wh"] == said["generation_wh"] > 1_000
    assert whole["buildings_wh"] + whole["charging_wh"] + whole["stored_wh"] == said["self_use_wh"]
