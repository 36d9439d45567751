"""What a site pays for a medium, month by month: each month rounded once, its parts adding up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import NotFoundError, RequestError
from core.evidence import FigureId
from core.inventory import Inventory, Medium
from core.money import in_cents
from energy.charges import Charge
from energy.register_walk import at_utc
from energy.tariffs import CostKind
from operations.costs.reading import PERCENT, ReadCosts, media_of, months_of, read_costs, seen_site
from operations.costs.rows import ChargeRow, Costs, MonthCost, YearCost
from operations.evidence.figures import SITE
from operations.house import Call, House
from operations.values import Told

COST: Final = "cost"
COST_EUR: Final = "cost_eur"
FIRST_YEAR, LAST_YEAR = 2000, 2200

_UNITS: Final = {CostKind.BASE: "d", CostKind.POWER: "kW"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCosts:
    """Which costs: of a site by its id, in a year (the present one), of a medium (the first that is metered)."""

    id: str
    year: int | None = None
    medium: Medium | None = None


async def show_costs(house: House, request: ShowCosts, call: Call) -> Costs:
    """Return what a site pays. Raises `NotFoundError` or `ForbiddenError`, `RequestError` for no year."""
    inventory, site = house.inventory(), seen_site(house, request.id, call)
    media = media_of(inventory, site.id)
    if not media or request.medium not in (None, *media):
        raise NotFoundError("costs.nothing_metered", site=site.id, medium=request.medium or "")
    year = checked_year(request.year or call.now_utc.astimezone(ZoneInfo(site.time_zone)).year)
    read = await read_costs(house, site.id, request.medium or media[0], [year], call)
    months = tuple(month_cost(inventory, read, first, end) for first, end in months_gone(read, year))
    return Costs(
        site=site.id,
        site_name=site.name,
        medium=read.medium,
        media=media,
        year=year,
        quantity=read.quantity,
        unit=read.unit,
        whole=_whole(read, year, months),
        months=months,
        findings=tuple(_shared(months)),
    )


def month_cost(inventory: Inventory, read: ReadCosts, first: date, end: date) -> MonthCost:
    """Return what a month (cut to what has gone) costs, rounded once."""
    bill = read.bill(first, end)
    charges = () if bill.reason else charge_rows(inventory, read, bill.charges)
    sums = sums_of(charges)
    return MonthCost(
        period=f"{first:%Y-%m}",
        days=(bill.end - bill.first).days,
        used=None if bill.reason else bill.used,
        **(dict.fromkeys(sums) if bill.reason else sums),
        known_percent=PERCENT * bill.known,
        measured_percent=PERCENT * bill.measured,
        charges=charges,
        figure=figure_of(read, f"{first:%Y-%m}"),
        reason=Told.of(bill.reason) if bill.reason else None,
        findings=tuple(map(Told.of, bill.findings)),
    )


def months_gone(read: ReadCosts, year: int) -> list[tuple[date, date]]:
    """Return the begun months of a year; today's quarter hours so far belong to the last."""
    end = min(date(year + 1, 1, 1), max((each.end for each in read.accounts), default=read.until))
    first = date(year, 1, 1)
    return list(months_of(first, end)) if first < end else []


def charge_rows(inventory: Inventory, read: ReadCosts, charges: Sequence[Charge]) -> tuple[ChargeRow, ...]:
    """Return charges with amounts in cents that add up to their exact sum, rounded once."""
    amounts = in_cents([each.amount_eur for each in charges])
    return tuple(
        ChargeRow(
            meter=each.source.removeprefix("meter:"),
            kind=each.kind,
            tariff=each.tariff,
            tariff_name=inventory.tariffs[each.tariff].name if each.tariff in inventory.tariffs else each.tariff,
            window=each.window,
            used=each.used,
            unit=_UNITS.get(each.kind, read.unit),
            days=each.days,
            price_eur=each.price_eur,
            amount_eur=amount,
            at_utc=None if each.at_ms is None else at_utc(each.at_ms),
            monthly=each.monthly,
        )
        for each, amount in zip(charges, amounts, strict=True)
    )


def sums_of(charges: Iterable[ChargeRow]) -> dict[str, Decimal]:
    """Return what charges come to by kind, and in total."""
    rows = tuple(charges)
    sums = {
        f"{kind.value}_eur": sum((each.amount_eur for each in rows if each.kind is kind), Decimal(0))
        for kind in CostKind
    }
    return {**sums, "total_eur": sum((each.amount_eur for each in rows), Decimal(0))}


def figure_of(read: ReadCosts, period: str) -> str:
    """Return the id of the cost of a month or year."""
    return str(FigureId(COST, period, SITE + read.site.id, COST_EUR, (read.medium.value,)))


def checked_year(year: int) -> int:
    """Return a year. Raises `RequestError` for what is none."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise RequestError("costs.year_invalid", year=str(year))
    return year


def _whole(read: ReadCosts, year: int, months: Sequence[MonthCost]) -> YearCost:
    known = [month for month in months if month.total_eur is not None]
    names = ("used", "energy_eur", "base_eur", "power_eur", "export_eur", "total_eur")
    sums = {name: sum((getattr(month, name) for month in known), Decimal(0)) if known else None for name in names}
    return YearCost(
        **sums,
        months=len(known),
        months_missing=tuple(month.period for month in months if month.total_eur is None),
        figure=figure_of(read, str(year)),
    )


def _shared(months: Sequence[MonthCost]) -> Iterable[Told]:
    """Yield what is to be said of several months once."""
    seen: list[Told] = []
    for month in months:
        for finding in month.findings:
            if finding not in seen:
                seen.append(finding)
    return seen
