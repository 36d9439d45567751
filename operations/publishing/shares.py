"""Revenue shares of municipalities by year, settled and expected."""

from __future__ import annotations

from collections.abc import Iterator

from core.ports import FactPoint
from core.published import Fact
from operations.house import Call, House
from operations.publishing.points import Months, Value, fact
from operations.shares.shares import ListShares, SharesListed, list_shares


async def share_points(house: House, months: Months, call: Call) -> list[FactPoint]:
    """Return what municipalities and operators have of each settled year, and of each plant, in EUR."""
    return await _points(house, months, call, Fact.SHARES, forecast=False)


async def share_forecast_points(house: House, months: Months, call: Call) -> list[FactPoint]:
    """Return the same as it is expected of years that are not settled."""
    return await _points(house, months, call, Fact.SHARE_FORECAST, forecast=True)


async def _points(house: House, months: Months, call: Call, kind: Fact, *, forecast: bool) -> list[FactPoint]:
    points: list[FactPoint] = []
    years = (await list_shares(house, ListShares(forecast=forecast), call)).settled_years
    for year in (year for year in months.years if year in years):
        listed = await list_shares(house, ListShares(year=year, forecast=forecast), call)
        points += _of_year(listed, months, kind)
    return points


def _of_year(listed: SharesListed, months: Months, kind: Fact) -> Iterator[FactPoint]:
    begin_utc = months.begin(months.first.replace(year=listed.year, month=1, day=1))
    for row in (*listed.municipalities, *listed.operators):
        tags = {"source": row.scope, "party": row.kind.value, "name": row.name}
        values: dict[str, Value] = {
            "owed_eur": row.owed_eur,
            "paid_eur": row.paid_eur,
            "reimbursable_eur": row.reimbursable_eur,
            "plants": row.plants,
            "draft": float(row.draft),
        }
        if point := fact(kind, begin_utc, tags, values):
            yield point
    for plant in listed.plants:
        tags = {"source": plant.scope, "party": "plant", "name": plant.name}
        values = {
            "owed_eur": plant.owed_eur,
            "offered_eur": plant.offered_eur,
            "draft": float(plant.draft),
        }
        if point := fact(kind, begin_utc, tags, values):
            yield point
