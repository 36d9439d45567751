"""Peaks as rows, with what stood behind them at their moment, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from core.intervals import Resolution, SeriesKey
from core.inventory import Inventory, Medium, MeterRole, Tariff
from core.periods import Period, local_month
from core.texts import Finding
from energy.peaks import Peak, avoided, peak_of, power_cost_eur, rate_of
from energy.register_walk import at_utc
from energy.series import Amounts
from operations.house import House
from operations.loads.parts import Node, nodes_of, parts_of, read_parts
from operations.loads.reading import ReadLoad
from operations.loads.rows import AvoidedRow, PeakDetail, PeakRow
from operations.loads.scopes import LoadScope
from operations.values import Told

PEAK: Final = "peak"


@dataclass(frozen=True, slots=True)
class PowerPrice:
    """What a tariff charges for a peak, in EUR per kW and year, or per kW and month."""

    tariff: str
    eur: Decimal
    monthly: bool


def peak_row(read: ReadLoad, name: str, period: Period) -> PeakRow:
    """Return the peak of a part of what was read."""
    load = read.load.during(period)
    return _row(read, name, 100 * load.known_share, peak_of(load))


def months_of(read: ReadLoad) -> list[tuple[str, Period]]:
    """Return the begun months of a year with their names, cut to what has gone; of anything shorter none."""
    if read.span.each is not Resolution.MONTH:
        return []
    year, end_utc = int(read.span.name), read.period.end_utc
    months = [(f"{year}-{month:02}", local_month(year, month, read.scope.zone)) for month in range(1, 13)]
    return [
        (name, Period(month.start_utc, min(month.end_utc, end_utc)))
        for name, month in months
        if month.start_utc < end_utc
    ]


async def details_of(house: House, read: ReadLoad) -> list[PeakDetail]:
    """Return the peak of the period and those of its months, each with its parts and what it costs."""
    spans = [(read.span.name, read.period), *months_of(read)]
    peaks = [(name, period, read.load.during(period)) for name, period in spans]
    found = [(name, load.known_share, peak_of(load)) for name, _, load in peaks]
    moments = {peak.at_ms for _, _, peak in found if isinstance(peak, Peak)}
    inventory = house.inventory()
    nodes = {at_ms: nodes_of(inventory, read.scope, at_ms) for at_ms in moments}
    slots = await read_parts(house, nodes)
    details = []
    for place, (name, known, peak) in enumerate(found):
        row = _row(read, name, 100 * known, peak)
        if isinstance(peak, Finding):
            details.append(_plain(row))
        else:
            price = _price(inventory, read, peak, month=bool(place))
            details.append(_detail(row, peak, nodes[peak.at_ms], slots, price))
    return details


def avoided_rows(read: ReadLoad, whole: PeakDetail) -> tuple[AvoidedRow, ...]:
    """Return what the peak would be without its highest quarter hours, and what that would save."""
    if whole.value is None:
        return ()
    price = whole.price_eur_per_kw_year or whole.price_eur_per_kw_month
    return tuple(
        AvoidedRow(
            slots=each.slots,
            value=rate_of(each.thousandths),
            saved_eur=None
            if price is None or whole.cost_eur is None
            else whole.cost_eur - power_cost_eur(each.thousandths, price),
        )
        for each in avoided(read.load)
    )


def cost_of_months(months: Sequence[PeakDetail]) -> Decimal | None:
    """Return what the peaks of months cost together, None where none of them is billed."""
    costs = [each.cost_eur for each in months if each.cost_eur is not None]
    return sum(costs, Decimal(0)) if costs else None


def _price(inventory: Inventory, read: ReadLoad, peak: Peak, *, month: bool) -> PowerPrice | Finding | None:
    """Return what is charged for a peak: that of a year or of a month, as its tariff says.

    Of the months of a year nothing is said where they are not billed one by one.
    """
    found = power_price(inventory, read.scope, peak.at_ms)
    of_month = month or read.span.each is Resolution.DAY
    if isinstance(found, Finding):
        return None if month else found
    if found.monthly:
        return found if of_month else Finding.of("loads.billed_by_month", tariff=found.tariff)
    if month:
        return None
    whole_year = read.span.each is Resolution.MONTH
    return found if whole_year else Finding.of("loads.billed_by_year", tariff=found.tariff)


def power_price(inventory: Inventory, scope: LoadScope, at_ms: int) -> PowerPrice | Finding:
    """Return the price that a tariff charges for the peak, or why nothing is charged."""
    day = at_utc(at_ms).astimezone(scope.zone).date()
    billed = [meter for meter in scope.meters if meter.role is MeterRole.SUPPLY]
    if not billed or scope.medium is not Medium.ELECTRICITY:
        return Finding.of("loads.not_billed_by_peak")
    if len(billed) > 1:
        return Finding.of("loads.billed_each", count=len(billed))
    found = _tariffs(inventory, scope, day)
    if not found:
        return Finding.of("loads.no_tariff")
    tariff = found[0]
    if tariff.power_eur_per_kw_month:
        return PowerPrice(tariff.name, tariff.power_eur_per_kw_month, monthly=True)
    if tariff.power_eur_per_kw_year:
        return PowerPrice(tariff.name, tariff.power_eur_per_kw_year, monthly=False)
    return Finding.of("loads.no_power_price", tariff=tariff.name)


def _tariffs(inventory: Inventory, scope: LoadScope, day: date) -> list[Tariff]:
    """Return the tariffs that hold on a day, the newest first."""
    fitting = [
        each
        for each in inventory.tariffs.values()
        if each.medium is scope.medium and scope.site.id in each.sites and each.valid_on(day)
    ]
    return sorted(fitting, key=lambda each: (each.valid_from, each.id), reverse=True)


def _row(read: ReadLoad, name: str, known_percent: float, found: Peak | Finding) -> PeakRow:
    row = PeakRow(
        period=name,
        at_utc=None,
        value=None,
        share=None,
        known_percent=known_percent,
        figure=read.scope.figure(PEAK, name),
        reason=None,
    )
    if isinstance(found, Finding):
        return replace(row, reason=Told.of(found))
    return replace(row, at_utc=at_utc(found.at_ms), value=found.rate, share=found.share)


def _plain(row: PeakRow) -> PeakDetail:
    said: dict[str, Any] = {field.name: getattr(row, field.name) for field in fields(row)}
    return PeakDetail(**said, parts=(), cost_eur=None, price_eur_per_kw_year=None, tariff=None, cost_reason=row.reason)


def _detail(
    row: PeakRow,
    peak: Peak,
    nodes: tuple[Node, ...],
    slots: Mapping[SeriesKey, Amounts],
    price: PowerPrice | Finding | None,
) -> PeakDetail:
    """Return a peak with its parts; what is nested stands behind its parent."""
    if not isinstance(price, PowerPrice):
        parts = parts_of(peak, nodes, slots, None, None)
        return replace(_plain(row), parts=parts, cost_reason=Told.of(price) if price else None)
    cost_eur = power_cost_eur(peak.thousandths, price.eur)
    return replace(
        _plain(row),
        parts=parts_of(peak, nodes, slots, price.eur, cost_eur),
        cost_eur=cost_eur,
        price_eur_per_kw_year=None if price.monthly else price.eur,
        price_eur_per_kw_month=price.eur if price.monthly else None,
        tariff=price.tariff,
    )
