"""Degree days of sites by months, beside what was used of what heats."""

from __future__ import annotations

from core.errors import NotFoundError
from core.ports import FactPoint
from core.published import Fact
from operations.house import Call, House
from operations.publishing.points import Months, Value, fact
from operations.weather.shown import ShowWeather, show_weather


async def weather_points(house: House, months: Months, call: Call) -> list[FactPoint]:
    """Return by month degree days (G20/15, K·d), mean temperature, and what each site used of what heats.

    Of the months before the present one and of calendar years that are over. The twelve months' use in usual weather
    stands at the last of them.
    """
    today = house.day(call.now_utc)
    points: dict[tuple[str, str], FactPoint] = {}
    for site in sorted(house.inventory().sites):
        for year in (*(year for year in months.years if year < today.year), None):
            try:
                found = await show_weather(house, ShowWeather(id=site, year=year), call)
            except NotFoundError:
                break
            for month in (each for each in found.months if months.has(each.period)):
                use = found.use if month is found.months[-1] else None
                quantity = found.use.quantity.value if found.use else ""
                fields: dict[str, Value] = {
                    "degree_days_kd": month.degree_days_kd if month.days_known else None,
                    "mean_c": month.mean_c,
                    "days_known": month.days_known or None,
                }
                if use and use.corrected is not None:
                    fields |= {f"year_{quantity}": use.used, f"year_corrected_{quantity}": use.corrected}
                if quantity and month.used is not None:
                    fields[quantity] = month.used
                medium = found.use.medium.value if found.use else None
                tags = {"site": site, "source": f"site:{site}", "medium": medium}
                point = fact(Fact.WEATHER, months.begin_of(month.period), tags, fields)
                if point is not None:
                    points[site, month.period] = point
    return list(points.values())
