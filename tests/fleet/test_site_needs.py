"""What charge points a site needs, on a small world reckoned by hand: three vehicles, five days, two sites."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from core.fleet import VehicleDay
from core.inventory.mobility import Drive, ElectricModel, VehicleClass
from fleet.candidates.driven_again import CandidateFacts, Limit, Outlet, driven_again
from fleet.candidates.site_needs import Newcomer, SiteFacts, SiteNeed, arrivals, site_needs
from tests.fleet.cars import car

MONDAY = date(2026, 7, 6)
HOUR = 3600
MODEL = ElectricModel(
    id="klein",
    name="Klein",
    valid_from=date(2026, 1, 1),
    vehicle_class=VehicleClass.M1,
    battery_wh=50_000.0,
    winter_range_m=200_000.0,
    energy_wh_per_100km=Decimal(18_000),
    winter_energy_wh_per_100km=Decimal(20_000),
    ac_power_w=11_000.0,
    source="Annahme",
)
"""Of its 40 kWh in frost 32 count; 100 km in summer take 18 kWh, 20 kWh at the charge point."""

NOBODY = SiteFacts(connectors={}, held={}, came={})


def facts(name: str, km: list[int], **said: object) -> CandidateFacts:
    days = [
        VehicleDay(
            vehicle=name,
            day=MONDAY + timedelta(days=number),
            distance_m=Decimal(each) * 1000,
            **said,  # type: ignore[arg-type]
        )
        for number, each in enumerate(km)
    ]
    return CandidateFacts(vehicle=car(id=name, drive=Drive.DIESEL, site="amt"), days=days)


def world() -> list[tuple[CandidateFacts, ElectricModel]]:
    """Return one that drives daily, one on three days, and one that stands for 5 hours at the depot."""
    return [
        (facts("a", [100, 100, 100, 100, 100]), MODEL),
        (facts("b", [50, 0, 150, 0, 50]), MODEL),
        (facts("c", [100, 0, 100, 0, 0], dwell_s={"hof": 5 * HOUR}), MODEL),
    ]


def test_three_vehicles_on_five_days() -> None:
    sites = SiteFacts(connectors={"amt": 1, "hof": 2}, held={"amt": {MONDAY: 1}}, came={})
    amt, hof = site_needs(world(), sites)
    assert (amt.site, amt.connectors, hof.site, hof.connectors) == ("amt", 1, "hof", 2)
    # a comes each evening, b on Monday, Wednesday and Friday; on Monday a session holds the only connector.
    assert [(each.day.day, len(each.newcomers), each.already, each.needed) for each in amt.evenings] == [
        (6, 2, 1, 3),
        (7, 1, 0, 1),
        (8, 2, 0, 2),
        (9, 1, 0, 1),
        (10, 2, 0, 2),
    ]
    assert (amt.needed, [each.day.day for each in amt.short]) == (3, [6, 8, 10])
    assert amt.newcomers == {"a", "b"}
    # All at once 2 x 11 kW. Spread over 10 h: a needs 20 kWh, b on Wednesday 30 kWh (150 km x 18 / 0.9).
    assert amt.at_once_w == 22_000
    assert amt.spread_w == 2_000 + 3_000
    assert [each.day.day for each in amt.busiest[:2]] == [6, 8]
    # c draws 20 kWh in 5 h.
    assert [(each.day.day, each.spread_w) for each in hof.evenings] == [(6, 4_000), (8, 4_000)]
    assert (hof.needed, hof.short, hof.at_once_w) == (1, (), 11_000)


def test_the_battery_carries_over_what_a_night_could_not_bring() -> None:
    slow = facts("a", [150, 150, 0, 0, 0])
    weak = CandidateFacts(vehicle=slow.vehicle, days=slow.days, outlets={"amt": [Outlet(Decimal(2_000))]})
    # 27 kWh a day; a night of 10 h at 2 kW brings 18 kWh: 32-27=5, +18=23 < 27 fails, 0+18=18, then full with 14.
    found = [(each.level_wh, each.need_wh, each.charged_wh) for each in driven_again(weak, slow.days, MODEL)]
    assert found == [
        (32_000, 27_000, 18_000),
        (23_000, 27_000, 18_000),
        (18_000, 0, 14_000),
        (32_000, 0, 0),
        (32_000, 0, 0),
    ]


def test_what_is_charged_by_day_counts_too() -> None:
    given = facts("a", [100, 0], dwell_s={"amt": 16 * HOUR})
    (amt,) = site_needs([(given, MODEL)], NOBODY)
    # 20 kWh in the 16 hours that it stood.
    assert [(each.day.day, each.at_once_w, each.spread_w) for each in amt.evenings] == [(6, 11_000, 1_250)]


@given(km=st.lists(st.integers(0, 600), min_size=1, max_size=20), hours=st.integers(0, 24))
def test_what_is_charged_is_what_is_driven_and_what_the_battery_gained(km: list[int], hours: int) -> None:
    said = facts("a", km, dwell_s={"amt": hours * HOUR})
    whole = CandidateFacts(vehicle=said.vehicle, days=said.days, outlets={"amt": [Outlet(Decimal(2_000))]})
    again = list(driven_again(whole, whole.days, MODEL))
    for one, following in itertools.pairwise(again):
        assert 0 <= one.charged_wh <= one.standing.more_wh + one.standing.night_wh
        assert 0 <= following.level_wh <= 32_000
        if one.need_wh <= one.level_wh + one.standing.more_wh:
            assert following.level_wh == one.level_wh - one.need_wh + one.charged_wh


def test_the_grid_connection_bounds_the_power() -> None:
    given = facts("a", [150] * 5)
    for room_w, limit, charged_wh in ((20_000, Limit.TIME, 27_000), (1_000, Limit.GRID, 9_000), (-500, Limit.GRID, 0)):
        bound = CandidateFacts(
            vehicle=given.vehicle,
            days=given.days,
            outlets={"amt": [Outlet(Decimal(11_000))]},
            room_w={"amt": Decimal(room_w)},
        )
        first = next(driven_again(bound, given.days, MODEL))
        assert (first.standing.limit, first.charged_wh) == (limit, charged_wh)


def test_electric_cars_come_to_where_they_stood_longest() -> None:
    driven = {"day": MONDAY, "distance_m": Decimal(1000)}
    days = [
        VehicleDay(vehicle="e", dwell_s={"amt": 10, "hof": 20}, **driven),  # type: ignore[arg-type]
        VehicleDay(vehicle="e", day=MONDAY + timedelta(days=1), distance_m=Decimal(0)),
        VehicleDay(vehicle="e", day=MONDAY + timedelta(days=2), distance_m=Decimal(5)),
    ]
    came = arrivals([(car(id="e", site="amt"), days)])
    assert came == {"hof": {MONDAY: 1}, "amt": {MONDAY + timedelta(days=2): 1}}
    held = {"hof": {MONDAY: 3}}
    needs = site_needs([], SiteFacts(connectors={"hof": 3}, held=held, came=came))
    assert [(each.site, each.needed, each.newcomers) for each in needs] == [
        ("amt", 1, frozenset()),
        ("hof", 3, frozenset()),
    ]


def test_nobody_needs_nothing() -> None:
    assert site_needs([], NOBODY) == ()
    empty = SiteNeed("amt", 2, ())
    assert (empty.needed, empty.at_once_w, empty.spread_w, empty.busiest) == (0, 0, 0, ())


@given(energy=st.integers(0, 200_000), power=st.integers(1, 350_000), stood=st.integers(0, 86_400))
def test_load_management_never_draws_more_than_all_at_once(energy: int, power: int, stood: int) -> None:
    newcomer = Newcomer("a", Decimal(energy), Decimal(power), stood)
    assert 0 <= newcomer.spread_w <= newcomer.power_w


@given(
    km=st.lists(st.integers(0, 400), min_size=1, max_size=30),
    more=st.lists(st.integers(0, 400), min_size=1, max_size=30),
)
def test_a_further_vehicle_never_needs_less(km: list[int], more: list[int]) -> None:
    one, two = (facts("a", km), MODEL), (facts("b", more), MODEL)
    alone, both = site_needs([one], NOBODY), site_needs([one, two], NOBODY)
    for need in alone:
        (after,) = [each for each in both if each.site == need.site]
        assert after.needed >= need.needed
        assert after.at_once_w >= need.at_once_w
        assert after.spread_w >= need.spread_w
