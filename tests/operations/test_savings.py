"""Statements of savings over the real stores: computed each night, kept in versions, shown and explained."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.errors import ForbiddenError, NotFoundError
from core.factors import FactorTable, Subject
from core.fleet import MatchBasis, SessionValuation, VehicleDay
from core.inventory import Drive, Inventory, Site, SiteKind, Vehicle
from core.inventory.mobility import Baseline, BaselineBasis, FuelKind
from core.people import Actor, Role
from core.readings import SlotShare
from core.statements import StatementKey
from core.vehicle_months import VehicleMonth
from fleet.savings.statement import FIGURES, HEADLINE
from fleet.vehicle_days.days import dates
from operations.alarms.savings_watch import missing_savings
from operations.evidence.rows import Explained
from operations.explain import ExplainFigure, explain_figure
from operations.house import Call
from operations.savings.job import compute_savings, first_working_day
from operations.savings.keeping import SavingsDone
from operations.savings.rows import ShownSavings
from operations.savings.savings import ShowSavings, show_savings
from operations.schedule import JobWork
from tests.operations.places import Place, opened

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
ANNA = Actor(name="anna", role=Role.ADMIN)
BASELINE = Baseline(
    fuel=FuelKind.PETROL, fuel_l_per_100km=Decimal("7.7"), basis=BaselineBasis.FUEL_CARDS, source="Tankkarten 2024"
)


def vehicle(name: str, **changes: Any) -> Vehicle:
    said: dict[str, Any] = {
        "id": name,
        "name": f"Wagen {name}",
        "valid_from": date(2024, 1, 1),
        "site": "amt",
        "maker": "A",
        "model": "B",
        "drive": Drive.BATTERY,
        "group": "Büro West",
        "battery_wh": 50_000.0,
        "baseline": BASELINE,
    }
    return Vehicle(**(said | changes))


def inventory() -> Inventory:
    cars = (
        vehicle("eins"),
        vehicle("zwei", group="Bauhof", site="hof"),
        vehicle("ohne", baseline=None),
        vehicle("hybrid", drive=Drive.PLUG_IN_HYBRID, fuel=FuelKind.PETROL),
        vehicle("diesel", drive=Drive.DIESEL, battery_wh=None, baseline=None),
    )
    sites = {
        name: Site(id=name, name=name.title(), valid_from=date(2024, 1, 1), kind=SiteKind.OFFICE, municipality="au")
        for name in ("amt", "hof")
    }
    return Inventory(sites=sites, vehicles={car.id: car for car in cars})


def day(car: str, on: date, km: int, kwh: str, **changes: Any) -> VehicleDay:
    said: dict[str, Any] = {
        "vehicle": car,
        "day": on,
        "distance_m": Decimal(km * 1000),
        "distance_share": SlotShare.MEASURED,
        "odometer_end_m": Decimal(50_000_000 + on.day * km * 1000),
        "own_charged_wh": Decimal(kwh) * 1000,
    }
    return VehicleDay(**(said | changes))


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with opened(tmp_path) as here:
        here.now_utc = NOW
        here.house = replace(here.house, inventory=inventory)
        october = dates(date(2026, 9, 30), date(2026, 10, 31))
        days = [day("eins", on, 50, "9.123") for on in october]
        days += [day("zwei", on, 10, "2.5", fuel_l=None) for on in october]
        days += [day("ohne", on, 10, "2.5") for on in october]
        days += [day("hybrid", on, 10, "1") for on in october]
        await here.stores.ledger.save_vehicle_days(days)
        yield here


def call(actor: Actor = ANNA) -> Call:
    return Call(actor, NOW)


async def compute(place: Place, on: str = "2026-11-02") -> SavingsDone:
    return await compute_savings(place.house, JobWork(period=on), call())


async def shown(place: Place, scope: str | None = None, version: int | None = None) -> ShownSavings:
    return await show_savings(place.house, ShowSavings(month="2026-10", scope=scope, version=version), call())


async def explained(place: Place, figure: str) -> Explained:
    return await explain_figure(place.house, ExplainFigure(figure=figure), call())


async def test_a_month_is_stated_by_the_formula_with_the_factors_it_names(place: Place) -> None:
    done = await compute(place)
    assert done.versions == done.months == 2  # September has one day
    found = await shown(place, "vehicle:eins")
    row = found.figures[0]
    baseline, grid = row.lines
    assert row.name == HEADLINE
    assert baseline.amount == Decimal(1550) * Decimal("7.7") / 100
    assert grid.amount == Decimal("9.123") * 31
    assert baseline.factor is not None
    assert grid.factor is not None
    litre_g = baseline.factor.value * 1000
    assert baseline.factor.unit == "kg/l"
    assert row.avoided_g == baseline.amount * litre_g - grid.amount * grid.factor.value
    assert row.uncertainty is not None
    assert row.uncertainty.low_g < row.avoided_g < row.uncertainty.high_g
    assert "1550 km" in row.formula


async def test_groups_and_sites_and_vehicles_add_up_to_the_fleet_exactly(place: Place) -> None:
    await compute(place)
    whole = await shown(place)
    groups = [await shown(place, each.scope) for each in whole.scopes if each.scope.startswith("group:")]
    sites = [await shown(place, each.scope) for each in whole.scopes if each.scope.startswith("site:")]
    assert {each.scope for each in groups} == {"group:buero-west", "group:bauhof"}
    for parts in (groups, sites):
        known = [part.figures[0].avoided_g for part in parts]
        assert sum(each for each in known if each is not None) == whole.figures[0].avoided_g
    known = [each.headline.avoided_g for each in whole.vehicles]
    assert sum(each for each in known if each is not None) == whole.figures[0].avoided_g
    assert whole.figures[0].computed == 2
    assert whole.figures[0].not_computed == 2


async def test_what_is_not_computed_is_a_line_with_its_reason_and_no_nought(place: Place) -> None:
    await compute(place)
    rows = {each.vehicle: each.headline for each in (await shown(place)).vehicles}
    assert rows["ohne"].avoided_g is None
    assert [each.code for each in rows["ohne"].reasons] == ["emissions.no_baseline"]
    assert [each.code for each in rows["hybrid"].reasons] == ["emissions.hybrid_without_fuel"]
    assert "diesel" not in rows
    market = next(each for each in (await shown(place)).figures if each.name.endswith("wtw.market"))
    assert market.avoided_g is None
    assert [each.code for each in market.reasons] == ["savings.none_computed", "factors.no_residual_mix"]


async def test_what_is_computed_again_without_a_change_is_no_new_version(place: Place) -> None:
    await compute(place)
    assert (await compute(place)).versions == 0


async def test_a_change_is_a_new_version_that_says_why(place: Place) -> None:
    await compute(place)
    await place.stores.ledger.save_vehicle_days([day("eins", date(2026, 10, 5), 80, "9.123")])
    valuation = SessionValuation(
        session="s1",
        version=1,
        vehicle="eins",
        basis=MatchBasis.TAG,
        confidence=Decimal(1),
        begun_at_utc=datetime(2026, 10, 5, 10, tzinfo=UTC),
        energy_wh=Decimal(9123),
        pv_wh=Decimal(4000),
        grid_wh=Decimal(5123),
        made_by="job:fleet",
        made_at_utc=NOW,
    )
    await place.stores.ledger.value_sessions([valuation])
    assert (await compute(place)).versions == 1
    found = await shown(place)
    assert found.version == 2
    assert found.pv_wh == 4000
    assert "eins" in found.versions[0].reason
    assert (await shown(place, version=1)).pv_wh == 0


async def test_a_changed_factor_states_the_month_again(place: Place) -> None:
    await compute(place)
    before = (await shown(place)).figures[0].avoided_g
    changed = [
        replace(each, value=each.value + 1) if each.subject is Subject.PETROL else each
        for each in place.house.factors()
    ]
    place.house = replace(place.house, factors=lambda: FactorTable(changed))
    assert (await compute(place)).versions == 2
    assert (await shown(place)).figures[0].avoided_g != before
    assert (await shown(place, version=1)).figures[0].avoided_g == before


async def test_a_month_is_final_from_the_first_working_day_after_it(place: Place) -> None:
    assert first_working_day(date(2026, 11, 1), inventory()) == date(2026, 11, 2)  # the first is a Sunday
    await compute(place, "2026-10-31")
    assert (await shown(place)).final is False
    await compute(place, "2026-11-01")
    found = await shown(place)
    assert found.final is True
    assert found.version == 2


async def test_more_use_of_electricity_than_petrol_is_a_negative_saving(place: Place) -> None:
    days = [day("eins", on, 1, "30") for on in dates(date(2026, 10, 1), date(2026, 10, 31))]
    await place.stores.ledger.save_vehicle_days(days)
    await compute(place)
    avoided = (await shown(place, "vehicle:eins")).figures[0].avoided_g
    assert avoided is not None
    assert avoided < 0


async def test_every_figure_is_explained_down_to_factors_odometer_and_sessions(place: Place) -> None:
    await compute(place)
    for scope in ("fleet", "group:bauhof", "site:amt", "vehicle:eins"):
        for row in (await shown(place, scope)).figures:
            assert (await explained(place, row.figure)).value == row.avoided_g
    found = await explained(place, f"savings/2026-10/vehicle:eins/{HEADLINE}")
    cited = {part.citation.kind for line in found.parts for part in line.parts if part.citation}
    assert {"factor", "reading"} <= cited
    assert any(
        part.figure.startswith("vehicle_day/2026-10/vehicle:eins/") for line in found.parts for part in line.parts
    )
    shares = [line.value for line in found.parts if line.citation is None and line.value is not None]
    assert sum(shares) == found.value


async def test_a_frozen_version_answers_after_the_days_are_gone(place: Place) -> None:
    await compute(place)
    before = await explained(place, f"savings/2026-10/fleet/{HEADLINE}@r1")
    assert before.intact is True
    october = [VehicleMonth(vehicle="eins", month=date(2026, 10, 1), days=31)]
    await place.stores.ledger.settle_vehicle_months(october, date(2026, 9, 1), date(2026, 10, 31))
    await place.stores.ledger.save_vehicle_days([day("eins", date(2026, 11, 1), 5, "1")])
    await compute(place)
    after = await explained(place, f"savings/2026-10/fleet/{HEADLINE}@r1")
    assert after.value == before.value
    assert (await shown(place)).version == 1


async def test_who_sees_one_site_only_gets_that_site_and_not_the_fleet(place: Place) -> None:
    await compute(place)
    limited = Actor(name="otto", role=Role.FLEET, sites=frozenset({"hof"}))
    request = ShowSavings(month="2026-10", scope="site:hof")
    found = await show_savings(place.house, request, call(limited))
    assert [each.vehicle for each in found.vehicles] == ["zwei"]
    assert [each.scope for each in found.scopes] == ["site:hof"]
    for scope in ("fleet", "group:bauhof", "site:amt", "vehicle:eins"):
        with pytest.raises(ForbiddenError):
            await show_savings(place.house, replace(request, scope=scope), call(limited))
        figure = ExplainFigure(figure=f"savings/2026-10/{scope}/{HEADLINE}")
        with pytest.raises(ForbiddenError):
            await explain_figure(place.house, figure, call(limited))


async def test_a_month_that_is_not_stated_is_said_to_be_none(place: Place) -> None:
    with pytest.raises(NotFoundError) as raised:
        await shown(place)
    assert raised.value.finding.code == "savings.not_stated"
    await compute(place)
    with pytest.raises(NotFoundError):
        await shown(place, "group:nirgends")


async def test_the_statement_is_intact_and_has_every_figure_of_the_fleet_by_name(place: Place) -> None:
    await compute(place)
    kept = await place.stores.ledger.statement(StatementKey("savings", "2026-10", "fleet"))
    assert kept is not None
    assert set(FIGURES) <= set(kept.body["figures"])
    assert kept.made_at_utc <= NOW + timedelta(seconds=1)


async def test_a_month_without_its_final_statement_is_told_from_the_second_working_day_on(place: Place) -> None:
    async def said(on: date) -> list[str]:
        now_utc = datetime(on.year, on.month, on.day, 10, tzinfo=UTC)
        seen = await missing_savings(place.house, Call(ANNA, now_utc))
        return [each.finding.code for each in seen.sightings]

    assert await said(date(2026, 11, 2)) == []  # the first working day
    assert await said(date(2026, 11, 3)) == ["alarms.savings_missing"]
    await compute(place, "2026-10-31")
    assert await said(date(2026, 11, 3)) == ["alarms.savings_not_final"]
    await compute(place, "2026-11-02")
    assert await said(date(2026, 11, 3)) == []
    assert await said(date(2027, 1, 5)) == []  # nothing was told in December
