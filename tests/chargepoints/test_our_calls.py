"""Calls of ours: one in flight, time-outs, late answers, refusals, stations that go away."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from chargepoints.calls import CallRefusedError
from core.errors import UnavailableError
from core.ports import Direction


async def test_a_call_is_answered_even_if_the_station_calls_first(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        await station.ask("Heartbeat", {})
        asked = asyncio.create_task(house.central.call("lra-open", "ClearCache", {}))
        kind, id_, action, _ = await station.hear()
        assert (kind, action) == (2, "ClearCache")
        await station.ask("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"})
        await station.say(json.dumps([3, id_, {"status": "Accepted"}]))
        assert await asked == {"status": "Accepted"}


async def test_only_one_call_is_in_flight(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        await station.ask("Heartbeat", {})
        both = [asyncio.create_task(house.central.call("lra-open", "ClearCache", {})) for _ in range(2)]
        first = await station.hear()
        assert await station.hears_nothing()
        await station.say(json.dumps([3, first[1], {"status": "Accepted"}]))
        second = await station.hear()
        await station.say(json.dumps([3, second[1], {"status": "Rejected"}]))
        assert [answer["status"] for answer in await asyncio.gather(*both)] == ["Accepted", "Rejected"]


async def test_a_late_answer_is_booked_to_its_call_and_disturbs_none(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        await station.ask("Heartbeat", {})
        late = asyncio.create_task(house.central.call("lra-open", "ClearCache", {}, 0.05))
        first = await station.hear()
        with pytest.raises(UnavailableError, match="call_timeout"):
            await late
        asked = asyncio.create_task(house.central.call("lra-open", "ClearCache", {}))
        second = await station.hear()
        await station.say(json.dumps([3, first[1], {"status": "Rejected"}]))
        await station.say(json.dumps([3, second[1], {"status": "Accepted"}]))
        assert await asked == {"status": "Accepted"}
        assert house.central.health().figures["late_answers"] == 1


async def test_a_refusal_carries_the_stations_word(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        await station.ask("Heartbeat", {})
        asked = asyncio.create_task(house.central.call("lra-open", "ClearCache", {}))
        _, id_, *_ = await station.hear()
        await station.say(json.dumps([4, id_, "WhoKnows", "a\nb" * 1000, {}]))
        with pytest.raises(CallRefusedError) as refused:
            await asked
        assert refused.value.code == "WhoKnows"


async def test_a_station_that_goes_away_ends_its_calls(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        await station.ask("Heartbeat", {})
        asked = asyncio.create_task(house.central.call("lra-open", "ClearCache", {}))
        await station.hear()
    with pytest.raises(UnavailableError, match="station_gone"):
        await asked
    with pytest.raises(UnavailableError, match="not_connected"):
        await house.central.call("lra-nobody", "ClearCache", {})


async def test_the_queue_of_calls_is_bounded(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        await station.ask("Heartbeat", {})
        calls = [asyncio.create_task(house.central.call("lra-open", "ClearCache", {})) for _ in range(20)]
        await station.hear()
        done, _ = await asyncio.wait(calls, timeout=0.2)
        assert [str(call.exception()).split()[0] for call in done] == ["ocpp.call_queue_full"] * 4
    await asyncio.gather(*calls, return_exceptions=True)


async def test_secrets_and_tags_of_our_calls_are_not_in_the_journal(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        await station.ask("Heartbeat", {})
        key = {"key": "AuthorizationKey", "value": "deadbeef"}
        asked = asyncio.create_task(house.central.call("lra-open", "ChangeConfiguration", key))
        _, id_, _, payload = await station.hear()
        assert payload == key
        await station.say(json.dumps([3, id_, {"status": "Accepted"}]))
        await asked
    (sent,) = [
        frame for frame in await house.frames() if frame.direction is Direction.OUT and b"Change" in frame.payload
    ]
    assert b"deadbeef" not in sent.payload


@pytest.mark.parametrize("size", [1, 125, 126, 300, 65_535, 65_536, 200_000])
async def test_calls_of_any_size_arrive_whole(house: Any, raw_station: Any, size: int) -> None:
    async with raw_station(house) as station:
        await station.ask("Heartbeat", {})
        asked = asyncio.create_task(house.central.call("lra-open", "DataTransfer", {"vendorId": "x" * size}))
        _, id_, _, payload = await station.hear()
        assert payload == {"vendorId": "x" * size}
        await station.say(json.dumps([3, id_, {"status": "Accepted"}]))
        await asked
