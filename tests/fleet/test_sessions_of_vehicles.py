from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.fleet import MatchBasis, Presence
from core.quantities import Quantity
from energy.register_walk import epoch_ms
from energy.series import Amounts
from fleet.sessions.charges import by_day, charges_of
from fleet.sessions.hints import claim_of
from fleet.sessions.triangle import Triangle, disagreements
from fleet.vehicle_days.telling import telling_of
from tests.fleet.cars import MONDAY, RULES, car, hours, samples, session

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
EIGHT = MONDAY + 8 * HOUR
LATER = MONDAY + timedelta(days=10)


def outlet(first: int, thousandths: list[int]) -> Amounts:
    start = epoch_ms(EIGHT) + np.arange(first, first + len(thousandths), dtype=np.int64) * 900_000
    none = np.zeros(len(start), np.uint8)
    return Amounts(start, np.array(thousandths, np.int64), np.zeros((len(start), 5), np.int32), none, none)


def test_a_sessions_energy_follows_what_its_outlet_counted() -> None:
    (charge,) = charges_of([session("s", EIGHT, 0.75, 6.0)], {"station:saeule/1": outlet(0, [1000, 3000, 2000])}, LATER)
    assert charge.thousandths.tolist() == [1_000_000, 3_000_000, 2_000_000]


def test_without_the_outlets_quarter_hours_the_energy_is_even() -> None:
    (charge,) = charges_of([session("s", EIGHT + 5 * MINUTE, 0.5, 6.0)], {}, LATER)
    assert charge.thousandths.tolist() == [2_000_000, 3_000_000, 1_000_000]


def test_two_sessions_in_one_quarter_hour_share_it() -> None:
    both = [session("s", EIGHT, 0.5, 5.0), session("t", EIGHT + 40 * MINUTE, 1 / 3, 5.0)]
    found = charges_of(both, {"station:saeule/1": outlet(0, [1000, 1000, 3000, 3000])}, LATER)
    assert found[1].thousandths.tolist() == [2_500_000, 2_500_000]


def test_a_session_without_energy_has_no_charge() -> None:
    assert charges_of([session("s", EIGHT, 1, None)], {}, LATER) == ()


@given(
    st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 3000), st.floats(0, 99, allow_nan=False)), max_size=6),
    st.lists(st.integers(-5, 4000), min_size=1, max_size=80),
)
def test_the_parts_of_a_session_are_its_energy(rows: list[tuple[int, int, float]], slots: list[int]) -> None:
    sessions = [
        session(f"s{number}", EIGHT + begin * MINUTE, lasted / 60, kwh)
        for number, (begin, lasted, kwh) in enumerate(rows)
    ]
    charges = charges_of(sessions, {"station:saeule/1": outlet(0, slots)}, LATER)
    for one, charge in zip(sessions, charges, strict=True):
        assert charge.total == round((one.energy_wh or 0) * 1000)
        assert (charge.thousandths >= 0).all()
    borders = epoch_ms(MONDAY) + np.arange(0, 12, dtype=np.int64) * 86_400_000
    assert by_day(charges, borders).sum() == sum(charge.total for charge in charges)


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(1, 400), st.floats(0.001, 99)), min_size=1, max_size=6))
def test_sessions_at_several_outlets_are_split_together_as_each_alone(rows: list[tuple[int, int, float]]) -> None:
    sessions = [
        replace(session(f"s{number}", EIGHT + begin * MINUTE, lasted / 60, kwh), connector=number)
        for number, (begin, lasted, kwh) in enumerate(rows)
    ]
    slots = {each.source: outlet(each.connector, [7, 0, 1000, 333, 2]) for each in sessions}
    together = charges_of(sessions, slots, LATER)
    for one, charge in zip(sessions, together, strict=True):
        (alone,) = charges_of([one], slots, LATER)
        assert charge.thousandths.tolist() == alone.thousandths.tolist()


def claim(series: dict[Quantity, object], has_tag: bool = False, **more: object):  # type: ignore[no-untyped-def] # noqa: ANN201, FBT001, FBT002
    telling = telling_of(car(), series, RULES, **more)  # type: ignore[arg-type]
    return claim_of(telling, session("s", EIGHT, 4, 20.0), "amt", has_tag=has_tag, now_utc=LATER)


def test_a_charge_that_rises_as_the_energy_explains_speaks_for_the_vehicle() -> None:
    # 20 kWh less 10 % are 36 points of 50 kWh
    for rise, hints, counter in ((36, {MatchBasis.SOC}, set()), (20, set(), set()), (0, set(), {MatchBasis.SOC})):
        told = [40.0] * 9 + [40 + rise * part / 4 for part in (1, 2, 3, 4)] + [40.0 + rise] * 6
        found = claim({Quantity.SOC_PERCENT: hours(MONDAY, told)})
        assert (found.hints, found.counter) == (hints, counter)


def test_a_plug_that_closes_as_the_session_begins_speaks_for_the_vehicle() -> None:
    def plugged(minute: int) -> dict[Quantity, object]:
        return {Quantity.PLUGGED_IN_FLAG: samples([(MONDAY, 0.0), (EIGHT + minute * MINUTE, 1.0)])}

    assert claim(plugged(5)).hints == {MatchBasis.PLUG}
    assert claim(plugged(-10)).hints == {MatchBasis.PLUG}
    assert claim(plugged(-60)).hints == set()
    never = claim({Quantity.PLUGGED_IN_FLAG: hours(MONDAY, [0.0] * 20)}, has_tag=True)
    assert never.counter == {MatchBasis.PLUG}


def test_where_the_vehicle_stood_speaks_for_or_against_it() -> None:
    def stood(site: str | None) -> list[Presence]:
        return [Presence(vehicle="auto", since_utc=MONDAY, site=site)]

    assert claim({}, presences=stood("amt")).hints == {MatchBasis.SITE}
    assert claim({}, presences=stood("schule")).counter == {MatchBasis.SITE}
    assert claim({}, presences=stood(None)).counter == {MatchBasis.SITE}
    assert claim({}).counter == set()


def test_a_vehicle_that_drove_meanwhile_was_not_charged_here() -> None:
    drove = hours(MONDAY, [1e7] * 10 + [1e7 + 20_000 * number for number in range(10)])
    assert claim({Quantity.ODOMETER_M: drove}, has_tag=True).counter == {MatchBasis.SITE}
    stood = hours(MONDAY, [1e7] * 20)
    assert claim({Quantity.ODOMETER_M: stood}, has_tag=True).counter == set()


def told(**sides: float | None) -> list[str]:
    known: dict[str, float | None] = {"station_wh": 20_000.0, "lasted_s": 4 * 3600.0, "max_power_w": 11_000.0}
    triangle = Triangle(**(known | {"battery_size_wh": 50_000.0} | sides))  # type: ignore[arg-type]
    return [finding.code for finding in disagreements(triangle)]


@pytest.mark.parametrize(
    ("sides", "found"),
    [
        ({}, []),
        ({"vehicle_wh": 18_000.0, "expected_rise_percent": 36.0, "rise_percent": 35.0}, []),
        ({"station_wh": None}, ["triangle.no_energy"]),
        ({"station_wh": 7_784_000.0}, ["triangle.beyond_power", "triangle.beyond_battery"]),
        ({"station_wh": 70_000.0, "lasted_s": 40 * 3600.0}, ["triangle.beyond_battery"]),
        ({"vehicle_wh": 25_000.0}, ["triangle.vehicle_more"]),
        ({"vehicle_wh": 12_000.0}, ["triangle.hidden_loss"]),
        ({"expected_rise_percent": 36.0, "rise_percent": 2.0}, ["triangle.charge_disagrees"]),
        ({"building_wh": 12_000.0, "charged_wh": 20_000.0}, ["triangle.building_less"]),
        ({"building_wh": 42_000.0, "charged_wh": 20_000.0}, []),
    ],
)
def test_the_sides_of_a_session_disagree_with_figures(sides: dict[str, float | None], found: list[str]) -> None:
    assert told(**sides) == found


def test_the_lifetime_of_a_register_taken_for_a_session_is_named_with_what_would_be_possible() -> None:
    finding, _ = disagreements(
        Triangle(station_wh=7_784_000.0, lasted_s=3600.0, max_power_w=11_000.0, battery_size_wh=50_000.0)
    )
    assert dict(finding.params) == {"station_kwh": 7784.0, "most_kwh": 12.6}


def test_a_counter_of_the_vehicle_that_begins_anew_counts_from_zero() -> None:
    told_wh = hours(EIGHT - HOUR, [15_000.0, 500.0, 6_000.0, 12_000.0, 18_000.0, 18_000.0])
    telling = telling_of(car(), {Quantity.ENERGY_SESSION_WH: told_wh}, RULES)
    begin_ms = epoch_ms(EIGHT)
    assert telling.battery_wh(begin_ms - 900_000, begin_ms + 4 * 3_600_000) == Decimal(18_000)
