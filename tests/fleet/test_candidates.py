"""Combustion vehicles replayed with electric models: range, nights, outlets, cost and emissions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.factors import shipped
from core.factors import Boundary
from core.fleet import VehicleDay
from core.inventory.mobility import Drive, ElectricModel, FuelKind, VehicleClass, VehicleCosts
from core.texts import Finding
from fleet.candidates.driven_again import CandidateFacts, Limit, Outlet, is_winter
from fleet.candidates.effects import Terms, Year, avoided_g, cost_delta_eur, fuel_rate, year_of
from fleet.candidates.verdicts import Replay, Suitability, replay, replay_all, replayed
from fleet.choice import FactorChoice
from tests.fleet.cars import car

JULY = date(2026, 7, 1)
HOURS = 3600
DIESEL = car(drive=Drive.DIESEL, battery_wh=None, energy_wh_per_100km=None, fuel_l_per_100km=Decimal(6))
WALLBOX = {"amt": [Outlet(Decimal(11_000))]}


def model(range_km: float = 200, **changes: Any) -> ElectricModel:
    said: dict[str, Any] = {
        "id": "klein",
        "name": "Klein",
        "valid_from": date(2026, 1, 1),
        "vehicle_class": VehicleClass.M1,
        "battery_wh": 50_000.0,
        "winter_range_m": range_km * 1000,
        "energy_wh_per_100km": Decimal(15_000),
        "winter_energy_wh_per_100km": Decimal(20_000),
        "ac_power_w": 11_000.0,
        "source": "Annahme",
        "maintenance_eur_per_100km": Decimal(3),
        "lease_eur_per_month": Decimal(300),
    }
    return ElectricModel(**(said | changes))


def days(km: list[float], first: date = JULY, **said: Any) -> list[VehicleDay]:
    return [
        VehicleDay(vehicle="auto", day=first + timedelta(days=number), distance_m=Decimal(str(each)) * 1000, **said)
        for number, each in enumerate(km)
    ]


def run(km: list[float], first: date = JULY, what: ElectricModel | None = None, **said: Any) -> Replay:
    facts = CandidateFacts(vehicle=DIESEL, days=days(km, first), **({"outlets": WALLBOX} | said))
    (found,) = replayed(facts, [what or model()]).replays
    return found


def test_a_vehicle_of_short_days_can_be_replaced() -> None:
    found = run([160.0] * 40)
    assert (found.suitability, found.limit, found.range_percent, found.hard) == (Suitability.SUITABLE, None, 100, ())


@pytest.mark.parametrize(("long", "suitability"), [(1, Suitability.SUITABLE), (2, Suitability.NOT_SUITABLE)])
def test_two_days_of_a_hundred_may_fail(long: int, suitability: Suitability) -> None:
    found = run([*[250.0] * long, *[20.0] * (50 - long)])
    assert found.suitability is suitability
    assert [day.limit for day in found.hard] == [Limit.RANGE] * long


def test_days_without_driving_do_not_hide_long_ones() -> None:
    assert run([*[250.0] * 2, *[20.0] * 38, *[0.0] * 60]).suitability is Suitability.NOT_SUITABLE


def test_a_long_day_that_only_warm_weather_makes_possible_is_not_enough() -> None:
    found = run([190.0] * 40)
    assert found.hard == ()
    assert found.range_percent == 0
    assert (found.suitability, found.limit) == (Suitability.WITH_CHARGING, Limit.RANGE)


def test_without_an_outlet_the_battery_lasts_for_its_range_only() -> None:
    found = run([50.0] * 40, outlets={})
    assert (found.suitability, found.limit) == (Suitability.NOT_SUITABLE, Limit.NO_OUTLET)
    assert found.failing == 40 - 4


def test_a_night_in_which_all_outlets_are_taken_brings_nothing() -> None:
    taken = frozenset(JULY + timedelta(days=number) for number in range(40))
    found = run([50.0] * 40, outlets={"amt": [Outlet(Decimal(11_000), taken)]})
    assert found.limit is Limit.OUTLET_TAKEN
    assert run([50.0] * 40, outlets={"amt": [Outlet(Decimal(11_000), taken), Outlet(Decimal(3_700))]}).hard == ()


def test_a_slow_outlet_lacks_time() -> None:
    found = run([150.0] * 40, outlets={"amt": [Outlet(Decimal(1_000))]})
    assert (found.suitability, found.limit) == (Suitability.NOT_SUITABLE, Limit.TIME)


def test_standing_longer_than_a_night_serves_to_charge_on_the_way() -> None:
    stood = days([300.0] * 40, dwell_s={"amt": 16 * HOURS})
    (found,) = replayed(CandidateFacts(vehicle=DIESEL, days=stood, outlets=WALLBOX), [model()]).replays
    assert (found.suitability, found.failing, found.charged_on_the_way) == (Suitability.WITH_CHARGING, 0, 40)


def test_temperatures_go_before_months() -> None:
    facts = CandidateFacts(vehicle=DIESEL, days=(), means_c={JULY: 4.0, date(2026, 1, 5): 14.0})
    assert is_winter(facts, JULY)
    assert not is_winter(facts, date(2026, 1, 5))
    assert is_winter(facts, date(2026, 1, 6))
    assert not is_winter(facts, date(2026, 7, 2))


def test_energy_is_that_of_the_weather_with_the_loss() -> None:
    assert run([90.0] * 40).energy_wh == Decimal(15_000) * 36 / Decimal("0.9")
    assert run([90.0] * 40, first=date(2026, 1, 1)).energy_wh == Decimal(20_000) * 36 / Decimal("0.9")


@pytest.mark.parametrize(
    ("km", "models", "code"),
    [
        ([50.0] * 29, [model()], "candidates.too_few_days"),
        ([0.0] * 40, [model()], "candidates.not_driven"),
        ([50.0] * 40, [model(vehicle_class=VehicleClass.N1)], "candidates.no_model"),
    ],
)
def test_without_data_nothing_is_computed(km: list[float], models: list[ElectricModel], code: str) -> None:
    found = replayed(CandidateFacts(vehicle=DIESEL, days=days(km)), models)
    assert found.reason
    assert (found.reason.code, found.replays) == (code, ())


def test_special_vehicles_are_called_by_their_word() -> None:
    special = replace(DIESEL, vehicle_class=VehicleClass.SPECIAL)
    found = replayed(CandidateFacts(vehicle=special, days=days([50.0] * 40)), [model()])
    assert found.reason == Finding.of("candidates.no_special_model")


def test_days_without_odometer_are_no_days() -> None:
    unknown = [VehicleDay(vehicle="auto", day=JULY - timedelta(days=number)) for number in range(1, 30)]
    found = replayed(CandidateFacts(vehicle=DIESEL, days=[*unknown, *days([50.0] * 20)]), [model()])
    assert found.known == 20
    assert found.reason == Finding.of("candidates.too_few_days", count=20, least=30)


KM = st.lists(st.integers(0, 400), min_size=30, max_size=60)


@given(km=KM, small=st.integers(50, 400), more=st.integers(0, 200), power=st.sampled_from([0, 2_300, 11_000]))
def test_a_bigger_battery_never_makes_more_days_fail(km: list[int], small: int, more: int, power: int) -> None:
    outlets = {"amt": [Outlet(Decimal(power))]} if power else {}
    facts = CandidateFacts(vehicle=DIESEL, days=days([float(each) for each in km]), outlets=outlets)
    less, bigger = (replay(facts, facts.days, model(size)) for size in (small, small + more))
    assert {day.day for day in bigger.hard if day.fails} <= {day.day for day in less.hard if day.fails}
    assert {day.day for day in bigger.hard} <= {day.day for day in less.hard}
    assert bigger.range_percent >= less.range_percent
    assert bigger.energy_wh == less.energy_wh


@given(km=KM, seed=st.randoms(use_true_random=False))
def test_the_order_of_days_vehicles_and_models_does_not_matter(km: list[int], seed: Any) -> None:
    known = days([float(each) for each in km])
    facts = [CandidateFacts(vehicle=replace(DIESEL, id=name), days=known, outlets=WALLBOX) for name in ("a", "b")]
    models = [model(100, id="x"), model(300, id="y")]
    shuffled = seed.sample(known, len(known))
    mixed = [replace(each, days=shuffled) for each in reversed(facts)]
    assert replay_all(mixed, models[::-1]) == replay_all(facts, models)


def test_cost_and_emissions_of_a_year() -> None:
    found = replayed(CandidateFacts(vehicle=DIESEL, days=days([90.0] * 73), outlets=WALLBOX), [model()])
    year = year_of(found, found.replays[0])
    assert year == Year(distance_m=Decimal(32_850_000), energy_wh=Decimal(5_475_000))
    paid = replace(DIESEL, costs=VehicleCosts(maintenance_eur_per_100km=Decimal(5), lease_eur_per_month=Decimal(250)))
    terms = Terms(
        years=6,
        fuel_l_per_100km=Decimal(6),
        fuel_eur_per_l={FuelKind.DIESEL: Decimal("1.60")},
        electricity_eur_per_kwh=Decimal("0.30"),
    )
    combustion = 6 * (Decimal("328.5") * (6 * Decimal("1.60") + 5) + 12 * 250)
    electric = 6 * (12 * 300 + Decimal("328.5") * 3 + 5475 * Decimal("0.30"))
    assert cost_delta_eur(paid, model(), year, terms) == electric - combustion
    bought = model(lease_eur_per_month=None, price_eur=Decimal(30_000))
    assert cost_delta_eur(paid, bought, year, terms) == electric - 6 * 12 * 300 + 30_000 - combustion
    choice = FactorChoice(shipped(), date(2024, 12, 31))
    direct, whole = (avoided_g(paid, year, terms, choice, each) for each in (Boundary.TTW, Boundary.WTW))
    assert isinstance(direct, Decimal)
    assert isinstance(whole, Decimal)
    assert direct != whole


def test_what_is_not_known_is_no_cost() -> None:
    year = Year(distance_m=Decimal(10_000_000), energy_wh=Decimal(2_000_000))
    paid = replace(DIESEL, costs=VehicleCosts(maintenance_eur_per_100km=Decimal(5)))
    terms = Terms(years=6, fuel_l_per_100km=Decimal(6), fuel_eur_per_l={}, electricity_eur_per_kwh=None)
    priced = replace(terms, fuel_eur_per_l={FuelKind.DIESEL: Decimal("1.60")})
    powered = replace(priced, electricity_eur_per_kwh=Decimal("0.30"))
    said = [
        cost_delta_eur(DIESEL, model(), year, powered),
        cost_delta_eur(paid, model(), year, replace(powered, fuel_l_per_100km=None)),
        cost_delta_eur(paid, model(), year, terms),
        cost_delta_eur(paid, model(), year, priced),
        cost_delta_eur(paid, model(lease_eur_per_month=None), year, powered),
        avoided_g(paid, year, replace(terms, fuel_l_per_100km=None), FactorChoice(shipped(), JULY), Boundary.WTW),
    ]
    assert [each.code for each in said if isinstance(each, Finding)] == [
        "candidates.no_vehicle_costs",
        "candidates.no_fuel_rate",
        "candidates.no_fuel_price",
        "candidates.no_electricity_price",
        "candidates.no_model_costs",
        "candidates.no_fuel_rate",
    ]


def test_consumption_is_stated_or_filled_in() -> None:
    assert fuel_rate(DIESEL, Decimal(100_000), Decimal(9)) == 6
    unknown = replace(DIESEL, fuel_l_per_100km=None)
    assert fuel_rate(unknown, Decimal(200_000), Decimal(12)) == 6
    assert fuel_rate(unknown, Decimal(200_000), Decimal(0)) is None
