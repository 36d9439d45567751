"""What is used of a year's budget by the costs of vehicles, and what the year will come to at that pace.

    spent       costs of the months of the year up to the one asked for: all parts that are known
    used        spent / budget
    forecast    spent / days that are over x days of the year

Where a part of a cost is not known the true sum is higher: what is told is the least, and it says of how many months
of vehicles a part is missing. Where that is so of more than a fifth, no year is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from core.texts import Finding
from energy.budgets import LEAST_DAYS
from fleet.costs.vehicle_costs import Cost
from fleet.vehicle_days.sums import ZERO, Value

PERCENT: Final = 100
MISSING_MOST: Final = Decimal("0.2")
"""Of a larger share of vehicles' months without a part no year is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthSpent:
    """What the vehicles of a scope cost in a month: all parts that are known. `lacking` are vehicles without one."""

    period: str
    eur: Decimal
    vehicles: int
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetUse:
    """A budget of a year, and its months so far; the days before `until` are over. `source` says where it stands."""

    source: str
    year: int
    amount_eur: Decimal
    months: tuple[MonthSpent, ...]
    until: date

    @property
    def spent_eur(self) -> Decimal:
        """Return what is known to have been spent."""
        return sum((each.eur for each in self.months), ZERO)

    @property
    def used_percent(self) -> Value:
        """Return how much of the budget is spent, at least."""
        if self._known():
            return PERCENT * self.spent_eur / self.amount_eur
        return Finding.of("fleet_costs.nothing_spent")

    @property
    def forecast_eur(self) -> Value:
        """Return what the year will have cost if it goes on like this, or why that is not told."""
        first, end = date(self.year, 1, 1), date(self.year + 1, 1, 1)
        gone = (self.until - first).days
        if not self._known():
            return Finding.of("fleet_costs.nothing_spent")
        if gone < LEAST_DAYS:
            return Finding.of("fleet_costs.too_few_days", days=gone, needed=LEAST_DAYS)
        if self.lacking > MISSING_MOST * self.vehicle_months:
            return Finding.of("fleet_costs.too_much_missing", count=self.lacking, all=self.vehicle_months)
        return self.spent_eur * (end - first).days / gone

    @property
    def vehicle_months(self) -> int:
        """Return how many months of vehicles are in it."""
        return sum(each.vehicles for each in self.months)

    @property
    def lacking(self) -> int:
        """Return of how many of these a part is not known."""
        return sum(len(each.lacking) for each in self.months)

    @property
    def remarks(self) -> tuple[Finding, ...]:
        """Return of how many months of vehicles a part is missing, and which is the first of them."""
        first = next(((each.lacking[0], each.period) for each in self.months if each.lacking), None)
        if first is None:
            return ()
        said = {"vehicle": first[0], "month": first[1]}
        return (Finding.of("fleet_costs.at_least", count=self.lacking, all=self.vehicle_months, **said),)

    def _known(self) -> bool:
        return any(each.eur or len(each.lacking) < each.vehicles for each in self.months)


def spent_in(period: str, costs: Iterable[tuple[str, Cost]]) -> MonthSpent:
    """Return what vehicles cost in a month, each by its name."""
    told = list(costs)
    parts = [part.eur for _, cost in told for part in cost.parts]
    return MonthSpent(
        period=period,
        eur=sum((eur for eur in parts if isinstance(eur, Decimal)), ZERO),
        vehicles=len(told),
        lacking=tuple(name for name, cost in told if isinstance(cost.eur(), Finding)),
    )
