"""Digests of what a statement stands on: the same for the same rows, another for any other, in both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from core.books import Ledger
from core.fleet import MatchBasis, SessionValuation, VehicleDay
from core.periods import Period
from core.readings import SlotShare
from core.statements import StatementDraft, StatementKey
from core.texts import Finding

AT = datetime(2026, 10, 5, 10, tzinfo=UTC)
DAY = date(2026, 10, 5)
PERIOD = Period(AT, AT + timedelta(hours=1))
KEY = StatementKey("savings", "2026-10", "fleet")
DRIVEN = VehicleDay(vehicle="eins", day=DAY, distance_m=Decimal(5), distance_share=SlotShare.MEASURED)
VALUED = SessionValuation(
    session="s1",
    version=1,
    vehicle="eins",
    basis=MatchBasis.TAG,
    confidence=Decimal(1),
    begun_at_utc=AT,
    energy_wh=Decimal(9),
    made_by="job",
    made_at_utc=AT,
)


def draft(value: int) -> StatementDraft:
    body = {"figures": {"a": value}}
    return StatementDraft(key=KEY, body=body, inputs_digest="i", reason="", made_by="job", made_at_utc=AT)


async def test_days_have_a_digest_of_all_that_is_kept_of_them(ledger: Ledger) -> None:
    seen = [(await ledger.packed_vehicle_days(DAY, DAY)).digest()]
    changed = replace(DRIVEN, distance_m=Decimal("5.0"))
    for day in (DRIVEN, changed, replace(changed, findings=(Finding.of("a.b"),)), replace(DRIVEN, vehicle="zwei")):
        await ledger.save_vehicle_days([day])
        seen.append((await ledger.packed_vehicle_days(DAY, DAY)).digest())
    assert len(set(seen)) == 5
    await ledger.save_vehicle_days([replace(DRIVEN, day=DAY + timedelta(days=1))])
    assert (await ledger.packed_vehicle_days(DAY, DAY)).digest() == seen[-1]


async def test_valuations_have_a_digest_over_all_versions(ledger: Ledger) -> None:
    seen = [await ledger.digest_of_valuations(PERIOD)]
    for each in (VALUED, replace(VALUED, pv_wh=Decimal(1)), replace(VALUED, vehicle=None), VALUED):
        await ledger.value_sessions([each])
        seen.append(await ledger.digest_of_valuations(PERIOD))
    assert len(set(seen)) == 5
    await ledger.value_sessions([VALUED])
    await ledger.value_sessions([replace(VALUED, session="s2", begun_at_utc=PERIOD.end_utc)])
    assert await ledger.digest_of_valuations(PERIOD) == seen[-1]


async def test_a_statement_has_a_digest_of_its_newest_version(ledger: Ledger) -> None:
    assert await ledger.digest_of_statement(KEY) == ""
    seen = set()
    for value in (1, 2):
        await ledger.state(draft(value))
        seen.add(await ledger.digest_of_statement(KEY))
    assert len(seen) == 2
    assert await ledger.digest_of_statement(KEY) in seen


async def test_what_something_was_computed_from_is_remembered(ledger: Ledger) -> None:
    assert await ledger.computed_from("savings/2026-10") is None
    for inputs in (2**63 - 1, 0):
        await ledger.set_computed_from("savings/2026-10", inputs)
        assert await ledger.computed_from("savings/2026-10") == inputs
    assert await ledger.computed_from("savings/2026-11") is None
