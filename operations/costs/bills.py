"""Bills of suppliers: entered by people, held against the meter's own figures and the tariff, taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Final, Literal

from annotated_types import Ge, Le, Len

from core.bills import SupplierBill
from core.errors import ConflictError, NotFoundError, RequestError
from core.inventory import Medium, Meter, MeterRole
from core.ports import Page
from core.texts import Finding
from operations.costs.bill_check import detail_of
from operations.costs.bill_rows import BillDetail, BillRow
from operations.edge import InvalidRequestError
from operations.house import Call, House
from operations.keepers import EntryKind, must_keep
from operations.metering.booking_rows import Reason
from operations.metering.dials import seen_meter
from operations.values import Limit, page_of

Money = Annotated[Decimal, Ge(Decimal(-100_000_000)), Le(Decimal(100_000_000))]
Used = Annotated[Decimal, Ge(Decimal(0)), Le(Decimal(10_000_000_000))]
Line = Annotated[str, Len(0, 200)]

MAX_DAYS: Final = 800
"""A bill of more than two years is a slip of the pen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddBill:
    """A bill for a meter, from its first to its last day.

    `used` is in `unit`; without it the difference of both dial readings. Amounts are in EUR.
    """

    meter: str
    first_day: date
    last_day: date
    net_eur: Money
    gross_eur: Money | None = None
    used: Used | None = None
    unit: Literal["kWh", "m³", "m3"] = "kWh"
    begin_reading: Used | None = None
    end_reading: Used | None = None
    number: Line = ""
    document: Line = ""
    note: Annotated[str, Len(0, 1000)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListBills:
    """Which bills: at a site, of a meter, those that were withdrawn too."""

    site: str | None = None
    meter: str | None = None
    withdrawn: bool = False
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowBill:
    """One bill by its number in the list."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawBill:
    """Which bill is taken back, and why."""

    id: int
    reason: Reason


async def add_bill(house: House, request: AddBill, call: Call) -> BillRow:
    """Keep a bill. Raises `NotFoundError`, `ForbiddenError`, `InvalidRequestError`, `ConflictError` for one twice."""
    meter = seen_meter(house, request.meter, call)
    must_keep(call.actor, EntryKind.METERS, [meter.site])
    _check(house, meter, request, call)
    bill = SupplierBill(
        site=meter.site,
        meter=meter.id,
        number=request.number.strip(),
        first_day=request.first_day,
        last_day=request.last_day,
        used=_used(request),
        unit="kWh" if request.unit == "kWh" else "m³",
        net_eur=request.net_eur,
        gross_eur=request.gross_eur,
        begin_reading=request.begin_reading,
        end_reading=request.end_reading,
        document=request.document.strip(),
        note=request.note.strip(),
        added_by=call.actor.name,
        added_at_utc=call.now_utc,
    )
    for other in await house.ledger.bills([meter.site]):
        overlaps = other.first_day <= bill.last_day and bill.first_day <= other.last_day
        if other.meter == meter.id and overlaps and other.withdrawn_at_utc is None:
            raise ConflictError("bills.overlaps", id=other.id, number=other.number or str(other.id))
    number = await house.ledger.add_bill(bill)
    kept = await house.ledger.bill(number)
    return _row(house, kept or bill)


async def list_bills(house: House, request: ListBills, call: Call) -> Page[BillRow]:
    """Return the bills that the actor may see, the latest period first."""
    found = [
        bill
        for bill in await house.ledger.bills()
        if call.actor.sees(bill.site)
        and request.site in (None, bill.site)
        and request.meter in (None, bill.meter)
        and (request.withdrawn or bill.withdrawn_at_utc is None)
    ]
    rows = [_row(house, bill) for bill in found]
    return page_of(rows, [f"{place:08}" for place in range(len(rows))], request.limit, request.cursor)


async def show_bill(house: House, request: ShowBill, call: Call) -> BillDetail:
    """Return a bill held against meter and tariff. Raises `NotFoundError` or `ForbiddenError`."""
    bill = await _seen(house, request.id, call)
    return await detail_of(house, bill, _row(house, bill), call)


async def withdraw_bill(house: House, request: WithdrawBill, call: Call) -> BillRow:
    """Take a bill back; it stays in the list with who did it and why. Raises `ConflictError` if it was already."""
    bill = await _seen(house, request.id, call)
    must_keep(call.actor, EntryKind.METERS, [bill.site])
    if bill.withdrawn_at_utc is not None:
        raise ConflictError("bills.withdrawn_already", id=bill.id)
    await house.ledger.withdraw_bill(bill.id, call.now_utc, call.actor.name, request.reason)
    return _row(house, await _seen(house, request.id, call))


async def _seen(house: House, number: int, call: Call) -> SupplierBill:
    bill = await house.ledger.bill(number)
    if bill is None:
        raise NotFoundError("bills.unknown", id=number)
    call.must_see(bill.site)
    return bill


def _check(house: House, meter: Meter, request: AddBill, call: Call) -> None:
    if meter.role is not MeterRole.SUPPLY:
        raise RequestError("bills.not_supplied", meter=meter.name)
    days = (request.last_day - request.first_day).days + 1
    wrong = []
    if days < 1 or days > MAX_DAYS:
        wrong.append(Finding.of("bills.days_wrong", field="last_day", days=days, most=MAX_DAYS))
    if request.last_day >= house.day(call.now_utc):
        wrong.append(Finding.of("bills.not_over", field="last_day"))
    if request.used is None and None in (request.begin_reading, request.end_reading):
        wrong.append(Finding.of("bills.use_missing", field="used"))
    elif request.used is None and _used(request) < 0:
        wrong.append(Finding.of("bills.dial_falls", field="end_reading"))
    if meter.medium in (Medium.ELECTRICITY, Medium.HEAT) and request.unit != "kWh":
        wrong.append(Finding.of("bills.unit_impossible", field="unit", medium=meter.medium.value))
    if meter.medium is Medium.WATER and request.unit == "kWh":
        wrong.append(Finding.of("bills.unit_impossible", field="unit", medium=meter.medium.value))
    if wrong:
        raise InvalidRequestError(wrong)


def _used(request: AddBill) -> Decimal:
    if request.used is not None:
        return request.used
    return (request.end_reading or Decimal(0)) - (request.begin_reading or Decimal(0))


def _row(house: House, bill: SupplierBill) -> BillRow:
    inventory = house.inventory()
    meter, site = inventory.meters.get(bill.meter), inventory.sites.get(bill.site)
    return BillRow(
        id=bill.id,
        site=bill.site,
        site_name=site.name if site else bill.site,
        meter=bill.meter,
        meter_name=meter.name if meter else bill.meter,
        medium=meter.medium if meter else Medium.ELECTRICITY,
        number=bill.number,
        first_day=bill.first_day,
        last_day=bill.last_day,
        used=bill.used,
        unit=bill.unit,
        net_eur=bill.net_eur,
        gross_eur=bill.gross_eur,
        begin_reading=bill.begin_reading,
        end_reading=bill.end_reading,
        document=bill.document,
        note=bill.note,
        added_by=bill.added_by,
        added_at_utc=bill.added_at_utc,
        withdrawn_at_utc=bill.withdrawn_at_utc,
        withdrawn_by=bill.withdrawn_by,
        withdrawn_reason=bill.withdrawn_reason,
    )
