"""What sites took, made, used themselves and fed in, by days and months."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from core.errors import NotFoundError
from core.ports import FactPoint
from core.published import Fact, Span
from operations.balances.balance import ShowBalance, show_balance
from operations.balances.rows import BalanceRow
from operations.house import Call, House
from operations.publishing.points import Months, Value, fact
from operations.roofs.pv import ShowPv, show_pv


async def balance_points(house: House, months: Months, call: Call) -> list[FactPoint]:
    """Return the balance of each site with an electricity meter, by day and by month; energies in Wh."""
    points: list[FactPoint | None] = []
    for site in sorted(house.inventory().sites):
        for first in months.firsts:
            try:
                found = await show_balance(house, ShowBalance(id=f"site:{site}", period=f"{first:%Y-%m}"), call)
            except NotFoundError:  # nothing is metered there then
                continue
            if found.whole is not None:
                points.append(_point(site, found.whole, Span.MONTH))
            points += [_point(site, row, Span.DAY) for row in found.rows]
    return [point for point in points if point]


async def roof_points(house: House, months: Months, call: Call) -> list[FactPoint]:
    """Return what the power of each site's roofs was used for in each month and what it saved; in Wh and g."""
    points: list[FactPoint | None] = []
    for site in sorted(house.inventory().sites):
        for first in months.firsts:
            try:
                found = await show_pv(house, ShowPv(id=f"site:{site}", period=f"{first:%Y-%m}"), call)
            except NotFoundError:
                continue
            if found.whole is None:
                continue
            fields: dict[str, Value] = {each.name: each.value for each in found.whole.energies}
            fields |= {
                f"avoided_g.{each.line.value}.{each.method.value}": each.avoided_g for each in found.whole.avoided
            }
            fields["known_percent"] = found.whole.known_percent
            points.append(fact(Fact.ROOF, found.begin_utc, {"site": site, "source": f"site:{site}"}, fields))
    return [point for point in points if point]


def _point(site: str, row: BalanceRow, span: Span) -> FactPoint | None:
    fields: dict[str, Value] = {}
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for each in row.figures:
        if each.generator is None:
            fields[each.name] = each.value
            continue
        fields[f"{each.name}.{each.generator.value}"] = each.value
        if each.value is not None and each.name.endswith("_wh"):
            sums[each.name] += each.value
    fields |= sums
    if any(value is not None for value in fields.values()):
        fields |= {"known_percent": row.known_percent, "estimated": float(row.estimated)}
    return fact(Fact.BALANCE, row.begin_utc, {"site": site, "source": f"site:{site}", "span": span.value}, fields)
