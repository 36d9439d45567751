"""What every book of whose session it was must do."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.fleet import MatchBasis, RoofPart, RoofSession, SessionValuation
from core.periods import Period
from core.texts import Finding

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
ALL = Period(NOW - timedelta(days=9), NOW + timedelta(days=9))


def valuation(session: str = "s1", **more: Any) -> SessionValuation:
    made = SessionValuation(
        session=session,
        version=77,
        vehicle="a",
        basis=MatchBasis.TAG,
        confidence=Decimal("0.95"),
        begun_at_utc=NOW,
        energy_wh=Decimal("12345.6"),
        pv_wh=Decimal("2345.60"),
        grid_wh=Decimal(10000),
        findings=(Finding.of("triangle.meter_differs", percent=4.5),),
        reason="first",
        made_by="job:fleet",
        made_at_utc=NOW,
    )
    return replace(made, **more)


async def test_a_valuation_is_kept_whole_and_numbered_here(ledger: Any) -> None:
    assert await ledger.value_sessions([valuation()]) == 1
    (kept,) = await ledger.valuations(ALL)
    assert kept == valuation(version=1)
    assert (str(kept.pv_wh), str(kept.confidence)) == ("2345.60", "0.95")


async def test_what_says_the_same_is_no_new_version(ledger: Any) -> None:
    await ledger.value_sessions([valuation()])
    again = valuation(reason="rerun", made_by="anna", made_at_utc=ALL.end_utc, pv_wh=Decimal("2345.6"))
    assert await ledger.value_sessions([again, again]) == 0
    assert await ledger.value_sessions([]) == 0
    assert await ledger.valuations_of("s1") == (valuation(version=1),)


async def test_each_change_is_a_version_and_the_newest_counts(ledger: Any) -> None:
    by_hand = valuation(vehicle="b", basis=MatchBasis.HAND, confidence=Decimal(1), made_by="anna")
    assert await ledger.value_sessions([valuation(), by_hand, valuation("s2")]) == 3
    assert await ledger.value_sessions([valuation()]) == 1
    assert await ledger.value_sessions([valuation(findings=())]) == 1
    told = await ledger.valuations_of("s1")
    assert [(each.version, each.vehicle) for each in told] == [(4, "a"), (3, "a"), (2, "b"), (1, "a")]
    assert await ledger.valuations(ALL) == (told[0], valuation("s2", version=1))
    assert await ledger.valuations_of("s3") == ()


async def test_a_session_given_to_another_vehicle_is_no_longer_found_under_the_first(ledger: Any) -> None:
    await ledger.value_sessions([valuation(), valuation("s2", vehicle=None, basis=MatchBasis.NONE)])
    await ledger.value_sessions([valuation(vehicle="b")])
    assert await ledger.valuations(ALL, ["a"]) == ()
    assert [each.session for each in await ledger.valuations(ALL, ["b", "c"])] == ["s1"]
    assert [each.session for each in await ledger.valuations(ALL)] == ["s1", "s2"]


async def test_valuations_of_a_period_come_by_the_sessions_begin(ledger: Any) -> None:
    hours = {"s1": 2, "s2": 0, "s3": 3, "s4": -1}
    many = [valuation(name, begun_at_utc=NOW + timedelta(hours=hour)) for name, hour in hours.items()]
    await ledger.value_sessions(many)
    period = Period(NOW, NOW + timedelta(hours=3))
    assert [each.session for each in await ledger.valuations(period)] == ["s2", "s1"]


async def test_two_who_value_the_same_sessions_at_once_give_no_version_twice(
    ledger: Any, ledger_place: Path | str
) -> None:
    other = await type(ledger).open(ledger_place)
    mine = [valuation(f"s{number:04}") for number in range(700)]
    theirs = [replace(each, vehicle="b") for each in mine]
    try:
        assert sum(await asyncio.gather(ledger.value_sessions(mine), other.value_sessions(theirs))) == 1400
    finally:
        await other.close()
    kept = await ledger.valuations(ALL)
    assert {each.version for each in kept} == {2}
    assert len(kept) == 700


def roof_part(session: str = "s1", version: int = 1, **more: Any) -> RoofPart:
    told = {"pv_wh": Decimal("345.60"), "grid_wh": Decimal(12000), "findings": (), "made_by": "job:savings"}
    return RoofPart(session=session, version=version, made_at_utc=NOW + timedelta(hours=1), **(told | more))


async def test_roof_power_is_a_version_that_says_all_else_as_before(ledger: Any) -> None:
    await ledger.value_sessions([valuation(), valuation("s2")])
    assert await ledger.value_roof_power([roof_part(), roof_part("s2", findings=valuation().findings)]) == 2
    newest, first = await ledger.valuations_of("s1")
    part = roof_part()
    assert newest == valuation(
        version=2,
        pv_wh=part.pv_wh,
        grid_wh=part.grid_wh,
        findings=(),
        made_by=part.made_by,
        made_at_utc=part.made_at_utc,
    )
    assert (first.version, str(newest.pv_wh)) == (1, "345.60")
    assert [each.findings for each in await ledger.valuations_of("s2")] == [valuation().findings] * 2


async def test_what_roof_power_is_told_by_is_what_the_newest_valuations_say(ledger: Any) -> None:
    await ledger.value_sessions([valuation(), valuation("s2", pv_wh=None, grid_wh=None), valuation("s3", vehicle=None)])
    await ledger.value_sessions([valuation("s3", vehicle="b")])
    newest = await ledger.valuations(ALL)
    names = [field.name for field in fields(RoofSession)]
    told = [{name: getattr(each, name) for name in names} for each in newest]
    assert [asdict(each) | {"findings": each.findings} for each in await ledger.roof_sessions(ALL, again=True)] == told
    assert [each.session for each in await ledger.roof_sessions(ALL, again=False)] == ["s2"]
    assert await ledger.roof_sessions(Period(NOW - timedelta(days=9), NOW - timedelta(days=8)), again=True) == ()


async def test_roof_power_of_what_was_replaced_meanwhile_is_not_kept(ledger: Any) -> None:
    await ledger.value_sessions([valuation(), valuation(vehicle="b")])
    assert await ledger.value_roof_power([]) == 0
    assert await ledger.value_roof_power([roof_part(), roof_part("nobody")]) == 0
    assert await ledger.value_roof_power([roof_part(version=2), roof_part(version=2)]) == 1
    assert [(each.version, each.vehicle) for each in await ledger.valuations(ALL)] == [(3, "b")]
