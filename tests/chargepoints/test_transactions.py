"""Transactions as stations really send them, over real sockets into real stores, and over restarts."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.books import SessionFilter
from core.facts import ConnectorStatus, SessionState, TagVerdict
from core.ports import Direction, Frame

TAG, EXPIRED, EARLY, UNKNOWN = "04A2B3C4D5", "04EEEEEEEE", "04BBBBBBBB", "<b>'; drop table--"
BEGUN = datetime(2026, 1, 1, 8, tzinfo=UTC)


def at(minutes: float) -> str:
    return (BEGUN + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def start(tag: str = TAG, register_wh: int = 1000, connector: int = 1, minutes: float = 0) -> dict[str, Any]:
    return {"connectorId": connector, "idTag": tag, "meterStart": register_wh, "timestamp": at(minutes)}


def values(number: int, minutes: float, wh: float) -> dict[str, Any]:
    sampled = [{"value": str(wh)}, {"value": "6000", "measurand": "Power.Active.Import"}]
    return {
        "connectorId": 1,
        "transactionId": number,
        "meterValue": [{"timestamp": at(minutes), "sampledValue": sampled}],
    }


def stop(number: int, minutes: float = 30, wh: int = 4000, **more: Any) -> dict[str, Any]:
    return {"transactionId": number, "timestamp": at(minutes), "meterStop": wh, **more}


async def sessions(house: Any) -> list[Any]:
    await house.stored()
    page = await house.stores.ledger.sessions(SessionFilter())
    return list(page.items)


async def the_session(house: Any) -> Any:
    (session,) = await sessions(house)
    return session


def codes(session: Any) -> list[str]:
    return [finding.code for finding in session.findings]


async def notices(house: Any) -> set[str]:
    await house.stored()
    return {notice.finding.code for notice in await house.stores.ledger.notices()}


async def test_a_start_sent_again_gets_the_same_number_and_stays_one_session(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        first = await station.ask("StartTransaction", start())
    async with raw_station(house) as station:
        assert await station.ask("StartTransaction", start()) == first
        other = await station.ask("StartTransaction", start(connector=2))
    assert first["transactionId"] > 0
    assert other["transactionId"] != first["transactionId"]
    assert len(await sessions(house)) == 2


@pytest.mark.parametrize(
    ("tag", "answered", "verdict"),
    [
        (TAG, "Accepted", TagVerdict.ACCEPTED),
        (TAG.lower(), "Accepted", TagVerdict.ACCEPTED),
        (EXPIRED, "Expired", TagVerdict.EXPIRED),
        (EARLY, "Blocked", TagVerdict.BLOCKED),
        (UNKNOWN, "Invalid", TagVerdict.INVALID),
    ],
)
async def test_energy_is_recorded_whatever_the_verdict_on_the_tag(
    house: Any, raw_station: Any, tag: str, answered: str, verdict: TagVerdict
) -> None:
    async with raw_station(house) as station:
        assert (await station.ask("Authorize", {"idTag": tag}))["idTagInfo"] == {"status": answered}
        begun = await station.ask("StartTransaction", start(tag))
        assert begun["idTagInfo"] == {"status": answered}
        assert begun["transactionId"] > 0
        assert await station.ask("StopTransaction", stop(begun["transactionId"])) == {}
    session = await the_session(house)
    assert (session.energy_wh, session.tag_verdict, session.tag) == (3000.0, verdict, house.privacy.token(tag))


async def test_an_unknown_tag_is_listed_by_its_pseudonym_only(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        await station.ask("Authorize", {"idTag": UNKNOWN})
        await house.stored()
    (found,) = await house.stores.ledger.discoveries("tag")
    assert (found.subject, found.hint) == (house.privacy.token(UNKNOWN), "lra-open")


async def test_unknown_tags_may_be_accepted_by_the_settings(open_house: Any, raw_station: Any) -> None:
    async with open_house(accept_unknown_tags=True) as house, raw_station(house) as station:
        assert (await station.ask("Authorize", {"idTag": UNKNOWN}))["idTagInfo"] == {"status": "Accepted"}


async def test_no_tag_stands_in_any_file(open_house: Any, raw_station: Any, tmp_path: Path) -> None:
    async with open_house() as house, raw_station(house) as station:
        begun = await station.ask("StartTransaction", start())
        await station.ask("StopTransaction", stop(begun["transactionId"], idTag=TAG))
        await station.say(f'[2,"x","Authorize",{{"idTag":["{TAG}"]}}]')
        await station.hear()
        await station.say(f'[2,"x","Authorize",{{"idTag":"{TAG}"')
        await station.hear()
        await house.stored()
    assert files_with(house.privacy.token(TAG), tmp_path)
    assert files_with(TAG, tmp_path) == []


def files_with(text: str, folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file() and text.encode() in file.read_bytes()]


async def test_the_same_stop_twice_changes_nothing(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        number = (await station.ask("StartTransaction", start()))["transactionId"]
        await station.ask("StopTransaction", stop(number))
        before = await the_session(house)
        assert await station.ask("StopTransaction", stop(number)) == {}
        after = await the_session(house)
    assert (after.energy_wh, after.ended_at_utc, after.findings) == (before.energy_wh, before.ended_at_utc, ())


async def test_another_stop_is_kept_and_flagged(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        number = (await station.ask("StartTransaction", start()))["transactionId"]
        await station.ask("StopTransaction", stop(number))
        await station.ask("StopTransaction", stop(number, minutes=90, wh=4001, reason="Reboot"))
    session = await the_session(house)
    assert (session.energy_wh, session.stop_reason, codes(session)) == (3000.0, "Local", ["session.end_differs"])


async def test_meter_values_after_the_stop_belong_to_the_session(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        number = (await station.ask("StartTransaction", start()))["transactionId"]
        await station.ask("StopTransaction", stop(number))
        await house.stored()
        await station.ask("MeterValues", values(number, 15, 2500))
    session = await the_session(house)
    assert (session.samples, session.peak_power_w, session.energy_wh) == (1, 6000.0, 3000.0)


async def test_a_stop_of_a_transaction_nobody_began_is_answered_and_noted(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        assert await station.ask("StopTransaction", stop(4711, idTag=TAG)) == {"idTagInfo": {"status": "Accepted"}}
        assert await sessions(house) == []
        assert await notices(house) == {"ocpp.transaction_unknown"}
        number = (await station.ask("StartTransaction", start()))["transactionId"]
        assert number != 4711


async def test_values_outside_of_transactions_are_readings(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        await station.ask("MeterValues", {**values(0, 5, 77), "connectorId": 0})
        await station.ask("MeterValues", values(-1, 6, 88))
        assert await sessions(house) == []
    last = {value.source: value.value for value in await house.stores.readings.last() if value.quantity.endswith("_wh")}
    assert last == {"station:lra-open": 77.0, "station:lra-open/1": 88.0}


async def test_status_is_kept_by_the_stations_own_time(house: Any, raw_station: Any) -> None:
    status = {"connectorId": 1, "errorCode": "NoError"}
    async with raw_station(house) as station:
        await station.ask("StatusNotification", {**status, "status": "Charging", "timestamp": at(10)})
        await station.ask("StatusNotification", {**status, "status": "Preparing", "timestamp": at(5)})
        await house.stored()
        await station.ask("StatusNotification", {**status, "status": "Available", "timestamp": at(1)})
        await house.stored()
    (kept,) = await house.stores.ledger.statuses()
    assert kept.status is ConnectorStatus.CHARGING


async def test_a_frame_is_on_disk_before_its_answer(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        for number in range(20):
            await station.ask("Heartbeat", {})
            kept = [frame for frame in await house.frames() if frame.direction is Direction.IN]
            assert len(kept) == number + 1
        begun = await station.ask("StartTransaction", start())
        *_, answered = await house.frames()
        assert answered.direction is Direction.OUT
        assert json.loads(answered.payload)[2] == begun


@pytest.fixture
def never_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let only the journal reach the disk, as if the process died before it stored anything."""
    monkeypatch.setattr("chargepoints.central._FLUSH_EVERY_S", 3600.0)


@pytest.mark.usefixtures("never_stored")
async def test_a_crash_before_anything_is_stored_loses_nothing_and_doubles_nothing(
    house_in: Any, raw_station: Any, tmp_path: Path
) -> None:
    async with house_in(tmp_path / "before") as house, raw_station(house) as station:
        number = (await station.ask("StartTransaction", start()))["transactionId"]
        for minute in (5, 10):
            await station.ask("MeterValues", values(number, minute, 1000 + 100 * minute))
        await station.ask("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Charging"})
        await station.say("garbage")
        await station.ask("Heartbeat", {})
        shutil.copytree(tmp_path / "before", tmp_path / "after")
    async with house_in(tmp_path / "after") as house, raw_station(house) as station:
        session = await the_session(house)
        assert (session.state, session.energy_wh, session.tag_verdict) == (
            SessionState.OPEN,
            1000.0,
            TagVerdict.ACCEPTED,
        )
        assert await house.stores.readings.count() == {"station": 5}
        assert len(await house.stores.ledger.statuses()) == 1
        assert (await station.ask("StartTransaction", start()))["transactionId"] == number
        await station.ask("StopTransaction", stop(number))
        ended = await the_session(house)
        assert (ended.id, ended.energy_wh, ended.samples, ended.findings) == (session.id, 3000.0, 2, ())
        assert await house.stores.readings.count() == {"station": 6}


async def test_a_restart_takes_up_an_open_transaction(house_in: Any, raw_station: Any, tmp_path: Path) -> None:
    async with house_in(tmp_path) as house, raw_station(house) as station:
        number = (await station.ask("StartTransaction", start()))["transactionId"]
        await station.ask("MeterValues", values(number, 5, 1500))
    for minute in (10, 15):
        async with house_in(tmp_path) as house, raw_station(house) as station:
            await station.ask("MeterValues", values(number, minute, 1000 + 100 * minute))
    async with house_in(tmp_path) as house, raw_station(house) as station:
        await station.ask("StopTransaction", stop(number))
        session = await the_session(house)
    assert (session.energy_wh, session.samples, session.first_frame, session.findings) == (3000.0, 3, 1, ())


async def test_evidence_for_a_session_no_longer_in_memory_brings_it_back(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        number = (await station.ask("StartTransaction", start()))["transactionId"]
        await station.ask("StopTransaction", stop(number))
        before = await the_session(house)
        transactions = house.central._desk.assembly.transactions
        transactions._cases.clear()
        transactions._at.clear()
        await station.ask("MeterValues", values(number, 15, 2500))
        after = await the_session(house)
    assert (after.id, after.tag, after.energy_wh, after.samples) == (before.id, before.tag, 3000.0, 1)


async def test_a_start_that_a_crash_left_without_answer_has_its_number_when_it_is_sent_again(
    house_in: Any, raw_station: Any, tmp_path: Path
) -> None:
    async with house_in(tmp_path) as house:
        token = house.privacy.token(TAG)
        payload = json.dumps([2, "1", "StartTransaction", start(token)]).encode()
        await house.stores.journal.append(Frame("lra-open", "gone", Direction.IN, BEGUN, "1.6", payload))
    async with house_in(tmp_path) as house, raw_station(house) as station:
        session = await the_session(house)
        assert (session.tag_verdict, session.tag) == (TagVerdict.ACCEPTED, token)
        assert str((await station.ask("StartTransaction", start()))["transactionId"]) == session.transaction
        assert len(await sessions(house)) == 1


@pytest.mark.usefixtures("never_stored")
async def test_a_verdict_stays_what_was_answered_when_the_journal_is_read_again(
    house_in: Any, raw_station: Any, tmp_path: Path
) -> None:
    async with house_in(tmp_path / "before") as house, raw_station(house) as station:
        await station.ask("StartTransaction", start(UNKNOWN))
        shutil.copytree(tmp_path / "before", tmp_path / "after")
    async with house_in(tmp_path / "after", accept_unknown_tags=True) as house:
        assert (await the_session(house)).tag_verdict is TagVerdict.INVALID


async def test_many_stations_at_once_keep_their_sessions_apart(house: Any, raw_station: Any) -> None:
    async def charge(name: str, connector: int) -> int:
        async with raw_station(house, name) as station:
            number = (await station.ask("StartTransaction", start(connector=connector)))["transactionId"]
            for minute in range(1, 20):
                await station.ask("MeterValues", {**values(number, minute, 1000 + minute), "connectorId": connector})
            await station.ask("StopTransaction", stop(number, wh=1000 + 1000 * connector))
            return int(number)

    numbers = await asyncio.gather(charge("lra-open", 1), charge("lra-open-2", 2))
    found = {session.station: session for session in await sessions(house)}
    assert len(set(numbers)) == 2
    assert {name: (each.connector, each.energy_wh, each.samples) for name, each in found.items()} == {
        "lra-open": (1, 1000.0, 19),
        "lra-open-2": (2, 2000.0, 19),
    }
