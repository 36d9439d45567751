"""Bookings and proposals as people get to see them, and why one is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from annotated_types import Len

from core.errors import ConflictError, RequestError
from core.quantities import Quantity
from core.texts import Finding
from core.work import MeterEvent, MeterEventKind
from operations.metering.booking_effect import Effect
from operations.values import Told

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
class BookingRow:
    """A booking; values are in the quantity's unit, what they mean says the kind (`core.work.MeterEventKind`).

    `source` is whose register it is; `meter` the meter's id, None where it is a vehicle's odometer.
    """

    id: int
    meter: str | None
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
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """A booking (number 0: not made, only previewed), what it changes, and why it is implausible, if it is."""

    booking: BookingRow
    effect: Effect
    doubts: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """The booking that would settle a step; values are in the quantity's unit."""

    kind: MeterEventKind
    at_utc: datetime
    start_value: float
    end_value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRow:
    """A step of a register, how long ago it was, and what to book; only about a meter something can be booked.

    `step` is what it looks like: exchange, jump, or pending where nothing has been decided. `source` is whose
    register it is: a meter's, a station's, a vehicle's.
    """

    id: int
    source: str
    meter: str | None
    name: str
    site: str
    site_name: str
    quantity: Quantity
    step: str
    from_utc: datetime
    from_value: float
    to_utc: datetime
    to_value: float
    age_s: float
    suggestion: Suggestion | None
    dismissed_at_utc: datetime | None
    dismissed_by: str
    dismissed_reason: str


def booking_row(event: MeterEvent) -> BookingRow:
    """Return the row of a booking."""
    kind, _, name = event.source.partition(":")
    return BookingRow(
        id=event.id,
        meter=name if kind == "meter" else None,
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
        source=event.source,
    )
