"""A vehicle's days become the sums of its month, with nothing added and nothing lost."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.fleet import VehicleDay
from core.vehicle_months import VehicleMonth
from fleet.vehicle_days.months import months_of

AMOUNTS = st.none() | st.decimals(0, 10**9, places=3)


def day(number: int, vehicle: str = "a", **more: Any) -> VehicleDay:
    return VehicleDay(vehicle=vehicle, day=date(2025, 10, 1) + timedelta(days=number), **more)


def test_a_month_sums_what_is_known_and_says_of_how_many_days() -> None:
    days = [
        day(2, odometer_end_m=Decimal(1500), fuel_l=Decimal("0.10")),
        day(0, distance_m=Decimal("10.50"), own_charged_wh=Decimal(7), odometer_end_m=Decimal(1000)),
        day(1, distance_m=Decimal(0), driven_wh=Decimal(3)),
        day(3),
    ]
    assert months_of(days) == (
        VehicleMonth(
            vehicle="a",
            month=date(2025, 10, 1),
            days=4,
            distance_days=2,
            driven_days=1,
            distance_m=Decimal("10.50"),
            odometer_end_m=Decimal(1500),
            own_charged_wh=Decimal(7),
            driven_wh=Decimal(3),
            fuel_l=Decimal("0.10"),
        ),
    )


def test_what_no_day_tells_is_unknown_not_zero() -> None:
    (month,) = months_of([day(0), day(1)])
    assert (month.distance_m, month.odometer_end_m, month.battery_charged_wh, month.fuel_l) == (None,) * 4
    assert months_of([]) == ()


@given(st.lists(st.tuples(st.integers(0, 90), st.sampled_from("abc"), AMOUNTS), unique_by=lambda row: row[:2]))
def test_months_hold_all_that_the_days_held(rows: list[tuple[int, str, Decimal | None]]) -> None:
    days = [day(number, vehicle, distance_m=metres, own_charged_wh=metres or 0) for number, vehicle, metres in rows]
    months = months_of(days)
    assert sum(month.days for month in months) == len(days)
    assert sum(month.distance_m or 0 for month in months) == sum(metres or 0 for _, _, metres in rows)
    assert sum(month.own_charged_wh for month in months) == sum(metres or 0 for _, _, metres in rows)
    keys = [(month.vehicle, month.month) for month in months]
    assert keys == sorted(set(keys))
    assert all(month.month.day == 1 for month in months)
