"""What places cost: a site month by month, budgets, this year beside the last, sites beside each other, weather."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from babel.dates import format_date
from fastapi import Response
from starlette.datastructures import UploadFile

from console.pages.charts import HEIGHT, WIDTH, Scale, scale
from console.pages.drawing import share_percent
from console.pages.errors import Problem, can_be_mended, problems_of
from console.pages.evidence import path_of_figure
from console.pages.filters import Choice, Field, choice, members, search
from console.pages.places import may
from console.pages.visit import Visit
from console.pages.words import Words
from console.uploads import keep_form_file
from core.errors import ServiceError
from core.inventory import HEATING, Medium, SiteKind
from core.units import look_of
from operations.gate import admitted

IMPORT_WEATHER = "weather.import"
GAP = 0.25
"""How much of a column's place stays empty."""


@dataclass(frozen=True, slots=True)
class Column:
    """A bar of a chart: where it stands, and how high it is, a former one beside it in the same place."""

    x: float
    y: float
    width: float
    height: float
    former: bool


@dataclass(frozen=True, slots=True)
class Columns:
    """A chart of months as columns, with the names below."""

    axis: Scale
    columns: tuple[Column, ...]
    names: tuple[str, ...]


def columns_of(
    names: Sequence[str], values: Sequence[Decimal | None], former: Sequence[Decimal | None] = ()
) -> Columns | None:
    """Return values as columns side by side, None where none is known."""
    series = [values, former] if former else [values]
    known = [float(value) for each in series for value in each if value is not None]
    if not known:
        return None
    axis = scale(known)
    place = WIDTH / len(values)
    width = place * (1 - GAP) / len(series)
    drawn = [
        _column(axis, number * place + place * GAP / 2 + part * width, width, float(value), former=each is former)
        for part, each in enumerate(reversed(series))
        for number, value in enumerate(each)
        if value is not None
    ]
    return Columns(axis, tuple(drawn), tuple(names))


def _column(axis: Scale, x: float, width: float, value: float, *, former: bool) -> Column:
    top, bottom = sorted((axis.y(value), axis.y(0.0)))
    return Column(round(x, 1), top, round(width, 1), round(min(bottom, HEIGHT) - top, 1), former)


async def show_costs(visit: Visit) -> Response:
    """Return what a site pays for a medium in a year."""
    asked = {name: visit.query.get(name, "").strip() for name in ("year", "medium")}
    costs = await visit.ask("costs.show", id=visit.part("id"), **asked)
    chart = columns_of([_month(visit, row.period) for row in costs.months], [row.total_eur for row in costs.months])
    query = urlencode({"year": costs.year, "medium": costs.medium.value})
    return visit.page(
        "costs/show.html",
        visit.words.t("console.costs.heading", name=costs.site_name),
        costs=costs,
        chart=chart,
        json_path=f"/api/v1/costs/{quote(costs.site)}?{query}",
        path_of_figure=path_of_figure,
        price_of=_price(visit.words),
        heats=costs.medium in HEATING,
    )


async def show_budgets(visit: Visit) -> Response:
    """Return the budgets of a year."""
    asked = {name: visit.query.get(name, "").strip() for name in ("year", "site", "medium")}
    found = await visit.ask("budgets.show", **asked)
    sites = await visit.ask("sites.list", limit=500)
    fields = (
        Field("year", "console.costs.year", str(found.year)),
        choice(visit.query, "site", "console.site", [Choice(site.id, site.name) for site in sites.items]),
        choice(visit.query, "medium", "console.medium", members(Medium, visit.words)),
    )
    heading = visit.words.t("console.budgets.heading", year=found.year)
    return visit.page("costs/budgets.html", heading, found=found, fields=fields, bar=share_percent)


async def show_comparison(visit: Visit) -> Response:
    """Return a place this year beside the last."""
    scope = visit.part("id")
    asked = {name: visit.query.get(name, "").strip() for name in ("period", "medium", "by_weekdays")}
    found = await visit.ask("compare.show", id=scope, **asked)
    names = [
        _month(visit, row.period) if len(row.period) < len("2026-11-22") else row.period[-2:] for row in found.rows
    ]
    per = look_of(found.quantity, found.medium)
    this, last = ([_shown(getattr(row, each), per.divisor) for row in found.rows] for each in ("value", "former"))
    kind, _, name = scope.partition(":")
    return visit.page(
        "costs/compare.html",
        visit.words.t("console.compare.heading", name=found.name),
        found=found,
        chart=columns_of(names, this, last) if found.rows else None,
        unit=per.shown_unit,
        place=f"/meters/{name}" if kind == "meter" else f"/sites/{found.site}",
        path_of_figure=path_of_figure,
    )


async def show_benchmark(visit: Visit) -> Response:
    """Return the sites of the district beside each other, per square metre."""
    asked = {name: visit.query.get(name, "").strip() for name in ("year", "medium", "kind")}
    found = await visit.ask("benchmark.show", **asked)
    fields = (
        Field("medium", "console.medium", found.medium.value, "choice", tuple(members(Medium, visit.words))),
        search(visit.query, "year", "console.costs.year"),
        choice(visit.query, "kind", "console.kind", members(SiteKind, visit.words)),
    )
    heading = visit.words.t("console.benchmark.title")
    most = max((row.per_m2 for row in found.items if row.per_m2 is not None), default=None)
    return visit.page(
        "costs/benchmark.html",
        heading,
        found=found,
        fields=fields,
        heats=found.medium in HEATING,
        width_of=lambda value: share_percent(float(value), float(most)) if most and value is not None else 0.0,
    )


async def show_weather(visit: Visit) -> Response:
    """Return the degree days of a site and its use in usual weather."""
    return await _weather(visit, visit.part("id"))


async def import_weather(visit: Visit) -> Response:
    """Take the daily means of a file of the weather service for a site's station."""
    form = await visit.form()
    site, file = str(form.get("site", "")), form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        await form.close()
        problem = Problem(visit.words.t("console.weather.no_file"), "file")
        return await _weather(visit, site, 422, problems=[problem])
    admitted(IMPORT_WEATHER, visit.actor)
    try:
        kept = await keep_form_file(visit.desk.gate.house, file)
        taken = await visit.ask(IMPORT_WEATHER, id=visit.part("id"), upload=kept.digest)
    except ServiceError as error:
        if not can_be_mended(error):
            raise
        return await _weather(visit, site, 422, problems=problems_of(visit, error))
    finally:
        await file.close()
    return await _weather(visit, site, taken=taken)


async def _weather(visit: Visit, site: str, status: int = 200, **values: Any) -> Response:
    asked = {name: visit.query.get(name, "").strip() for name in ("year", "medium")}
    weather = await visit.ask("weather.show", id=site, **asked)
    kd = [Decimal(str(row.degree_days_kd)) if row.days_known else None for row in weather.months]
    known: dict[str, Any] = {"problems": (), "taken": None} | values
    return visit.page(
        "costs/weather.html",
        visit.words.t("console.weather.heading", name=weather.site_name),
        status,
        weather=weather,
        year=asked["year"],
        chart=columns_of([_month(visit, row.period) for row in weather.months], kd),
        may_import=may(visit.actor, IMPORT_WEATHER) and weather.station is not None,
        path_of_figure=path_of_figure,
        **known,
    )


def _month(visit: Visit, period: str) -> str:
    return format_date(date.fromisoformat(f"{period}-01"), "LLL", locale=visit.language)


def _shown(value: Decimal | None, divisor: float) -> Decimal | None:
    return None if value is None else value / Decimal(str(divisor))


def _price(words: Words) -> Any:
    def said(row: Any) -> str:
        """Return a price with the digits it has and what it is for."""
        digits = max(-row.price_eur.normalize().as_tuple().exponent, 2)
        per = "costs.per.power_monthly" if row.monthly else f"costs.per.{row.kind.value}"
        return f"{words.number(row.price_eur, digits)} {words.t(per, unit=row.unit)}"

    return said
