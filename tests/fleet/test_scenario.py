"""Sums of scenarios: the same vehicles in all of them, and what is replaced changes only its own part."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from core.factors import Boundary
from core.texts import Finding
from fleet.candidates.scenario import Pair, Stake, totals

UNKNOWN = Finding.of("candidates.no_vehicle_costs")


def stake(name: str, today: int | None, electric: int | None, burnt: int = 900, drawn: int = 400) -> Stake:
    cost = [UNKNOWN if each is None else Decimal(each) for each in (today, electric)]
    emitted = Pair(Decimal(burnt), Decimal(drawn))
    return Stake(
        vehicle=name,
        distance_m=Decimal(1000),
        energy_wh=Decimal(200),
        cost_eur=Pair(*cost),
        co2e_g={Boundary.TTW: emitted, Boundary.WTW: emitted},
    )


def test_vehicles_of_which_one_side_is_unknown_are_in_no_column() -> None:
    stakes = [stake("a", 100, 80), stake("b", None, 70), stake("c", 50, None), stake("d", 40, 60)]
    assert totals(stakes, ())["cost_eur"] == 140
    after = totals(stakes, {"a", "b", "c"})
    assert (after["cost_eur"], after["cost_delta_eur"], after["vehicles"]) == (120, -20, 3)
    assert (after["co2e_year_g.wtw"], after["co2e_avoided_year_g.wtw"]) == (2100, 1500)
    assert (after["distance_year_m"], after["energy_year_wh"]) == (3000, 600)


def test_without_any_known_vehicle_the_reason_is_told() -> None:
    assert totals([stake("b", None, 70)], {"b"})["cost_delta_eur"] == UNKNOWN
    assert totals([], ())["cost_eur"] == Finding.of("scenario.nobody")


@given(st.lists(st.tuples(st.integers(-999, 999), st.integers(-999, 999), st.booleans()), min_size=1, max_size=8))
def test_the_difference_is_the_sum_of_those_replaced_alone(said: list[tuple[int, int, bool]]) -> None:
    stakes = [stake(str(number), today, electric) for number, (today, electric, _) in enumerate(said)]
    replaced = [str(number) for number, (_, _, goes) in enumerate(said) if goes]
    alone = [totals(stakes, [name])["cost_delta_eur"] for name in replaced]
    assert totals(stakes, replaced)["cost_delta_eur"] == sum(each for each in alone if isinstance(each, Decimal))
