"""What of a meter's use does not depend on the weather because somebody has said so: hot water, processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from core.inventory import SteadyUse
from energy.weather import UsedMonth

_PERCENT: Final = 100
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SteadyAmount:
    """What a part of a use came to in a year, in thousandths of the unit."""

    part: SteadyUse
    thousandths: int


def days_unsaid(parts: Sequence[SteadyUse], first: date, end: date) -> int:
    """Return on how many of the days from `first` until before `end` no part holds."""
    days = (first + number * _DAY for number in range((end - first).days))
    return sum(not any(_overlap(part, day, day + _DAY) for part in parts) for day in days)


def steady_amounts(
    parts: Sequence[SteadyUse], months: Sequence[UsedMonth], per_kwh: int | None
) -> tuple[SteadyAmount, ...] | None:
    """Return what each part comes to in the months of a meter, by days where it holds for some of a month only.

    A yearly amount is parted by day, a 365th (366th) each. `per_kwh` is what a kWh counts in thousandths of the
    unit; where it is None, kWh cannot be told in that unit, and neither can the parts: then None is returned.
    """
    if per_kwh is None and any(part.kwh_per_year is not None for part in parts):
        return None
    amounts = [(part, sum(_of_month(part, month, per_kwh or 0) for month in months)) for part in parts]
    return tuple(SteadyAmount(part, int(amount)) for part, amount in amounts if amount)


def _of_month(part: SteadyUse, month: UsedMonth, per_kwh: int) -> Decimal:
    days = _overlap(part, month.first, month.first + month.days * _DAY)
    if part.kwh_per_year is not None:
        year = date(month.first.year + 1, 1, 1) - date(month.first.year, 1, 1)
        return part.kwh_per_year * per_kwh * days / year.days
    return (part.percent or Decimal(0)) / _PERCENT * (month.thousandths or 0) * days / month.days


def _overlap(part: SteadyUse, first: date, end: date) -> int:
    """Return on how many days from `first` until before `end` a part holds."""
    until = end if part.valid_to is None else min(part.valid_to, end)
    return max((until - max(part.valid_from, first)).days, 0)
