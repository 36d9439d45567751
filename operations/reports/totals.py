"""What the meters of a place counted of a carrier, in a year, its months and the year before."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from core.evidence import FigureId
from core.intervals import Amount, Resolution
from core.inventory import Medium, Meter
from core.quantities import Quantity
from core.texts import Finding
from core.units import unit_of
from operations.evidence.figures import TOTAL, Span
from operations.intervals.counting import totals_of
from operations.loads.scopes import valid_in
from operations.reports.figures import Ground, ReportFigure, not_told, of_amount
from operations.reports.place import ReportedPlace

MONTHS: Final = range(1, 13)


async def totals_with_last_year(
    place: ReportedPlace, medium: Medium, quantity: Quantity, meters: tuple[Meter, ...]
) -> list[ReportFigure]:
    """Return what some meters counted in the year and the year before, each with its months."""
    main = f"{quantity.value}.{medium.value}"
    return [
        *[each async for each in _year(place, main, quantity, meters, place.span)],
        *[each async for each in _year(place, f"{main}.last_year", quantity, meters, place.before)],
    ]


async def _year(
    place: ReportedPlace, name: str, quantity: Quantity, meters: tuple[Meter, ...], span: Span
) -> AsyncIterator[ReportFigure]:
    there = tuple(meter for meter in meters if valid_in(meter, span.period, place.zone))
    unit, how = unit_of(quantity), Finding.of("reports.how_total", count=len(there))
    months: Mapping[str, tuple[Amount, ...]] = {}
    if there:
        each = {meter.source: (meter.source,) for meter in there}
        asked = (place.house, {name: tuple(each), **each}, quantity, span.period, place.zone)
        whole, months = await totals_of(*asked), await totals_of(*asked, Resolution.MONTH)
        yield _told(name, quantity, how, there, span.name, {source: found[0] for source, found in whole.items()})
    else:
        yield not_told(name, unit, how, Finding.of("reports.no_meter", year=span.name))
    by_month = _by_month(months, name, place.zone)
    for month in MONTHS:
        of_month, period = f"{name}.m{month:02}", f"{span.name}-{month:02}"
        if period in by_month:
            yield _told(name, quantity, how, there, period, by_month[period], of_month)
        else:
            yield not_told(of_month, unit, how, Finding.of("reports.nothing_known"))


def _told(
    group: str,
    quantity: Quantity,
    how: Finding,
    meters: tuple[Meter, ...],
    period: str,
    amounts: Mapping[str, Amount],
    name: str = "",
) -> ReportFigure:
    """Return what a group of meters counted, on the ground of what each of them did."""
    unit = unit_of(quantity)
    grounds = [
        Ground(
            figure=str(FigureId(TOTAL, period, meter.source, quantity.value)),
            name=meter.name,
            value=_exact(amounts[meter.source]) if meter.source in amounts else None,
            unit=unit,
        )
        for meter in meters
    ]
    return of_amount(name or group, unit, how, amounts[group], grounds)


def _by_month(months: Mapping[str, tuple[Amount, ...]], group: str, zone: ZoneInfo) -> dict[str, dict[str, Amount]]:
    """Return what each of the meters counted in every month (`2026-10`) in which anything is known of all together."""
    return {
        f"{whole.period.start_utc.astimezone(zone):%Y-%m}": {
            name: amount for name, found in months.items() for amount in found if amount.period == whole.period
        }
        for whole in months.get(group, ())
        if whole.thousandths is not None
    }


def _exact(amount: Amount) -> Decimal | None:
    return None if amount.thousandths is None else Decimal(amount.thousandths) / 1000
