"""One vehicle: its month in figures and charts, its days, its battery."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from babel.dates import format_date
from fastapi import Response

from console.pages.charts import Line, Scale, line, scale
from console.pages.costs import Columns, columns_of
from console.pages.evidence import path_of_figure
from console.pages.exports import BYTE_ORDER_MARK, written_line
from console.pages.odometer import may_read
from console.pages.places import may
from console.pages.visit import Visit
from console.pages.words import NO_BREAK, Words
from operations.fleet.figures import FigureRow, MonthPoint

DAYS = "vehicles.days"
TILES = (
    "distance_m",
    "gross_wh_per_100km",
    "net_wh_per_100km",
    "known_percent",
    "used_percent",
    "standing_percent_per_day",
)
"""The figures of a month that stand out where they are known; all others stand in a list below."""

METRES, WATT_HOURS = Decimal(1000), Decimal(1000)


async def show(visit: Visit) -> Response:
    """Return one vehicle with a month of it."""
    detail = await visit.ask("vehicles.show", id=visit.part("id"), month=visit.query.get("month", "").strip())
    figures = {row.name: row for row in detail.month.figures}
    return visit.page(
        "vehicles/show.html",
        detail.vehicle.name,
        detail=detail,
        months=_neighbours(visit, detail.month.period),
        tiles=[figures[name] for name in TILES if figures[name].value is not None],
        others=[row for row in figures.values() if _matters(row) and (row.name not in TILES or row.value is None)],
        course=_course(visit.words, detail.course),
        health=_health(detail.battery),
        may_see_days=may(visit.actor, DAYS),
        may_read=may_read(visit, detail.vehicle.site),
        **_said(visit),
    )


async def show_days(visit: Visit) -> Response:
    """Return the days of a vehicle's month."""
    found = await _days(visit)
    names = [f"{row.day.day}" for row in found.days]
    km = [None if row.distance_m is None else row.distance_m / METRES for row in found.days]
    return visit.page(
        "fleet/days.html",
        visit.words.t("console.fleet.days_of", name=found.name),
        found=found,
        months=_neighbours(visit, found.month.period),
        chart=columns_of(names, km) if names else None,
        **_said(visit),
    )


async def export_days(visit: Visit) -> Response:
    """Return the days of a vehicle's month as CSV, in the units their names end in."""
    found = await _days(visit)
    columns = [field.name for field in fields(type(found.days[0]))] if found.days else ["day"]
    lines = [written_line([name.replace(".", "_") for name in columns], visit.language)]
    lines += [written_line([_cell(getattr(row, name)) for name in columns], visit.language) for row in found.days]
    name = f"kreiswatt-{found.vehicle}-{found.month.period}.csv"
    return Response(
        BYTE_ORDER_MARK + "".join(lines),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


async def _days(visit: Visit) -> Any:
    return await visit.ask(DAYS, id=visit.part("id"), month=visit.query.get("month", "").strip())


def _said(visit: Visit) -> dict[str, Any]:
    words = visit.words
    return {
        "path_of_figure": path_of_figure,
        "say": partial(said, words),
        "title": lambda row: words.t(f"vehicle_days.figure.{row.name}"),
        "km": partial(said_km, words),
        "litres": lambda fuel_l: f"{words.number(float(fuel_l), 1)}{NO_BREAK}l",
    }


SHOWN: Mapping[str, tuple[Decimal, int, str]] = {
    "Wh": (WATT_HOURS, 1, "kWh"),
    "Wh/100 km": (WATT_HOURS, 1, "kWh/100 km"),
    "%": (Decimal(1), 0, "%"),
    "l": (Decimal(1), 1, "l"),
    "l/100 km": (Decimal(1), 1, "l/100 km"),
}
"""By the unit of a figure: what it is divided by, its decimals, and the unit people read."""

SHORT_M = 100 * METRES
"""Shorter distances are shown with a decimal."""


def said(words: Words, row: FigureRow) -> str:
    """Return a figure in the unit people read it in."""
    if row.value is None or row.unit == "m":
        return said_km(words, row.value)
    if row.unit == "s":
        return words.duration(float(row.value))
    if row.unit == "%/d":
        return words.t("console.fleet.points_a_day", points=words.number(float(row.value), 1))
    divisor, decimals, unit = SHOWN[row.unit]
    return f"{words.number(float(row.value / divisor), decimals)}{NO_BREAK}{unit.replace(' ', NO_BREAK)}"


def said_km(words: Words, metres: Decimal | None) -> str:
    """Return a distance in km; a dash for None."""
    if metres is None:
        return words.t("console.none")
    return f"{words.number(float(metres / METRES), 1 if metres < SHORT_M else 0)}{NO_BREAK}km"


def _matters(row: FigureRow) -> bool:
    """Return whether a figure means anything for this vehicle: what does not apply is left out."""
    return row.reason is None or row.reason.code not in _OF_OTHERS


_OF_OTHERS = frozenset(
    {
        "figures.not_electric",
        "figures.no_fuel_needed",
        "figures.expected_not_electric",
        "figures.gross_of_hybrid",
    }
)


def _neighbours(visit: Visit, period: str) -> Mapping[str, str]:
    """Return the paths of the month before and, unless it lies ahead, of the one after."""
    first = date.fromisoformat(f"{period}-01")
    before, after = first - timedelta(days=1), first + timedelta(days=31)
    today = visit.now_utc.astimezone(visit.words.zone).date()
    path = visit.request.url.path
    later = f"{path}?month={after:%Y-%m}" if after.replace(day=1) <= today else ""
    return {"before": f"{path}?month={before:%Y-%m}", "after": later}


def _course(words: Words, points: Iterable[MonthPoint]) -> Mapping[str, Columns | None]:
    rows = list(points)
    names = [format_date(date.fromisoformat(f"{row.period}-01"), "LLLLL", locale=words.language) for row in rows]
    km = [None if row.distance_m is None else row.distance_m / METRES for row in rows]
    kwh = [None if row.gross_wh_per_100km is None else row.gross_wh_per_100km / WATT_HOURS for row in rows]
    if not rows:
        return {"km": None, "kwh": None}
    return {"km": columns_of(names, km), "kwh": columns_of(names, kwh)}


def _health(battery: Any) -> tuple[Scale, Line] | None:
    """Return the capacity of a battery as a line of medians, None with fewer than two sessions."""
    if battery is None or len(battery.points) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    values = [float(point.median_wh / WATT_HOURS) for point in battery.points]
    axis = scale(values)
    first, last = battery.points[0].at_utc, battery.points[-1].at_utc
    whole = (last - first).total_seconds() or 1.0
    at = [(point.at_utc - first).total_seconds() / whole for point in battery.points]
    return axis, line(values, axis, at)


def _cell(value: Any) -> Any:
    """Return what a cell holds: exact numbers as numbers, dwell times and remarks as text."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return " ".join(f"{site}={dwelt_s}" for site, dwelt_s in value.items())
    if isinstance(value, tuple):
        return " ".join(told.code for told in value)
    return value
