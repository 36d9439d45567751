"""What a year will have cost, told from its days so far and from the year before.

The rest of the year is last year's rest times the ratio of both years so far; without a known last year, the
mean day so far. For what heats, the ratio is taken per degree day. The range is that of a sum
of weeks whose scatter is the one seen so far (two thirds of all cases lie within).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from math import sqrt
from statistics import fmean
from typing import Final

from core.money import CENT
from core.texts import Finding
from energy.weather import degree_days

LEAST_DAYS: Final = 28
"""Of fewer days no year is told."""

WEEK: Final = 7
_DAY: Final = timedelta(days=1)

Costs = Mapping[date, Decimal]
"""What each day cost in EUR; days that are not known are not in it."""


class ForecastMethod(StrEnum):
    """How the rest of the year was told."""

    LAST_YEAR = "last_year"
    LAST_YEAR_BY_WEATHER = "last_year_by_weather"
    LINEAR = "linear"
    OVER = "over"


class BudgetStatus(StrEnum):
    """How a budget stands."""

    KEPT = "kept"
    TIGHT = "tight"
    OVER_EXPECTED = "over_expected"
    EXCEEDED = "exceeded"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the year will have cost, from `low` to `high`."""

    method: ForecastMethod
    eur: Decimal
    low_eur: Decimal
    high_eur: Decimal
    ratio: float | None = None


def forecast(
    costs: Costs, year: int, until: date, *, before: Costs, temperatures: Mapping[date, float] | None = None
) -> Forecast | Finding:
    """Return what a year of which the days before `until` are over will have cost, or why that cannot be said.

    `before` are last year's days, `temperatures` (daily means, for what heats) those of both years.
    """
    first, end = date(year, 1, 1), date(year + 1, 1, 1)
    gone, rest = _days(first, until), _days(until, end)
    lacking = [day for day in gone if day not in costs]
    so_far = sum((costs[day] for day in gone if day in costs), Decimal(0))
    if lacking:
        return Finding.of("budgets.days_unknown", known=len(gone) - len(lacking), days=len(gone))
    if not rest:
        eur = so_far.quantize(CENT)
        return Forecast(ForecastMethod.OVER, eur, eur, eur)
    if len(gone) < LEAST_DAYS:
        return Finding.of("budgets.too_few_days", days=len(gone), needed=LEAST_DAYS)
    former = _former(before, gone, rest)
    if former is None:
        return _linear(costs, gone, rest, so_far)
    return _by_last_year(costs, former, gone, rest, so_far, temperatures)


def status_of(amount_eur: Decimal, to_date_eur: Decimal | None, told: Forecast | Finding) -> BudgetStatus:
    """Return how a budget stands: tight, where it is kept unless the year takes the upper end of its range."""
    if to_date_eur is not None and to_date_eur > amount_eur:
        return BudgetStatus.EXCEEDED
    if isinstance(told, Finding):
        return BudgetStatus.UNKNOWN
    if told.eur > amount_eur:
        return BudgetStatus.OVER_EXPECTED
    return BudgetStatus.TIGHT if told.high_eur > amount_eur else BudgetStatus.KEPT


def last_year_of(day: date) -> date:
    """Return the same day of the year before; of 29 February the 28th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def _days(first: date, end: date) -> list[date]:
    return [first + number * _DAY for number in range(max((end - first).days, 0))]


def _former(before: Costs, gone: Sequence[date], rest: Sequence[date]) -> dict[date, Decimal] | None:
    """Return what the same days cost last year, None where some are not known."""
    found = {day: before[last_year_of(day)] for day in (*gone, *rest) if last_year_of(day) in before}
    whole = len(found) == len(gone) + len(rest) and sum(found[day] for day in gone) > 0
    return found if whole else None


def _linear(costs: Costs, gone: Sequence[date], rest: Sequence[date], so_far: Decimal) -> Forecast:
    mean = so_far / len(gone)
    return _told(
        ForecastMethod.LINEAR, so_far, mean * len(rest), _scatter(costs, lambda _: float(mean), gone), gone, rest
    )


def _by_last_year(
    costs: Costs,
    former: dict[date, Decimal],
    gone: Sequence[date],
    rest: Sequence[date],
    so_far: Decimal,
    temperatures: Mapping[date, float] | None,
) -> Forecast:
    ratio = float(so_far) / float(sum(former[day] for day in gone))
    method, weather = ForecastMethod.LAST_YEAR, _weather_ratio(gone, temperatures)
    if weather:
        method = ForecastMethod.LAST_YEAR_BY_WEATHER
    scatter = _scatter(costs, lambda day: ratio * float(former[day]), gone)
    ratio /= weather or 1.0
    to_come = sum((former[day] for day in rest), Decimal(0)) * Decimal(repr(ratio))
    return _told(method, so_far, to_come, scatter, gone, rest, ratio)


def _weather_ratio(gone: Sequence[date], temperatures: Mapping[date, float] | None) -> float | None:
    """Return how many times last year's degree days this year's so far are, None where some are not known."""
    if not temperatures:
        return None
    end = gone[-1] + _DAY
    this = degree_days(temperatures, gone[0], end)
    last = degree_days(temperatures, last_year_of(gone[0]), last_year_of(end))
    return this.kd / last.kd if this.complete and last.complete and this.kd > 0 and last.kd > 0 else None


def _scatter(costs: Costs, expected: Callable[[date], float], gone: Sequence[date]) -> float:
    """Return by how much whole weeks differ from what was expected of them (standard deviation, EUR)."""
    count = len(gone) // WEEK
    weeks = [gone[place * WEEK : (place + 1) * WEEK] for place in range(count)]
    off = [sum(float(costs[day]) - expected(day) for day in week) for week in weeks]
    mean = fmean(off)
    return sqrt(sum((each - mean) ** 2 for each in off) / max(count - 1, 1))


def _told(
    method: ForecastMethod,
    so_far: Decimal,
    to_come: Decimal,
    scatter: float,
    gone: Sequence[date],
    rest: Sequence[date],
    ratio: float | None = None,
) -> Forecast:
    weeks, weeks_gone = (
        len(rest) / WEEK,
        len(gone) / WEEK,
    )  # what is to come scatters, and so does the mean it is told by
    off = Decimal(str(round(scatter * sqrt(weeks + weeks * weeks / weeks_gone), 2)))
    eur = so_far + to_come
    return Forecast(method, eur.quantize(CENT), (eur - off).quantize(CENT), (eur + off).quantize(CENT), ratio)
