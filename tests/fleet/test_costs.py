"""Costs per 100 km by hand: electric, the combustion vehicle in its place, and what is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from config.factors import read_files, shipped
from core.factors import Layer
from core.fleet import VehicleDay
from core.inventory.mobility import Baseline, BaselineBasis, Drive, FuelKind, VehicleCosts
from core.texts import Finding
from core.vouchers import Voucher, VoucherKind
from fleet.choice import FactorChoice
from fleet.costs.figures import CostFigure, ScopeCosts, certificates_of
from fleet.costs.thg import year_choice
from fleet.costs.vehicle_costs import DRIVING, Month, Part, Price, mean_price, vehicle_cost
from fleet.vehicle_days.figures import figures_of
from tests.fleet.cars import car

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
AT = datetime(2026, 10, 5, tzinfo=UTC)
CHOICE = FactorChoice(shipped(), LAST)
COSTS = VehicleCosts(
    lease_eur_per_month=Decimal(250), maintenance_eur_per_100km=Decimal(4), fixed_eur_per_month=Decimal(50)
)
OLD_COSTS = VehicleCosts(
    lease_eur_per_month=Decimal(300), maintenance_eur_per_100km=Decimal(6), fixed_eur_per_month=Decimal(60)
)
PETROL = Baseline(
    fuel=FuelKind.PETROL, fuel_l_per_100km=Decimal("7.7"), basis=BaselineBasis.FUEL_CARDS, source="Tankkarten"
)


def paper(eur: str | None, kind: VoucherKind = VoucherKind.CHARGING, **more: Any) -> Voucher:
    amount = None if eur is None else Decimal(eur)
    return Voucher(kind=kind, vehicle="auto", at_utc=AT, amount_eur=amount, entered_at_utc=AT, **more)


def month(**changes: Any) -> Month:
    """Return a month of 1,000 km with 180 kWh of our own at 0.30 EUR and 20 kWh elsewhere for 10 EUR."""
    vehicle = car(costs=COSTS, baseline=PETROL, replaces="alt")
    day = VehicleDay(
        vehicle="auto",
        day=FIRST,
        distance_m=Decimal(1_000_000),
        own_charged_wh=Decimal(180_000),
        elsewhere_charged_wh=Decimal(20_000),
    )
    said: dict[str, Any] = {
        "vehicle": vehicle,
        "figures": figures_of(vehicle, [day], [FIRST], FIRST, LAST),
        "share": Decimal(1),
        "vouchers": [paper("10.00", energy_wh=Decimal(20_000))],
        "replaced": OLD_COSTS,
        "electricity": Price(Decimal("0.30"), "tariff:strom"),
        "fuels": {FuelKind.PETROL: Price(Decimal("1.80"), "vouchers")},
    }
    return Month(**(said | changes))


def diesel() -> Month:
    vehicle = car(drive=Drive.DIESEL, battery_wh=None, costs=OLD_COSTS)
    day = VehicleDay(vehicle="auto", day=FIRST, distance_m=Decimal(500_000), fuel_l=Decimal(35))
    fuels = {FuelKind.DIESEL: Price(Decimal("1.60"), "vouchers")}
    return month(vehicle=vehicle, figures=figures_of(vehicle, [day], [FIRST], FIRST, LAST), vouchers=[], fuels=fuels)


def values(*months: Month) -> dict[str, CostFigure]:
    vehicles = tuple(vehicle_cost(each, CHOICE) for each in months)
    certificates, price = certificates_of([each.vehicle for each in months], year_choice(shipped(), 2026))
    found = ScopeCosts(vehicles=vehicles, certificates=certificates, thg_price=price).figures()
    return {each.name: each for each in found}


def test_an_electric_vehicle_costs_what_the_sum_by_hand_says() -> None:
    found = vehicle_cost(month(), CHOICE)
    assert {each.part: each.eur for each in found.own.parts} == {
        Part.ENERGY: Decimal(64),  # 180 kWh x 0.30 + 10.00
        Part.MAINTENANCE: Decimal(40),
        Part.LEASE: Decimal(250),
        Part.FIXED: Decimal(50),
    }
    assert found.own.eur() == Decimal(404)
    assert found.own.eur_per_100km() == Decimal("40.4")
    assert found.own.eur_per_100km(DRIVING) == Decimal("6.4")


def test_the_reference_burns_the_baseline_and_is_kept_as_the_vehicle_that_was_replaced() -> None:
    found = vehicle_cost(month(), CHOICE)
    assert found.reference is not None
    assert found.reference.eur() == Decimal("558.6")  # 77 l x 1.80 + 60 + 300 + 60
    assert found.reference.eur_per_100km() == Decimal("55.86")
    assert found.saved_eur == Decimal("154.6")


def test_the_co2_price_is_that_of_the_fuel_not_burnt() -> None:
    # 77 l x 2.39421825 kg/l = 184.35480525 kg, at 65 EUR/t
    assert vehicle_cost(month(), CHOICE).co2_price_eur == Decimal("11.98306234125")


def test_a_dearer_electric_vehicle_saves_less_than_nothing() -> None:
    dear = month(electricity=Price(Decimal("2.30"), "tariff:strom"))
    assert vehicle_cost(dear, CHOICE).saved_eur == Decimal("-205.4")  # 180 kWh x 2.00 more


def test_every_input_is_named() -> None:
    found = vehicle_cost(month(), CHOICE)
    inputs = {each.name: (each.value, each.unit, each.source) for part in found.own.parts for each in part.inputs}
    assert inputs == {
        "own_charged": (Decimal(180), "kWh", "sessions"),
        "electricity_price": (Decimal("0.30"), "EUR/kWh", "tariff:strom"),
        "charged_elsewhere": (Decimal(10), "EUR", "vouchers"),
        "maintenance": (Decimal(4), "EUR/100 km", "vehicle:auto/costs"),
        "lease": (Decimal(250), "EUR/month", "vehicle:auto/costs"),
        "fixed": (Decimal(50), "EUR/month", "vehicle:auto/costs"),
    }


def test_half_a_month_costs_half_the_lease() -> None:
    assert vehicle_cost(month(share=Decimal("0.5")), CHOICE).own.eur() == Decimal(254)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"electricity": Finding.of("fleet_costs.no_tariff", site="amt")}, "fleet_costs.no_tariff"),
        ({"vouchers": [paper(None)]}, "fleet_costs.papers_without_amount"),
        ({"vouchers": []}, "fleet_costs.no_papers"),
        ({"vehicle": car()}, "fleet_costs.no_costs"),
        ({"vehicle": car(costs=replace(COSTS, lease_eur_per_month=None))}, "fleet_costs.no_lease"),
        ({"vehicle": car(costs=replace(COSTS, fixed_eur_per_month=None))}, "fleet_costs.no_fixed"),
        ({"vehicle": car(costs=replace(COSTS, maintenance_eur_per_100km=None))}, "fleet_costs.no_maintenance"),
        ({"figures": replace(month().figures, reliable=False)}, "fleet_costs.energy_incomplete"),
    ],
)
def test_what_is_missing_is_never_nought(changes: dict[str, Any], code: str) -> None:
    reason = vehicle_cost(month(**changes), CHOICE).own.eur_per_100km()
    assert isinstance(reason, Finding)
    assert reason.code == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"fuels": {}}, "fleet_costs.no_fuel_price"),
        ({"replaced": None}, "fleet_costs.no_costs"),
        ({"vehicle": car(costs=COSTS, baseline=PETROL)}, "fleet_costs.replaces_nothing"),
        ({"vehicle": car(costs=COSTS, replaces="alt")}, "fleet_costs.no_baseline"),
    ],
)
def test_a_reference_without_its_inputs_says_why(changes: dict[str, Any], code: str) -> None:
    found = vehicle_cost(month(**changes), CHOICE)
    assert found.reference is not None
    reason = found.reference.eur_per_100km()
    assert isinstance(reason, Finding)
    assert reason.code == code
    assert isinstance(found.saved_eur, Finding)


def test_sums_are_over_those_that_are_computed_and_count_the_others() -> None:
    found = values(month(), month(vehicle=car()), diesel())
    battery, burning = found["cost_eur_per_100km.battery"], found["cost_eur_per_100km.combustion"]
    assert (battery.value, battery.computed, battery.not_computed) == (Decimal("40.4"), 1, 1)
    assert burning.value == Decimal("89.2")  # (35 l x 1.60 + 30 + 300 + 60) / 500 km
    assert found["energy_eur_per_100km.combustion"].value == Decimal("11.2")
    assert found["energy_eur_per_100km.battery"].value == Decimal("6.4")
    assert found["saved_eur"].value == Decimal("154.6")
    own = month().figures.own_charged_wh / 1000 * month().electricity.eur  # type: ignore[union-attr]
    assert found["charging_cost_eur"].value == 2 * own > 0
    unknown = month(electricity=Finding.of("fleet_costs.no_charge_points"))
    assert values(unknown)["charging_cost_eur"].value == unknown.electricity


def test_thg_without_a_price_is_not_computed_and_with_one_by_both_conventions() -> None:
    none = values(month())["thg_eur.with_quota"].value
    assert none == Finding.of("fleet_costs.no_thg_price")
    line = "{subject: thg_price, unit: EUR/t, value: 100}"
    text = f"sets:\n  own:\n    title: Eigene\n    source: Angebot\n    edition: E\n    factors:\n      - {line}\n"
    more, wrong = read_files({"own.yaml": text}, Layer.FOLDER)
    assert not wrong
    certificates, price = certificates_of([car()], year_choice(shipped().with_more(more), 2026))
    found = {
        each.name: each.value for each in ScopeCosts(vehicles=(), certificates=certificates, thg_price=price).figures()
    }
    # 2000 kWh x 0.0036 x 3 = 21.6 GJ; 94 x (1 - 0.121) - 119 x 0.4 = 35.026; 94 - 47.6 = 46.4 kg/GJ; 100 EUR/t
    assert found["thg_eur.with_quota"] == Decimal("75.65616")
    assert found["thg_eur.without_quota"] == Decimal("100.224")


def test_the_price_of_fuel_is_the_mean_of_what_was_paid() -> None:
    filled = [
        paper("90", VoucherKind.FUEL, fuel=FuelKind.DIESEL, fuel_l=Decimal(50)),
        paper("30", VoucherKind.FUEL, fuel=FuelKind.DIESEL, fuel_l=Decimal(25)),
        paper(None, VoucherKind.FUEL, fuel=FuelKind.DIESEL, fuel_l=Decimal(99)),
    ]
    assert mean_price(filled) == {FuelKind.DIESEL: Price(Decimal("1.6"), "vouchers")}
