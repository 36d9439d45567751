"""Where a cost comes from: amounts times prices, the tariffs that hold these, the totals and peaks behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import NotFoundError, RequestError
from core.evidence import Citation, CitedKind, Explanation, FigureId
from core.inventory import Inventory, Medium
from core.texts import Finding
from energy.tariffs import CostKind
from operations.costs.cost import COST_EUR, figure_of, month_cost, months_gone
from operations.costs.reading import ReadCosts, read_costs
from operations.costs.rows import ChargeRow, MonthCost
from operations.evidence.figures import INTERVAL, SITE, TOTAL, local_text, slot_name, span_of, zone_of_scope
from operations.house import Call, House
from operations.values import Told

EUR: Final = "EUR"
_TITLES: Final = {
    CostKind.ENERGY: "costs.part_energy",
    CostKind.BASE: "costs.part_base",
    CostKind.POWER: "costs.part_power",
    CostKind.EXPORT: "costs.part_export",
}
_HOW: Final = {
    CostKind.ENERGY: "costs.how_energy",
    CostKind.BASE: "costs.how_base",
    CostKind.POWER: "costs.how_power",
    CostKind.EXPORT: "costs.how_export",
}


async def explain_cost(house: House, figure: FigureId, call: Call, *, deep: bool = False) -> Explanation:
    """Return where the cost of a month or year comes from, `deep` with all charges of a year's months.

    Raises `RequestError` for an id that means nothing.
    """
    span = span_of(figure.period, zone_of_scope(house, figure.scope))
    if len(span.name) > len("2026-11"):
        raise RequestError("costs.no_days", period=span.name)
    medium, year = _medium(figure), int(span.name[:4])
    if not figure.scope.startswith(SITE):
        raise NotFoundError("evidence.scope_unknown", scope=figure.scope[:80])
    read = await read_costs(house, figure.scope.removeprefix(SITE), medium, [year], call)
    inventory = house.inventory()
    months = [month_cost(inventory, read, first, end) for first, end in months_gone(read, year)]
    if span.name == str(year):
        whole = _of_year(figure, read, months, span.name)
        if not deep:
            return whole
        charges = [
            tuple(_charge(inventory, read, month, charge) for charge in (month.charges if month.reason is None else ()))
            for month in months
        ]
        parts = (replace(part, parts=found) for part, found in zip(whole.parts, charges, strict=True))
        return replace(whole, parts=tuple(parts))
    found = next((month for month in months if month.period == span.name), None)
    if found is None:
        return _explanation(figure, read, span.name, None, (Finding.of("costs.nothing_known"),), ())
    return _of_month(inventory, figure, read, found)


def _of_year(figure: FigureId, read: ReadCosts, months: Sequence[MonthCost], name: str) -> Explanation:
    known = [month.total_eur for month in months if month.total_eur is not None]
    parts = tuple(
        Explanation(
            title=Finding.of("evidence.part", period=month.period),
            figure=month.figure,
            value=month.total_eur,
            unit=EUR if month.total_eur is not None else "",
            findings=() if month.reason is None else (_again(month.reason),),
        )
        for month in months
    )
    missing = [month.period for month in months if month.total_eur is None]
    said = (Finding.of("costs.months_missing", months=", ".join(missing)),) if missing else ()
    total = sum(known, Decimal(0)) if known else None
    return _explanation(figure, read, name, total, (Finding.of("costs.how_year"), *said), parts)


def _of_month(inventory: Inventory, figure: FigureId, read: ReadCosts, month: MonthCost) -> Explanation:
    findings = tuple(map(_again, month.findings))
    if month.reason is not None:
        said = (Finding.of("costs.how_month"), _again(month.reason), *findings)
        return _explanation(figure, read, month.period, None, said, ())
    parts = [_charge(inventory, read, month, charge) for charge in month.charges]
    said = (Finding.of("costs.how_month"), *findings)
    return _explanation(figure, read, month.period, month.total_eur, said, tuple(parts))


def _explanation(
    figure: FigureId,
    read: ReadCosts,
    name: str,
    value: Decimal | None,
    said: tuple[Finding, ...],
    parts: tuple[Explanation, ...],
) -> Explanation:
    how, *findings = said
    open_ = (Finding.of("evidence.period_open"),) if _is_open(name, read.until) else ()
    return Explanation(
        title=Finding.of("costs.cost_of", name=read.site.name, period=name),
        figure=figure_of(read, name) if figure.version is None else str(figure),
        value=value,
        unit=EUR if value is not None else "",
        how=how,
        findings=(*findings, *open_),
        parts=parts,
    )


def _is_open(name: str, until: date) -> bool:
    return f"{until:%Y-%m-%d}".startswith(name)


def _charge(inventory: Inventory, read: ReadCosts, month: MonthCost, row: ChargeRow) -> Explanation:
    """Return a charge: its exact figures, the entry that holds its price, and what was counted."""
    meter = inventory.meters[row.meter]
    title = Finding.of(_TITLES[row.kind], meter=meter.name, window=row.window or row.tariff_name)
    parts = (_price(inventory, row), *_counted(read, month, row))
    return Explanation(
        title=title,
        value=row.amount_eur,
        unit=EUR,
        how=Finding.of("costs.how_power_monthly" if row.monthly else _HOW[row.kind], days=row.days),
        parts=parts,
    )


def _price(inventory: Inventory, row: ChargeRow) -> Explanation:
    tariff = inventory.tariffs[row.tariff]
    by_power = "EUR/kW/mo" if row.monthly else "EUR/kW/a"
    per = {CostKind.BASE: "EUR/a", CostKind.POWER: by_power}.get(row.kind, f"EUR/{row.unit}")
    title = Finding.of("costs.price_general", tariff=row.tariff_name)
    if row.window:
        title = Finding.of("costs.price_of", tariff=row.tariff_name, window=row.window)
    return Explanation(
        title=title,
        value=row.price_eur,
        unit=per,
        citation=Citation(
            kind=CitedKind.FACTOR,
            reference=f"tariffs/{tariff.id}",
            value=row.price_eur,
            unit=per,
            edition=tariff.valid_from.isoformat(),
        ),
    )


def _counted(read: ReadCosts, month: MonthCost, row: ChargeRow) -> tuple[Explanation, ...]:
    """Return the total or the quarter hour that a charge was taken by; its own id leads on, down to readings."""
    source = f"meter:{row.meter}"
    if row.kind is CostKind.BASE:
        return ()
    if row.at_utc is not None:
        at = local_text(row.at_utc, ZoneInfo(read.site.time_zone))
        figure = FigureId(INTERVAL, slot_name(row.at_utc), source, read.quantity.value)
        title, quarter = Finding.of("costs.the_peak"), Finding.of("costs.by_peak", at=at)
        return (Explanation(title=title, value=row.used, unit=row.unit), Explanation(title=quarter, figure=str(figure)))
    quantity = "energy_export_wh" if row.kind is CostKind.EXPORT else read.quantity.value
    figure = FigureId(TOTAL, month.period, source, quantity)
    title = Finding.of("costs.by_total", period=month.period)
    used = Explanation(title=Finding.of("costs.the_amount"), value=row.used, unit=row.unit)
    return (used, Explanation(title=title, figure=str(figure)))


def _medium(figure: FigureId) -> Medium:
    """Return the medium that a cost's id names. Raises `RequestError` where it names none."""
    if figure.quantity != COST_EUR:
        raise RequestError("evidence.quantity_unknown", quantity=figure.quantity[:80])
    if len(figure.variant) != 1 or figure.variant[0] not in set(Medium):
        raise RequestError("evidence.variant_unknown", variant=".".join(figure.variant)[:80])
    return Medium(figure.variant[0])


def _again(told: Told) -> Finding:
    return Finding.of(told.code, **told.params)
