"""Whose roof power was whose."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.fleet import PvAllocation
from energy.allocation import Allocation, allocate, split
from energy.loads import Numbers

PRO_RATA, SURPLUS_FIRST = PvAllocation.PRO_RATA, PvAllocation.SURPLUS_FIRST
KWH = 1_000_000

amounts = st.integers(0, 3_000_000_000_000)


@st.composite
def sites(draw: st.DrawFn) -> tuple[Numbers, Numbers | None, Numbers, dict[str, Numbers]]:
    """Return what a roof made, what was fed in and stored of it, and what up to five loads drew, over a few slots."""
    slots, count = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    column = st.lists(amounts | st.integers(0, 20), min_size=slots, max_size=slots)
    loads = {f"load-{number}": np.array(draw(column), np.int64) for number in range(count)}
    pv, first, second = (np.array(draw(column), np.int64) for _ in range(3))
    kept = np.minimum(first, pv)
    export = np.minimum(second, pv - kept) if draw(st.booleans()) else None
    return pv, export, kept, loads


def one(kwh: float) -> Numbers:
    return np.array([round(kwh * KWH)], np.int64)


def of(found: Allocation, key: str) -> int:
    return int(found.pv_of[key][0])


@given(sites(), st.sampled_from(PvAllocation), st.integers(0, 5))
def test_every_mwh_of_the_roof_is_counted_once_and_every_load_is_roof_and_grid(
    site: tuple[Numbers, Numbers | None, Numbers, dict[str, Numbers]], method: PvAllocation, last: int
) -> None:
    pv, export, stored, loads = site
    found = allocate(pv, export, loads, method, stored=stored, last=sorted(loads)[:last])
    everything = found.used + found.stored + found.exported + found.identity_error
    assert (everything == pv).all()
    for key, load in loads.items():
        assert (found.pv_of[key] + found.grid_of[key] == load).all()
        assert (found.pv_of[key] >= 0).all()
        assert (found.grid_of[key] >= 0).all()
    if export is None or (pv - stored - export <= sum(loads.values())).all():
        assert not found.identity_error.any()


@given(sites())
def test_nobody_gets_further_from_the_exact_share_than_one_mwh(
    site: tuple[Numbers, Numbers | None, Numbers, dict[str, Numbers]],
) -> None:
    pv, export, stored, loads = site
    found = allocate(pv, export, loads, stored=stored)
    for slot in range(len(pv)):
        used, whole = int(found.used[slot]), sum(int(load[slot]) for load in loads.values())
        for key, load in loads.items():
            assert abs(int(found.pv_of[key][slot]) * whole - used * int(load[slot])) < max(whole, 1)


@given(sites(), st.sampled_from(PvAllocation))
def test_the_order_in_which_loads_are_given_changes_nothing(
    site: tuple[Numbers, Numbers | None, Numbers, dict[str, Numbers]], method: PvAllocation
) -> None:
    pv, export, stored, loads = site
    forward = allocate(pv, export, loads, method, stored=stored, last=["load-0"])
    backward = allocate(pv, export, dict(reversed(loads.items())), method, stored=stored, last=["load-0"])
    assert all((forward.pv_of[key] == backward.pv_of[key]).all() for key in loads)


def test_a_car_beside_a_building_gets_its_share_or_what_is_left_over() -> None:
    loads = {"building": one(10), "car": one(5)}
    assert of(allocate(one(8), None, loads), "car") == 2_666_667
    assert of(allocate(one(8), None, loads, SURPLUS_FIRST, last=["car"]), "car") == 0
    assert of(allocate(one(12), None, loads, SURPLUS_FIRST, last=["car"]), "car") == 2 * KWH
    assert of(allocate(one(20), None, loads, SURPLUS_FIRST, last=["car"]), "car") == 5 * KWH


def test_two_cars_share_what_the_building_leaves_over() -> None:
    loads = {"building": one(3), "car-a": one(5), "car-b": one(5)}
    found = allocate(one(8), None, loads, SURPLUS_FIRST, last=["car-a", "car-b"])
    assert [of(found, key) for key in loads] == [3 * KWH, 2_500_000, 2_500_000]
    assert int(found.exported[0]) == 0


def test_what_is_fed_in_is_nobodys_use_even_if_more_was_drawn_in_the_same_quarter_hour() -> None:
    found = allocate(one(8), one(2), {"building": one(5), "car": one(5)})
    assert [of(found, key) for key in found.pv_of] == [3 * KWH, 3 * KWH]
    found = allocate(one(8), one(2), {"building": one(5), "car": one(5)}, SURPLUS_FIRST, last=["car"])
    assert [of(found, key) for key in found.pv_of] == [3 * KWH, 3 * KWH]


def test_what_a_battery_took_was_used_by_nobody_yet() -> None:
    found = allocate(one(8), None, {"building": one(4)}, stored=one(5))
    assert (of(found, "building"), int(found.stored[0]), int(found.exported[0])) == (3 * KWH, 5 * KWH, 0)


def test_surplus_of_one_quarter_hour_does_not_cover_the_next() -> None:
    pv, load = np.array([4 * KWH, 0], np.int64), np.array([KWH, 3 * KWH], np.int64)
    found = allocate(pv, None, {"building": load})
    assert found.pv_of["building"].tolist() == [KWH, 0]
    assert found.exported.tolist() == [3 * KWH, 0]


def test_more_fed_in_than_made_is_an_error_of_the_ledger_and_not_a_negative_use() -> None:
    found = allocate(one(1), one(3), {"building": one(2)})
    assert (of(found, "building"), int(found.identity_error[0])) == (0, -2 * KWH)


def test_more_left_over_than_all_loads_is_an_error_of_the_ledger() -> None:
    found = allocate(one(8), one(1), {"building": one(2)})
    assert (of(found, "building"), int(found.identity_error[0])) == (2 * KWH, 5 * KWH)


def test_a_load_below_zero_gets_nothing() -> None:
    found = allocate(one(1), None, {"building": one(2), "car": one(-1)})
    assert (of(found, "building"), of(found, "car")) == (KWH, 0)
    assert int(found.grid_of["car"][0]) == -KWH


@pytest.mark.parametrize(("whole", "parts"), [(100, [34, 33, 33]), (2, [1, 1, 0]), (0, [0, 0, 0])])
def test_ties_go_to_the_first(whole: int, parts: list[int]) -> None:
    found = split(np.array([whole], np.int64), [np.array([50], np.int64)] * 3)
    assert [int(part[0]) for part in found] == parts


def test_without_loads_all_is_fed_in() -> None:
    found = allocate(one(8), None, {})
    assert int(found.exported[0]) == 8 * KWH
