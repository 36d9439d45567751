"""What clients may do to a server beside sending bad messages: each costs only whoever does it, and is written down.

The issue's list of bad input, and where each is shown: fuzzed frames, wrong arity, types, unreadable JSON and UTF-8 in
`bad_input`, `test_fuzz` and `test_every_message`; half and cut frames in `test_framing`; requests that never end in
`test_turnstile`; stations that answer never, late, twice or with errors, and unsolicited results in
`test_hostile_answers`; tags with SQL or HTML in `test_tag_limits`; the rest here.
"""

from __future__ import annotations

import asyncio
import json
import socket
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from core.books import RejectionFilter, SessionFilter
from core.errors import UnavailableError
from core.station_events import StationEventFilter, StationEventKind

HELLO = (
    "GET /ocpp/lra-open HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    "Sec-WebSocket-Protocol: ocpp1.6\r\n\r\n"
)
TEXT, COMPRESSED_TEXT = 0x81, 0xC1


def frame(head: int, payload: bytes) -> bytes:
    """Return a frame of a client, masked with zeros."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else bytes([0x80 | 126]) + size.to_bytes(2, "big")
    return bytes([head]) + length + bytes(4) + payload


async def let_in(house: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, bytes]:
    own = socket.socket()
    own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    own.connect(("127.0.0.1", house.central.port))
    reader, writer = await asyncio.open_connection(sock=own)
    writer.write(HELLO.encode())
    return reader, writer, await reader.readuntil(b"\r\n\r\n")


async def refused(house: Any) -> list[str]:
    await house.stored()
    return [item.reason.code for item in (await house.stores.ledger.rejections(RejectionFilter(channel="ocpp"))).items]


async def test_a_deflate_bomb_is_never_unpacked(house: Any, raw_station: Any) -> None:
    packer = zlib.compressobj(wbits=-15)
    bomb = packer.compress(bytes(40_000_000)) + packer.flush()
    assert len(bomb) < 60_000
    async with raw_station(house, "lra-open-2") as other:
        reader, writer, answer = await let_in(house)
        assert b"deflate" not in answer, "nobody is offered what could be a bomb"
        writer.write(frame(COMPRESSED_TEXT, bomb))
        heard = await asyncio.wait_for(reader.read(200), 5)
        assert heard[:1] == b"\x88"
        assert int.from_bytes(heard[2:4], "big") == 1002
        writer.close()
        await other.ask("Heartbeat", {})
        codes = await refused(house)
        wanted = StationEventFilter(stations=frozenset({"lra-open"}), kinds=frozenset({StationEventKind.REFUSED}))
        events = (await house.stores.ledger.station_events(wanted)).items
    assert codes == ["ocpp.frame_broken"]
    assert [event.code for event in events] == ["ocpp.frame_broken"]


async def test_a_message_of_ten_megabytes_is_not_read(house: Any, raw_station: Any) -> None:
    async with raw_station(house, "lra-open-2") as other:
        reader, writer, _ = await let_in(house)
        size = 10_000_000
        writer.write(bytes([TEXT, 0x80 | 127]) + size.to_bytes(8, "big") + bytes(4) + bytes(100_000))
        heard = await asyncio.wait_for(reader.read(200), 5)
        assert int.from_bytes(heard[2:4], "big") == 1009
        writer.close()
        await other.ask("Heartbeat", {})
        assert await refused(house) == ["ocpp.frame_too_large"]


async def test_a_station_that_takes_nothing_keeps_only_its_own_calls_waiting(open_house: Any, raw_station: Any) -> None:
    async with open_house(call_timeout_s=0.3) as house, raw_station(house, "lra-open-2") as other:
        reader, writer, _ = await let_in(house)
        reader._transport.pause_reading()  # type: ignore[attr-defined]  # its window fills, and ours after it
        large = {"vendorId": "x" * 12_000_000}
        asked = asyncio.create_task(house.central.call("lra-open", "DataTransfer", large))
        for _ in range(5):
            await other.ask("Heartbeat", {})
        with pytest.raises(UnavailableError, match="call_timeout"):
            await asyncio.wait_for(asked, 5)
        await other.ask("Heartbeat", {})
        writer.transport.abort()


async def test_stations_that_all_come_at_once_are_all_let_in(house_in: Any, tmp_path: Path, district: Any) -> None:
    one = district.stations["lra-open"]
    many = {f"lra-{number}": replace(one, id=f"lra-{number}") for number in range(200)}

    async def come(house: Any, name: str) -> str:
        async with connect(f"{house.url}/{name}", subprotocols=[Subprotocol("ocpp1.6")], compression=None) as station:
            await station.send(json.dumps([2, name, "Heartbeat", {}]))
            return str(json.loads(await station.recv())[1])

    async with house_in(tmp_path, replace(district, stations=many)) as house:
        assert await asyncio.gather(*(come(house, name) for name in many)) == list(many)


@pytest.mark.parametrize("id_", ["ключ-😀", "漢字", "\u202eabc", "'; DROP TABLE", "a\nb", ""])
async def test_an_id_of_any_signs_comes_back_as_it_came(house: Any, raw_station: Any, id_: str) -> None:
    async with raw_station(house) as station:
        await station.say(json.dumps([2, id_, "Heartbeat", {}], ensure_ascii=False))
        assert (await station.hear())[:2] == [3, id_]
        await station.say(json.dumps([2, id_, "Unknown", {}]))
        assert (await station.hear())[:3] == [4, id_, "NotImplemented"]


async def test_calls_that_are_replayed_by_another_connection_change_nothing(house: Any, raw_station: Any) -> None:
    at = "2026-11-22T10:0%d:00Z"
    start = {"connectorId": 1, "idTag": "04A2B3C4D5", "meterStart": 0, "timestamp": at % 0}
    numbers = set()
    for _ in range(3):
        async with raw_station(house) as station:
            numbers.add((await station.ask("StartTransaction", start))["transactionId"])
            (number,) = numbers
            stop = {"transactionId": number, "meterStop": 900, "timestamp": at % 5}
            await station.ask("StopTransaction", stop)
    await house.stored()
    (session,) = (await house.stores.ledger.sessions(SessionFilter(stations=frozenset({"lra-open"})))).items
    assert (session.energy_wh, session.findings) == (900.0, ())
