"""What happened at a station is in its list of events, once, with its reason; and the journal tells it again."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from chargepoints.chronicle import Chronicle, rebuild_events
from chargepoints.decoding.events import Arrival, Stamp, StatusReported
from chargepoints.replay import Replay
from core.facts import ConnectorStatus, Protocol
from core.station_events import StationEvent, StationEventFilter, StationEventKind
from core.texts import Finding

NOW = datetime(2026, 11, 22, 10, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ALL = StationEventFilter(limit=200)


class Memory:
    """A book in memory."""

    def __init__(self) -> None:
        self.events: dict[str, StationEvent] = {}

    async def save_events(self, events: tuple[StationEvent, ...]) -> None:
        self.events |= {event.id: event for event in events}


async def events_of(house: Any, *kinds: StationEventKind) -> list[StationEvent]:
    await house.stored()
    found = (await house.stores.ledger.station_events(ALL)).items
    return [event for event in reversed(found) if event.station and (not kinds or event.kind in kinds)]


def status(state: str, error: str = "NoError", **more: Any) -> dict[str, Any]:
    return {"connectorId": 1, "errorCode": error, "status": state, **more}


BOOT = {"chargePointVendor": "Example", "chargePointModel": "One", "firmwareVersion": "1.2"}


async def test_states_errors_boots_and_connections_are_events_and_a_repeated_state_is_none(
    house: Any, raw_station: Any
) -> None:
    async with raw_station(house) as station:
        await station.ask("BootNotification", BOOT)
        for said in (
            status("Available"),
            status("Available"),
            status("Faulted", "GroundFailure", info="slot 2"),
            status("Faulted", "GroundFailure"),
            status("Available"),
        ):
            await station.ask("StatusNotification", said)
    await asyncio.sleep(0.05)
    told = [(event.kind.value, event.code, event.info) for event in await events_of(house)]
    assert sorted(told[3:5]) == [("error", "GroundFailure", "slot 2"), ("status", "faulted", "GroundFailure")]
    assert told[:3] + told[5:] == [
        ("connection", "connected", ""),
        ("boot", "1.2", "Example One"),
        ("status", "available", ""),
        ("status", "available", ""),
        ("connection", "closed", ""),
    ]


async def test_bad_frames_are_events_with_their_reason_and_a_flood_is_one_event(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        for _ in range(300):
            await station.say("hello")
            await station.say('[3,"nobody",{}]')
        await station.ask("StatusNotification", status("Charging") | {"connectorId": "1"})
        found = await events_of(house, StationEventKind.REFUSED, StationEventKind.ANSWER, StationEventKind.NOTICE)
    counts: dict[str, int] = {}
    for event in found:
        counts[event.code] = counts.get(event.code, 0) + event.count
    assert counts.pop("ocpp.time_missing", 1) == 1
    assert counts == {"ocpp.not_json": 300, "ocpp.answer_unsolicited": 300, "number_as_text": 1}
    assert len(found) <= 2 * 3 + 1  # a quarter hour may end in between
    assert all(event.finding is not None for event in found)


async def test_wrong_passwords_replaced_sockets_and_messages_too_large_are_events(
    open_house: Any, raw_station: Any
) -> None:
    async with open_house(max_frame_bytes=10_000) as house:
        with pytest.raises(InvalidStatus):
            async with raw_station(house, "lra-01"):
                pass
        async with raw_station(house) as old, raw_station(house) as new:
            await new.ask("Heartbeat", {})
            with pytest.raises(ConnectionClosed):
                await old.hear()
            await new.say('[2,"1","DataTransfer",{"vendorId":"' + "x" * 20_000 + '"}]')
            with pytest.raises(ConnectionClosed):
                await new.hear()
        await asyncio.sleep(0.05)
        told = [(event.station, event.kind.value, event.code) for event in await events_of(house)]
    assert told == [
        ("lra-01", "turned_away", "ocpp.password_missing"),
        ("lra-open", "connection", "connected"),
        ("lra-open", "connection", "replaced"),
        ("lra-open", "refused", "ocpp.frame_too_large"),
        ("lra-open", "connection", "closed"),
    ]


async def test_late_missing_and_refusing_answers_to_our_calls_are_events(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        await station.ask("Heartbeat", {})
        late = asyncio.create_task(house.central.call("lra-open", "ClearCache", {}, 0.05))
        first = await station.hear()
        await asyncio.gather(late, return_exceptions=True)
        refused = asyncio.create_task(house.central.call("lra-open", "ClearCache", {}))
        second = await station.hear()
        await station.say(json.dumps([3, first[1], {"status": "Rejected"}]))
        await station.say(json.dumps([4, second[1], "NotSupported", "", {}]))
        await asyncio.gather(refused, return_exceptions=True)
        found = await events_of(house, StationEventKind.ANSWER)
    assert {event.code for event in found} == {"ocpp.call_timeout", "ocpp.answer_late", "ocpp.call_refused"}


async def test_the_journal_tells_the_same_events_again(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        await station.ask("BootNotification", BOOT)
        for number in range(30):
            await station.ask("StatusNotification", status("Faulted" if number % 3 else "Available", "GroundFailure"))
            await station.say("hello")
            await station.say(f'[2,"x{number}","MakeCoffee",{{}}]')
            await station.hear()
        await station.ask("Heartbeat", {})
        before = await events_of(house)
        replay = Replay(lenient=True, max_depth=32)
        assert await rebuild_events(house.stores.journal, house.stores.ledger, replay, "lra-open") > 100
        after = await events_of(house)
    assert {event.id: event.count for event in after} == {event.id: event.count for event in before}
    assert [event for event in after if event.kind is not StationEventKind.REFUSED] == [
        event for event in before if event.kind is not StationEventKind.REFUSED
    ]


async def test_a_service_that_starts_again_says_since_when_nobody_knew(
    house_in: Any, raw_station: Any, tmp_path: Path
) -> None:
    async with AsyncExitStack() as later, house_in(tmp_path) as house:
        station = await later.enter_async_context(raw_station(house))
        await station.ask("StatusNotification", status("Available"))
    async with house_in(tmp_path) as house, raw_station(house) as station:
        await station.ask("StatusNotification", status("Available"))
        await house.stored()
        found = (await house.stores.ledger.station_events(ALL)).items
    assert [event.code for event in reversed(found) if event.kind is not StationEventKind.NOTICE] == [
        "started",
        "connected",
        "available",
        "service_stopped",
        "stopped",
        "started",
        "connected",
    ]


def reported(frame: int, state: ConnectorStatus, at_s: int, error: str = "") -> tuple[Arrival, StatusReported]:
    arrival = Arrival("cp1", Protocol.OCPP_16, NOW + frame * SECOND, frame)
    return arrival, StatusReported(connector=1, status=state, stamp=Stamp("", NOW + at_s * SECOND), error_code=error)


async def test_frames_read_twice_are_told_once_even_from_the_middle_on() -> None:
    book = Memory()
    said = [
        reported(1, ConnectorStatus.FAULTED, 1),
        reported(2, ConnectorStatus.FAULTED, 2),
        reported(3, ConnectorStatus.AVAILABLE, 3),
    ]
    odd = Finding.of("ocpp.not_json", size_byte=5)
    first = Chronicle()
    for arrival, event in said:
        first.status(arrival, event)
        first.count("cp1", StationEventKind.REFUSED, odd, arrival.received_at_utc, arrival.frame)
    await first.write(book)  # type: ignore[arg-type]
    written = dict(book.events)
    again = Chronicle()
    again.load(written.values())
    for arrival, event in said[1:]:
        again.status(arrival, event)
        again.count("cp1", StationEventKind.REFUSED, odd, arrival.received_at_utc, arrival.frame)
    again.count("cp1", StationEventKind.REFUSED, odd, NOW + 4 * SECOND, 4)
    await again.write(book)  # type: ignore[arg-type]
    (counted,) = [event for event in book.events.values() if event.kind is StationEventKind.REFUSED]
    assert (counted.count, counted.frame, counted.last_frame) == (4, 1, 4)
    assert {**book.events, counted.id: replace(counted, count=3, last_frame=3)} == written


async def test_an_older_state_that_comes_late_is_told() -> None:
    book, chronicle = Memory(), Chronicle()
    for said in (reported(1, ConnectorStatus.AVAILABLE, 100), reported(2, ConnectorStatus.AVAILABLE, 50)):
        chronicle.status(*said)
    await chronicle.write(book)  # type: ignore[arg-type]
    assert sorted(event.at_utc for event in book.events.values()) == [NOW + 50 * SECOND, NOW + 100 * SECOND]


async def test_a_station_that_says_thousands_of_things_in_a_minute_is_cut_short() -> None:
    book, chronicle = Memory(), Chronicle()
    states = [ConnectorStatus.AVAILABLE, ConnectorStatus.FAULTED]
    for number in range(1, 1501):
        arrival, event = reported(number, states[number % 2], number)
        chronicle.status(arrival._replace(received_at_utc=NOW), event)
    arrival, event = reported(1501, ConnectorStatus.CHARGING, 1501)
    chronicle.status(arrival._replace(received_at_utc=NOW + 60 * SECOND), event)
    await chronicle.write(book)  # type: ignore[arg-type]
    assert (len(book.events), chronicle.left_out) == (1001, 250)  # half of them say only again what was told last
