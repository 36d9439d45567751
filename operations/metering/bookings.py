"""What people booked about meters: the list, and taking a booking back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from core.errors import ConflictError, NotFoundError
from core.periods import Period
from core.retention import READINGS
from core.work import MeterEvent
from operations.evidence.witnesses import deletion_of
from operations.house import Call, House
from operations.metering.booking_effect import INSTANT, effect, surroundings
from operations.metering.booking_rows import Booked, BookingRow, Reason, booking_row
from operations.metering.dials import Dialled, kept_meter, seen_meter

Kept = Callable[[House, str, Call], Dialled]
"""Finds what a booking is about, by its name, if the actor keeps it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListBookings:
    """All bookings about a meter by its id."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawBooking:
    """Which booking is taken back, by its number, and why."""

    id: int
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewWithdrawal:
    """Which booking, by its number, is not to be taken back yet."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookings:
    """The bookings about one meter, the newest instant first, those that were taken back too."""

    items: tuple[BookingRow, ...]


async def list_bookings(house: House, request: ListBookings, call: Call) -> Bookings:
    """Return who booked what about a meter, when and why. Raises `NotFoundError` or `ForbiddenError`."""
    meter = seen_meter(house, request.id, call)
    made = await house.ledger.bookings_made(meter.source)
    return Bookings(items=tuple(booking_row(event) for event in reversed(made)))


async def withdraw_booking(house: House, request: WithdrawBooking, call: Call) -> BookingRow:
    """Take a booking back: everything is then as if it had never been made, but who did what stays in the list.

    Raises `NotFoundError`, `ForbiddenError`, or `ConflictError` where it was taken back already, or where the
    readings around it have been deleted and what it came to can no longer be computed.
    """
    return await take_back(house, request, kept_meter, call)


async def preview_withdrawal(house: House, request: PreviewWithdrawal, call: Call) -> Booked:
    """Return what is counted with a booking and without it, nothing being taken back.

    Raises as taking it back would.
    """
    event = await _withdrawable(house, request.id, kept_meter, call)
    span = Period(event.at_utc, event.until_utc or event.at_utc + INSTANT)
    around = await surroundings(house, (event.source, event.quantity), span, call.now_utc)
    without = [one for one in around.bookings if one.id != event.id]
    return Booked(booking=booking_row(event), effect=effect(around.counted(around.bookings), around.counted(without)))


async def take_back(house: House, request: WithdrawBooking, kept: Kept, call: Call) -> BookingRow:
    """Take a booking back about what `kept` finds. Raises as `withdraw_booking`."""
    event = await _withdrawable(house, request.id, kept, call)
    await house.ledger.withdraw(request.id, call.now_utc, call.actor.name, request.reason)
    withdrawn = await house.ledger.booking(request.id)
    return booking_row(withdrawn or event)


async def _withdrawable(house: House, id: int, kept: Kept, call: Call) -> MeterEvent:  # noqa: A002
    event = await house.ledger.booking(id)
    if event is None:
        raise NotFoundError("bookings.unknown", id=id)
    if kept(house, event.source.partition(":")[2], call).source != event.source:
        raise NotFoundError("bookings.unknown", id=id)
    if event.withdrawn_at_utc is not None:
        raise ConflictError("bookings.withdrawn_already", id=id)
    if await deletion_of(house, (event.source, event.quantity), event.at_utc, READINGS):
        raise ConflictError("bookings.readings_gone", at=local_day(house, event.at_utc))
    return event


def local_day(house: House, at_utc: datetime) -> str:
    """Return the day of an instant at the district, as findings say it."""
    return house.day(at_utc).isoformat()
