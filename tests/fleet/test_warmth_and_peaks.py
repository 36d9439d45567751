"""The winter factor, and what charging costs in the peaks of sites."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from core.fleet import VehicleDay
from core.inventory import Drive, Vehicle
from core.texts import Finding
from fleet.costs.peak_shares import PowerPrice, SitePeak, charging_at_peaks_w, cost_of_peaks_eur
from fleet.vehicle_days.warmth import classes_of, winter_factor

FIRST = date(2026, 1, 1)
UNKNOWN = Finding.of("fleet_costs.peak_share_unknown")


def car(name: str = "e1", **changes: Any) -> Vehicle:
    said: dict[str, Any] = {
        "id": name,
        "name": name,
        "valid_from": date(2024, 1, 1),
        "site": "amt",
        "maker": "A",
        "model": "B",
        "group": "Amt",
        "drive": Drive.BATTERY,
        "battery_wh": 50_000.0,
        "charge_loss_percent": Decimal(10),
        "energy_wh_per_100km": Decimal(15_000),
    }
    return Vehicle(**(said | changes))


def day(number: int, wh: int, **changes: Any) -> VehicleDay:
    said: dict[str, Any] = {
        "vehicle": "e1",
        "day": FIRST + timedelta(days=number),
        "distance_m": Decimal(50_000),
        "own_charged_wh": Decimal(wh),
        "soc_begin_percent": Decimal(60),
        "soc_end_percent": Decimal(60),
    }
    return VehicleDay(**(said | changes))


def means(count: int, mean_c: float, begin: int = 0) -> dict[date, float]:
    return {FIRST + timedelta(days=begin + number): mean_c for number in range(count)}


def test_winter_takes_so_many_times_what_warmer_days_take() -> None:
    days = [*(day(number, 12_000) for number in range(30)), *(day(30 + number, 10_000) for number in range(30))]
    found = classes_of([car()], {"e1": days}, {"amt": means(20, -3.0) | means(10, 6.0, 20) | means(30, 15.0, 30)})
    assert [(each.name, each.days, each.wh_per_100km) for each in found] == [
        ("below_0", 20, Decimal(24_000)),
        ("to_10", 10, Decimal(24_000)),
        ("to_20", 30, Decimal(20_000)),
    ]
    assert winter_factor(found) == Decimal("1.2")


def test_what_the_battery_gained_was_not_driven() -> None:
    gained = day(0, 14_500, soc_end_percent=Decimal(69))
    (found,) = classes_of([car()], {"e1": [gained]}, {"amt": means(1, 15.0)})
    assert found.energy_wh == 14_500 - Decimal(4_500) / Decimal("0.9")


def test_days_of_which_something_is_missing_and_other_vehicles_do_not_count() -> None:
    days = [
        day(0, 10_000, distance_m=None),
        day(1, 10_000, soc_begin_percent=None),
        day(2, 10_000, distance_m=Decimal(500)),
        day(400, 10_000),
    ]
    known = {"amt": means(3, 5.0)}
    assert not classes_of([car()], {"e1": days}, known)
    assert not classes_of([car(drive=Drive.DIESEL)], {"e1": [day(0, 10_000)]}, known)
    assert not classes_of([car()], {"e1": [day(0, 10)]}, known), "it charges elsewhere, and nobody knows how much"
    assert winter_factor([]) == Finding.of("figures.no_warmth")


def test_a_few_cold_days_are_no_winter() -> None:
    days = [day(number, 10_000) for number in range(40)]
    found = classes_of([car()], {"e1": days}, {"amt": means(5, 2.0) | means(35, 12.0, 5)})
    assert winter_factor(found) == Finding.of("figures.too_few_warmth_days", cold=5, warm=35, least=30)


def test_charging_costs_its_kilowatts_in_the_peak() -> None:
    monthly = SitePeak(
        site="a", name="A", charging_w=Decimal(20_000), price=PowerPrice(eur_per_kw=Decimal("9.5"), yearly=False)
    )
    yearly = SitePeak(
        site="b", name="B", charging_w=Decimal(12_345), price=PowerPrice(eur_per_kw=Decimal(120), yearly=True)
    )
    assert (monthly.cost_eur, yearly.cost_eur) == (Decimal("190.00"), Decimal("123.45"))
    assert cost_of_peaks_eur((monthly, yearly)) == Decimal("313.45")
    assert charging_at_peaks_w((monthly, yearly)) == 32_345


def test_what_is_not_known_of_a_peak_is_no_nought() -> None:
    lost = SitePeak(site="a", name="A", charging_w=UNKNOWN, price=PowerPrice(eur_per_kw=Decimal(9), yearly=False))
    unpriced = SitePeak(site="b", name="B", charging_w=Decimal(1), price=Finding.of("loads.no_tariff"))
    assert lost.cost_eur == UNKNOWN
    assert unpriced.cost_eur == Finding.of("loads.no_tariff")
    assert cost_of_peaks_eur((lost, lost, unpriced)) == UNKNOWN
    assert charging_at_peaks_w((lost, unpriced)) == 1
    assert cost_of_peaks_eur(()) == Finding.of("fleet_costs.no_charge_points")
