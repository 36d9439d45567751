"""Past sessions from other systems: understood, recognised, kept once, and used like all others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.books import SessionFilter
from core.errors import ConflictError, FormatError, RequestError
from core.facts import Origin
from core.imports import ImportState
from ingest.files.inbox import DiskInbox
from operations.arrivals.import_rows import ShowImport, WithdrawImport
from operations.arrivals.imports import show_import, withdraw_import
from operations.charging.corrections import UndoSessionBooking, VoidSession, undo_session_booking, void_session
from operations.charging.importing import ImportSessions, SessionsImported, import_sessions
from tests.operations.places import Place, opened
from tests.operations.test_fleet_days import MONDAY, NOW, call, filled, inventory

TEXT = """Ladesäule;Ladepunkt;Beginn;Ende;Energie (kWh);RFID;Vorgang
hof;2;16.11.2026 08:00;16.11.2026 10:00;12,345;K1;77
Alter Hof;1;2026-11-10T08:00:00+01:00;2026-11-10T10:00:00+01:00;1.000;;78
hof;1;16.11.2026 21:00;16.11.2026 23:00;5;K1;79
hof;2;16.11.2026 12:00;16.11.2026 11:00;5;K1;80
nirgends;1;16.11.2026 12:00;16.11.2026 13:00;5;K1;81
hof;2;16.11.2026 12:00;16.11.2026 13:00;500;K1;82
hof;2;gestern;16.11.2026 13:00;5;K1;83
hof;2;16.11.2026 14:00;16.11.2026 15:00;-5;K1;84
hof;2;16.11.2036 14:00;16.11.2036 15:00;5;K1;85
"""


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with opened(tmp_path) as here:
        here.now_utc = NOW
        inbox = DiskInbox(tmp_path / "inbox", lambda: NOW)
        here.house = replace(
            here.house, inventory=inventory, pseudonym=lambda uid: f"tag:{uid.casefold()}", inbox=inbox
        )
        yield here


async def taken(place: Place, text: str = TEXT, **more: Any) -> SessionsImported:
    async def chunks() -> AsyncIterator[bytes]:
        yield text.encode()

    inbox = place.house.inbox
    assert inbox is not None
    file = await inbox.keep("alt.csv", chunks())
    return await import_sessions(place.house, ImportSessions(upload=file.digest, **more), call())


async def test_past_sessions_are_kept_once_beside_those_recorded_here(place: Place) -> None:
    await filled(place)
    tried = await taken(place, dry_run=True, stations=("Alter Hof=tor",))
    assert (tried.rows, tried.added, tried.known, tried.twins, tried.left_out) == (9, 1, 0, 1, 7)
    codes = {problem.line: problem.message.code for problem in tried.problems}
    assert codes == {
        3: "sessions.energy_impossible",
        5: "sessions.ends_before_begin",
        6: "sessions.row_station",
        7: "sessions.energy_impossible",
        8: "sessions.row_time",
        9: "sessions.row_energy",
        10: "sessions.in_the_future",
    }
    assert len(await place.stores.ledger.open_sessions()) == 0
    done = await taken(place, stations=("Alter Hof=tor",))
    assert done.added == 1
    again = await taken(place, stations=("Alter Hof=tor",))
    assert (again.added, again.known) == (0, 1)


async def test_what_is_imported_is_marked_and_without_card_numbers(place: Place, tmp_path: Path) -> None:
    await taken(place, TEXT.splitlines()[0] + "\n" + TEXT.splitlines()[1])
    (session,) = await sessions(place)
    assert (session.origin, session.energy_wh, session.tag, session.transaction) == (
        Origin.IMPORTED,
        12_345.0,
        "tag:k1",
        "77",
    )
    assert session.begun_at_utc == MONDAY.replace(hour=7, day=16)
    assert not [file for file in (tmp_path / "inbox").rglob("*") if file.is_file() and b"RFID" in file.read_bytes()]


async def sessions(place: Place) -> Any:
    return (await place.stores.ledger.sessions(SessionFilter())).items


async def test_columns_of_any_name_and_watt_hours_are_understood(place: Place) -> None:
    text = "wo,von,bis,menge\nhof,2026-11-16T08:00:00Z,2026-11-16T09:00:00Z,1500\n"
    columns = ("station=wo", "begun=von", "ended=bis", "energy=menge")
    done = await taken(place, text, columns=columns, unit="Wh", decimal=".", thousands="")
    assert done.added == 1
    assert [each.energy_wh for each in await sessions(place)] == [1500.0]


async def test_what_is_no_table_of_sessions_is_refused(place: Place) -> None:
    with pytest.raises(FormatError) as refused:
        await taken(place, "a;b\n1;2\n")
    assert refused.value.finding.code == "sessions.no_column"
    with pytest.raises(RequestError):
        await taken(place, columns=("farbe=rot",))


ONE = TEXT.splitlines()[0] + "\n" + TEXT.splitlines()[1]


async def test_an_import_is_taken_back_as_one_and_the_same_file_brings_it_again(place: Place) -> None:
    first = await taken(place, ONE)
    assert first.id is not None
    made = await show_import(place.house, ShowImport(id=first.id), call())
    assert (made.row.mapping, made.row.added, made.row.state) == ("charge_sessions", 1, ImportState.DONE)
    assert [(each.meter, each.readings, each.total) for each in made.series] == [("station:hof/2", 1, 12_345)]
    assert (await taken(place, ONE)).id is None
    gone = await withdraw_import(place.house, WithdrawImport(id=first.id, reason="falsche Datei"), call())
    assert (gone.state, gone.withdrawn_reason) == (ImportState.WITHDRAWN, "falsche Datei")
    assert not await sessions(place)
    second = await taken(place, ONE)
    assert (second.added, second.known) == (1, 0)
    assert second.id not in (None, first.id)
    assert [session.energy_wh for session in await sessions(place)] == [12_345.0]


async def test_what_was_booked_since_is_taken_back_before_the_import(place: Place) -> None:
    first = await taken(place, ONE)
    assert first.id is not None
    (session,) = await sessions(place)
    voided = await void_session(place.house, VoidSession(id=session.id, reason="Probe"), call())
    with pytest.raises(ConflictError, match="undo_later_first"):
        await withdraw_import(place.house, WithdrawImport(id=first.id, reason="falsche Datei"), call())
    made = await show_import(place.house, ShowImport(id=first.id), call())
    assert made.row.state is ImportState.DONE
    undo = UndoSessionBooking(id=voided.booking.id, reason="doch nicht")
    assert (await undo_session_booking(place.house, undo, call())).sessions == (session.id,)
    await withdraw_import(place.house, WithdrawImport(id=first.id, reason="falsche Datei"), call())
    assert not await sessions(place)
