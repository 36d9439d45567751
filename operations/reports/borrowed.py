"""Figures that a report takes over from other pages: peak, cost, use in usual weather, what was made here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from core.errors import RequestError, ServiceError
from core.inventory import Medium
from core.texts import Finding
from operations.balances.balance import ShowBalance, show_balance
from operations.balances.rows import BalanceRow
from operations.costs.cost import ShowCosts, show_costs
from operations.feed_in.revenue import show_revenue
from operations.feed_in.revenue_rows import RevenueOf, ShowRevenue
from operations.loads.peaks import PEAK, peak_row
from operations.loads.reading import read_load
from operations.reports.figures import ENOUGH_KNOWN, PERCENT, Ground, ReportFigure, not_told, remark_of
from operations.reports.place import ReportedPlace
from operations.values import Told
from operations.weather.shown import ShowWeather, show_weather

_OF_BALANCE: Final = ("generation_wh", "self_use_wh", "self_use_percent", "export_wh", "autarky_percent")


async def own_power(place: ReportedPlace) -> list[ReportFigure]:
    """Return what was made and used here, of a place that makes anything."""
    try:
        found = await show_balance(place.house, ShowBalance(id=place.scope, period=place.span.name), place.call)
    except RequestError as error:
        return [not_told("self_use_wh", "Wh", Finding.of("reports.how_balance"), error.finding)]
    if found.reason or found.whole is None:
        return []
    return [
        ReportFigure(
            name=each.name + (f".{each.generator.value}" if each.generator else ""),
            value=each.value,
            unit="%" if each.name.endswith("_percent") else "Wh",
            how=Finding.of("reports.how_balance"),
            measured_percent=found.whole.measured_percent,
            reason=Finding.of("reports.nothing_known") if each.value is None else None,
            remarks=tuple(_of_balance_said(found.whole)),
            grounds=(Ground(figure=each.figure, name=found.name, value=each.value, unit="Wh"),),
        )
        for each in found.whole.figures
        if each.name in _OF_BALANCE and (each.generator or any(one.generator for one in found.whole.figures))
    ]


async def revenue(place: ReportedPlace) -> list[ReportFigure]:
    """Return what the plants of a site fed in at prices below zero, earned, and what that was worth on the market."""
    plants = [each for each in place.house.inventory().plants.values() if each.site == place.site.id]
    if place.building or not plants:
        return []
    asked = ShowRevenue(year=int(place.span.name), site=place.site.id)
    found = await show_revenue(place.house, asked, place.call)
    return [
        _of_plants("feed_in_paid_eur", "EUR", found, [each.paid_eur for each in found.plants]),
        _of_plants("feed_in_market_eur", "EUR", found, [each.market_eur for each in found.plants]),
        _of_plants("feed_in_negative_wh", "Wh", found, [each.negative_wh for each in found.plants]),
    ]


def _of_plants(name: str, unit: str, found: RevenueOf, values: Sequence[Decimal | int | None]) -> ReportFigure:
    """Return a sum over plants; those of which nothing is known are named as remarks, with the months that lack."""
    how = Finding.of(f"reports.how_{name}")
    reasons = [_finding(each.reason) for each in found.plants if each.reason is not None]
    if all(value is None for value in values):
        return not_told(name, unit, how, reasons[0] if reasons else Finding.of("feed_in.revenue_no_prices"))
    lacking = [each for each in found.plants if each.months_missing] if name == "feed_in_paid_eur" else []
    return ReportFigure(
        name=name,
        value=sum((Decimal(value) for value in values if value is not None), Decimal(0)),
        unit=unit,
        how=how,
        remarks=tuple(
            Finding.of("feed_in.revenue_months", plant=each.name, count=len(each.months_missing)) for each in lacking
        ),
        grounds=tuple(
            Ground(name=each.name, value=None if value is None else Decimal(value), unit=unit)
            for each, value in zip(found.plants, values, strict=True)
        ),
    )


async def peak(place: ReportedPlace, medium: Medium) -> ReportFigure:
    """Return the highest load of a carrier."""
    name, how = f"peak_w.{medium.value}", Finding.of("reports.how_peak")
    try:
        read = await read_load(place.house, place.scope, place.span.name, medium, place.call, back=False)
    except RequestError as error:
        return not_told(name, "W", how, error.finding)
    row = peak_row(read, place.span.name, read.period)
    if row.value is None:
        return not_told(name, "W", how, _finding(row.reason))
    return ReportFigure(
        name=name,
        value=row.value,
        unit="W",
        how=how,
        share=row.share,
        remarks=()
        if row.at_utc is None
        else (Finding.of("reports.peak_at", at=f"{row.at_utc.astimezone(place.zone):%d.%m.%Y %H:%M}"),),
        grounds=(
            Ground(figure=read.scope.figure(PEAK, place.span.name), name=read.scope.name, value=row.value, unit="W"),
        ),
    )


async def cost(place: ReportedPlace, medium: Medium) -> ReportFigure:
    """Return what a carrier cost a site."""
    name, how = f"cost_eur.{medium.value}", Finding.of("reports.how_cost")
    if place.building:
        return not_told(name, "EUR", how, Finding.of("reports.cost_by_site"))
    asked = ShowCosts(id=place.site.id, year=int(place.span.name), medium=medium)
    try:
        found = await show_costs(place.house, asked, place.call)
    except ServiceError as error:
        return not_told(name, "EUR", how, error.finding)
    whole = found.whole
    if whole.total_eur is None:
        reasons = [month.reason for month in found.months if month.reason]
        return not_told(name, "EUR", how, _finding(reasons[0] if reasons else None))
    missing = whole.months_missing
    return ReportFigure(
        name=name,
        value=whole.total_eur,
        unit="EUR",
        how=how,
        remarks=(Finding.of("reports.cost_months", count=len(missing), months=", ".join(missing)),) if missing else (),
        grounds=(Ground(figure=whole.figure, name=found.site_name, value=whole.total_eur, unit="EUR"),),
    )


async def corrected(place: ReportedPlace, medium: Medium, main: str, unit: str) -> ReportFigure:
    """Return what would have been used in usual weather."""
    name, how = f"{main}.corrected", Finding.of("reports.how_corrected")
    if place.building:
        return not_told(name, unit, how, Finding.of("reports.corrected_by_site"))
    try:
        found = await show_weather(
            place.house, ShowWeather(id=place.site.id, year=int(place.span.name), medium=medium), place.call
        )
    except ServiceError as error:
        return not_told(name, unit, how, error.finding)
    use = found.use
    if use is None or use.corrected is None:
        return not_told(name, unit, how, _finding(use.reason if use else None))
    if f"{use.quantity.value}.{medium.value}" != main:
        return not_told(name, unit, how, Finding.of("reports.corrected_otherwise"))
    factor = Finding.of("reports.corrected_factor", factor=str(use.factor))
    remarks = (factor, *map(_finding, use.findings))
    ground = Ground(figure=use.figure, name=found.site_name, value=use.corrected, unit=unit)
    return ReportFigure(name=name, value=use.corrected, unit=unit, how=how, remarks=remarks, grounds=(ground,))


def _of_balance_said(row: BalanceRow) -> Iterator[Finding]:
    if row.estimated:
        yield Finding.of("reports.self_use_estimated")
    if row.known_percent < PERCENT * ENOUGH_KNOWN:
        yield remark_of(row.known_percent / PERCENT)


def _finding(told: Told | None) -> Finding:
    return Finding.of("reports.nothing_known") if told is None else Finding.of(told.code, **told.params)
