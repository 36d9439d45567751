"""Bookings about sessions as people get to see them, sessions by quarter hours, and what imports came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.facts import ChargeSession
from core.session_corrections import CorrectionKind, SessionCorrection
from energy.register_walk import at_utc
from fleet.sessions.charges import charges_of
from operations.arrivals.import_rows import WrongRow
from operations.fleet.reading import slots_of_outlets
from operations.house import Call, House


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionBooking:
    """A booking about a session: what `kind` of it, by whom, when and why; by whom it was taken back, if it was."""

    id: int
    kind: CorrectionKind
    session: str
    others: tuple[str, ...]
    begun_at_utc: datetime | None
    ended_at_utc: datetime | None
    at_utc: datetime | None
    energy_wh: float | None
    reason: str
    booked_by: str
    booked_at_utc: datetime
    withdrawn_at_utc: datetime | None
    withdrawn_by: str
    withdrawn_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTold:
    """A session's begin, end and energy as they were told before anything was booked."""

    begun_at_utc: datetime
    ended_at_utc: datetime | None
    energy_wh: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSlot:
    """The energy of a session in the quarter hour that begins at an instant."""

    at_utc: datetime
    energy_wh: float


def booking_of(correction: SessionCorrection) -> SessionBooking:
    """Return the row of a booking."""
    return SessionBooking(**{name: getattr(correction, name) for name in SessionBooking.__dataclass_fields__})


async def bookings_of(house: House, session: ChargeSession) -> tuple[tuple[SessionBooking, ...], SessionTold | None]:
    """Return all bookings that bear on a session, and what was told of it where something is booked."""
    made = await house.ledger.session_corrections(session.id)
    told = await house.ledger.session_as_told(session.id) if made else None
    before = (
        SessionTold(begun_at_utc=told.begun_at_utc, ended_at_utc=told.ended_at_utc, energy_wh=told.energy_wh)
        if told
        else None
    )
    return tuple(booking_of(each) for each in made), before


async def slots_of(house: House, session: ChargeSession, call: Call) -> tuple[SessionSlot, ...]:
    """Return the energy of a session by quarter hours, which add up to it; none while it is not known."""
    slots = await slots_of_outlets(house, [session], call.now_utc) if house.intervals is not None else {}
    return tuple(
        SessionSlot(at_utc=at_utc(int(start_ms)), energy_wh=int(thousandths) / 1000)
        for charge in charges_of([session], slots, call.now_utc)
        for start_ms, thousandths in zip(charge.start_ms, charge.thousandths, strict=True)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsImported:
    """What a file came to, kept or, in a dry run, what would be.

    `id` is the import's number, under which it can be taken back; None where nothing was new. `known` were imported
    before; `twins` lie in the same time at the same outlet as a session that is there already; `left_out` cannot be,
    for the `problems` (the first 200).
    """

    id: int | None
    name: str
    dry_run: bool
    rows: int
    added: int
    known: int
    twins: int
    left_out: int
    problems: tuple[WrongRow, ...]
