"""What people booked about meters: the list, and taking a booking back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from annotated_types import Len

from core.errors import ConflictError, NotFoundError, RequestError
from core.inventory import Meter
from core.quantities import Quantity
from core.retention import READINGS
from core.texts import Finding
from core.work import MeterEvent, MeterEventKind
from operations.house import Call, House
from operations.keepers import EntryKind, must_keep
from operations.witnesses import deletion_of

Reason = Annotated[str, Len(3, 500)]
"""Why something is booked or taken back; nobody can do without."""


class BookingRefusedError(RequestError):
    """A booking that cannot be; `findings` say why, each with its field."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("bookings.refused", count=len(findings))
        self.findings = tuple(findings)


class DoubtfulBookingError(ConflictError):
    """A booking that is implausible; `findings` say why. Asked for once more with `confirm` it is made."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("bookings.doubtful", count=len(findings))
        self.findings = tuple(findings)


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
class BookingRow:
    """A booking; values are in the quantity's unit, what they mean says the kind (`core.work.MeterEventKind`)."""

    id: int
    meter: str
    quantity: Quantity
    kind: MeterEventKind
    at_utc: datetime
    until_utc: datetime | None
    start_value: float
    end_value: float | None
    amount: float | None
    reason: str
    booked_by: str
    booked_at_utc: datetime
    withdrawn_at_utc: datetime | None
    withdrawn_by: str
    withdrawn_reason: str


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
    event = await house.ledger.booking(request.id)
    if event is None:
        raise NotFoundError("bookings.unknown", id=request.id)
    kept_meter(house, event.source.removeprefix("meter:"), call)
    if event.withdrawn_at_utc is not None:
        raise ConflictError("bookings.withdrawn_already", id=request.id)
    if await deletion_of(house, (event.source, event.quantity), event.at_utc, READINGS):
        raise ConflictError("bookings.readings_gone", at=local_day(house, event.at_utc))
    await house.ledger.withdraw(request.id, call.now_utc, call.actor.name, request.reason)
    withdrawn = await house.ledger.booking(request.id)
    return booking_row(withdrawn or event)


def seen_meter(house: House, id: str, call: Call) -> Meter:  # noqa: A002
    """Return a meter that the actor may see. Raises `NotFoundError` or `ForbiddenError`."""
    meter = house.inventory().meters.get(id)
    if meter is None:
        raise NotFoundError("meters.unknown", id=id[:80])
    call.must_see(meter.site)
    return meter


def kept_meter(house: House, id: str, call: Call) -> Meter:  # noqa: A002
    """Return a meter that the actor keeps. Raises `NotFoundError` or `ForbiddenError`."""
    meter = seen_meter(house, id, call)
    must_keep(call.actor, EntryKind.METERS, [meter.site])
    return meter


def local_day(house: House, at_utc: datetime) -> str:
    """Return the day of an instant at the district, as findings say it."""
    return house.day(at_utc).isoformat()


def booking_row(event: MeterEvent) -> BookingRow:
    """Return the row of a booking."""
    return BookingRow(
        id=event.id,
        meter=event.source.removeprefix("meter:"),
        quantity=event.quantity,
        kind=event.kind,
        at_utc=event.at_utc,
        until_utc=event.until_utc,
        start_value=event.start_value,
        end_value=event.end_value,
        amount=event.amount,
        reason=event.reason,
        booked_by=event.booked_by,
        booked_at_utc=event.booked_at_utc,
        withdrawn_at_utc=event.withdrawn_at_utc,
        withdrawn_by=event.withdrawn_by,
        withdrawn_reason=event.withdrawn_reason,
    )
