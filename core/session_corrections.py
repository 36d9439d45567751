"""What people book about charge sessions: what was told stays, and everybody sees what is booked.

A booking is never changed; taking it back leaves who did what. The bookings in force about the same
sessions are applied in the order in which they were made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from core.facts import ChargeSession
from core.readings import ReadingQuality
from core.texts import Finding


class CorrectionKind(StrEnum):
    """What is booked about a session."""

    CORRECT = "correct"
    """Its begin, end or energy was another."""
    SPLIT = "split"
    """It was two: one until `at_utc`, with `energy_wh`, and one from then on."""
    MERGE = "merge"
    """It and `others` were one."""
    VOID = "void"
    """It was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCorrection:
    """A booking about a session and perhaps others. `id` is 0 until the ledger has given one."""

    kind: CorrectionKind
    session: str
    others: tuple[str, ...] = ()
    begun_at_utc: datetime | None = None
    ended_at_utc: datetime | None = None
    at_utc: datetime | None = None
    energy_wh: float | None = None
    reason: str
    booked_by: str
    booked_at_utc: datetime
    withdrawn_at_utc: datetime | None = None
    withdrawn_by: str = ""
    withdrawn_reason: str = ""
    id: int = 0

    @property
    def part(self) -> str:
        """Return the id of the session that a split makes."""
        return f"{self.session}-t{self.id}"

    @property
    def names(self) -> frozenset[str]:
        """Return the ids of all sessions that it is about."""
        made = (self.part,) if self.kind is CorrectionKind.SPLIT else ()
        return frozenset((self.session, *self.others, *made))


class SessionCorrectionBook(Protocol):
    """Keeps bookings about sessions. All that reads sessions gets them as booked, but for `session_as_told`."""

    async def correct_session(self, correction: SessionCorrection) -> SessionCorrection:
        """Keep a booking, have the sessions be as booked in the same transaction, and return it with its id."""
        ...

    async def withdraw_session_correction(self, id: int, at_utc: datetime, by: str, reason: str) -> None:  # noqa: A002
        """Take a booking back. Raises `NotFoundError` if it is not in force."""
        ...

    async def session_correction(self, id: int) -> SessionCorrection | None:  # noqa: A002
        """Return one booking, withdrawn or not, None if there is none."""
        ...

    async def session_corrections(self, session: str) -> tuple[SessionCorrection, ...]:
        """Return all bookings that bear on a session, those withdrawn too, in the order they were made."""
        ...

    async def take_imported_back(
        self, begun_ms: Mapping[tuple[str, int], Collection[int]]
    ) -> tuple[ChargeSession, ...]:
        """Take imported sessions away and return them; they stay as told.

        They are named by station, outlet and begins (ms since 1970). Raises `ConflictError` where a booking about
        one of them is in force; then nothing is changed.
        """
        ...

    async def session_as_told(self, id: str) -> ChargeSession | None:  # noqa: A002
        """Return a session as it was assembled or imported, None if there is none."""
        ...


def bearing_on(
    sessions: Collection[str], corrections: Sequence[SessionCorrection]
) -> tuple[frozenset[str], tuple[SessionCorrection, ...]]:
    """Return all ids that are bound to some sessions by bookings, and these bookings in order."""
    bound, chosen = frozenset(sessions), [False] * len(corrections)
    again = True
    while again:
        again = False
        for place, correction in enumerate(corrections):
            if not chosen[place] and bound & correction.names:
                chosen[place] = again = True
                bound |= correction.names
    bearing = (correction for correction, wanted in zip(corrections, chosen, strict=True) if wanted)
    return bound, tuple(sorted(bearing, key=lambda correction: correction.id))


def as_booked(told: Iterable[ChargeSession], corrections: Iterable[SessionCorrection]) -> tuple[ChargeSession, ...]:
    """Return sessions as bookings, in their order, make them; by begin."""
    sessions = {session.id: session for session in told}
    for correction in corrections:
        session = sessions.pop(correction.session, None)
        if session is None:
            continue  # an earlier booking, or its withdrawal, leaves nothing to correct
        sessions |= {made.id: made for made in _applied(session, correction, sessions)}
    return tuple(sorted(sessions.values(), key=lambda session: (session.begun_at_utc, session.id)))


def _applied(
    session: ChargeSession, correction: SessionCorrection, sessions: dict[str, ChargeSession]
) -> tuple[ChargeSession, ...]:
    match correction.kind:
        case CorrectionKind.CORRECT:
            return (_corrected(session, correction),)
        case CorrectionKind.SPLIT:
            return _split(session, correction)
        case CorrectionKind.MERGE:
            others = [sessions.pop(other) for other in correction.others if other in sessions]
            return (_merged([session, *others], correction),)
        case CorrectionKind.VOID:
            return ()


def _booked(session: ChargeSession, correction: SessionCorrection) -> ChargeSession:
    finding = Finding.of(_CODES[correction.kind], number=correction.id, by=correction.booked_by)
    return replace(session, quality=ReadingQuality.CORRECTED, findings=(*session.findings, finding))


_CODES = {
    CorrectionKind.CORRECT: "session.corrected",
    CorrectionKind.SPLIT: "session.split",
    CorrectionKind.MERGE: "session.merged",
}


def _corrected(session: ChargeSession, correction: SessionCorrection) -> ChargeSession:
    moved = correction.begun_at_utc is not None or correction.ended_at_utc is not None
    return replace(
        _booked(session, correction),
        begun_at_utc=correction.begun_at_utc or session.begun_at_utc,
        ended_at_utc=correction.ended_at_utc or session.ended_at_utc,
        energy_wh=session.energy_wh if correction.energy_wh is None else correction.energy_wh,
        idle_s=None if moved else session.idle_s,
    )


def _split(session: ChargeSession, correction: SessionCorrection) -> tuple[ChargeSession, ...]:
    first_wh, whole_wh, start_wh = correction.energy_wh, session.energy_wh, session.register_start_wh
    middle_wh = None if start_wh is None or first_wh is None else start_wh + first_wh
    rest_wh = None if whole_wh is None or first_wh is None else max(round(whole_wh - first_wh, 3), 0.0)
    booked, at_utc = replace(_booked(session, correction), peak_power_w=None), correction.at_utc
    assert at_utc is not None  # noqa: S101 - a split has an instant
    first = replace(booked, ended_at_utc=at_utc, energy_wh=first_wh, register_stop_wh=middle_wh, idle_s=None)
    rest = replace(
        booked, id=correction.part, begun_at_utc=at_utc, energy_wh=rest_wh, register_start_wh=middle_wh, samples=0
    )
    return first, rest


def _merged(sessions: Sequence[ChargeSession], correction: SessionCorrection) -> ChargeSession:
    ordered = sorted(sessions, key=lambda session: (session.begun_at_utc, session.id))
    first, last = ordered[0], ordered[-1]
    energies = [session.energy_wh for session in ordered if session.energy_wh is not None]
    ends = [session.ended_at_utc for session in ordered if session.ended_at_utc is not None]
    tagged = next((session for session in ordered if session.tag), first)
    whole = replace(
        sessions[0],
        begun_at_utc=first.begun_at_utc,
        ended_at_utc=max(ends, default=None),
        tag=tagged.tag,
        tag_verdict=tagged.tag_verdict,
        register_start_wh=first.register_start_wh,
        register_stop_wh=last.register_stop_wh,
        energy_wh=round(sum(energies), 3) if len(energies) == len(ordered) else None,
        peak_power_w=max((each.peak_power_w for each in ordered if each.peak_power_w is not None), default=None),
        samples=sum(session.samples for session in ordered),
        stop_reason=last.stop_reason,
        findings=tuple(dict.fromkeys(finding for session in ordered for finding in session.findings)),
        idle_s=last.idle_s,
        first_frame=min((each.first_frame for each in ordered if each.first_frame), default=0),
        last_frame=max(session.last_frame for session in ordered),
    )
    return _booked(whole, correction)
