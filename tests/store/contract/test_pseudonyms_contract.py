"""What every ledger must do to forget a card: nowhere its pseudonym, everywhere else what was there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from core.books import RejectionFilter, SessionFilter
from core.commands import Command, CommandFilter, CommandKind
from core.erasure import ERASED_TAG, LedgerPlace
from core.facts import ChargeSession, Discovery, Protocol, Rejection, SessionState
from core.fleet import MatchBasis, SessionValuation
from core.periods import Period
from core.texts import Finding

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
ALL = Period(NOW - timedelta(days=999), NOW + timedelta(days=9))
TAG, OTHER = "tag:0123456789abcdef0123", "tag:ffffffffffffffffffff"
KEY = f"1|{TAG}|2026-11-22T09:00:00Z|1200"


def session(number: int, tag: str | None = TAG, hours: float = -1) -> ChargeSession:
    return ChargeSession(
        id=f"lis-01-{number}",
        station="lis-01",
        connector=1,
        protocol=Protocol.OCPP_16,
        transaction=str(number),
        state=SessionState.ENDED,
        begun_at_utc=NOW + timedelta(hours=hours),
        ended_at_utc=NOW + timedelta(hours=hours + 1),
        tag=tag,
        energy_wh=1000.0 + number,
        findings=(Finding.of("session.odd", tag=tag or ""),),
    )


async def sessions(ledger: Any) -> list[ChargeSession]:
    return sorted((await ledger.sessions(SessionFilter(limit=99))).items, key=lambda each: each.id)


def command(**given: Any) -> Command:
    """Return a restart, or what else is asked."""
    asked: dict[str, Any] = {"kind": CommandKind.RESET, "request": {}} | given
    return Command(station="lis-01", asked_by="anna", asked_at_utc=NOW, expires_at_utc=NOW, **asked)


async def test_a_pseudonym_is_counted_and_erased_wherever_it_stands(ledger: Any) -> None:
    before = [session(1), session(2, OTHER), session(3, None)]
    await ledger.save_sessions(before)
    number = await ledger.transaction_number("lis-01", KEY)
    await ledger.value_sessions(
        [
            SessionValuation(
                session="lis-01-1",
                version=0,
                vehicle="a",
                basis=MatchBasis.TAG,
                confidence=Decimal("0.9"),
                begun_at_utc=before[0].begun_at_utc,
                energy_wh=Decimal(1001),
                reason=f"Karte {TAG}",
                made_by="job:fleet",
                made_at_utc=NOW,
            )
        ]
    )
    reason, frame = Finding.of("ocpp.frame_unreadable", found=TAG), f'{{"idTag":"{TAG}"}}'.encode()
    rejection = Rejection(channel="ocpp", subject="lis-01", reason=reason, payload=frame, received_at_utc=NOW)
    await ledger.reject([rejection, replace(rejection, reason=Finding.of("x"), payload=b"else")])
    await ledger.discover([Discovery(channel="tag", subject=TAG, first_seen_utc=NOW, last_seen_utc=NOW)])
    await ledger.ask([command(kind=CommandKind.START, request={"connector": 1, "tag": TAG}), command()])
    counts = {place: 1 for place in LedgerPlace if place is not LedgerPlace.NOTICES} | {LedgerPlace.NOTICES: 0}
    assert await ledger.count_pseudonym(TAG) == counts
    assert await ledger.erase_pseudonym(TAG, NOW) == counts
    assert set((await ledger.count_pseudonym(TAG)).values()) == {0}
    gone = replace(before[0], tag=ERASED_TAG, findings=(Finding.of("session.odd", tag=ERASED_TAG),))
    assert await sessions(ledger) == [gone, *before[1:]]
    asked = (await ledger.commands(CommandFilter())).items
    assert [each.request.get("tag") for each in asked] == [None, ERASED_TAG]
    (valuation,) = await ledger.valuations(ALL)
    assert (valuation.vehicle, valuation.energy_wh) == ("a", Decimal(1001))
    assert valuation.reason == f"Karte {ERASED_TAG}"
    payloads = {each.payload for each in (await ledger.rejections(RejectionFilter())).items}
    assert payloads == {b'{"idTag":"tag:erased"}', b"else"}
    assert await ledger.discoveries() == ()
    assert await ledger.transaction_number("lis-01", KEY) == number


async def test_a_session_that_is_assembled_again_stays_without_its_card(ledger: Any) -> None:
    await ledger.save_sessions([session(1)])
    await ledger.erase_pseudonym(TAG, NOW)
    await ledger.save_sessions([replace(session(1), energy_wh=5000.0), session(2, OTHER)])
    await ledger.save_sessions([session(3, hours=-40)])
    told = [(each.tag, each.energy_wh) for each in await sessions(ledger)]
    assert told == [(ERASED_TAG, 5000.0), (OTHER, 1002.0), (ERASED_TAG, 1003.0)]


async def test_whoever_has_the_card_afterwards_is_known_again(ledger: Any) -> None:
    await ledger.erase_pseudonym(TAG, NOW)
    await ledger.save_sessions([session(1), session(2, hours=1)])
    assert [each.tag for each in await sessions(ledger)] == [ERASED_TAG, TAG]
    assert (await ledger.count_pseudonym(TAG))[LedgerPlace.SESSIONS] == 1


async def test_a_start_sent_again_keeps_its_number_and_another_gets_one_of_its_own(ledger: Any) -> None:
    first = await ledger.transaction_number("lis-01", KEY)
    other = await ledger.transaction_number("lis-01", KEY.replace(TAG, OTHER))
    await ledger.erase_pseudonym(TAG, NOW)
    assert await ledger.transaction_number("lis-01", KEY) == first
    assert await ledger.transaction_number("lis-01", KEY.replace(TAG, OTHER)) == other
    assert await ledger.transaction_number("lis-01", KEY.replace("1200", "1300")) not in {first, other}


async def test_erasing_twice_erases_what_came_between(ledger: Any) -> None:
    await ledger.erase_pseudonym(TAG, NOW)
    await ledger.save_sessions([session(1, hours=1)])
    counts = await ledger.erase_pseudonym(TAG, NOW + timedelta(hours=3))
    assert counts[LedgerPlace.SESSIONS] == 1
    assert [each.tag for each in await sessions(ledger)] == [ERASED_TAG]


async def test_the_audit_stays_whole(ledger: Any) -> None:
    await ledger.audit("anna", "sessions.assign", "lis-01-1", "", NOW)
    await ledger.erase_pseudonym(TAG, NOW)
    assert await ledger.broken_entry() is None
