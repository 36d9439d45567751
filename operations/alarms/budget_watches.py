"""How much of each budget is spent."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from core.texts import Finding
from operations.arrivals.sightings import Seen, Sighting
from operations.costs.budgets import ShowBudgets, show_budgets
from operations.costs.rows import BudgetRow
from operations.house import Call, House

NEAR: Final = Decimal("0.8")
WHOLE: Final = Decimal(1)


async def near_budgets(house: House, call: Call) -> Seen:
    """Return the budgets of this year of which four fifths are spent, or more."""
    return await _spent(house, NEAR, call)


async def exceeded_budgets(house: House, call: Call) -> Seen:
    """Return the budgets of this year that are spent."""
    return await _spent(house, WHOLE, call)


async def _spent(house: House, share: Decimal, call: Call) -> Seen:
    """Return the budgets of which so much is spent; where nobody knows what was, nothing is decided."""
    rows = (await show_budgets(house, ShowBudgets(), call)).items
    return Seen(
        sightings=tuple(_sighting(row, row.to_date_eur) for row in rows if _is_spent(row, share) and row.to_date_eur),
        undecided=frozenset(f"budget:{row.id}" for row in rows if row.to_date_eur is None),
    )


def _is_spent(row: BudgetRow, share: Decimal) -> bool:
    return row.to_date_eur is not None and row.to_date_eur >= share * row.amount_eur


def _sighting(row: BudgetRow, spent_eur: Decimal) -> Sighting:
    percent = round(100 * spent_eur / row.amount_eur) if row.amount_eur else 100
    finding = Finding.of("alarms.budget_spent", name=row.name, percent=percent, amount_eur=float(row.amount_eur))
    return Sighting(subject=f"budget:{row.id}", site=row.site, finding=finding)
