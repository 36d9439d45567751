"""The past of the example's fleet: what it burnt, charged and told, against what is known of such vehicles."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest

from config.load import Configuration
from core.inventory import Drive
from core.periods import Period
from core.quantities import Quantity
from core.vouchers import VoucherKind
from demo.driving import burnt_l, efficiency_of, use_wh_per_km
from demo.past import Past
from demo.trips import secretive_of
from energy.registers import count
from energy.source_rules import series_rules

SEED = 2026
PERIOD = Period(datetime(2025, 9, 30, 22, tzinfo=UTC), datetime(2026, 11, 22, 9, 45, tzinfo=UTC))


@pytest.fixture(scope="module")
def past(example: Configuration) -> Past:
    return Past(example.inventory, SEED, PERIOD, {})


def test_vehicles_lose_between_an_outlet_and_the_battery_what_such_vehicles_lose(example: Configuration) -> None:
    vehicles = [each for each in example.inventory.vehicles.values() if each.plugs_in]
    losses = {each.id: 1 - efficiency_of(each, SEED) for each in vehicles}
    assert all(0.08 <= loss <= 0.14 for loss in losses.values())
    assert losses["aut-e-103"] == pytest.approx(0.12), "the inventory says so"
    assert len(set(losses.values())) > 5


def test_a_kilometre_takes_a_third_more_in_frost_than_in_summer(example: Configuration) -> None:
    vehicle = example.inventory.vehicles["aut-e-101"]
    assert use_wh_per_km(vehicle, 12.0) == pytest.approx(178)
    assert 1.25 < use_wh_per_km(vehicle, -5.0) / use_wh_per_km(vehicle, 22.0) < 1.40


def test_a_hybrid_burns_only_what_its_battery_does_not_drive(example: Configuration) -> None:
    hybrid = example.inventory.vehicles["aut-e-105"]
    assert burnt_l(hybrid, 30_000, 30_000, 20.0) == 0.0
    assert burnt_l(hybrid, 130_000, 30_000, 20.0) == pytest.approx(6.4)


def test_fuel_cards_say_what_the_trips_burnt(example: Configuration, past: Past) -> None:
    filled_l: dict[str, float] = defaultdict(float)
    for voucher in past.vouchers():
        if voucher.kind is VoucherKind.FUEL:
            assert voucher.fuel is example.inventory.vehicles[voucher.vehicle].burns
            assert voucher.fuel_l is not None
            assert voucher.amount_eur is not None
            assert 1.4 < voucher.amount_eur / voucher.fuel_l < 1.9
            filled_l[voucher.vehicle] += float(voucher.fuel_l)
    for name in ("aut-106", "aut-204", "aut-206", "aut-e-105"):
        driven_m = sum(trip.distance_m for trip in past.diary.trips[name])
        burnt = sum(trip.burnt_l for trip in past.diary.trips[name])
        assert filled_l[name] == pytest.approx(burnt, abs=200)
        assert 3_000_000 < driven_m < 60_000_000
    per_100km = 1e5 * filled_l["aut-106"] / sum(trip.distance_m for trip in past.diary.trips["aut-106"])
    assert per_100km == pytest.approx(5.1, rel=0.1)


def test_nobody_hands_in_bills_of_the_vehicle_that_charges_where_nobody_knows(
    example: Configuration, past: Past
) -> None:
    secretive = secretive_of(example.inventory)
    assert secretive is not None
    charged = Counter(each.vehicle for each in past.vouchers() if each.kind is VoucherKind.CHARGING)
    assert charged
    assert secretive not in charged
    assert len(past.diary.refills[secretive]) > 50
    assert {example.inventory.vehicles[name].drive for name in charged} == {Drive.BATTERY}


def test_a_vehicle_is_away_while_it_drives_and_at_its_site_while_it_charges(example: Configuration, past: Past) -> None:
    by_vehicle = defaultdict(list)
    for presence in past.presences():
        by_vehicle[presence.vehicle].append(presence)
    for name, stays in by_vehicle.items():
        assert all(earlier.since_utc < later.since_utc for earlier, later in pairwise(stays))
        assert all((earlier.site is None) != (later.site is None) for earlier, later in pairwise(stays))
        assert {stay.site for stay in stays} == {None, example.inventory.vehicles[name].site}
    away = [each for each in by_vehicle["aut-e-101"] if each.site is None]
    back = [each for each in by_vehicle["aut-e-101"] if each.site is not None][1:]
    for stay in past.diary.charges["aut-e-101"]:
        inside = [
            trip
            for trip, home in zip(away, back, strict=False)
            if trip.since_utc.timestamp() < stay.end_s and home.since_utc.timestamp() > stay.begin_s
        ]
        assert inside == []


def test_what_a_battery_takes_rises_from_nothing_with_each_charge(example: Configuration, past: Past) -> None:
    columns = {(one.source, one.quantity): one for one in past.vehicle_columns()}
    counted = columns["vehicle:aut-e-101", Quantity.ENERGY_SESSION_WH]
    charges = past.diary.charges["aut-e-101"]
    assert (np.diff(counted.at_ms) > 0).all()
    assert int((counted.values == 0).sum()) >= len(charges)
    ends_wh = counted.values[9::10]
    for stay, taken_wh in zip(charges, ends_wh, strict=True):
        given_wh = float(stay.energy_wh(np.array([stay.end_s]))[0])
        assert taken_wh == pytest.approx(given_wh * stay.efficiency, abs=10)
    rules = series_rules(example.inventory, counted.source, counted.quantity).register
    assert rules is not None
    taken = float(ends_wh.sum())
    assert count(counted.at_ms, counted.values, rules).total == pytest.approx(taken, rel=0.002)


def test_a_station_tells_its_register_for_a_session_once(past: Past) -> None:
    wrong = [session for session in past.sessions(str) if session.energy_wh is None]
    assert [finding.code for session in wrong for finding in session.findings] == ["session.energy_implausible"]
    assert wrong[0].register_start_wh == 0.0
    assert wrong[0].begun_at_utc.month == 10, "in the month before the last, so that its report tells it"


def test_a_vehicle_sold_in_the_middle_of_a_month_drives_no_more(past: Past) -> None:
    last = past.diary.trips["aut-305"][-1]
    assert datetime.fromtimestamp(last.return_s, UTC) < datetime(2026, 10, 16, tzinfo=UTC)
    assert datetime.fromtimestamp(last.return_s, UTC) > datetime(2026, 10, 10, tzinfo=UTC)
