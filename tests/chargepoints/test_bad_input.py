"""Every row of the bad-input table over real sockets, in every version."""

from __future__ import annotations

import asyncio
import json
import runpy
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from core.books import RejectionFilter
from core.ports import Direction

CASES = runpy.run_path(str(Path(__file__).with_name("bad_input.py")))["BAD_FRAMES"]
VERSIONS = ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"]
NEWER = {"a field too many"}
"""What is no bad input in 2.1, whose next edition may have more fields."""


def cases_of(version: str) -> list[Any]:
    """Return the rows that are bad input in a version."""
    return [case for case in CASES if version != "ocpp2.1" or case.name not in NEWER]


async def rejections(house: Any) -> list[Any]:
    await house.stored()
    page = await house.stores.ledger.rejections(RejectionFilter(channel="ocpp"))
    return list(page.items)


@pytest.mark.parametrize("version", VERSIONS)
async def test_bad_frames_are_answered_by_the_rules_kept_and_cost_only_themselves(
    house: Any, raw_station: Any, version: str
) -> None:
    cases = cases_of(version)
    async with raw_station(house, version=version) as station, raw_station(house, "lra-open-2", version) as other:
        for case in cases:
            await station.say(case.frame)
            expected = case.answer_16 if version == "ocpp1.6" else case.answer_201
            if expected is not None:
                heard = await station.hear()
                assert [heard[0], heard[1], heard[2], heard[4]] == [4, *expected, {}], case.name
                assert len(heard[3]) <= 255
            await station.ask("Heartbeat", {})
        await other.ask("Heartbeat", {})
        kept = await rejections(house)
    assert [item.reason.code for item in reversed(kept)] == [case.kept for case in cases if case.kept]
    assert {item.subject for item in kept} == {"lra-open"}
    frames = [frame for frame in await house.frames() if frame.direction is Direction.IN]
    assert len(frames) == 2 * len(cases) + 1


async def test_invalid_utf8_in_a_text_frame_fails_the_connection_and_is_kept(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station, raw_station(house, "lra-open-2") as other:
        await station.socket.send(b'[2,"1","Heartbeat",{"a":"\xff"}]', text=True)
        with pytest.raises(ConnectionClosed):
            await station.hear()
        assert station.socket.close_code == 1007
        await other.ask("Heartbeat", {})
    (kept,) = await rejections(house)
    assert kept.reason.code == "ocpp.not_json"
    (frame, *_) = await house.frames()
    assert frame.sealed
    assert house.privacy.open(frame.payload) == b'[2,"1","Heartbeat",{"a":"\xff"}]'


async def test_a_frame_larger_than_allowed_is_not_read_and_is_listed(open_house: Any, raw_station: Any) -> None:
    async with open_house(max_frame_bytes=10_000) as house:
        async with raw_station(house) as station:
            await station.say('[2,"1","DataTransfer",{"vendorId":"x","data":"' + "x" * 20_000 + '"}]')
            with pytest.raises(ConnectionClosed):
                await station.hear()
            assert station.socket.close_code == 1009
        await asyncio.sleep(0.05)
        assert [item.reason.code for item in await rejections(house)] == ["ocpp.frame_too_large"]


async def test_a_fragmented_message_is_one_message(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        await station.socket.send(['[2,"1",', '"Heartb', 'eat",{}]'])
        assert (await station.hear())[:2] == [3, "1"]


async def test_a_binary_frame_that_holds_a_message_is_taken_as_one(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        await station.say(b'[2,"1","Heartbeat",{}]')
        assert (await station.hear())[:2] == [3, "1"]


async def test_ten_thousand_unsolicited_results_are_counted_and_dropped(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        for number in range(10_000):
            await station.say(f'[3,"{number}",{{}}]')
        await station.ask("Heartbeat", {})
        assert house.central.health().figures["unsolicited"] == 10_000


async def test_known_departures_from_the_schema_are_repaired_and_noted(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        await station.ask("StatusNotification", {"connectorId": "1", "errorCode": "Error", "status": "Charging"})
        values = [
            {"value": 50, "measurand": "Frequency", "unit": "Hz"},
            {"value": "1.5", "unit": "kWh", "context": "Foo"},
        ]
        await station.ask(
            "MeterValues", {"connectorId": 1.0, "meterValue": [{"timestamp": "yesterday", "sampledValue": values}]}
        )
        await house.stored()
    (status,) = await house.stores.ledger.statuses()
    assert (status.connector, status.error_code) == (1, "OtherError")
    noted = {notice.finding.code for notice in await house.stores.ledger.notices(["station:lra-open"])}
    assert noted == {"ocpp.nonconforming", "ocpp.time_unreadable"}
    last = {value.quantity: value.value for value in await house.stores.readings.last(["station:lra-open/1"])}
    assert last == {"frequency_hz": 50.0, "energy_import_wh": 1500.0}


async def test_a_strict_service_refuses_what_it_could_repair(open_house: Any, raw_station: Any) -> None:
    async with open_house(lenient=False) as house, raw_station(house) as station:
        await station.say(
            json.dumps(
                [2, "1", "StatusNotification", {"connectorId": "1", "errorCode": "NoError", "status": "Charging"}]
            )
        )
        assert (await station.hear())[:3] == [4, "1", "TypeConstraintViolation"]


async def test_a_connector_that_cannot_be_is_refused(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        for number in (-1, 1e300):
            await station.say(
                json.dumps(
                    [
                        2,
                        "1",
                        "StatusNotification",
                        {"connectorId": number, "errorCode": "NoError", "status": "Charging"},
                    ]
                )
            )
            assert (await station.hear())[2] == "PropertyConstraintViolation"
    assert [item.reason.code for item in await rejections(house)] == ["ocpp.connector_invalid"] * 2
