"""What is learned of a station over its connections, and what the registry says of its model."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from chargepoints.habits import LONGEST_PATIENCE_S, Habits
from chargepoints.quirks import SLOW_MODELS, model_patience_s
from core.station_events import StationEventFilter, StationEventKind


@pytest.mark.parametrize(
    ("maker", "model", "patience_s"),
    [
        ("Mennekes", "Amtron 4Business", 90.0),
        ("MENNEKES Elektrotechnik GmbH", "AMTRON 4BUSINESS 730 22 C2", 90.0),
        ("Mennekes", "Amtron Professional", 0.0),
        ("Example", "Amtron 4Business", 0.0),
        ("", "", 0.0),
    ],
)
def test_a_model_known_to_be_slow_is_waited_for_however_it_is_spelt(maker: str, model: str, patience_s: float) -> None:
    assert model_patience_s([("Example", "One"), (maker, model)]) == patience_s


def test_every_slow_model_has_a_source_and_more_time_than_usual() -> None:
    assert all(slow.source and 30.0 < slow.patience_s <= LONGEST_PATIENCE_S for slow in SLOW_MODELS)


def test_who_answered_late_is_waited_for_longer_but_not_for_ever() -> None:
    habits = Habits(model_patience_s=90.0)
    assert habits.patience_s(30.0) == 90.0
    assert habits.patience_s(120.0) == 120.0
    habits.slowest_s = 100.0
    assert habits.patience_s(30.0) == 150.0
    habits.slowest_s = 10_000.0
    assert habits.patience_s(30.0) == LONGEST_PATIENCE_S


def test_of_too_many_expired_calls_the_oldest_are_forgotten() -> None:
    habits = Habits()
    for number in range(101):
        habits.expire(str(number), "Reset", 0.0, None)
    assert habits.late_answer("0") is None
    assert habits.late_answer("100") is not None
    assert habits.late_answer("100") is None


def test_a_station_that_answers_one_ping_is_known_to_answer() -> None:
    habits = Habits()
    assert [habits.pinged() for _ in range(5)] == [False, False, False, True, False]
    habits.ponged()
    assert habits.answers_pings
    assert [habits.pinged() for _ in range(5)] == [False] * 5


HELLO = (
    b"GET /ocpp/lra-open HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: ocpp1.6\r\n\r\n"
)
HEARTBEAT = b'[2,"1","Heartbeat",{}]'


async def test_who_answers_no_pings_is_noted_once_and_stays_while_it_says_something(open_house: Any) -> None:
    async with open_house(ping_interval_s=0.05, heartbeat_interval_s=1) as house:
        reader, writer = await asyncio.open_connection("127.0.0.1", house.central.port)
        writer.write(HELLO)
        await reader.readuntil(b"\r\n\r\n")
        for _ in range(12):
            writer.write(b"\x81" + bytes([0x80 | len(HEARTBEAT)]) + bytes(4) + HEARTBEAT)
            await asyncio.sleep(0.05)
        assert house.central.health().figures["connected"] == 1
        await house.stored()
        wanted = StationEventFilter(stations=frozenset({"lra-open"}), kinds=frozenset({StationEventKind.NOTICE}))
        found = (await house.stores.ledger.station_events(wanted)).items
        writer.close()
    assert [(event.code, event.count) for event in found] == [("ocpp.pings_ignored", 1)]
