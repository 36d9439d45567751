"""The forecast of the year that is going on: fed in so far, the rest estimated, settled by the same rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from core.texts import Finding
from operations.feed_in.base import expected_bases
from operations.house import Call, House
from operations.shares.keeping import keep_shares
from operations.shares.settling import plants_of, settle_by
from renewables.base.expected import Expected
from renewables.statement import FORECAST

AHEAD = "feed_in.months_ahead"
"""What is said of months that are not over: a forecast is about them."""


async def forecast_year(house: House, today: date, call: Call) -> int:
    """Estimate the year of a day and keep what is new; return of how many plants. Nothing is ever paid by it."""
    year = today.year
    plants = plants_of(house.inventory(), house.laws(), year)
    expected = await expected_bases(house, [each.id for each in plants], year)
    bases = {name: replace(each.base, findings=_open(each)) for name, each in expected.items() if each.base}
    kept = 0
    for shares in await settle_by(house, year, plants, bases, call):
        found = expected[shares.plant.id]
        notes = tuple(_notes(found))
        kept += await keep_shares(house, replace(shares, until=_until(found), notes=notes), FORECAST, call)
    return kept


def _open(expected: Expected) -> tuple[Finding, ...]:
    return tuple(each for each in expected.base.findings if each.code != AHEAD) if expected.base else ()


def _until(expected: Expected) -> str:
    months = expected.base.months if expected.base else ()
    return max((month.month for month in months if month.month not in expected.estimated), default="")


def _notes(expected: Expected) -> Iterator[Finding]:
    if expected.estimated:
        months = ", ".join(expected.estimated)
        yield Finding.of("shares.estimated", count=len(expected.estimated), months=months)
    if expected.reason is not None:
        yield expected.reason
