"""Sessions made again from the journal: as live, by today's rules."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chargepoints import session_energy
from chargepoints.chronicle import rebuild_events
from chargepoints.rebuilding import rebuild
from chargepoints.replay import Replay, Unused
from core.books import SessionFilter
from core.facts import ChargeSession
from core.ports import Direction, Frame
from core.station_events import StationEventFilter, StationEventKind

BEGUN = datetime(2026, 1, 1, 8, tzinfo=UTC)


def at(minutes: float) -> str:
    return (BEGUN + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


async def traffic(house: Any, raw_station: Any) -> None:
    """Let a station charge as stations do: whole, without an end, twice ended, over a restart, with a bad register."""
    async with raw_station(house) as station:
        boot = {"chargePointVendor": "Example", "chargePointModel": "One"}
        await station.ask("BootNotification", boot)
        for place, (last_wh, minutes) in enumerate(((3000, 30), (0, 40), (9000, 50))):
            begun = 100 * place
            start = {"connectorId": 1, "idTag": "04A2B3C4D5", "meterStart": 1000, "timestamp": at(begun)}
            number = (await station.ask("StartTransaction", start))["transactionId"]
            for minute in range(5, minutes, 5):
                sampled = [{"value": str(1000 + 50 * minute)}, {"value": "6000", "measurand": "Power.Active.Import"}]
                value = {"timestamp": at(begun + minute), "sampledValue": sampled}
                await station.ask("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": [value]})
            if place == 1:
                status = {"connectorId": 1, "errorCode": "NoError", "status": "Available", "timestamp": at(190)}
                await station.ask("StatusNotification", status)
            else:
                stop = {"transactionId": number, "timestamp": at(begun + minutes), "meterStop": last_wh}
                await station.ask("StopTransaction", stop)
                await station.ask("StopTransaction", {**stop, "reason": "Reboot", "timestamp": at(begun + 99)})
        await station.say("garbage")
        await station.ask("StartTransaction", {**start, "connectorId": 2, "timestamp": at(400)})
    await house.stored()


async def told(house: Any) -> dict[str, ChargeSession]:
    page = await house.stores.ledger.sessions(SessionFilter())
    return {session.id: session for session in page.items}


async def again(house: Any, *, lenient: bool = True) -> dict[str, ChargeSession]:
    rebuilt = await rebuild(
        house.stores.journal,
        Replay(lenient=lenient, max_depth=32),
        house.central._desk.assembly.transactions._inventory(),
        station="lra-open",
        after=0,
        number=house.stores.ledger.transaction_number,
    )
    assert rebuilt.frames > 10
    return {session.id: session for session in rebuilt.sessions}


async def test_what_is_made_again_is_what_was_made_live(house: Any, raw_station: Any) -> None:
    await traffic(house, raw_station)
    live = await told(house)
    assert len(live) == 4
    assert {finding.code for session in live.values() for finding in session.findings} >= {
        "session.closed_by_free",
        "session.end_differs",
    }
    assert await again(house) == live


async def test_another_rule_changes_only_what_it_is_about(
    house: Any, raw_station: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await traffic(house, raw_station)
    live = await told(house)
    monkeypatch.setattr(session_energy, "LARGEST_BATTERY_WH", 5000.0)
    otherwise = await again(house)
    (changed,) = [name for name, session in otherwise.items() if session != live[name]]
    assert (live[changed].energy_wh, otherwise[changed].energy_wh) == (8000.0, None)
    assert replace(otherwise[changed], energy_wh=8000.0, quality=live[changed].quality, findings=()) == replace(
        live[changed], findings=()
    )


async def bent_traffic(house: Any, raw_station: Any) -> None:
    """Let a station charge and say its values as texts where numbers are due, and its outlet's number as text once."""
    async with raw_station(house) as station:
        for place, connector in enumerate((1, "2")):
            start = {"connectorId": connector, "idTag": "04A2B3C4D5", "meterStart": 1000, "timestamp": at(100 * place)}
            await station.say(json.dumps([2, f"a{place}", "StartTransaction", start]))
            kind, _, said, *_ = await station.hear()
            number = said["transactionId"] if kind == 3 else 1
            value = {"timestamp": at(100 * place + 10), "sampledValue": [{"value": 2500}]}
            values = {"connectorId": 1, "transactionId": number, "meterValue": [value]}
            await station.say(json.dumps([2, f"b{place}", "MeterValues", values]))
            await station.hear()
            stop = {"transactionId": number, "timestamp": at(100 * place + 30), "meterStop": "3000"}
            await station.say(json.dumps([2, f"c{place}", "StopTransaction", stop]))
            await station.hear()
    await house.stored()


@pytest.mark.parametrize(("lenient", "sessions", "samples"), [(True, 2, 1), (False, 1, 0)])
async def test_what_was_refused_stays_refused_and_what_was_repaired_stays_repaired(
    open_house: Any, raw_station: Any, *, lenient: bool, sessions: int, samples: int
) -> None:
    async with open_house(lenient=lenient) as house:
        await bent_traffic(house, raw_station)
        live = await told(house)
        assert [session.samples for session in live.values()] == [samples] * sessions
        for today in (True, False):
            assert await again(house, lenient=today) == live
        before = await refusals(house)
        await rebuild_events(house.stores.journal, house.stores.ledger, Replay(lenient=True, max_depth=32))
        assert await refusals(house) == before
        assert bool(before) is not lenient


async def refusals(house: Any) -> dict[str, int]:
    wanted = StationEventFilter(kinds=frozenset({StationEventKind.REFUSED}))
    return {event.code: event.count for event in (await house.stores.ledger.station_events(wanted)).items}


@pytest.mark.parametrize(
    ("code", "why"), [("SecurityError", "ocpp.not_accepted_yet"), ("InternalError", None), ("", None)]
)
def test_what_a_refused_message_said_is_never_used(code: str, why: str | None) -> None:
    def frame(number: int, way: Direction, message: list[Any]) -> Frame:
        payload = json.dumps(message).encode()
        return Frame("lra-01", "a", way, BEGUN, "1.6", payload, sealed=False, id=number)

    status = {"connectorId": 1, "errorCode": "NoError", "status": "Charging"}
    replay = Replay(lenient=True, max_depth=32)
    assert replay.feed(frame(1, Direction.IN, [2, "1", "StatusNotification", status])) is None
    found = replay.feed(frame(2, Direction.OUT, [4, "1", code, "", {}]))
    assert (found.finding.code if isinstance(found, Unused) else found) == why
    assert not replay.acknowledged()
