"""Sessions put right by people: each booking with its reason, to be taken back; what was told stays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from annotated_types import Ge, Len

from core.books import SessionFilter
from core.errors import ConflictError, NotFoundError, RequestError
from core.facts import ChargeSession, SessionState
from core.periods import Period
from core.quantities import Quantity
from core.session_corrections import CorrectionKind, SessionCorrection, as_booked
from operations.charging.rows import SessionBooking, booking_of
from operations.courses import readings_of
from operations.fleet.days import compute_days
from operations.fleet.matching import value_sessions
from operations.house import Call, House
from operations.metering.booking_rows import Reason

MOST_POWER_W: Final = 400_000.0
"""What no outlet of a district exceeds: the limit where the inventory names none."""

_TOLERANCE: Final = timedelta(minutes=2)
_LONGEST: Final = timedelta(days=40)
_HOUR: Final = timedelta(hours=1)
_AT_ONCE: Final = 500
Energy = Annotated[float, Ge(0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectSession:
    """What was otherwise of a session than was told: its begin, its end or its energy; and why."""

    id: str
    begun_at_utc: datetime | None = None
    ended_at_utc: datetime | None = None
    energy_wh: Energy | None = None
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitSession:
    """At which instant a session was over and the next began, and why.

    `energy_wh` is the energy until then; without it what the outlet's register counted until then.
    """

    id: str
    at_utc: datetime
    energy_wh: Energy | None = None
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeSessions:
    """Which other sessions at the same outlet were one with a session, and why."""

    id: str
    others: Annotated[tuple[str, ...], Len(1, 20)]
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidSession:
    """Which session was none, and why."""

    id: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoSessionBooking:
    """Which booking about sessions is taken back, by its number, and why."""

    id: int
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsBooked:
    """A booking, and the ids of the sessions that there are now of those it is about."""

    booking: SessionBooking
    sessions: tuple[str, ...]


async def correct_session(house: House, request: CorrectSession, call: Call) -> SessionsBooked:
    """Book another begin, end or energy of a session that is over.

    Raises `NotFoundError`, `ForbiddenError`, `RequestError` for what says nothing or cannot be, and `ConflictError`
    while the session runs or where another one at the outlet lies in the same time.
    """
    session = await _over(house, request.id, call)
    if request.begun_at_utc is None and request.ended_at_utc is None and request.energy_wh is None:
        raise RequestError("sessions.correct_what")
    made = _booking(CorrectionKind.CORRECT, session, request.reason, call)
    said = replace(
        made, begun_at_utc=request.begun_at_utc, ended_at_utc=request.ended_at_utc, energy_wh=request.energy_wh
    )
    return await _book(house, [session], said, call)


async def split_session(house: House, request: SplitSession, call: Call) -> SessionsBooked:
    """Book that a session was two.

    Raises as `correct_session`, and `ConflictError` where nothing tells the energy until then.
    """
    session = await _over(house, request.id, call)
    if not session.begun_at_utc < request.at_utc < (session.ended_at_utc or call.now_utc):
        raise RequestError("sessions.split_outside")
    first_wh = request.energy_wh
    if first_wh is None:
        first_wh = await _counted_until(house, session, request.at_utc)
    if session.energy_wh is not None and first_wh > session.energy_wh:
        raise RequestError("sessions.split_too_much", energy_wh=round(session.energy_wh))
    made = _booking(CorrectionKind.SPLIT, session, request.reason, call)
    return await _book(house, [session], replace(made, at_utc=request.at_utc, energy_wh=first_wh), call)


async def merge_sessions(house: House, request: MergeSessions, call: Call) -> SessionsBooked:
    """Book that sessions at one outlet were one. Raises as `correct_session`."""
    session = await _over(house, request.id, call)
    others = [await _over(house, other, call) for other in dict.fromkeys(request.others)]
    if session.id in request.others or any(other.source != session.source for other in others):
        raise RequestError("sessions.merge_elsewhere")
    made = _booking(CorrectionKind.MERGE, session, request.reason, call)
    return await _book(house, [session, *others], replace(made, others=tuple(other.id for other in others)), call)


async def void_session(house: House, request: VoidSession, call: Call) -> SessionsBooked:
    """Book that a session was none: a test, say. Raises as `correct_session`."""
    session = await _over(house, request.id, call)
    return await _book(house, [session], _booking(CorrectionKind.VOID, session, request.reason, call), call)


async def undo_session_booking(house: House, request: UndoSessionBooking, call: Call) -> SessionsBooked:
    """Take a booking back; who did what stays in the list.

    Raises `NotFoundError`, `ForbiddenError`, and `ConflictError` where it was taken back already or a later booking
    rests on it.
    """
    known = await house.ledger.session_correction(request.id)
    told = await house.ledger.session_as_told(whole_of(known.session)) if known else None
    if known is None or told is None:
        raise NotFoundError("sessions.correction_unknown", id=request.id)
    call.must_see(house.inventory().site_of(told.source))
    if known.withdrawn_at_utc is not None:
        raise ConflictError("sessions.undone_already", id=known.id)
    bearing = [each for each in await house.ledger.session_corrections(known.session) if not each.withdrawn_at_utc]
    if bearing[-1].id != known.id:
        raise ConflictError("sessions.undo_later_first", id=bearing[-1].id)
    before = await _shown(house, known.names)
    await house.ledger.withdraw_session_correction(known.id, call.now_utc, call.actor.name, request.reason)
    after = await _shown(house, known.names)
    await again(house, [*before, *after], call)
    withdrawn = await house.ledger.session_correction(known.id)
    return SessionsBooked(booking=booking_of(withdrawn or known), sessions=tuple(each.id for each in after))


async def again(house: House, sessions: Sequence[ChargeSession], call: Call) -> None:
    """Find whose the sessions of some days were, and compute the days of the vehicles that they touch."""
    if not sessions or house.intervals is None:
        return
    zone = ZoneInfo(house.time_zone)
    first = min(session.begun_at_utc for session in sessions).astimezone(zone).date()
    last = max(session.ended_at_utc or session.begun_at_utc for session in sessions).astimezone(zone).date()
    period = Period(
        min(session.begun_at_utc for session in sessions),
        max(session.begun_at_utc for session in sessions) + timedelta(microseconds=1),
    )
    names = [session.id for session in sessions]
    touched = {(await house.ledger.valuations_of(name) or (None,))[0] for name in names}
    await value_sessions(house, first, last, call)
    touched |= set(await house.ledger.valuations(period))
    vehicles = {each.vehicle for each in touched if each is not None and each.session in names and each.vehicle}
    if vehicles:
        await compute_days(house, first, last, call, vehicles)


def _booking(kind: CorrectionKind, session: ChargeSession, reason: str, call: Call) -> SessionCorrection:
    return SessionCorrection(
        kind=kind,
        session=session.id,
        reason=reason.strip(),
        booked_by=call.actor.name,
        booked_at_utc=call.now_utc,
    )


async def _over(house: House, name: str, call: Call) -> ChargeSession:
    session = await house.ledger.session(name)
    if session is None:
        raise NotFoundError("sessions.unknown", id=name[:80])
    call.must_see(house.inventory().site_of(session.source))
    if session.state is not SessionState.ENDED or session.ended_at_utc is None:
        raise ConflictError("sessions.still_running", id=session.id)
    return session


async def _book(
    house: House, sessions: Sequence[ChargeSession], correction: SessionCorrection, call: Call
) -> SessionsBooked:
    """Keep a booking that can be, and have all that rests on the sessions computed again."""
    would = as_booked(sessions, [correction])
    for session in would:
        _must_be_possible(house, session, call)
        await _must_be_alone(house, session, {each.id for each in sessions})
    made = await house.ledger.correct_session(correction)
    now = await _shown(house, made.names)
    await again(house, [*sessions, *now], call)
    return SessionsBooked(booking=booking_of(made), sessions=tuple(each.id for each in now))


def _must_be_possible(house: House, session: ChargeSession, call: Call) -> None:
    ended_utc = session.ended_at_utc or call.now_utc
    if session.begun_at_utc > ended_utc:
        raise RequestError("sessions.ends_before_begin")
    if ended_utc > call.now_utc:
        raise RequestError("sessions.in_the_future")
    limit_wh = _power_w(house, session) * ((ended_utc - session.begun_at_utc + _TOLERANCE) / _HOUR)
    if (session.energy_wh or 0.0) > limit_wh:
        raise RequestError("sessions.energy_impossible", limit_wh=round(limit_wh))


def _power_w(house: House, session: ChargeSession) -> float:
    station = house.inventory().stations.get(session.station)
    outlets = station.connectors if station else ()
    known = next((outlet.max_power_w for outlet in outlets if outlet.number == session.connector), None)
    return known or MOST_POWER_W


async def _must_be_alone(house: House, session: ChargeSession, own: Iterable[str]) -> None:
    """Raise `ConflictError` where another session at the outlet lies in the same time."""
    ended_utc = session.ended_at_utc or session.begun_at_utc
    reach = Period(session.begun_at_utc - _LONGEST, max(ended_utc, session.begun_at_utc))
    cursor = None
    while True:
        wanted = SessionFilter(stations=frozenset({session.station}), period=reach, limit=_AT_ONCE, cursor=cursor)
        page = await house.ledger.sessions(wanted)
        for other in page.items:
            until_utc = other.ended_at_utc
            overlaps = until_utc is None or until_utc > session.begun_at_utc
            if other.id not in own and other.source == session.source and overlaps:
                raise ConflictError("sessions.overlaps", other=other.id)
        cursor = page.next_cursor
        if cursor is None:
            return


async def _counted_until(house: House, session: ChargeSession, until_utc: datetime) -> float:
    """Return what the outlet's register counted from a session's begin to an instant."""
    span = Period(session.begun_at_utc, until_utc)
    values = [sample.value for sample in await readings_of(house, session.source, Quantity.ENERGY_IMPORT_WH, span)]
    start_wh = session.register_start_wh
    if not values or start_wh is None or values[-1] < start_wh:
        raise ConflictError("sessions.split_energy_unknown")
    return round(values[-1] - start_wh, 3)


async def _shown(house: House, names: Iterable[str]) -> list[ChargeSession]:
    found = [await house.ledger.session(name) for name in sorted(names)]
    return [session for session in found if session is not None]


def whole_of(name: str) -> str:
    """Return the session that a part was split from."""
    whole, mark, number = name.rpartition("-t")
    return whole_of(whole) if mark and number.isdigit() else name
