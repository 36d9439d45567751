"""Papers about vehicles: entered by people, listed, taken back; each time the days they touch are computed again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, date
from zoneinfo import ZoneInfo

from core.errors import ConflictError, NotFoundError, RequestError
from core.periods import Period, local_month
from core.ports import Batch, Page
from core.quantities import Quantity
from core.readings import Reading, ReadingQuality
from core.texts import Finding
from core.vouchers import Voucher, VoucherFilter, VoucherKind
from core.work import DirtySpan
from energy.register_walk import at_utc, epoch_ms
from fleet.vehicle_days.voucher_checks import doubts_about, wrong_with
from operations.edge import InvalidRequestError
from operations.fleet.days import compute_days
from operations.fleet.vehicle_days import seen_vehicle
from operations.house import Call, House
from operations.intervals.start import BOOKING
from operations.vouchers.rows import (
    AddVoucher,
    DoubtfulVoucherError,
    ListVouchers,
    VoucherRow,
    WithdrawVoucher,
    voucher_row,
)


async def add_voucher(house: House, request: AddVoucher, call: Call) -> VoucherRow:
    """Keep a voucher, and compute the vehicle's day again.

    Raises `NotFoundError`, `ForbiddenError`, `InvalidRequestError`, `ConflictError` for one that is there already,
    and `DoubtfulVoucherError` for an implausible one unless it is confirmed.
    """
    vehicle = seen_vehicle(house, request.vehicle, call)
    if request.at_utc.tzinfo is None:
        raise InvalidRequestError([Finding.of("bookings.time_without_zone", field="at_utc")])
    fuel = request.fuel or (vehicle.burns if request.kind is VoucherKind.FUEL else None)
    voucher = Voucher(
        kind=request.kind,
        vehicle=vehicle.id,
        at_utc=request.at_utc.astimezone(UTC),
        number=request.number.strip(),
        fuel=fuel,
        fuel_l=request.fuel_l,
        energy_wh=request.energy_wh,
        place=request.place,
        distance_m=request.distance_m,
        odometer_m=request.odometer_m,
        amount_eur=request.amount_eur,
        entered_by=call.actor.name,
        entered_at_utc=call.now_utc,
    )
    if wrong := list(wrong_with(voucher, vehicle, house.day(voucher.at_utc), house.day(call.now_utc))):
        raise InvalidRequestError(wrong)
    if (doubts := list(doubts_about(voucher, vehicle))) and not request.confirm:
        raise DoubtfulVoucherError(doubts)
    if not await house.ledger.keep_vouchers([voucher]):
        raise ConflictError("vouchers.twice", vehicle=vehicle.id, number=voucher.number)
    await put_odometers(house, [voucher], call)
    await days_again(house, [voucher], call)
    reach = Period(voucher.at_utc, at_utc(epoch_ms(voucher.at_utc) + 1))
    kept = await house.ledger.vouchers_during(reach, [vehicle.id])
    same = [each for each in kept if (each.kind, each.number) == (voucher.kind, voucher.number)]
    return voucher_row(same[-1], house.inventory())


async def list_vouchers(house: House, request: ListVouchers, call: Call) -> Page[VoucherRow]:
    """Return the vouchers of the vehicles that the actor may see, newest first."""
    wanted = VoucherFilter(
        vehicles=_vehicles(house, request.vehicle, call),
        kind=request.kind,
        period=_month(request.month, house) if request.month else None,
        file_import=request.file_import,
        withdrawn=request.withdrawn,
        limit=request.limit,
        cursor=request.cursor,
    )
    page = await house.ledger.vouchers(wanted)
    inventory = house.inventory()
    return Page(tuple(voucher_row(each, inventory) for each in page.items), page.total, page.next_cursor)


async def withdraw_voucher(house: House, request: WithdrawVoucher, call: Call) -> VoucherRow:
    """Take a voucher back; it stays in the list with who did it and why. Raises `ConflictError` if it was already."""
    voucher = await house.ledger.voucher(request.id)
    if voucher is None:
        raise NotFoundError("vouchers.unknown", id=request.id)
    _must_see(house, voucher, call)
    if not await house.ledger.withdraw_vouchers([voucher.id], call.now_utc, call.actor.name, request.reason):
        raise ConflictError("vouchers.withdrawn_already", id=voucher.id)
    await drop_odometers(house, [voucher])
    await days_again(house, [voucher], call)
    return voucher_row(await house.ledger.voucher(request.id) or voucher, house.inventory())


async def put_odometers(house: House, vouchers: Sequence[Voucher], call: Call) -> None:
    """Take what papers say of odometers as readings, of vehicles that tell none themselves."""
    if house.sink is None:
        return
    highest: dict[tuple[str, int], float] = {}
    for voucher in vouchers:
        vehicle = house.inventory().vehicles.get(voucher.vehicle)
        if voucher.odometer_m is None or vehicle is None or vehicle.feed is not None:
            continue
        place = vehicle.source, epoch_ms(voucher.at_utc)
        highest[place] = max(float(voucher.odometer_m), highest.get(place, 0.0))
    readings = [
        Reading(source, Quantity.ODOMETER_M, at_utc(at_ms), value, ReadingQuality.MANUAL)
        for (source, at_ms), value in sorted(highest.items())
    ]
    if readings:
        await house.sink.put(Batch(readings, call.now_utc))


async def drop_odometers(house: House, vouchers: Sequence[Voucher]) -> None:
    """Take away the readings that papers brought, unless another in force says the same."""
    if house.eraser is None or not await house.eraser.can_erase():
        return
    for voucher in vouchers:
        at_ms = epoch_ms(voucher.at_utc)
        moment = Period(at_utc(at_ms), at_utc(at_ms + 1))
        others = await house.ledger.vouchers_during(moment, [voucher.vehicle])
        if voucher.odometer_m is None or any(each.odometer_m is not None for each in others):
            continue
        source = f"vehicle:{voucher.vehicle}"
        if await house.eraser.erase((source, Quantity.ODOMETER_M), [at_ms]):
            dirty = DirtySpan(source=source, quantity=Quantity.ODOMETER_M, period=moment, reason=BOOKING)
            await house.ledger.mark_dirty([dirty])


async def days_again(house: House, vouchers: Collection[Voucher], call: Call) -> None:
    """Compute the days of what vouchers touch again, where there is a time series."""
    if house.intervals is None or not vouchers:
        return
    touched: dict[date, set[tuple[date, str]]] = defaultdict(set)
    for voucher in vouchers:
        day = house.day(voucher.at_utc)
        touched[day.replace(day=1)].add((day, voucher.vehicle))
    for some in touched.values():
        days = [day for day, _ in some]
        await compute_days(house, min(days), max(days), call, {vehicle for _, vehicle in some})


def _month(text: str, house: House) -> Period:
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise RequestError("vehicle_days.month_invalid", month=text[:40]) from error
    return local_month(first.year, first.month, ZoneInfo(house.time_zone))


def _vehicles(house: House, wanted: str | None, call: Call) -> list[str] | None:
    if wanted is not None:
        return [seen_vehicle(house, wanted, call).id]
    if call.actor.sites is None:
        return None
    return [each.id for each in house.inventory().vehicles.values() if call.actor.sees(each.site)]


def _must_see(house: House, voucher: Voucher, call: Call) -> None:
    vehicle = house.inventory().vehicles.get(voucher.vehicle)
    call.must_see(vehicle.site if vehicle else None)
