"""The load of a meter, building or site: as a carpet, typical days, a duration curve, peaks, base load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import fmean
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_month_names
from fastapi import Response

from console.pages.charts import Carpet, Line, Scale, band, carpet, line, scale
from console.pages.drawing import share_percent
from console.pages.evidence import path_of_figure
from console.pages.visit import Visit
from console.pages.words import NO_BREAK, Words
from core.inventory import Medium
from core.quantities import Quantity
from core.units import look_of
from operations.loads.rows import depth_of

BLOCK = 12
"""Quarter hours of a table's cell: three hours."""

MEGA_FROM_WH = 100_000_000
"""From where on energy is written in MWh."""

SMALL = 2.0
"""Below so many of the usual unit rates are written in the next smaller one."""


@dataclass(frozen=True, slots=True)
class Unit:
    """How the rates of a page are written: stored value by `divisor`, all alike, so that they can be compared."""

    text: str
    divisor: float
    decimals: int
    words: Words

    def say(self, value: float | Decimal | None, *, signed: bool = False) -> str:
        """Return a rate with its unit, a change with its sign; a dash for None."""
        if value is None:
            return self.words.t("console.none")
        shown = round(float(value) / self.divisor, self.decimals)
        sign = "+" if signed and shown > 0 else ""
        return f"{sign}{self.words.number(shown, self.decimals)}{NO_BREAK}{self.text}"


@dataclass(frozen=True, slots=True)
class DayChart:
    """A typical day as it is drawn."""

    row: Any
    mean: Line
    band: Line
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class Block:
    """A row of the table that says what the carpet shows: means of three hours each."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class MapChart:
    """A carpet with the names below it, and its table."""

    carpet: Carpet
    names: tuple[str, ...]
    months: bool
    blocks: tuple[Block, ...]


async def show(visit: Visit) -> Response:
    """Return the load of a place in a period."""
    scope = visit.part("id")
    asked = {name: visit.query.get(name, "").strip() for name in ("period", "medium")}
    loads = await visit.ask("loads.show", id=scope, **asked)
    asked = {"period": loads.load.period, "medium": loads.load.medium.value}
    peaks = await visit.ask("peaks.show", id=scope, **asked)
    base = await visit.ask("baseload.show", id=scope, **asked)
    days = (await visit.ask("loadmap.show", id=scope, **asked)).days
    unit = unit_of(visit.words, loads.load.quantity, loads.load.medium, loads.curve[0].value if loads.curve else None)
    one_day = [_shown(unit, value) for value in days[0].values] if len(days) == 1 else []
    return visit.page(
        "loads/show.html",
        visit.words.t("console.loads.heading", name=loads.load.name),
        loads=loads,
        peaks=peaks,
        base=base,
        zone=ZoneInfo(loads.load.time_zone),
        unit=unit,
        counted=_counted(visit.words, loads.counted_quantity, loads.load.medium, loads.counted),
        map=_map(visit, loads.load.period, unit, days) if len(days) > 1 else None,
        course=_course(one_day),
        typical=_typical(unit, loads.typical_days),
        duration=_duration(unit, loads.curve, loads.known_h),
        weeks=_weeks(visit, unit, base.weeks),
        place=_place(scope, loads.load.site),
        json_path=f"/api/v1/loads/{quote(scope, safe=':')}?{urlencode(asked)}",
        bar=share_percent,
        path_of_figure=path_of_figure,
        behind=depth_of,
    )


def _counted(words: Words, quantity: Quantity, medium: Medium, counted: Decimal | None) -> str:
    """Return what was counted, large energies in MWh so that they stay short."""
    if counted is None or look_of(quantity).shown_unit != "kWh" or counted < MEGA_FROM_WH:
        return words.quantity(quantity, counted, medium)
    return f"{words.number(float(counted) / 1e6, 1)}{NO_BREAK}MWh"


def _place(scope: str, site: str) -> str:
    kind, _, name = scope.partition(":")
    return f"/meters/{name}" if kind == "meter" else f"/sites/{site}"


def unit_of(words: Words, quantity: Quantity, medium: Medium, highest: float | None) -> Unit:
    """Return the unit in which the highest rate is a number of two digits or more, as far as there is one."""
    look = look_of(quantity, medium)
    small = highest is not None and highest < look.divisor * SMALL
    if small and look.shown_unit == "m³/h":
        return Unit("L/h", 0.001, 0, words)
    if small and quantity is Quantity.POWER_W:
        return Unit("W", 1.0, 0, words)
    return Unit(look.shown_unit, look.divisor, look.decimals, words)


def _shown(unit: Unit, value: float | Decimal | None) -> float | None:
    """Return a value in the unit people read."""
    return None if value is None else float(value) / unit.divisor


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _course(values: Sequence[float | None]) -> tuple[Scale, Line] | None:
    if not _known(values):
        return None
    axis = scale(_known(values))
    return axis, line(values, axis)


def _map(visit: Visit, period: str, unit: Unit, days: Sequence[Any]) -> MapChart | None:
    """Return the days of a month or year; those of a year that are still to come stay empty."""
    year = len(period) == 4  # noqa: PLR2004 - a year is named by four digits
    begin = date(int(period[:4]), 1 if year else int(period[5:7]), 1)
    end = date(begin.year + 1, 1, 1) if year else (begin + timedelta(days=31)).replace(day=1)
    drawn = carpet(
        [[_shown(unit, value) for value in day.values] for day in days], (days[0].day - begin).days, (end - begin).days
    )
    if drawn is None:
        return None
    names = tuple(get_month_names("abbreviated", "stand-alone", visit.language).values()) if year else ()
    marks = [begin + timedelta(days=round(part * (drawn.width - 1) / 4)) for part in range(5)]
    texts = names or tuple(format_date(day, "d. MMM", locale=visit.language) for day in marks)
    return MapChart(drawn, texts, year, _blocks(visit, days, by_month=year))


def _blocks(visit: Visit, days: Sequence[Any], *, by_month: bool) -> tuple[Block, ...]:
    """Return the means of three hours each, by month or by day."""
    rows: dict[str, list[Any]] = {}
    for day in days:
        name = format_date(day.day, "LLLL" if by_month else "medium", locale=visit.language)
        rows.setdefault(name, []).append(day.values)
    found = []
    for name, of_row in rows.items():
        blocks = [
            _known([value for values in of_row for value in values[begin : begin + BLOCK]])
            for begin in range(0, len(of_row[0]), BLOCK)
        ]
        found.append(Block(name, tuple(fmean(block) if block else None for block in blocks)))
    return tuple(found)


def _typical(unit: Unit, rows: Sequence[Any]) -> tuple[Scale, tuple[DayChart, ...]] | None:
    shown = [[[_shown(unit, value) for value in curve] for curve in (row.low, row.mean, row.high)] for row in rows]
    known = [value for curves in shown for curve in curves for value in _known(curve)]
    if not known:
        return None
    axis = scale(known)
    charts = []
    for row, (low, mean, high) in zip(rows, shown, strict=True):
        there = _known(row.mean)
        if there:
            charts.append(DayChart(row, line(mean, axis), band(low, high, axis), min(there), max(there)))
    return axis, tuple(charts)


def _duration(unit: Unit, curve: Sequence[Any], known_h: float) -> tuple[Scale, Line, tuple[float, ...]] | None:
    if not curve:
        return None
    shown = [point.value / unit.divisor for point in curve]
    axis = scale(shown)
    drawn = line([shown[0], *shown], axis, [0.0, *(point.hours / known_h for point in curve)])
    return axis, drawn, tuple(known_h * part / 4 for part in range(5))


def _weeks(visit: Visit, unit: Unit, weeks: Sequence[Any]) -> tuple[Scale, Line, Line, tuple[str, ...]] | None:
    """Return the base load week by week, last year's, and the names of five weeks below."""
    if len(weeks) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    first, last = weeks[0].monday, weeks[-1].monday
    count = (last - first).days // 7 + 1
    this: list[float | None] = [None] * count
    former: list[float | None] = [None] * count
    for week in weeks:
        place = (week.monday - first).days // 7
        this[place], former[place] = _shown(unit, week.value), _shown(unit, week.last_year)
    axis = scale(_known([*this, *former]))
    marks = [first + timedelta(days=7 * round(part * (count - 1) / 4)) for part in range(5)]
    names = tuple(format_date(day, "d. MMM", locale=visit.language) for day in marks)
    return axis, line(this, axis), line(former, axis), names
