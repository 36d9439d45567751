"""What every book of bookings about sessions must do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.books import SessionFilter
from core.errors import NotFoundError
from core.facts import ChargeSession, Protocol, SessionState
from core.fleet import MatchBasis, SessionValuation
from core.periods import Period
from core.readings import ReadingQuality
from core.session_corrections import CorrectionKind, SessionCorrection

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = Period(NOW - 24 * HOUR, NOW + 24 * HOUR)


def session(number: int, begun: int, **more: Any) -> ChargeSession:
    known = ChargeSession(
        id=f"lra-01-{number}",
        station="lra-01",
        connector=1,
        protocol=Protocol.OCPP_16,
        transaction=str(number),
        state=SessionState.ENDED,
        begun_at_utc=NOW + begun * HOUR,
        ended_at_utc=NOW + (begun + 2) * HOUR,
        energy_wh=20_000.0,
        register_start_wh=1000.0,
        register_stop_wh=21_000.0,
        idle_s=60.0,
        skew_s=-3.5,
    )
    return replace(known, **more)


ONE, TWO = session(1, 0), session(2, 3, register_start_wh=21_000.0, register_stop_wh=41_000.0)


def booking(kind: CorrectionKind, **more: Any) -> SessionCorrection:
    return SessionCorrection(
        kind=kind, session=ONE.id, reason="Zähler abgelesen", booked_by="amt", booked_at_utc=NOW, **more
    )


async def shown(ledger: Any) -> dict[str, tuple[float | None, timedelta | None]]:
    page = await ledger.sessions(SessionFilter())
    return {
        each.id: (each.energy_wh, each.ended_at_utc and each.ended_at_utc - each.begun_at_utc) for each in page.items
    }


BOOKED = {
    CorrectionKind.CORRECT: (
        booking(CorrectionKind.CORRECT, energy_wh=15_000.0, ended_at_utc=NOW + HOUR),
        {"lra-01-1": (15_000.0, HOUR), "lra-01-2": (20_000.0, 2 * HOUR)},
    ),
    CorrectionKind.SPLIT: (
        booking(CorrectionKind.SPLIT, at_utc=NOW + HOUR, energy_wh=5000.0),
        {"lra-01-1": (5000.0, HOUR), "lra-01-1-t1": (15_000.0, HOUR), "lra-01-2": (20_000.0, 2 * HOUR)},
    ),
    CorrectionKind.MERGE: (booking(CorrectionKind.MERGE, others=(TWO.id,)), {"lra-01-1": (40_000.0, 5 * HOUR)}),
    CorrectionKind.VOID: (booking(CorrectionKind.VOID), {"lra-01-2": (20_000.0, 2 * HOUR)}),
}


@pytest.mark.parametrize("kind", BOOKED)
async def test_sessions_are_as_booked_until_the_booking_is_taken_back(ledger: Any, kind: CorrectionKind) -> None:
    await ledger.save_sessions([ONE, TWO])
    correction, expected = BOOKED[kind]
    made = await ledger.correct_session(correction)
    assert await shown(ledger) == expected
    assert await ledger.session_as_told(ONE.id) == ONE
    assert await ledger.session_corrections(ONE.id) == (made,)
    await ledger.withdraw_session_correction(made.id, NOW + HOUR, "amt", "doch nicht")
    assert {each.id: each for each in (await ledger.sessions(SessionFilter())).items} == {ONE.id: ONE, TWO.id: TWO}
    withdrawn = await ledger.session_correction(made.id)
    assert (withdrawn.withdrawn_by, withdrawn.withdrawn_reason) == ("amt", "doch nicht")
    with pytest.raises(NotFoundError):
        await ledger.withdraw_session_correction(made.id, NOW, "amt", "noch einmal")


async def test_what_is_told_later_does_not_undo_a_booking(ledger: Any) -> None:
    await ledger.save_sessions([ONE, TWO])
    await ledger.correct_session(booking(CorrectionKind.CORRECT, energy_wh=15_000.0))
    await ledger.save_sessions([replace(ONE, samples=9), replace(TWO, samples=8)])
    booked = await ledger.session(ONE.id)
    assert (booked.energy_wh, booked.samples, booked.quality) == (15_000.0, 9, ReadingQuality.CORRECTED)
    assert [finding.code for finding in booked.findings] == ["session.corrected"]
    assert (await ledger.session(TWO.id)).samples == 8
    assert (await ledger.session_as_told(ONE.id)).energy_wh == 20_000.0


async def test_bookings_build_on_each_other(ledger: Any) -> None:
    await ledger.save_sessions([ONE, TWO])
    split = await ledger.correct_session(booking(CorrectionKind.SPLIT, at_utc=NOW + HOUR, energy_wh=5000.0))
    merged = replace(booking(CorrectionKind.MERGE, others=(split.part,)), session=TWO.id)
    made = await ledger.correct_session(merged)
    assert await shown(ledger) == {"lra-01-1": (5000.0, HOUR), "lra-01-2": (35_000.0, 4 * HOUR)}
    assert await ledger.session_corrections(TWO.id) == (split, made)
    await ledger.withdraw_session_correction(made.id, NOW, "amt", "doch nicht")
    assert await shown(ledger) == {**BOOKED[CorrectionKind.SPLIT][1]}


async def test_a_session_that_is_none_is_nobodys(ledger: Any) -> None:
    await ledger.save_sessions([ONE])
    valuation = SessionValuation(
        session=ONE.id,
        version=0,
        begun_at_utc=ONE.begun_at_utc,
        vehicle="car-1",
        basis=MatchBasis.HAND,
        confidence=Decimal(1),
        made_by="amt",
        made_at_utc=NOW,
    )
    await ledger.value_sessions([valuation])
    made = await ledger.correct_session(booking(CorrectionKind.VOID))
    assert await ledger.valuations(DAY) == ()
    await ledger.withdraw_session_correction(made.id, NOW, "amt", "doch nicht")
    assert [each.session for each in await ledger.valuations(DAY)] == [ONE.id]
