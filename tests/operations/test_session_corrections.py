"""Sessions put right by people, and all that rests on them with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConflictError, ForbiddenError, NotFoundError, RequestError, ServiceError
from core.people import Actor, Role
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading
from operations.charging.corrections import (
    CorrectSession,
    MergeSessions,
    SplitSession,
    UndoSessionBooking,
    VoidSession,
    correct_session,
    merge_sessions,
    split_session,
    undo_session_booking,
    void_session,
)
from operations.charging.rebuilding import RebuildSessions, rebuild_sessions
from operations.sessions import ListSessions, ShowSession, list_sessions, show_session
from tests.operations.places import Place, opened
from tests.operations.test_fleet_days import HOUR, MONDAY, NOW, call, compute, days_of, filled, inventory, session

BEGUN = MONDAY + 20 * HOUR
WHY = "Zähler abgelesen"


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with opened(tmp_path) as here:
        here.now_utc = NOW
        here.house = replace(here.house, inventory=inventory, pseudonym=lambda uid: f"tag:{uid.casefold()}")
        yield here


async def charged(place: Place) -> list[float]:
    """Return what the first vehicle charged on Monday and Tuesday, in kWh."""
    days = {row.day.day: row for row in await days_of(place, "eins")}
    return [float(days[day].own_charged_wh or 0) / 1000 for day in (16, 17)]


async def energies(place: Place) -> dict[str, float | None]:
    return {row.id: row.energy_wh for row in (await list_sessions(place.house, ListSessions(), call())).items}


async def test_what_is_corrected_is_corrected_everywhere_and_can_be_taken_back(place: Place) -> None:
    await filled(place)
    await compute(place)
    assert await charged(place) == [20.0, 0.0]
    booked = await correct_session(place.house, CorrectSession(id="s1", energy_wh=15_000, reason=WHY), call())
    assert (booked.sessions, booked.booking.booked_by, booked.booking.reason) == (("s1",), "anna", WHY)
    assert await charged(place) == [15.0, 0.0]
    shown = await show_session(place.house, ShowSession(id="s1", slots=True), call())
    assert (shown.session.energy_wh, shown.told.energy_wh if shown.told else None) == (15_000, 20_000)
    assert sum(slot.energy_wh for slot in shown.slots) == pytest.approx(15_000)
    assert [finding.code for finding in shown.session.findings] == ["session.corrected"]
    assert shown.triangle is not None
    assert shown.triangle.station_wh == 15_000
    undone = await undo_session_booking(place.house, UndoSessionBooking(id=booked.booking.id, reason="Irrtum"), call())
    assert undone.booking.withdrawn_reason == "Irrtum"
    assert await charged(place) == [20.0, 0.0]
    with pytest.raises(ConflictError):
        await undo_session_booking(place.house, UndoSessionBooking(id=booked.booking.id, reason="Irrtum"), call())


async def test_a_void_session_charged_nobody(place: Place) -> None:
    await filled(place)
    await compute(place)
    booked = await void_session(place.house, VoidSession(id="s1", reason="Probe des Monteurs"), call())
    assert booked.sessions == ()
    assert await charged(place) == [0.0, 0.0]
    assert "s1" not in await energies(place)
    await undo_session_booking(place.house, UndoSessionBooking(id=booked.booking.id, reason="Irrtum"), call())
    assert await charged(place) == [20.0, 0.0]


async def test_a_session_is_split_by_what_the_register_counted(place: Place) -> None:
    await filled(place)
    await place.stores.ledger.save_sessions([session("s1", BEGUN, 20.0, register_start_wh=1000.0)])
    counted = [
        Reading("station:hof/1", Quantity.ENERGY_IMPORT_WH, BEGUN + quarter * HOUR / 4, 1000.0 + 1500 * quarter)
        for quarter in range(8)
    ]
    await place.stores.readings.put(Batch(counted, NOW))
    split = SplitSession(id="s1", at_utc=BEGUN + 2 * HOUR, reason="zwei Wagen")
    booked = await split_session(place.house, split, call())
    found = await energies(place)
    assert [found[name] for name in booked.sessions] == [10_500.0, 9_500.0]
    merge = MergeSessions(id="s1", others=(booked.sessions[1],), reason="doch einer")
    merged = await merge_sessions(place.house, merge, call())
    assert (await energies(place))["s1"] == 20_000.0
    with pytest.raises(ConflictError) as refused:
        await undo_session_booking(place.house, UndoSessionBooking(id=booked.booking.id, reason="Irrtum"), call())
    assert refused.value.finding.code == "sessions.undo_later_first"
    await undo_session_booking(place.house, UndoSessionBooking(id=merged.booking.id, reason="Irrtum"), call())
    assert len(await energies(place)) == 4


REFUSED: list[tuple[Any, Any, type[ServiceError], str]] = [
    (correct_session, CorrectSession(id="s1", reason=WHY), RequestError, "sessions.correct_what"),
    (correct_session, CorrectSession(id="s1", energy_wh=1e6, reason=WHY), RequestError, "sessions.energy_impossible"),
    (
        correct_session,
        CorrectSession(id="s1", ended_at_utc=BEGUN - HOUR, reason=WHY),
        RequestError,
        "sessions.ends_before_begin",
    ),
    (
        correct_session,
        CorrectSession(id="s1", ended_at_utc=NOW + HOUR, reason=WHY),
        RequestError,
        "sessions.in_the_future",
    ),
    (
        correct_session,
        CorrectSession(id="s3", begun_at_utc=MONDAY + 23 * HOUR, reason=WHY),
        ConflictError,
        "sessions.overlaps",
    ),
    (correct_session, CorrectSession(id="running", energy_wh=1, reason=WHY), ConflictError, "sessions.still_running"),
    (correct_session, CorrectSession(id="nirgends", energy_wh=1, reason=WHY), NotFoundError, "sessions.unknown"),
    (
        split_session,
        SplitSession(id="s1", at_utc=BEGUN + 9 * HOUR, reason=WHY),
        RequestError,
        "sessions.split_outside",
    ),
    (
        split_session,
        SplitSession(id="s1", at_utc=BEGUN + HOUR, reason=WHY),
        ConflictError,
        "sessions.split_energy_unknown",
    ),
    (
        split_session,
        SplitSession(id="s1", at_utc=BEGUN + HOUR, energy_wh=30_000, reason=WHY),
        RequestError,
        "sessions.split_too_much",
    ),
    (merge_sessions, MergeSessions(id="s1", others=("s2",), reason=WHY), RequestError, "sessions.merge_elsewhere"),
    (undo_session_booking, UndoSessionBooking(id=77, reason=WHY), NotFoundError, "sessions.correction_unknown"),
]


async def test_what_cannot_be_is_refused_and_leaves_all_as_it_was(place: Place) -> None:
    await filled(place)
    running = session("running", NOW - HOUR, None, connector=2, ended_at_utc=None, state="open")
    await place.stores.ledger.save_sessions([running])
    before = await energies(place)
    for run, request, kind, code in REFUSED:
        with pytest.raises(kind) as refused:
            await run(place.house, request, call())
        assert refused.value.finding.code == code
    assert await energies(place) == before


async def test_nobody_corrects_what_he_does_not_see(place: Place) -> None:
    await filled(place)
    elsewhere = Actor(name="ole", role=Role.OPERATOR, sites=frozenset({"schule"}))
    with pytest.raises(ForbiddenError):
        await void_session(place.house, VoidSession(id="s1", reason=WHY), call(actor=elsewhere))


async def test_without_a_journal_nothing_is_made_again(place: Place) -> None:
    await filled(place)
    await place.stores.ledger.save_sessions(
        [session("s9", MONDAY - timedelta(days=2), 5.0, first_frame=4, last_frame=9)]
    )
    before = await energies(place)
    rebuilt = await rebuild_sessions(place.house, RebuildSessions(site="amt"), call())
    assert (rebuilt.stations, rebuilt.changed, rebuilt.added, rebuilt.gone, rebuilt.out_of_reach) == (2, 0, 0, (), 1)
    assert await energies(place) == before
