"""What sites pay by month and medium, budgets with their forecast, and sites beside each other per square metre."""

from __future__ import annotations

from core.errors import NotFoundError
from core.inventory import Inventory, Medium
from core.ports import FactPoint
from core.published import Fact
from operations.costs.benchmark import ShowBenchmark, show_benchmark
from operations.costs.budgets import ShowBudgets, show_budgets
from operations.costs.cost import ShowCosts, show_costs
from operations.house import Call, House
from operations.publishing.points import Months, fact


async def cost_points(house: House, months: Months, call: Call) -> list[FactPoint]:
    """Return what each site pays for each medium in each month, in EUR; a month that is not computed is not there."""
    inventory, points = house.inventory(), list[FactPoint | None]()
    for site in sorted(inventory.sites):
        for medium in media_of(inventory, site):
            for year in months.years:
                try:
                    found = await show_costs(house, ShowCosts(id=site, year=year, medium=medium), call)
                except NotFoundError:  # nothing of it was metered then
                    continue
                for month in (each for each in found.months if months.has(each.period)):
                    fields = {
                        "cost_eur": month.total_eur,
                        "energy_eur": month.energy_eur,
                        "base_eur": month.base_eur,
                        "power_eur": month.power_eur,
                        "export_eur": month.export_eur,
                    }
                    tags = {"site": site, "source": f"site:{site}", "medium": medium.value}
                    points.append(fact(Fact.COST, months.begin_of(month.period), tags, fields))
    return [point for point in points if point]


async def budget_points(house: House, months: Months, call: Call) -> list[FactPoint]:
    """Return the budgets of the months' years at the begin of each, with what was spent and the forecast, in EUR."""
    points: list[FactPoint | None] = []
    for year in months.years:
        for row in (await show_budgets(house, ShowBudgets(year=year), call)).items:
            fields = {
                "budget_eur": row.amount_eur,
                "spent_eur": row.to_date_eur,
                "forecast_eur": row.forecast_eur,
                "forecast_low_eur": row.low_eur,
                "forecast_high_eur": row.high_eur,
                "spent_percent": row.to_date_eur * 100 / row.amount_eur if row.to_date_eur is not None else None,
                "forecast_percent": row.forecast_eur * 100 / row.amount_eur if row.forecast_eur is not None else None,
            }
            tags = {"site": row.site, "source": f"budget:{row.id}", "medium": row.medium.value}
            begin_utc = months.begin(months.first.replace(year=year, month=1, day=1))
            points.append(fact(Fact.BUDGET, begin_utc, tags, fields))
    return [point for point in points if point]


async def benchmark_points(house: House, months: Months, call: Call) -> list[FactPoint]:
    """Return what sites used per square metre (Wh/m², m³/m²) in the twelve months before the present one.

    They stand at the begin of the present month.
    """
    today = house.day(call.now_utc)
    points: list[FactPoint | None] = []
    for medium in Medium:
        found = await show_benchmark(house, ShowBenchmark(medium=medium), call)
        unit = "m3" if found.quantity.value.endswith("_m3") else "wh"
        for row in found.items:
            fields = {
                f"use_{unit}_per_m2": row.per_m2,
                f"corrected_{unit}_per_m2": row.corrected_per_m2,
                "of_median_percent": row.of_median_percent,
                "area_m2": row.area_m2 if row.per_m2 is not None else None,
            }
            tags = {"site": row.site, "source": f"site:{row.site}", "medium": medium.value, "use": row.kind.value}
            points.append(fact(Fact.BENCHMARK, months.begin(today.replace(day=1)), tags, fields))
    return [point for point in points if point]


def media_of(inventory: Inventory, site: str) -> list[Medium]:
    """Return what is metered at a site, in the order of `Medium`."""
    found = {meter.medium for meter in inventory.meters.values() if meter.site == site}
    return [medium for medium in Medium if medium in found]
