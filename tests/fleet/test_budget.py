"""What is used of a year's budget, and what the year will come to: sums by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.texts import Finding
from fleet.costs.budget import BudgetUse, MonthSpent, spent_in
from fleet.costs.vehicle_costs import Cost, CostPart, Part

UNKNOWN = Finding.of("fleet_costs.no_tariff", site="amt")


def spent(month: int, eur: int | str, vehicles: int = 2, lacking: tuple[str, ...] = ()) -> MonthSpent:
    return MonthSpent(period=f"2024-{month:02d}", eur=Decimal(eur), vehicles=vehicles, lacking=lacking)


def use(*months: MonthSpent, until: date, **changes: Any) -> BudgetUse:
    said: dict[str, Any] = {"source": "fleet_budgets/a", "year": until.year, "amount_eur": Decimal(4000)}
    return BudgetUse(**(said | changes), months=months, until=until)


def test_a_leap_year_has_a_day_more_to_come() -> None:
    found = use(spent(1, 300), spent(2, 300), until=date(2024, 3, 1))
    assert found.used_percent == Decimal(15)
    assert found.forecast_eur == Decimal(3660)  # 600 / 60 days x 366


def test_a_month_under_way_counts_the_days_that_are_over() -> None:
    found = use(spent(1, 310), spent(2, 90), until=date(2025, 2, 10))
    assert found.forecast_eur == Decimal(3650)  # 400 / 40 days x 365


def test_a_year_that_is_over_comes_to_what_was_spent() -> None:
    months = [spent(month, 400) for month in range(1, 13)]
    found = use(*months, until=date(2025, 1, 1), year=2024)
    assert (found.used_percent, found.forecast_eur) == (Decimal(120), Decimal(4800))


def test_of_four_weeks_at_least_a_year_is_told() -> None:
    assert use(spent(1, 280), until=date(2025, 1, 29)).forecast_eur == Decimal(3650)
    found = use(spent(1, 270), until=date(2025, 1, 28))
    assert found.used_percent == Decimal("6.75")
    assert found.forecast_eur == Finding.of("fleet_costs.too_few_days", days=27, needed=28)


def test_a_missing_part_makes_it_the_least_and_too_many_tell_no_year() -> None:
    months = [spent(1, 300), spent(2, 300), spent(3, 300, lacking=("b",))]
    found = use(*months, until=date(2024, 4, 1))
    said = {"vehicle": "b", "month": "2024-03"}
    assert found.remarks == (Finding.of("fleet_costs.at_least", count=1, all=6, **said),)
    assert found.used_percent == Decimal("22.5")
    assert isinstance(found.forecast_eur, Decimal)
    more = use(*months, spent(4, 300, lacking=("a", "b")), until=date(2024, 5, 1))
    assert more.used_percent == Decimal(30)
    assert more.forecast_eur == Finding.of("fleet_costs.too_much_missing", count=3, all=8)


@pytest.mark.parametrize("month", [spent(1, 0, 2, ("a", "b")), spent(1, 0, 0)])
def test_of_nothing_known_nothing_is_used(month: MonthSpent) -> None:
    found = use(month, until=date(2024, 2, 1))
    assert found.used_percent == Finding.of("fleet_costs.nothing_spent")
    assert found.forecast_eur == Finding.of("fleet_costs.nothing_spent")


def test_known_parts_of_a_vehicle_count_where_another_is_missing() -> None:
    whole = Cost(Decimal(0), (CostPart(Part.LEASE, Decimal(250)), CostPart(Part.FIXED, Decimal("50.55"))))
    half = Cost(UNKNOWN, (CostPart(Part.ENERGY, UNKNOWN), CostPart(Part.LEASE, Decimal(100))))
    assert spent_in("2024-01", [("a", whole), ("b", half)]) == spent(1, "400.55", 2, ("b",))


@given(st.lists(st.decimals(min_value=0, max_value=10**6, places=2), min_size=12, max_size=12))
def test_the_forecast_of_a_whole_year_is_what_was_spent(amounts: list[Decimal]) -> None:
    months = [spent(number, str(eur)) for number, eur in enumerate(amounts, start=1)]
    found = use(*months, until=date(2025, 1, 1), year=2024).forecast_eur
    assert found == sum(amounts)
