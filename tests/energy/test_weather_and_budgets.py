"""Degree days, usual weather and forecasts: what is said, and when nothing is."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.inventory import SteadyUse
from core.texts import Finding
from energy.budgets import BudgetStatus, Forecast, ForecastMethod, forecast, last_year_of, status_of
from energy.steady_use import days_unsaid, steady_amounts
from energy.weather import Corrected, DegreeDays, UsedMonth, correct, degree_days

YEAR = [date(2025, month, 1) for month in range(1, 13)]


def months(heating: int = 3000, summer: int = 300) -> list[UsedMonth]:
    return [UsedMonth(first, 30, summer if first.month in (6, 7, 8) else heating) for first in YEAR]


def daily(year: int, eur: str, days: int = 366) -> dict[date, Decimal]:
    first = date(year, 1, 1)
    return {first + timedelta(days=n): Decimal(eur) for n in range(days) if (first + timedelta(days=n)).year == year}


def test_only_days_below_the_heating_limit_have_degree_days() -> None:
    means = {date(2026, 1, n + 1): mean for n, mean in enumerate([14.9, 15.0, -5.0, 20.0])}
    found = degree_days(means, date(2026, 1, 1), date(2026, 1, 6))
    assert (round(found.kd, 6), found.days, found.known, found.heating) == (30.1, 5, 4, 2)
    assert not found.complete


def test_a_mild_year_is_corrected_upwards_and_hot_water_is_not() -> None:
    found = correct(months(), DegreeDays(3000.0, 365, 365, 250), 3600.0)
    assert isinstance(found, Corrected)
    assert found.base == 900 * 365 // 90
    assert found.factor == Decimal("1.2")
    assert found.corrected == found.base + int(found.heating * Decimal("1.2"))
    assert found.base + found.heating == found.used == 27_900


def test_a_configured_share_stays_as_it_is_and_only_the_rest_is_corrected() -> None:
    """By hand: 20 % of 12,000 kWh are 2,400; at 3,000 K·d, usual 3,600: 9,600 × 1.2 + 2,400 = 13,920 kWh."""
    used = [UsedMonth(first, 30, 1_000) for first in YEAR]
    parts = [SteadyUse(name="WW", valid_from=date(2020, 1, 1), percent=Decimal(20), reference="Gutachten")]
    (amount,) = steady_amounts(parts, used, 1) or ()
    assert amount.thousandths == 2_400
    found = correct(used, DegreeDays(3000.0, 365, 365, 250), 3600.0, configured=2_400, rest=())
    assert isinstance(found, Corrected)
    assert (found.base, found.heating, found.summer_days, found.corrected) == (2_400, 9_600, 0, 13_920)


def test_a_share_in_kwh_counts_by_days_and_a_new_one_holds_from_its_first_day() -> None:
    """By hand: 3,650 kWh a year for 181 days until July, 7,300 kWh for the 184 days after it."""
    used = [
        UsedMonth(first, ((first + timedelta(31)).replace(day=1) - first).days, 1_000_000 * 1_000) for first in YEAR
    ]
    july = date(2025, 7, 1)
    old = SteadyUse(name="WW", valid_from=YEAR[0], valid_to=july, kwh_per_year=Decimal(3650), reference="alt")
    new = SteadyUse(name="WW", valid_from=july, kwh_per_year=Decimal(7300), reference="neu")
    amounts = steady_amounts([old, new], used, 1_000_000)
    assert amounts is not None
    assert [each.thousandths for each in amounts] == [1_810_000_000, 3_680_000_000]
    assert steady_amounts([old, new], used, None) is None
    assert days_unsaid([new], date(2025, 1, 1), date(2026, 1, 1)) == 181
    assert days_unsaid([old, new], date(2025, 1, 1), date(2026, 1, 1)) == 0


@pytest.mark.parametrize(
    ("used", "actual", "usual", "code"),
    [
        (months(), DegreeDays(3000.0, 365, 365, 250), None, "weather.no_reference"),
        (months(), DegreeDays(2990.0, 365, 364, 250), 3600.0, "weather.days_missing"),
        (months()[:5], DegreeDays(3000.0, 365, 365, 250), 3600.0, "weather.no_summer"),
        ([UsedMonth(YEAR[0], 31, None)], DegreeDays(3000.0, 365, 365, 250), 3600.0, "weather.use_unknown"),
        (months(), DegreeDays(0.0, 365, 365, 0), 3600.0, "weather.never_cold"),
    ],
)
def test_without_complete_data_there_is_a_reason_and_never_a_factor(
    used: list[UsedMonth], actual: DegreeDays, usual: float | None, code: str
) -> None:
    found = correct(used, actual, usual)
    assert isinstance(found, Finding)
    assert found.code == code


def test_the_rest_of_the_year_follows_last_years_course() -> None:
    before = daily(2025, "10") | {date(2025, 12, n): Decimal(30) for n in range(1, 32)}
    costs = {day: Decimal(12) for day in daily(2026, "12") if day < date(2026, 12, 1)}
    found = forecast(costs, 2026, date(2026, 12, 1), before=before)
    assert isinstance(found, Forecast)
    assert found.method is ForecastMethod.LAST_YEAR
    assert found.eur == Decimal(334 * 12) + Decimal(31 * 36)
    assert found.low_eur <= found.eur <= found.high_eur


def test_a_cold_spring_is_not_carried_into_the_rest_of_the_year() -> None:
    before, costs = daily(2025, "10"), {day: Decimal(15) for day in daily(2026, "15") if day < date(2026, 4, 1)}
    means = dict.fromkeys(before, 10.0) | dict.fromkeys(daily(2026, "1"), 5.0)
    found = forecast(costs, 2026, date(2026, 4, 1), before=before, temperatures=means)
    assert isinstance(found, Forecast)
    assert found.method is ForecastMethod.LAST_YEAR_BY_WEATHER
    assert found.eur == Decimal(90 * 15 + 275 * 10)


def test_without_last_year_the_mean_day_is_carried_on_and_a_gap_is_a_reason() -> None:
    costs = {day: Decimal(10) for day in daily(2026, "10") if day < date(2026, 3, 1)}
    found = forecast(costs, 2026, date(2026, 3, 1), before={})
    assert isinstance(found, Forecast)
    assert (found.method, found.eur) == (ForecastMethod.LINEAR, Decimal(3650))
    costs.pop(date(2026, 2, 2))
    lacking = forecast(costs, 2026, date(2026, 3, 1), before={})
    assert isinstance(lacking, Finding)
    assert lacking.code == "budgets.days_unknown"
    early = forecast(daily(2026, "10", days=10), 2026, date(2026, 1, 11), before={})
    assert isinstance(early, Finding)


def test_a_year_that_is_over_is_what_it_was() -> None:
    found = forecast(daily(2025, "10"), 2025, date(2026, 1, 1), before={})
    assert found == Forecast(ForecastMethod.OVER, Decimal(3650), Decimal(3650), Decimal(3650))


def test_the_day_after_28_february_last_year_is_the_same_for_the_29th() -> None:
    assert last_year_of(date(2028, 2, 29)) == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("amount", "to_date", "eur", "high", "status"),
    [
        (100, 40, 80, 90, BudgetStatus.KEPT),
        (100, 40, 95, 110, BudgetStatus.TIGHT),
        (100, 40, 105, 110, BudgetStatus.OVER_EXPECTED),
        (100, 101, 120, 130, BudgetStatus.EXCEEDED),
    ],
)
def test_a_budget_stands_by_its_forecast_and_its_range(
    amount: int, to_date: int, eur: int, high: int, status: BudgetStatus
) -> None:
    told = Forecast(ForecastMethod.LAST_YEAR, Decimal(eur), Decimal(eur), Decimal(high))
    assert status_of(Decimal(amount), Decimal(to_date), told) is status
    assert status_of(Decimal(amount), None, Finding.of("costs.nothing_known")) is BudgetStatus.UNKNOWN
