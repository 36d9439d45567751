"""A bill held against what the meter counted over the same days, where its dial stood, and what the tariff says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from core.bills import SupplierBill
from core.errors import NotFoundError
from core.intervals import Amount, Resolution
from core.inventory import Medium, Meter
from core.money import in_cents
from core.periods import Period, local_day
from core.quantities import PROPERTIES, Quantity
from core.readings import SlotShare
from core.texts import Finding
from operations.costs.bill_rows import BillDetail, BillRow, BillVerdict, Compared, DialRow
from operations.costs.reading import PERCENT, read_costs
from operations.evidence.interval import exact
from operations.evidence.witnesses import witnesses_of
from operations.house import Call, House
from operations.intervals.counting import totals_of
from operations.intervals.plans import zone_of
from operations.values import Told

USE_LIMIT_PERCENT: Final = 2.0
"""What may lie between a bill and our readings: both round, and dials are not read at midnight sharp."""

COST_LIMIT_PERCENT: Final = 1.0
CALIBRATION_PERCENT: Final = 4.0
"""A meter in use may be off by so much (Verkehrsfehlergrenze of common meters, twice the calibration limit)."""

BORDER_DAYS: Final = 5
"""Readings for a bill are taken within so many days of its border."""

WELL_MEASURED_PERCENT: Final = 98.0

_DIALS: Final = {
    Medium.ELECTRICITY: Quantity.ENERGY_IMPORT_WH,
    Medium.HEAT: Quantity.HEAT_WH,
    Medium.GAS: Quantity.VOLUME_M3,
    Medium.WATER: Quantity.VOLUME_M3,
    Medium.OIL: Quantity.VOLUME_M3,
}
_BURNT: Final = (Medium.GAS, Medium.OIL, Medium.PELLETS)
_STEP: Final = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class _Own:
    """What our meter counted over a bill's days, each of them, in the unit of the bill."""

    quantity: Quantity
    total: Amount | None
    days: tuple[Amount, ...]

    @property
    def used(self) -> Decimal | None:
        """Return the total in the unit of the bill, None where its borders are not known."""
        if self.total is None or self.total.thousandths is None or self.total.share is SlotShare.MISSING:
            return None
        return _in_shown(self.quantity, exact(self.total.thousandths))

    @property
    def measured_percent(self) -> float:
        """Return how much of its course was measured."""
        return PERCENT * self.total.shares.of(SlotShare.MEASURED) if self.total else 0.0


async def detail_of(house: House, bill: SupplierBill, row: BillRow, call: Call) -> BillDetail:
    """Return a bill with all that it was held against."""
    meter = house.inventory().meters.get(bill.meter)
    if meter is None:
        raise NotFoundError("meters.unknown", id=bill.meter)
    zone = zone_of(house.inventory(), meter.source, ZoneInfo(house.time_zone))
    own = await _own(house, bill, meter, zone)
    used = own.used
    use = _compared(bill.used, used, bill.unit, USE_LIMIT_PERCENT, _use_reason(own, meter), _total_id(own, meter, bill))
    cost = await _cost(house, bill, call)
    dials = await _dials(house, bill, meter, zone, call)
    return BillDetail(
        bill=row,
        quantity=own.quantity,
        use=use,
        cost=cost,
        dials=dials,
        measured_percent=own.measured_percent,
        hints=tuple(map(Told.of, _hints(use, cost, own, dials, meter))),
    )


async def _own(house: House, bill: SupplierBill, meter: Meter, zone: ZoneInfo) -> _Own:
    quantity = _quantity(meter.medium, bill.unit)
    period = Period(local_day(bill.first_day, zone).start_utc, local_day(bill.last_day, zone).end_utc)
    group = {meter.id: (meter.source,)}
    (total,) = (await totals_of(house, group, quantity, period, zone))[meter.id]
    days = (await totals_of(house, group, quantity, period, zone, Resolution.DAY))[meter.id]
    return _Own(quantity, total, days)


def _quantity(medium: Medium, unit: str) -> Quantity:
    if unit == "m³":
        return Quantity.VOLUME_M3
    if medium in _BURNT:
        return Quantity.FUEL_HO_WH if medium is Medium.GAS else Quantity.FUEL_HI_WH
    return _DIALS.get(medium, Quantity.ENERGY_IMPORT_WH)


def _compared(
    billed: Decimal, own: Decimal | None, unit: str, limit_percent: float, reason: Finding, figure: str
) -> Compared:
    difference = None if own is None else billed - own
    percent = None if difference is None or not own else float(PERCENT * difference / own)
    verdict = BillVerdict.NOT_COMPARED
    if difference is not None:
        agrees = abs(percent) <= limit_percent if percent is not None else not difference
        verdict = BillVerdict.AGREES if agrees else BillVerdict.DIFFERS
    return Compared(
        billed=billed,
        own=own,
        unit=unit,
        difference=difference,
        percent=percent,
        limit_percent=limit_percent,
        verdict=verdict,
        figure=figure if own is not None else "",
        reason=Told.of(reason) if own is None else None,
    )


def _use_reason(own: _Own, meter: Meter) -> Finding:
    if own.quantity in (Quantity.FUEL_HO_WH, Quantity.FUEL_HI_WH):
        return Finding.of("costs.no_fuel_energy", meters=meter.name)
    return Finding.of("bills.borders_unknown", meter=meter.name)


def _total_id(own: _Own, meter: Meter, bill: SupplierBill) -> str:
    """Return the id of the same total where the bill covers a month or year, empty elsewhere."""
    after = bill.last_day + timedelta(days=1)
    if bill.first_day.day != 1 or after.day != 1:
        return ""
    if (bill.first_day.month, after.month, after.year - bill.first_day.year) == (1, 1, 1):
        return f"total/{bill.first_day:%Y}/{meter.source}/{own.quantity.value}"
    month = (bill.first_day + timedelta(days=31)).replace(day=1) == after
    return f"total/{bill.first_day:%Y-%m}/{meter.source}/{own.quantity.value}" if month else ""


async def _cost(house: House, bill: SupplierBill, call: Call) -> Compared:
    inventory = house.inventory()
    medium = inventory.meters[bill.meter].medium
    years = range(bill.first_day.year, bill.last_day.year + 1)
    own, reason = None, Finding.of("costs.nothing_known")
    try:
        read = await read_costs(house, bill.site, medium, list(years), call, meter=bill.meter)
    except NotFoundError as error:
        reason = error.finding
    else:
        found = read.bill(bill.first_day, bill.last_day + timedelta(days=1))
        reason = found.reason or reason
        if found.reason is None:
            own = sum(in_cents([each.amount_eur for each in found.charges]), Decimal(0))
    return _compared(bill.net_eur, own, "EUR", COST_LIMIT_PERCENT, reason, "")


async def _dials(house: House, bill: SupplierBill, meter: Meter, zone: ZoneInfo, call: Call) -> tuple[DialRow, ...]:
    """Return where the dial stood as the first day began and as the last one ended."""
    quantity = _DIALS.get(meter.medium)
    ends = ((bill.first_day, bill.begin_reading), (bill.last_day + timedelta(days=1), bill.end_reading))
    rows = []
    for day, billed in ends:
        if billed is not None and quantity is not None:
            own = await _position(house, meter, quantity, local_day(day, zone), call)
            difference = None if own is None else billed - own
            unit = PROPERTIES[quantity].shown_unit
            rows.append(DialRow(day=day, billed=billed, own=own, unit=unit, difference=difference))
    return tuple(rows)


async def _position(house: House, meter: Meter, quantity: Quantity, day: Period, call: Call) -> Decimal | None:
    """Return where the dial stood as a day began, in its shown unit; between two readings on the line."""
    begin = Period(day.start_utc, day.start_utc + timedelta(minutes=15))
    found = (await witnesses_of(house, meter.source, quantity, begin, call.now_utc)).trace
    border = None if found is None else found.begin
    if border is None or border.before is None or border.after is None:
        return None
    span_ms = border.after.at_ms - border.before.at_ms
    part = Decimal(border.at_ms - border.before.at_ms) / span_ms if span_ms else Decimal(0)
    before, after = Decimal(repr(border.before.value)), Decimal(repr(border.after.value))
    return _in_shown(quantity, before + (after - before) * part)


def _in_shown(quantity: Quantity, value: Decimal) -> Decimal:
    return (value / Decimal(str(PROPERTIES[quantity].divisor))).quantize(_STEP)


def _hints(use: Compared, cost: Compared, own: _Own, dials: tuple[DialRow, ...], meter: Meter) -> Iterator[Finding]:
    """Yield what may explain a difference, the likeliest first; nothing where all agrees."""
    if use.verdict is BillVerdict.DIFFERS and use.difference is not None and use.percent is not None:
        yield from _use_hints(use.difference, use.percent, own, dials, meter)
    if cost.verdict is BillVerdict.DIFFERS and use.verdict is BillVerdict.AGREES:
        yield Finding.of("bills.hint_price")


def _use_hints(
    difference: Decimal, percent: float, own: _Own, dials: tuple[DialRow, ...], meter: Meter
) -> Iterator[Finding]:
    if own.measured_percent < WELL_MEASURED_PERCENT:
        yield Finding.of("bills.hint_gaps", measured=round(own.measured_percent, 1))
    days = _border_days(difference, own)
    if days is not None:
        yield Finding.of("bills.hint_border", days=days)
    if own.quantity in (Quantity.FUEL_HO_WH, Quantity.FUEL_HI_WH):
        yield Finding.of("bills.hint_conversion", percent=round(percent, 1))
    if dials and all(row.difference is not None and abs(row.difference) <= 1 for row in dials):
        yield Finding.of("bills.hint_arithmetic")
    elif abs(percent) <= CALIBRATION_PERCENT and days is None and meter.medium is not Medium.GAS:
        yield Finding.of("bills.hint_calibration", percent=round(percent, 1))


def _border_days(difference: Decimal, own: _Own) -> int | None:
    """Return within how many days at either border as much was counted as the bill differs by, None of too many."""
    known = [_in_shown(own.quantity, exact(each.thousandths or 0)) for each in own.days]
    for days in range(1, min(BORDER_DAYS, len(known)) + 1):
        if max(sum(known[:days]), sum(known[-days:])) >= abs(difference):
            return days
    return None
