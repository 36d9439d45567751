"""Degree days, and heat consumption as it would have been in a year of usual weather.

Degree days G20/15: on each day whose mean outdoor temperature is below the heating limit of 15 °C, the
kelvins by which it is below 20 °C (VDI 3807 sheet 1, VDI 2067; formula from secondary sources).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from core.texts import Finding

HEATING_LIMIT_C: Final = 15.0
INDOOR_C: Final = 20.0
SUMMER: Final = (6, 7, 8)
"""Months in which nothing is heated: what is used then is used the whole year, for hot water and cooking."""

SUMMER_DAYS: Final = 60
"""So many days of summer months must be known to tell what does not depend on the weather."""

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DegreeDays:
    """The degree days (K·d) of a span of `days`, of which the temperature of `known` is known; `heating` were cold."""

    kd: float
    days: int
    known: int
    heating: int

    @property
    def complete(self) -> bool:
        """Return whether every day is known."""
        return self.known == self.days > 0


@dataclass(frozen=True, slots=True)
class UsedMonth:
    """What was used (thousandths of the unit) in a month of whole local days, None where it is not known."""

    first: date
    days: int
    thousandths: int | None


@dataclass(frozen=True, slots=True)
class Corrected:
    """A year's consumption parted and corrected, in thousandths of the unit.

    `base` does not depend on the weather: `configured` of it as somebody has said, else the mean of `summer_days`
    days of summer (0: all was said), every day of the year. `heating` is the rest, `corrected` base plus heating
    times `factor`.
    """

    used: int
    base: int
    heating: int
    factor: Decimal
    corrected: int
    summer_days: int
    configured: int = 0


def degree_day(mean_c: float) -> float:
    """Return the degree days of one day."""
    return INDOOR_C - mean_c if mean_c < HEATING_LIMIT_C else 0.0


def degree_days(means_c: Mapping[date, float], first: date, end: date) -> DegreeDays:
    """Return the degree days from `first` until before `end`."""
    days = [first + number * _DAY for number in range((end - first).days)]
    known = [means_c[day] for day in days if day in means_c]
    each = [degree_day(mean_c) for mean_c in known]
    return DegreeDays(sum(each), len(days), len(known), sum(kd > 0 for kd in each))


def correct(
    months: Sequence[UsedMonth],
    actual: DegreeDays,
    usual_kd: float | None,
    *,
    configured: int = 0,
    rest: Sequence[UsedMonth] | None = None,
) -> Corrected | Finding:
    """Return what a year's months would have come to in usual weather, or why that cannot be said (VDI 3807).

    `configured` (thousandths) of the use does not depend on the weather because somebody has said so; `rest` are
    the months of the meters of which nobody has (None: of all), whose summer tells it. Never by a factor of 1:
    without every day's temperature and every month's consumption there is no answer.
    """
    why_not = _lacking(months, actual, usual_kd)
    if why_not is not None or usual_kd is None:
        return why_not or Finding.of("weather.no_reference")
    by_summer = _by_summer(months if rest is None else rest, actual.days)
    if isinstance(by_summer, Finding):
        return by_summer
    of_rest, summer_days = by_summer
    used = sum(month.thousandths or 0 for month in months)
    base = min(configured + of_rest, used)
    factor = (Decimal(str(usual_kd)) / Decimal(str(round(actual.kd, 3)))).quantize(Decimal("0.0001"))
    heating = used - base
    return Corrected(used, base, heating, factor, base + int(heating * factor), summer_days, configured)


def _by_summer(months: Sequence[UsedMonth], days: int) -> tuple[int, int] | Finding:
    """Return what the mean day of summer comes to in so many days, and how many it is of; 0 of no months at all."""
    if not months:
        return 0, 0
    summer = [month for month in months if month.first.month in SUMMER]
    summer_days = sum(month.days for month in summer)
    if summer_days < SUMMER_DAYS:
        return Finding.of("weather.no_summer", days=summer_days, needed=SUMMER_DAYS)
    of_summer = sum(month.thousandths or 0 for month in summer)
    used = sum(month.thousandths or 0 for month in months)
    return min(of_summer * days // summer_days, used), summer_days


def _lacking(months: Sequence[UsedMonth], actual: DegreeDays, usual_kd: float | None) -> Finding | None:
    if usual_kd is None:
        return Finding.of("weather.no_reference")
    if not actual.complete:
        return Finding.of("weather.days_missing", known=actual.known, days=actual.days)
    unknown = [month for month in months if month.thousandths is None]
    if unknown or not months:
        return Finding.of("weather.use_unknown", months=", ".join(f"{month.first:%Y-%m}" for month in unknown))
    if actual.kd <= 0:
        return Finding.of("weather.never_cold")
    return None
