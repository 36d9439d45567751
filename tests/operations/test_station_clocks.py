"""How wrong stations' clocks are, and what is said of sessions by our own clock; told times stay as told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.facts import ChargeSession, Origin, Protocol, SessionState
from core.texts import Finding
from operations.charging.clocks import Corrected, clock_of, correct
from tests.district import District

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def session(number: int, skew_s: float | None, begun_utc: datetime | None = None, **more: Any) -> ChargeSession:
    at_utc = begun_utc or NOW - number * 12 * HOUR
    known = ChargeSession(
        id=f"schule-ls-{number}",
        station="schule-ls",
        connector=1,
        protocol=Protocol.OCPP_16,
        transaction=str(number),
        state=SessionState.ENDED,
        begun_at_utc=at_utc,
        ended_at_utc=at_utc + HOUR,
        skew_s=skew_s,
        first_frame=number,
    )
    return replace(known, **more)


def test_a_clock_is_told_by_the_median_of_its_newest_sessions() -> None:
    sessions = [session(number, 120.0) for number in range(2, 12)]
    wild = session(1, -86_400.0, NOW - 26 * HOUR)
    clock = clock_of([*sessions, wild, session(20, None)], NOW)
    assert clock is not None
    assert (clock.skew_s, clock.sessions) == (120.0, 11)
    assert clock.at_utc == NOW - 2 * HOUR
    mended = [session(number, 3.0) for number in range(1, 16)]
    before = [session(number, 600.0) for number in range(16, 40)]
    newest = clock_of([*mended, *before], NOW)
    assert newest is not None
    assert (newest.skew_s, newest.sessions) == (3.0, 15)


@pytest.mark.parametrize(
    "told",
    [[], [session(1, None)], [session(200, 90.0)], [session(1, 90.0, origin=Origin.IMPORTED)]],
    ids=["none", "late", "long ago", "imported"],
)
def test_sessions_that_do_not_tell_leave_a_clock_unknown(told: list[ChargeSession]) -> None:
    assert clock_of(told, NOW) is None


@pytest.mark.parametrize(
    ("skew_s", "more", "moved"),
    [
        (3600.0, {}, True),
        (-3600.0, {}, True),
        (59.0, {}, False),
        (None, {}, False),
        (3600.0, {"findings": (Finding.of("session.time_assumed"),)}, False),
        (3600.0, {"findings": (Finding.of("session.corrected", number=1, by="amt"),)}, False),
        (3600.0, {"origin": Origin.IMPORTED}, False),
    ],
)
def test_times_are_corrected_where_a_clock_is_known_to_be_wrong(
    skew_s: float | None, more: dict[str, Any], *, moved: bool
) -> None:
    told = session(1, skew_s, **more)
    ours = correct(told, skew_s)
    if not moved:
        assert ours == Corrected()
        return
    assert skew_s is not None
    assert told.ended_at_utc is not None
    by = timedelta(seconds=skew_s)
    assert ours == Corrected(told.begun_at_utc - by, told.ended_at_utc - by)


async def test_lists_show_both_times_and_stations_their_clock(empty_district: District) -> None:
    station = next(iter(empty_district.gate.house.inventory().stations))
    told = [replace(session(number, 7200.0), id=f"{station}-{number}", station=station) for number in range(2, 8)]
    late = replace(session(1, None), id=f"{station}-1", station=station)
    await empty_district.stores.ledger.save_sessions([*told, late])
    rows = {row.id: row for row in (await empty_district.ask("sessions.list", station=station)).items}
    for each in (*told, late):
        row = rows[each.id]
        assert row.begun_at_utc == each.begun_at_utc, "what was told stays"
        assert row.begun_corrected_at_utc == each.begun_at_utc - 2 * HOUR
    detail = await empty_district.ask("sessions.show", id=late.id)
    assert detail.session.ended_corrected_at_utc == NOW - 13 * HOUR
    shown = await empty_district.ask("stations.show", id=station)
    assert (shown.clock.skew_s, shown.clock.sessions, shown.clock.at_utc) == (7200.0, 6, NOW - 26 * HOUR)
    reliability = await empty_district.ask("reliability.show", by="station")
    assert {row.id: row.skew_s for row in reliability.rows}[station] == 7200.0
    by_maker = await empty_district.ask("reliability.show", by="maker")
    assert {row.skew_s for row in by_maker.rows} == {None}
