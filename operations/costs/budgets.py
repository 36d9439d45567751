"""Budgets: what was spent of them, and what the year will have cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import NotFoundError
from core.inventory import HEATING, Budget, Medium
from core.texts import Finding
from energy.budgets import Forecast, ForecastMethod, forecast, last_year_of, status_of
from operations.costs.cost import checked_year, month_cost
from operations.costs.days import costs_by_day
from operations.costs.reading import ReadCosts, months_of, read_costs, seen_site
from operations.costs.rows import BudgetRow, Budgets, MonthCost
from operations.house import Call, House
from operations.values import Told
from operations.weather.temperatures import daily_means, station_of

BEHIND_MAX: Final = 2
"""So many months may go by until the figures of a fuel are there."""
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowBudgets:
    """Which budgets: of a year (the present one), at a site, of a medium."""

    year: int | None = None
    site: str | None = None
    medium: Medium | None = None


async def show_budgets(house: House, request: ShowBudgets, call: Call) -> Budgets:
    """Return the budgets of a year that the actor may see, of amended ones those in force now.

    Raises `RequestError` for no year.
    """
    today = house.day(call.now_utc)
    year = checked_year(request.year or today.year)
    wanted = [
        budget
        for budget in house.inventory().budgets.values()
        if budget.year == year
        and budget.valid_on(min(max(today, date(year, 1, 1)), date(year, 12, 31)))
        and call.actor.sees(budget.site)
        and request.site in (None, budget.site)
        and request.medium in (None, budget.medium)
    ]
    wanted.sort(key=lambda each: (each.site, list(Medium).index(each.medium)))
    return Budgets(year=year, items=tuple([await _row(house, budget, call) for budget in wanted]))


async def _row(house: House, budget: Budget, call: Call) -> BudgetRow:
    site = seen_site(house, budget.site, call)
    row = BudgetRow(
        id=budget.id,
        name=budget.name,
        site=site.id,
        site_name=site.name,
        medium=budget.medium,
        year=budget.year,
        amount_eur=budget.amount_eur,
        to_date_eur=None,
        until=None,
        forecast_eur=None,
        low_eur=None,
        high_eur=None,
        method=None,
        status=status_of(budget.amount_eur, None, Finding.of("costs.nothing_known")),
        reason=None,
        findings=(),
    )
    try:
        read = await read_costs(house, site.id, budget.medium, [budget.year - 1, budget.year], call)
    except NotFoundError as error:
        return replace(row, reason=Told.of(error.finding))
    return await _told(house, row, read)


async def _told(house: House, row: BudgetRow, read: ReadCosts) -> BudgetRow:
    """Return the row with what the year came to so far and what it will have come to."""
    first, until = date(row.year, 1, 1), min(read.until, date(row.year + 1, 1, 1))
    if until <= first:
        return replace(row, reason=Told.of(Finding.of("budgets.not_begun")))
    months = [month_cost(house.inventory(), read, begin, end) for begin, end in months_of(first, until)]
    behind = _behind(months)
    if behind:
        months, until = months[:-behind], date.fromisoformat(f"{months[-behind].period}-01")
    missing = [month.period for month in months if month.total_eur is None]
    if missing:
        reason = months[0].reason if len(missing) == len(months) else None
        reason = reason or Told.of(Finding.of("costs.months_missing", months=", ".join(missing)))
        return replace(row, reason=reason)
    to_date = sum((month.total_eur or Decimal(0) for month in months), Decimal(0))
    days = costs_by_day(read, first, until)
    before = costs_by_day(read, first.replace(year=row.year - 1), first)
    heats = row.medium in HEATING
    temperatures = await _temperatures(house, read, first, until) if heats else None
    told = forecast(days, row.year, until, before=before, temperatures=temperatures)
    row = replace(
        row,
        to_date_eur=to_date,
        until=until - _DAY,
        status=status_of(row.amount_eur, to_date, told),
        findings=(*_late(behind, until), *_findings(months[-1].findings, told, heats=heats)),
    )
    return replace(row, reason=Told.of(told)) if isinstance(told, Finding) else _with(row, told)


def _behind(months: Sequence[MonthCost]) -> int:
    """Return how many of the last months are not known yet, as a fuel's figures come with the bill; 0 where too many.

    What the year came to is told until they begin.
    """
    count = next((number for number, each in enumerate(reversed(months)) if each.total_eur is not None), len(months))
    return count if count <= BEHIND_MAX and count < len(months) else 0


def _late(behind: int, until: date) -> tuple[Told, ...]:
    return (Told.of(Finding.of("budgets.months_behind", month=f"{until:%Y-%m}")),) if behind else ()


def _with(row: BudgetRow, told: Forecast) -> BudgetRow:
    low = max(told.low_eur, row.to_date_eur or told.low_eur)
    return replace(row, forecast_eur=told.eur, low_eur=low, high_eur=told.high_eur, method=told.method)


async def _temperatures(house: House, read: ReadCosts, first: date, until: date) -> Mapping[date, float] | None:
    station = station_of(house.inventory(), read.site)
    if station is None:
        return None
    zone = ZoneInfo(read.site.time_zone)
    return await daily_means(house, station, last_year_of(first), until, zone)


def _findings(said: tuple[Told, ...], told: Forecast | Finding, *, heats: bool) -> list[Told]:
    linear = isinstance(told, Forecast) and told.method is ForecastMethod.LINEAR
    if heats and linear:
        return [*said, Told.of(Finding.of("budgets.linear_heat"))]
    return [*said, *([Told.of(Finding.of("budgets.linear"))] if linear else [])]
