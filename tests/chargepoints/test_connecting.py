"""Who may connect, under which names and with which passwords; what happens when a station comes twice."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from core.errors import StoreError, UnavailableError
from core.facts import Protocol
from core.ports import Direction

SECRET = "correct horse battery"
HEX_SECRET = "00ff10a0" * 4


def basic(name: str, password: str | bytes = SECRET) -> dict[str, str]:
    password = password.encode() if isinstance(password, str) else password
    return {"Authorization": "Basic " + base64.b64encode(name.encode() + b":" + password).decode()}


async def refusal(house: Any, name: str, **headers: Any) -> int:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(f"{house.url}/{name}", subprotocols=["ocpp1.6"], **headers):
            pass
    return int(refused.value.response.status_code)


@pytest.mark.parametrize(
    "path",
    ["lra-open", "lra-open/", "LRA-Open", "%6Cra%2Dopen", "lra-open?token=1"],
)
async def test_one_station_under_every_spelling_of_its_name(house: Any, raw_station: Any, path: str) -> None:
    async with raw_station(house, path) as station:
        await station.ask("Heartbeat", {})
        await house.stored()
        (link,) = await house.stores.ledger.links()
        assert (link.station, link.connected, link.protocol) == ("lra-open", True, Protocol.OCPP_16)


async def test_a_port_that_another_program_has_is_named(open_house: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(UnavailableError) as taken:
            async with open_house(port=port):
                pass
    params = dict(taken.value.finding.params)
    assert (taken.value.finding.code, params["host"], params["port"]) == ("run.port_taken", "127.0.0.1", port)


async def test_an_unknown_station_is_refused_and_listed(house: Any) -> None:
    assert await refusal(house, "wallbox-7") == 404
    assert await refusal(house, "wallbox-7") == 404
    assert await refusal(house, "lra-gone") == 404
    assert await refusal(house, "a/b") == 404
    assert await refusal(house, "%ff") == 404
    await house.stored()
    found = {found.subject: (found.count, found.hint) for found in await house.stores.ledger.discoveries("ocpp")}
    assert found == {"wallbox-7": (2, "ocpp1.6"), "lra-gone": (1, "ocpp1.6")}


@pytest.mark.parametrize(
    ("name", "headers", "reason"),
    [
        ("lra-01", {}, "ocpp.password_missing"),
        ("lra-01", basic("lra-01", "wrong"), "ocpp.password_wrong"),
        ("lra-01", basic("lra-02"), "ocpp.password_wrong"),
        ("lra-01", {"Authorization": "Basic !!!"}, "ocpp.password_missing"),
        ("lra-01", {"Authorization": "Bearer x"}, "ocpp.password_missing"),
        ("lra-nosecret", basic("lra-nosecret", ""), "ocpp.secret_missing"),
        ("lra-cert", basic("lra-cert"), "ocpp.not_encrypted"),
    ],
)
async def test_a_wrong_password_is_refused_and_noted(
    house: Any, name: str, headers: dict[str, str], reason: str
) -> None:
    assert await refusal(house, name, additional_headers=headers) == 401
    await house.stored()
    (notice,) = await house.stores.ledger.notices([f"station:{name}"])
    assert notice.finding.code == reason
    assert SECRET not in str(notice)


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("lra-01", SECRET),
        ("LRA-01", SECRET),
        ("lra-hex", HEX_SECRET),
        ("lra-hex", HEX_SECRET.upper()),
        ("lra-hex", bytes.fromhex(HEX_SECRET)),
    ],
)
async def test_a_key_is_taken_verbatim_or_as_the_bytes_it_writes(
    house: Any, raw_station: Any, name: str, password: str | bytes
) -> None:
    async with raw_station(house, name, additional_headers=basic(name, password)) as station:
        assert "currentTime" in await station.ask("Heartbeat", {})


async def test_the_newer_version_is_chosen_and_compression_declined(house: Any) -> None:
    async with connect(f"{house.url}/lra-open", subprotocols=["ocpp1.6", "ocpp2.0.1"]) as socket:
        assert socket.subprotocol == "ocpp2.0.1"
        assert "Sec-WebSocket-Extensions" not in socket.response.headers


async def test_a_station_that_speaks_no_version_of_ours_is_let_in_and_closed_at_once(house: Any) -> None:
    for offered in (["ocpp1.5"], None):
        async with connect(f"{house.url}/lra-open", subprotocols=offered) as socket:
            assert socket.subprotocol is None
            with pytest.raises(ConnectionClosed):
                await asyncio.wait_for(socket.recv(), 5)
    await house.stored()
    (notice,) = await house.stores.ledger.notices(["station:lra-open"])
    assert (notice.finding.code, notice.count) == ("ocpp.subprotocol_unsupported", 2)


async def test_the_newest_socket_wins_and_the_old_ones_end_does_not_disconnect_the_station(
    house: Any, raw_station: Any
) -> None:
    async with raw_station(house) as old:
        await old.ask("Heartbeat", {})
        async with raw_station(house) as new:
            with pytest.raises(ConnectionClosed):
                await old.hear()
            assert old.socket.close_reason == "replaced"
            await new.ask("Heartbeat", {})
            await house.stored()
            (link,) = await house.stores.ledger.links()
            assert link.connected
            assert house.central.health().figures["connected"] == 1
    await until(lambda: house.central.health().figures["connected"] == 0)
    await house.stored()
    (link,) = await house.stores.ledger.links()
    assert not link.connected


async def test_a_station_that_gives_no_sign_of_life_is_hung_up_on(open_house: Any) -> None:
    async with open_house(ping_interval_s=0.05, heartbeat_interval_s=0) as house:
        reader, writer = await asyncio.open_connection("127.0.0.1", house.central.port)
        writer.write(
            b"GET /ocpp/lra-open HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Protocol: ocpp1.6\r\n\r\n"
        )
        heard = b""
        async with asyncio.timeout(5):
            while b"silent" not in heard:
                more = await reader.read(1000)
                assert more
                heard += more
        assert b"silent" in heard
        writer.close()


async def test_a_station_that_answers_pings_stays(open_house: Any, raw_station: Any) -> None:
    async with open_house(ping_interval_s=0.05, heartbeat_interval_s=0) as house, raw_station(house) as station:
        await asyncio.sleep(0.5)
        assert "currentTime" in await station.ask("Heartbeat", {})
        assert house.central.health().figures["connected"] == 1


async def test_boot_tells_what_a_station_is(house: Any, raw_station: Any) -> None:
    boot = {
        "chargePointVendor": "Example",
        "chargePointModel": "One",
        "firmwareVersion": "1.2",
        "chargeBoxSerialNumber": "S" * 26,
    }
    async with raw_station(house) as station:
        answer = await station.ask("BootNotification", boot)
        assert (answer["status"], answer["interval"]) == ("Accepted", 300)
        assert answer["currentTime"].endswith("Z")
        await house.stored()
    (link,) = await house.stores.ledger.links()
    assert (link.maker, link.model, link.firmware, link.serial_number) == ("Example", "One", "1.2", "S" * 25)
    assert link.booted_at_utc is not None


async def test_two_calls_may_be_open_and_are_answered_in_order(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        for number in range(20):
            await station.say(json.dumps([2, f"n{number}", "Heartbeat", {}]))
        assert [(await station.hear())[1] for _ in range(20)] == [f"n{number}" for number in range(20)]


async def test_a_retry_with_the_same_id_and_content_gets_the_same_answer(house: Any, raw_station: Any) -> None:
    start = {"connectorId": 1, "idTag": "04A2B3C4D5", "meterStart": 5, "timestamp": "2026-01-01T00:00:00Z"}
    async with raw_station(house) as station, raw_station(house, "lra-open-2") as other:
        await station.say(json.dumps([2, "same", "StartTransaction", start]))
        first = await station.hear()
        await station.say(json.dumps([2, "same", "StartTransaction", start]))
        assert await station.hear() == first
        await station.say(json.dumps([2, "same", "StartTransaction", {**start, "connectorId": 2}]))
        assert (await station.hear())[2]["transactionId"] != first[2]["transactionId"]
        await other.say(json.dumps([2, "same", "StartTransaction", start]))
        assert (await other.hear())[2]["transactionId"] != first[2]["transactionId"]


async def test_a_number_as_id_comes_back_as_a_number(house: Any, raw_station: Any) -> None:
    async with raw_station(house) as station:
        await station.say('[2,17,"Heartbeat",{}]')
        assert (await station.hear())[:2] == [3, 17]


async def until(true: Any) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - figures do not ring
            await asyncio.sleep(0.01)


async def test_what_cannot_be_journalled_is_not_answered_and_others_go_on(
    house: Any, raw_station: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_frame: Any, written: Any) -> None:
        written(1, StoreError("store.journal_failed", folder="", error=""))

    async with raw_station(house) as station, raw_station(house, "lra-open-2") as other:
        await station.ask("Heartbeat", {})
        with monkeypatch.context() as broken:
            broken.setattr(house.stores.journal, "append_then", fail)
            await station.say('[2,"x","Heartbeat",{}]')
            with pytest.raises(ConnectionClosed):
                await station.hear()
            assert station.socket.close_code == 1011
            assert str(house.central.health().finding).startswith("store.journal_failed")
        await other.ask("Heartbeat", {})
        assert house.central.health().ok


async def test_what_decides_something_is_not_answered_either_where_it_cannot_be_journalled(
    house: Any, raw_station: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_frame: Any) -> int:
        raise StoreError("store.journal_failed", folder="", error="")

    async with raw_station(house) as station:
        await station.ask("Heartbeat", {})
        with monkeypatch.context() as broken:
            broken.setattr(house.stores.journal, "append", fail)
            await station.say('[2,"x","Authorize",{"idTag":"A"}]')
            with pytest.raises(ConnectionClosed):
                await station.hear()
            assert station.socket.close_code == 1011


async def test_a_plain_message_overtakes_none_that_is_decided_on(house: Any, raw_station: Any) -> None:
    asked = [("Heartbeat", "{}"), ("Authorize", '{"idTag":"A"}'), ("Heartbeat", "{}")] * 10
    async with raw_station(house) as station:
        for number, (action, payload) in enumerate(asked):
            await station.say(f'[2,"{number}","{action}",{payload}]')
        assert [(await station.hear())[1] for _ in asked] == [str(number) for number in range(len(asked))]
    kept = [frame async for frame in house.stores.journal.frames() if frame.direction is Direction.IN]
    assert [json.loads(frame.payload)[1] for frame in kept] == [str(number) for number in range(len(asked))]
