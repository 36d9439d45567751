"""Stations against a central system that answers, dies, swallows and refuses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from core.facts import Protocol
from core.inventory import Inventory
from core.quantities import Quantity
from demo.calls import stamp
from demo.dialects import dialect_of
from demo.events import Begun, Ended, Ending, Faulted, OutletEvent, Sampled
from demo.stations import StationClient
from demo.tally import Tally
from tests.demo.conftest import TinyCentral

BEGIN = datetime(2026, 7, 1, 10, 0, 0, 250_000, tzinfo=UTC)
BOTH = pytest.mark.parametrize("protocol", [Protocol.OCPP_16, Protocol.OCPP_201])


def visit(samples: int = 3) -> list[OutletEvent]:
    """Return a session of 11 kW with a sample every two seconds."""
    place = {"station": "hof-01", "connector": 1}
    register = 1000.4
    events: list[OutletEvent] = [
        Begun(**place, at_utc=BEGIN, visit=1, tag_uid="04AA", register_wh=register)  # type: ignore[arg-type]
    ]
    for number in range(1, samples + 1):
        at_utc = BEGIN + timedelta(seconds=2 * number)
        register += 11_000 * 2 / 3600
        events.append(Sampled(**place, at_utc=at_utc, visit=1, register_wh=register, power_w=11_000.0))  # type: ignore[arg-type]
    end = BEGIN + timedelta(seconds=2 * samples + 1)
    ended = Ended(**place, at_utc=end, visit=1, tag_uid="04AA", register_wh=register + 3.1, ending=Ending.DRIVER)  # type: ignore[arg-type]
    return [*events, ended]


@pytest.fixture(autouse=True)
def quick_reconnects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demo.stations._PAUSE_S", 0.1)


@pytest.fixture
def tally() -> Tally:
    return Tally(BEGIN)


@pytest.fixture
def station(depot: Inventory, tally: Tally) -> Callable[[Protocol, str], StationClient]:
    def make(protocol: Protocol, url: str) -> StationClient:
        place = depot.stations["hof-01"]
        dialect = dialect_of(protocol, place)
        return StationClient(place, dialect, url=url, secret="s3cret", tally=tally, clock=lambda: BEGIN)

    return make


Make = Callable[[Protocol, str], StationClient]


async def until(client: StationClient, act: Callable[[], Awaitable[None]]) -> None:
    """Run a station while `act` happens, then let it say the rest."""
    running = asyncio.create_task(client.run())
    await act()
    client.finish()
    await asyncio.wait_for(running, 15)


async def say_all(client: StationClient, events: list[OutletEvent]) -> None:
    async def act() -> None:
        for event in events:
            client.hear(event)

    await until(client, act)


async def test_a_session_in_1_6_is_told_from_authorize_to_stop(station: Make, central: TinyCentral) -> None:
    await say_all(station(Protocol.OCPP_16, central.url), visit())
    actions = [json.loads(frame.payload)[2] for frame in central.frames]
    assert actions == [
        "BootNotification",
        "StatusNotification",
        "StatusNotification",
        "Authorize",
        "StartTransaction",
        "StatusNotification",
        *["MeterValues"] * 3,
        "StopTransaction",
        "StatusNotification",
    ]
    (start,), (stop,) = central.said("StartTransaction"), central.said("StopTransaction")
    assert start == {"connectorId": 1, "idTag": "04AA", "meterStart": 1000, "timestamp": "2026-07-01T10:00:00.250Z"}
    assert stop["transactionId"] == 1
    assert stop["meterStop"] == 1021
    assert [values["transactionId"] for values in central.said("MeterValues")] == [1, 1, 1]


async def test_a_session_in_2_0_1_is_told_in_numbered_events(station: Make, central: TinyCentral) -> None:
    await say_all(station(Protocol.OCPP_201, central.url), visit())
    events = central.said("TransactionEvent")
    assert [event["eventType"] for event in events] == ["Started", "Updated", "Updated", "Updated", "Ended"]
    assert [event["seqNo"] for event in events] == [0, 1, 2, 3, 4]
    assert len({event["transactionInfo"]["transactionId"] for event in events}) == 1  # type: ignore[index]
    assert events[0]["idToken"] == {"idToken": "04AA", "type": "ISO14443"}
    assert events[-1]["transactionInfo"]["stoppedReason"] == "Local"  # type: ignore[index]


@BOTH
async def test_what_is_promised_is_what_was_said(
    station: Make, central: TinyCentral, tally: Tally, protocol: Protocol
) -> None:
    await say_all(station(protocol, central.url), visit())
    registers = tally.promises().timed["station:hof-01/1", Quantity.ENERGY_IMPORT_WH]
    at_utc = BEGIN + timedelta(seconds=2)
    assert registers[at_utc] == pytest.approx(1006.5, abs=0.6)
    assert sum(stamp(at_utc).encode() in frame.payload for frame in central.frames) == 1
    assert tally.sent[f"ocpp{protocol}"] == len(central.frames) == len(tally.promises().calls)
    assert not tally.refused


@BOTH
async def test_the_password_goes_by_basic_auth(station: Make, protocol: Protocol) -> None:
    client = station(protocol, "ws://127.0.0.1:1/ocpp")
    assert client._headers == {"Authorization": "Basic aG9mLTAxOnMzY3JldA=="}
    assert client._url == "ws://127.0.0.1:1/ocpp/hof-01"


@BOTH
async def test_what_happens_without_a_connection_is_said_later(tally: Tally, station: Make, protocol: Protocol) -> None:
    tiny, stop = TinyCentral(), asyncio.Event()
    client = station(protocol, tiny.url)
    for event in visit():
        client.hear(event)
    running = asyncio.create_task(client.run())
    await asyncio.sleep(0.3)
    assert client.unsaid > 5
    serving = asyncio.create_task(tiny.serve_for(stop))
    client.finish()
    await asyncio.wait_for(running, 15)
    stop.set()
    await serving
    assert client.unsaid == 0
    assert len(tally.promises().sessions) == 1
    assert len(tiny.said("TransactionEvent")) == 5 or len(tiny.said("MeterValues")) == 3


@BOTH
async def test_a_call_that_was_not_answered_is_said_again_and_no_other(
    station: Make, central: TinyCentral, tally: Tally, protocol: Protocol
) -> None:
    central.swallows = 3
    await say_all(station(protocol, central.url), visit())
    ids = [json.loads(frame.payload)[1] for frame in central.frames]
    again = {unique_id for unique_id in ids if ids.count(unique_id) > 1}
    assert again
    assert {unique_id for _, unique_id in tally.promises().calls} <= set(ids)
    assert len(tally.promises().sessions) == 1
    numbers = [event["seqNo"] for event in central.said("TransactionEvent")]
    assert numbers == sorted(numbers)


@BOTH
async def test_a_restarted_central_system_loses_no_session(
    station: Make, central: TinyCentral, tally: Tally, protocol: Protocol
) -> None:
    client = station(protocol, central.url)
    events = visit(6)

    async def act() -> None:
        for place, event in enumerate(events):
            client.hear(event)
            if place in {2, 5}:
                await asyncio.sleep(0.2)
                central.swallows = 1

    await until(client, act)
    assert len(tally.promises().sessions) == 1
    assert client.unsaid == 0


async def test_an_error_for_an_answer_is_counted_and_not_repeated(
    station: Make, central: TinyCentral, tally: Tally
) -> None:
    central.rejects = frozenset({"MeterValues"})
    await say_all(station(Protocol.OCPP_16, central.url), visit())
    assert tally.refused == {"MeterValues": 3}
    assert len(central.said("MeterValues")) == 3
    assert len(tally.promises().sessions) == 1


@BOTH
async def test_a_fault_is_a_status(station: Make, central: TinyCentral, protocol: Protocol) -> None:
    await say_all(station(protocol, central.url), [Faulted(station="hof-01", connector=1, at_utc=BEGIN)])
    status = central.said("StatusNotification")[-1]
    assert "Faulted" in status.values()


@BOTH
async def test_an_idle_station_gives_signs_of_life(
    monkeypatch: pytest.MonkeyPatch, station: Make, central: TinyCentral, protocol: Protocol
) -> None:
    monkeypatch.setattr("demo.stations.HEARTBEAT_S", 0.05)

    async def act() -> None:
        await asyncio.sleep(0.5)

    await until(station(protocol, central.url), act)
    assert len(central.said("Heartbeat")) >= 2
