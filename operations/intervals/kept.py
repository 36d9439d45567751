"""What the time series keeps of slots and days: read before they are computed again, then written where it differs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Generic, TypeVar

from core.intervals import Resolution, SeriesKey
from core.quantities import Quantity
from energy.batch import Changes
from energy.series import Amounts, Instants, IntervalStore, Means
from operations.intervals.plans import Plan, kept_span

T = TypeVar("T", Amounts, Means)

RowsOf = dict[SeriesKey, dict[Quantity, Amounts | Means]]
"""By the series they come of: a power that is added up has rows of energy, too."""


async def kept_rows(store: IntervalStore, resolution: Resolution, plans: Sequence[Plan], now_utc: datetime) -> RowsOf:
    """Return the rows that the store has of what these series come to."""
    period = kept_span(plans, now_utc)
    counted = [key for plan in plans for key in plan.counted]
    amounts = await store.amounts(resolution, counted, period) if counted else {}
    averaged = [key for plan in plans for key in plan.averaged]
    means = await store.means(resolution, averaged, period) if averaged else {}
    return {
        plan.key: {
            **{key[1]: amounts[key] for key in plan.counted if key in amounts},
            **{key[1]: means[key] for key in plan.averaged if key in means},
        }
        for plan in plans
    }


async def change_rows(
    store: IntervalStore, resolution: Resolution, plans: Sequence[Plan], changes: Sequence[Changes]
) -> int:
    """Write what has changed of each plan's series; return how many rows did."""
    amounts, means = _Rows[Amounts](), _Rows[Means]()
    for plan, changed in zip(plans, changes, strict=True):
        for quantity, change in changed.items():
            if isinstance(change.rows, Amounts):
                amounts.add((plan.key[0], quantity), change.rows, change.removed)
            else:
                means.add((plan.key[0], quantity), change.rows, change.removed)
    if amounts.count:
        await store.put_amounts(resolution, amounts.changes, amounts.removed)
    if means.count:
        await store.put_means(resolution, means.changes, means.removed)
    return amounts.count + means.count


class _Rows(Generic[T]):
    """Rows of several series on their way to the store."""

    def __init__(self) -> None:
        self.changes: dict[SeriesKey, T] = {}
        self.removed: dict[SeriesKey, Instants] = {}
        self.count = 0

    def add(self, key: SeriesKey, rows: T, removed: Instants) -> None:
        """Add what changes of one series."""
        if len(rows):
            self.changes[key] = rows
        if len(removed):
            self.removed[key] = removed
        self.count += len(rows) + len(removed)
