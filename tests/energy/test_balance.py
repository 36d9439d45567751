"""Laws of flows, and of meters behind meters."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.inventory import Generator
from core.texts import Finding
from energy.balance import Balance, Counted, Meters, Place, balance_of
from energy.loads import Load
from energy.metering_tree import Behind, Excess
from energy.positions import SLOT_MS

SLOTS = 8
MWH = st.lists(st.integers(0, 3 * 10**9), min_size=SLOTS, max_size=SLOTS)


def meters(values: list[int], unknown: frozenset[int] = frozenset()) -> Meters:
    known = np.array([number not in unknown for number in range(SLOTS)])
    seconds = np.where(known[:, None], [[900, 0, 0, 0, 0]], [[0, 0, 0, 0, 900]]).astype(np.int64)
    start_ms = np.arange(SLOTS, dtype=np.int64) * SLOT_MS
    load = Load(start_ms, np.where(known, np.array(values, np.int64), 0), known, seconds)
    return Meters(load, np.ones(SLOTS, np.bool_))


def found(counted: Counted) -> Balance:
    balance = balance_of(counted)
    assert isinstance(balance, Balance)
    return balance


@given(MWH, MWH, MWH, MWH, MWH, MWH)
def test_flows_add_up_to_what_every_meter_counted(
    taken: list[int], given_: list[int], pv: list[int], chp: list[int], charged: list[int], discharged: list[int]
) -> None:
    balance = found(
        Counted(
            taken=meters(taken),
            given=meters(given_),
            made={Generator.PV: meters(pv), Generator.CHP: meters(chp)},
            charged=meters(charged),
            discharged=meters(discharged),
        )
    )
    sums = balance.during(0, SLOTS * SLOT_MS)
    assert sums.out_of(Place.GRID) == sum(taken)
    assert sums.into(Place.GRID) == sum(given_)
    assert sums.out_of(Place.PV) == sum(pv)
    assert sums.out_of(Place.CHP) == sum(chp)
    assert sums.into(Place.BATTERY) == sum(charged)
    assert sums.out_of(Place.BATTERY) == sum(discharged)
    assert sums.into(Place.USE) == sum(taken) + sum(pv) + sum(chp) + sum(discharged) - sum(given_) - sum(charged)
    for place in (Place.PV, Place.CHP, Place.BATTERY):
        assert all((balance.flows[place, sink] >= 0).all() for sink in Place if (place, sink) in balance.flows)
    halves = balance.during(0, 3 * SLOT_MS), balance.during(3 * SLOT_MS, SLOTS * SLOT_MS)
    assert {flow: sum(half.flows[flow] for half in halves) for flow in sums.flows} == dict(sums.flows)


@given(MWH, MWH)
def test_self_use_is_what_was_made_less_what_was_fed_in(taken: list[int], pv: list[int]) -> None:
    fed = [made // 3 for made in pv]
    balance = found(Counted(taken=meters(taken), given=meters(fed), made={Generator.PV: meters(pv)}))
    sums = balance.during(0, SLOTS * SLOT_MS)
    assert sums.used_of(Place.PV) == sum(pv) - sum(fed)
    assert not sums.estimated


def test_two_generators_share_what_is_fed_in_by_what_they_made() -> None:
    made = {Generator.PV: meters([300] * SLOTS), Generator.CHP: meters([100] * SLOTS)}
    balance = found(Counted(taken=meters([0] * SLOTS), given=meters([200] * SLOTS), made=made))
    assert balance.flows[Place.PV, Place.GRID].tolist() == [150] * SLOTS
    assert balance.flows[Place.CHP, Place.GRID].tolist() == [50] * SLOTS


def test_without_a_register_of_what_is_fed_in_self_use_is_estimated_or_not_told() -> None:
    pv = {Generator.PV: meters([500] * SLOTS)}
    why = balance_of(Counted(taken=meters([100] * SLOTS), given=None, made=pv))
    assert why == Finding.of("balance.no_export_register")
    balance = found(Counted(taken=meters([0] * SLOTS), given=None, made=pv, metered=meters([200] * SLOTS)))
    assert balance.estimated
    assert balance.flows[Place.PV, Place.USE].tolist() == [200] * SLOTS


def test_a_place_that_makes_nothing_needs_no_such_register() -> None:
    balance = found(Counted(taken=meters([7] * SLOTS), given=None, made={}))
    assert balance.during(0, SLOTS * SLOT_MS).into(Place.USE) == 7 * SLOTS
    assert not balance.estimated


def test_what_a_battery_takes_and_does_not_give_back_is_lost() -> None:
    balance = found(
        Counted(
            taken=meters([0] * SLOTS),
            given=meters([0] * SLOTS),
            made={Generator.PV: meters([1000] * SLOTS)},
            charged=meters([400] * SLOTS),
            discharged=meters([300] * SLOTS),
        )
    )
    sums = balance.during(0, SLOTS * SLOT_MS)
    assert (sums.lost, sums.into(Place.USE)) == (800, 7200)
    assert (sums.self_use_percent(Place.PV), sums.autarky_percent) == (100.0, 100.0)


def test_a_slot_in_which_a_meter_is_silent_is_not_counted_at_all() -> None:
    silent = meters([9] * SLOTS, unknown=frozenset({2}))
    balance = found(Counted(taken=meters([5] * SLOTS), given=None, made={Generator.PV: silent}, metered=silent))
    sums = balance.during(0, SLOTS * SLOT_MS)
    assert (sums.known, sums.out_of(Place.GRID)) == (SLOTS - 1, 5 * (SLOTS - 1))


@given(st.lists(st.integers(0, 10**9), min_size=3, max_size=3), st.lists(st.integers(0, 10**9), min_size=3, max_size=3))
def test_what_nobody_metered_and_what_was_metered_is_what_came_in(one: list[int], other: list[int]) -> None:
    front = [a + b + 11 for a, b in zip(one, other, strict=True)]
    assert Behind(front, (one, other)).rest() == (11, 11, 11)
    assert Behind(front, (one, other)).excesses() == ()


def test_meters_that_count_more_than_came_to_them_are_found_with_both_figures() -> None:
    behind = Behind([1000, 1000, None], ([990, 1100, 5], [20, 0, 5]))
    assert behind.excesses() == (Excess(1, 1000, 1100),)
    assert Behind([100], ([500], [-450])).excesses() == ()
    assert Behind([100, 5], ([None, 5],)).rest() == (None, 0)
