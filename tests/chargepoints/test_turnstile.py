"""Connects per address: those that become a station's cost nothing, the others are limited."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidMessage, InvalidStatus

from chargepoints.authority import new_authority
from chargepoints.settings import StationAuthoritySettings, StationTlsSettings
from chargepoints.turnstile import MINUTES_AT_ONCE, Turnstile, holder_of
from core.station_events import SERVICE, StationEventFilter, StationEventKind


class Door:
    """A turnstile with a clock in hand."""

    def __init__(self, per_minute: float = 6.0, **given: Any) -> None:
        self.now_s = 0.0
        self.turned: list[str] = []
        self.turnstile = Turnstile(per_minute, lambda: self.now_s, self.turned.append, **given)

    def come(self, count: int, address: str = "192.0.2.1") -> int:
        return sum(self.turnstile.comes(address) for _ in range(count))


def test_who_comes_in_vain_is_turned_away_after_a_while_and_let_in_at_the_rate() -> None:
    door = Door()
    assert door.come(100) == 6 * MINUTES_AT_ONCE
    assert (door.turnstile.turned_away, set(door.turned)) == (40, {"192.0.2.1"})
    door.now_s = 30.0
    assert door.come(100) == 3
    assert door.come(5, "192.0.2.2") == 5, "others are not concerned"
    door.now_s = 3_600.0
    assert door.come(100) == 60


def test_stations_behind_one_address_may_come_as_often_as_they_like() -> None:
    door = Door()
    for _ in range(5_000):
        assert door.turnstile.comes("192.0.2.1")
        door.turnstile.admitted("192.0.2.1")
    assert door.turned == []
    assert door.turnstile._left == {}, "nothing is kept of an address that has all again"


def test_a_proxy_that_is_named_is_not_counted() -> None:
    door = Door(exempt=("10.0.0.9",))
    assert door.come(1_000, "10.0.0.9") == 1_000


@pytest.mark.parametrize(
    ("address", "holder"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:0:1::5", "2001:db8:0:1::/64"),
        ("2001:db8:0:1:ffff::6", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_of_ipv6_a_network_counts_as_one(address: str, holder: str) -> None:
    assert holder_of(address) == holder


def test_however_many_addresses_come_little_is_kept() -> None:
    door = Door()
    for number in range(12_000):
        door.come(1, f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(door.turnstile._left) <= 10_001


async def test_guesses_of_passwords_end_before_the_handshake_and_stand_among_the_services_events(
    open_house: Any, sign_in: Any
) -> None:
    async def guess(house: Any) -> int:
        try:
            async with connect(f"{house.url}/lra-01", additional_headers=sign_in("lra-01", "wrong")):
                return 101
        except InvalidStatus as refused:
            return refused.response.status_code
        except (ConnectionError, InvalidMessage):
            return 0

    async with open_house(failed_connects_per_min=1.0) as house:
        async with connect(
            f"{house.url}/lra-01", subprotocols=["ocpp1.6"], additional_headers=sign_in("lra-01")
        ) as station:
            said = [await guess(house) for _ in range(MINUTES_AT_ONCE + 2)]
            assert said == [401] * MINUTES_AT_ONCE + [0, 0]
            await station.send(json.dumps([2, "1", "Heartbeat", {}]))
            assert json.loads(await station.recv())[0] == 3, "who is in stays in"
        await house.stored()
        wanted = StationEventFilter(kinds=frozenset({StationEventKind.TURNED_AWAY}), stations=frozenset({SERVICE}))
        (event,) = (await house.stores.ledger.station_events(wanted)).items
        assert (event.code, event.count) == ("ocpp.too_many_connects", 2)
        assert house.central.health().figures["connects_turned_away"] == 2


async def closed_after_s(reader: asyncio.StreamReader) -> float:
    """Return how long it took until we hung up."""
    loop = asyncio.get_running_loop()
    begun_s = loop.time()
    async with asyncio.timeout(5):
        with contextlib.suppress(ConnectionError):
            while await reader.read(1024):
                pass
    return loop.time() - begun_s


async def test_a_client_that_sends_its_request_byte_by_byte_is_hung_up_on(open_house: Any) -> None:
    async with open_house(handshake_timeout_s=0.3) as house:
        reader, writer = await asyncio.open_connection("127.0.0.1", house.central.port)

        async def drip() -> None:
            with contextlib.suppress(ConnectionError):
                for byte in b"GET /ocpp/lra-01 HTTP/1.1\r\n" * 10:
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(0.02)

        dripping = asyncio.create_task(drip())
        assert 0.2 < await closed_after_s(reader) < 2
        dripping.cancel()
        writer.close()


async def test_a_client_that_never_speaks_at_the_encrypted_port_is_hung_up_on(
    tmp_path: Path, house_in: Callable[..., Any]
) -> None:
    key, certificate = new_authority("Ladestationen", datetime.now(UTC))  # noqa: TID251 - as TLS's clock
    (tmp_path / "ca.key").write_bytes(key)
    (tmp_path / "ca.pem").write_bytes(certificate)
    made = tmp_path / "own.pem"
    given = {
        "tls": StationTlsSettings(certificate=made, key=made, names=("localhost",), made_here=True, port=0),
        "authority": StationAuthoritySettings(certificate=tmp_path / "ca.pem", key=tmp_path / "ca.key"),
        "handshake_timeout_s": 0.3,
        "failed_connects_per_min": 1.0,
    }
    async with house_in(tmp_path / "data", **given) as house:
        for number in range(MINUTES_AT_ONCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", house.central.tls_port)
            silent = asyncio.create_task(closed_after_s(reader))
            if number == 0:
                assert 0.2 < await silent < 2
            writer.close()
            await asyncio.gather(silent, return_exceptions=True)
        with pytest.raises((ConnectionError, ssl.SSLError)):
            await asyncio.open_connection("localhost", house.central.tls_port, ssl=ssl.create_default_context())
        assert house.central.health().figures["connects_turned_away"] >= 1
