"""Degree days of sites by months, beside what was used of what heats, and that use in usual weather."""

from __future__ import annotations

from core.errors import NotFoundError
from core.ports import FactPoint
from core.published import Fact
from operations.house import Call, House
from operations.publishing.points import Months, Value, fact
from operations.weather.rows import DegreeMonth, Weather
from operations.weather.shown import ShowWeather, show_weather


async def weather_points(house: House, months: Months, call: Call) -> list[FactPoint]:
    """Return by month degree days (G20/15, K·d), mean temperature, and what each site used of what heats.

    Of the months before the present one and of calendar years that are over.
    """
    today = house.day(call.now_utc)
    points: dict[tuple[str, str], FactPoint] = {}
    for site in sorted(house.inventory().sites):
        for year in (*(year for year in months.years if year < today.year), None):
            try:
                found = await show_weather(house, ShowWeather(id=site, year=year), call)
            except NotFoundError:  # nothing that heats is metered there
                continue
            for month in (each for each in found.months if months.has(each.period)):
                point = _month(site, found, month, months)
                if point is not None:
                    points[site, month.period] = point
    return list(points.values())


async def corrected_points(house: House, months: Months, call: Call) -> list[FactPoint]:
    """Return what each site used of what heats in the twelve months before the present one, and in usual weather.

    They stand at the begin of the present month.
    """
    begin_utc, points = months.begin(house.day(call.now_utc).replace(day=1)), list[FactPoint | None]()
    for site in sorted(house.inventory().sites):
        try:
            found = await show_weather(house, ShowWeather(id=site), call)
        except NotFoundError:
            continue
        if found.use is None or found.use.corrected is None:
            continue
        quantity = found.use.quantity.value
        fields = {quantity: found.use.used, f"corrected_{quantity}": found.use.corrected, "factor": found.use.factor}
        points.append(fact(Fact.CORRECTED, begin_utc, _tags(site, found), fields))
    return [point for point in points if point]


def _month(site: str, found: Weather, month: DegreeMonth, months: Months) -> FactPoint | None:
    fields: dict[str, Value] = {
        "degree_days_kd": month.degree_days_kd if month.days_known else None,
        "mean_c": month.mean_c,
        "days_known": month.days_known or None,
    }
    if found.use is not None:
        fields[found.use.quantity.value] = month.used
    return fact(Fact.WEATHER, months.begin_of(month.period), _tags(site, found), fields)


def _tags(site: str, found: Weather) -> dict[str, str | None]:
    medium = found.use.medium.value if found.use else None
    return {"site": site, "source": f"site:{site}", "medium": medium}
