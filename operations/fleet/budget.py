"""What is used of the fleet's budgets: the year up to a month, of which days and papers are read once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from core.fleet import VehicleDay
from core.inventory import Inventory
from core.inventory.mobility import FleetBudget
from core.texts import Finding
from fleet.costs.budget import BudgetUse, MonthSpent, spent_in
from fleet.costs.vehicle_costs import own_cost
from fleet.savings.scopes import group_scope
from fleet.savings.statement import FLEET
from fleet.vehicle_days.figures import figures_of
from operations.fleet.reckoned import Prices, reckoned
from operations.fleet_report.facts import FleetMonth, last_of, months_until, span_of_month, vehicles_in, was_there
from operations.house import House

DaysOf = Mapping[str, Sequence[VehicleDay]]
"""Days of vehicles by vehicle, in their order."""

NO_BUDGET: Final = "fleet_costs.no_budget"


def budget_of(inventory: Inventory, scope: str, last: date) -> FleetBudget | None:
    """Return the budget of a scope that is in force on the last day of a month, None where there is none."""
    return next(
        (
            each
            for each in inventory.fleet_budgets.values()
            if each.year == last.year
            and each.valid_on(last)
            and scope == (FLEET if each.group is None else group_scope(each.group))
        ),
        None,
    )


async def budget_use(
    month: FleetMonth, spent: MonthSpent, prices: Prices, days: DaysOf | None = None
) -> BudgetUse | Finding:
    """Return what is used of the budget of a month's scope, or that it has none.

    `spent` is what the month itself came to. `days` are those of the year so far, where they have been read already.
    """
    house = prices.house
    budget = budget_of(house.inventory(), month.scope, month.last)
    if budget is None:
        return Finding.of(NO_BUDGET)
    earlier = months_until(month.first, month.first.month)[:-1]
    if days is None and earlier:
        days = await _days(house, month.scope, earlier[0], earlier[-1])
    months = [await _spent(house, month.scope, first, prices, days or {}) for first in earlier]
    return BudgetUse(
        source=f"fleet_budgets/{budget.id}",
        year=budget.year,
        amount_eur=budget.amount_eur,
        months=(*months, spent),
        until=min(month.last + timedelta(days=1), house.day(prices.call.now_utc)),
    )


async def _days(house: House, scope: str, first: date, last: date) -> DaysOf:
    names = [each.id for each in vehicles_in(house.inventory(), scope) if was_there(each, first, last_of(last))]
    found: dict[str, list[VehicleDay]] = {}
    for day in await house.ledger.vehicle_days(first, last_of(last), names):
        found.setdefault(day.vehicle, []).append(day)
    return found


async def _spent(house: House, scope: str, first: date, prices: Prices, days: DaysOf) -> MonthSpent:
    """Return what a month came to; of its figures only those that cost something are needed."""
    last = last_of(first)
    there = tuple(each for each in vehicles_in(house.inventory(), scope) if was_there(each, first, last))
    names = [each.id for each in there]
    month = FleetMonth(
        period=f"{first:%Y-%m}",
        scope=scope,
        first=first,
        last=last,
        vehicles=there,
        figures={
            each.id: figures_of(each, _within(days.get(each.id, ()), first, last), (), first, last) for each in there
        },
        vouchers=await house.ledger.vouchers_during(span_of_month(house, first), names) if names else (),
    )
    costs = [(each.vehicle.id, own_cost(each)) for each in await reckoned(month, prices)]
    return spent_in(month.period, costs)


def _within(days: Iterable[VehicleDay], first: date, last: date) -> list[VehicleDay]:
    return [each for each in days if first <= each.day <= last]
