"""What every ledger must keep of a fleet when it deletes by age."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from core.fleet import FleetAction, MatchBasis, Presence, SessionValuation, VehicleDay
from core.periods import Period
from core.retention import RecordKind
from core.sendings import Sending, SendingState
from core.vouchers import Voucher, VoucherFilter, VoucherKind

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
EVER = Period(NOW - timedelta(days=999), NOW + timedelta(days=9))


def day(number: int) -> datetime:
    return NOW + timedelta(days=number)


async def test_of_each_vehicle_where_it_stood_at_the_instant_and_later_stays(ledger: Any) -> None:
    stood = {"a": (-9, -5, -1), "b": (-9,), "c": (-9, -5)}
    said = [Presence(vehicle=name, since_utc=day(at), site="lra") for name, days in stood.items() for at in days]
    await ledger.save_presences(said)
    assert await ledger.forget_records(RecordKind.PRESENCES, day(-3), limit=1) == 1
    assert await ledger.forget_records(RecordKind.PRESENCES, day(-3)) == 1
    left = await ledger.presences(["a", "b", "c"], EVER)
    assert [(each.vehicle, each.since_utc) for each in left] == [
        ("a", day(-5)),
        ("a", day(-1)),
        ("b", day(-9)),
        ("c", day(-5)),
    ]


async def test_vouchers_go_by_their_instant_withdrawn_ones_too(ledger: Any) -> None:
    made = Voucher(kind=VoucherKind.FUEL, vehicle="a", at_utc=NOW, entered_at_utc=NOW)
    await ledger.keep_vouchers([replace(made, at_utc=day(at)) for at in (-9, -8, -3)])
    (*_, oldest) = (await ledger.vouchers(VoucherFilter())).items
    await ledger.withdraw_vouchers([oldest.id], NOW, "vera", "")
    assert await ledger.forget_records(RecordKind.VOUCHERS, day(-3)) == 2
    left = (await ledger.vouchers(VoucherFilter(withdrawn=True))).items
    assert [each.at_utc for each in left] == [day(-3)]


async def test_valuations_go_by_the_begin_of_their_session_in_all_versions(ledger: Any) -> None:
    made = SessionValuation(
        session="old",
        version=1,
        vehicle="a",
        basis=MatchBasis.TAG,
        confidence=Decimal(1),
        begun_at_utc=day(-9),
        made_by="job:fleet",
        made_at_utc=NOW,
    )
    await ledger.value_sessions([made, replace(made, vehicle="b"), replace(made, session="new", begun_at_utc=day(-3))])
    assert await ledger.forget_records(RecordKind.VALUATIONS, day(-3)) == 2
    assert [each.session for each in await ledger.valuations(EVER)] == ["new"]


async def test_sendings_go_with_their_letters_but_not_what_is_still_to_be_sent(ledger: Any) -> None:
    made = Sending(
        report="fleet",
        period="2023-01",
        revision=1,
        recipient="rat",
        message_id="",
        state=SendingState.SENT,
        created_at_utc=day(-9),
    )
    for state in SendingState:
        await ledger.keep_sending(replace(made, state=state, message_id=state.value), b"letter")
    await ledger.keep_sending(replace(made, message_id="new", created_at_utc=day(-3)))
    assert await ledger.forget_records(RecordKind.SENDINGS, day(-3)) == 4
    left = {each.message_id for each in await ledger.sendings()}
    assert left == {"new", SendingState.WAITING.value, SendingState.SENDING.value}


async def test_actions_go_by_when_they_were_done_and_open_ones_stay(ledger: Any) -> None:
    made = FleetAction(code="by_hand.a", subject="fleet", text="Karte sperren", made_by="anna", made_at_utc=day(-9))
    for code, done in (("by_hand.old", day(-8)), ("by_hand.new", day(-2)), ("by_hand.open", None)):
        await ledger.save_action(replace(made, code=code, done_at_utc=done))
    assert await ledger.forget_records(RecordKind.ACTIONS, day(-3)) == 1
    assert {each.code for each in await ledger.actions()} == {"by_hand.new", "by_hand.open"}


async def test_the_oldest_day_is_known_while_there_is_one(ledger: Any) -> None:
    assert await ledger.first_vehicle_day() is None
    days = [VehicleDay(vehicle=name, day=date(2026, 1, at)) for name, at in (("a", 9), ("b", 3), ("c", 5))]
    await ledger.save_vehicle_days(days)
    assert await ledger.first_vehicle_day() == date(2026, 1, 3)
