"""Booking what happened to a meter: exchange, reading, reset, rollover, correction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from core.errors import ConflictError
from core.periods import Period
from core.quantities import Quantity
from core.retention import READINGS
from core.texts import Finding
from core.work import MeterEvent, MeterEventKind
from operations.evidence.witnesses import deletion_of
from operations.house import Call, House
from operations.metering.booking_checks import doubts, wrong_around, wrong_with_time, wrong_with_values
from operations.metering.booking_effect import INSTANT, Effect, surroundings
from operations.metering.booking_rows import Booked, BookingRefusedError, DoubtfulBookingError, Reason, booking_row
from operations.metering.bookings import local_day
from operations.metering.dials import Dialled, kept_meter, register_of, width_of
from operations.values import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeMeter:
    """The old register of a meter ended at `end_value`, the new one began at `start_value`.

    Values are in the quantity's unit. `confirm` makes an implausible booking all the same.
    """

    id: str
    at_utc: datetime
    end_value: float
    start_value: float
    reason: str = ""
    quantity: Quantity | None = None
    confirm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMeter:
    """What the dial of a meter showed (`start_value`), now or at `at_utc`; `billing` on a billing date."""

    id: str
    start_value: float
    at_utc: datetime | None = None
    billing: bool = False
    reason: str = ""
    quantity: Quantity | None = None
    confirm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetMeter:
    """The register began again at `start_value`; `amount` had been counted since it was last read, and was lost."""

    id: str
    at_utc: datetime
    start_value: float = 0.0
    amount: float = 0.0
    reason: str = ""
    quantity: Quantity | None = None
    confirm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RollOverMeter:
    """The register passed its width, `end_value` (what its digits say, if they are known), and went on from 0."""

    id: str
    at_utc: datetime
    end_value: float | None = None
    reason: str = ""
    quantity: Quantity | None = None
    confirm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectMeter:
    """An `amount` is added evenly from `at_utc` until `until_utc`, taken away if negative. No reading changes."""

    id: str
    at_utc: datetime
    until_utc: datetime
    amount: float
    reason: Reason
    quantity: Quantity | None = None
    confirm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewBooking:
    """A booking of any kind that is not to be made yet; fields as in the row that makes it."""

    id: str
    kind: MeterEventKind
    at_utc: datetime
    until_utc: datetime | None = None
    start_value: float = 0.0
    end_value: float | None = None
    amount: float | None = None
    quantity: Quantity | None = None


async def exchange_meter(house: House, request: ExchangeMeter, call: Call) -> Booked:
    """Book an exchange. Raises `BookingRefusedError`, and `DoubtfulBookingError` unless confirmed."""
    meter = kept_meter(house, request.id, call)
    event = booking_about(
        meter,
        MeterEventKind.EXCHANGE,
        request.at_utc,
        request.quantity,
        call,
        start_value=request.start_value,
        end_value=request.end_value,
        reason=request.reason,
    )
    return await book(house, meter, event, call, confirm=request.confirm)


async def read_meter(house: House, request: ReadMeter, call: Call) -> Booked:
    """Book what a dial showed. Raises `BookingRefusedError`, and `DoubtfulBookingError` unless confirmed."""
    meter = kept_meter(house, request.id, call)
    kind = MeterEventKind.BILLING if request.billing else MeterEventKind.MANUAL
    at_utc = request.at_utc or call.now_utc
    event = booking_about(
        meter, kind, at_utc, request.quantity, call, start_value=request.start_value, reason=request.reason
    )
    return await book(house, meter, event, call, confirm=request.confirm)


async def reset_meter(house: House, request: ResetMeter, call: Call) -> Booked:
    """Book that a register began again. Raises `BookingRefusedError`, and `DoubtfulBookingError` unless confirmed."""
    meter = kept_meter(house, request.id, call)
    event = booking_about(
        meter,
        MeterEventKind.RESET,
        request.at_utc,
        request.quantity,
        call,
        start_value=request.start_value,
        amount=request.amount,
        reason=request.reason,
    )
    return await book(house, meter, event, call, confirm=request.confirm)


async def roll_over_meter(house: House, request: RollOverMeter, call: Call) -> Booked:
    """Book that a register passed its width. Raises as the others do, and where nobody knows the width."""
    meter = kept_meter(house, request.id, call)
    width = width_of(meter, request.end_value)
    event = booking_about(
        meter, MeterEventKind.ROLLOVER, request.at_utc, request.quantity, call, end_value=width, reason=request.reason
    )
    return await book(house, meter, event, call, confirm=request.confirm)


async def correct_meter(house: House, request: CorrectMeter, call: Call) -> Booked:
    """Book an amount that is added to what was counted. Raises `BookingRefusedError`."""
    meter = kept_meter(house, request.id, call)
    event = booking_about(
        meter,
        MeterEventKind.CORRECTION,
        request.at_utc,
        request.quantity,
        call,
        until_utc=request.until_utc,
        amount=request.amount,
        reason=request.reason,
    )
    return await book(house, meter, event, call, confirm=request.confirm)


async def preview_booking(house: House, request: PreviewBooking, call: Call) -> Booked:
    """Return what a booking would change, without making it. Raises `BookingRefusedError` as making it would."""
    meter = kept_meter(house, request.id, call)
    end_value = request.end_value
    if request.kind is MeterEventKind.ROLLOVER:
        end_value = width_of(meter, request.end_value)
    event = booking_about(
        meter,
        request.kind,
        request.at_utc,
        request.quantity,
        call,
        start_value=request.start_value,
        end_value=end_value,
        until_utc=request.until_utc,
        amount=request.amount,
    )
    effect, why = await weighed(house, meter, event, call)
    return Booked(booking=booking_row(event), effect=effect, doubts=why)


async def book(house: House, meter: Dialled, event: MeterEvent, call: Call, *, confirm: bool) -> Booked:
    """Make a booking that can be and is plausible or confirmed; the interval job then counts by it."""
    effect, why = await weighed(house, meter, event, call)
    if why and not confirm:
        raise DoubtfulBookingError([Finding.of(told.code, **told.params) for told in why])
    return Booked(booking=booking_row(await house.ledger.book(event)), effect=effect, doubts=why)


async def weighed(house: House, meter: Dialled, event: MeterEvent, call: Call) -> tuple[Effect, tuple[Told, ...]]:
    """Return what a booking changes and why one might doubt it. Raises `BookingRefusedError` for one that cannot be."""
    day, today = house.day(event.at_utc), house.day(call.now_utc)
    wrong = [*wrong_with_time(meter, event, day, today, call.now_utc), *wrong_with_values(meter, event)]
    if wrong:
        raise BookingRefusedError(wrong)
    key = (event.source, event.quantity)
    if await deletion_of(house, key, event.at_utc, READINGS):
        raise ConflictError("bookings.readings_gone", at=local_day(house, event.at_utc))
    span = Period(event.at_utc, event.until_utc or event.at_utc + INSTANT)
    around = await surroundings(house, key, span, call.now_utc)
    if wrong := list(wrong_around(event, around)):
        raise BookingRefusedError(wrong)
    return around.effect_of(event), tuple(Told.of(doubt) for doubt in doubts(event, around))


def booking_about(
    meter: Dialled,
    kind: MeterEventKind,
    at_utc: datetime,
    quantity: Quantity | None,
    call: Call,
    *,
    start_value: float = 0.0,
    end_value: float | None = None,
    until_utc: datetime | None = None,
    amount: float | None = None,
    reason: str = "",
) -> MeterEvent:
    """Return a booking about a dial, not made yet. Raises `BookingRefusedError` for an instant without a zone."""
    for field, given in (("at_utc", at_utc), ("until_utc", until_utc)):
        if given is not None and given.tzinfo is None:
            raise BookingRefusedError([Finding.of("bookings.time_without_zone", field=field)])
    return MeterEvent(
        source=meter.source,
        quantity=register_of(meter, quantity),
        kind=kind,
        at_utc=at_utc.astimezone(UTC),
        start_value=start_value,
        end_value=end_value,
        until_utc=None if until_utc is None else until_utc.astimezone(UTC),
        amount=amount,
        reason=reason.strip(),
        booked_by=call.actor.name,
        booked_at_utc=call.now_utc,
    )
