"""More than the service can take at once: the broker waits, memory does not grow, nothing is lost.

And brokers that send us to another one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from core.ports import Batch
from ingest import client as client_module
from ingest import link as link_module
from ingest.daemon import Ingest
from ingest.link import LARGEST_UNSETTLED, Link
from ingest.settings import BrokerSettings
from tests.ingest.publishing import publish
from tests.ingest.rig import (
    DEVICE_PASSWORD,
    DEVICE_USER,
    Device,
    ListStore,
    Mosquitto,
    make,
    refused_as,
    running,
    until,
)

VAN = "ovms/fleet/VAN1/metric"
SOC = f"{VAN}/v/b/soc"
MOVED = b"\x20\x13\x00\x9d\x10\x1c\x00\x0dother.example"
USE_ANOTHER = b"\x20\x03\x00\x9c\x00"
LEAVE = b"\x20\x03\x00\x00\x00" + b"\xe0\x02\x9d\x00"


class SlowStore(ListStore):
    """Needs a while for each batch."""

    async def put(self, batch: Batch) -> None:
        await asyncio.sleep(0.02)
        await super().put(batch)


def link_of(daemon: Ingest) -> Link:
    assert daemon._link is not None
    return daemon._link


def send(mosquitto: Mosquitto, messages: Sequence[tuple[str, bytes]], *, retain: bool = False) -> None:
    publish(mosquitto.port, DEVICE_USER, DEVICE_PASSWORD, messages, retain=retain)


@pytest.mark.mosquitto
async def test_while_the_store_is_slow_the_broker_waits_and_the_queue_stays_short(
    mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mosquitto 2.0.11 sends far more than the window allows: so this measures our own limit too."""
    monkeypatch.setattr(link_module, "LARGEST_UNSETTLED", 1000)
    store, longest = SlowStore(), 0
    daemon = make(mosquitto.settings(window=200), store)
    async with running(daemon):
        messages = [(SOC, b"%.2f" % (number / 100)) for number in range(4_000)]
        sending = asyncio.create_task(asyncio.to_thread(send, mosquitto, messages))
        while len(store.readings) < len(messages):
            longest = max(longest, len(link_of(daemon).queue))
            await asyncio.sleep(0.002)
        await sending
    assert 100 < longest <= 1002  # one beyond the limit, and what says that the connection began
    assert [reading.value for reading in store.readings] == [number / 100 for number in range(4_000)]


@pytest.mark.mosquitto
async def test_large_messages_are_left_with_the_broker_while_the_store_is_busy(
    mosquitto: Mosquitto, store: ListStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "LARGEST_UNSETTLED_BYTES", 200_000)
    daemon = make(mosquitto.settings(), store)
    store.open.clear()
    async with running(daemon):
        await asyncio.to_thread(send, mosquitto, [(f"{VAN}/x/{number}", b"7" * 10_000) for number in range(300)])
        await until(lambda: link_of(daemon)._paused)
        await asyncio.sleep(0.2)
        assert link_of(daemon)._unsettled.size_bytes <= 210_000
        with Device(mosquitto.port) as device:
            device.send(SOC, "5")
        store.open.set()
        await until(lambda: [reading.value for reading in store.readings] == [5.0])
        await until(lambda: daemon.health().figures["messages"] == 301)
        await until(lambda: link_of(daemon)._unsettled.size_bytes == 0)


@pytest.mark.mosquitto
async def test_a_store_that_hangs_for_longer_than_the_broker_waits_loses_and_doubles_nothing(
    mosquitto: Mosquitto, store: ListStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While nothing is read, the broker gives us up; what it sends again in the next connections stays unread too."""
    monkeypatch.setattr(link_module, "LARGEST_UNSETTLED", 100)
    monkeypatch.setattr(link_module, "FIRST_RETRY_S", 0.1)
    monkeypatch.setattr(client_module, "KEEP_ALIVE_S", 1)
    daemon = make(mosquitto.settings(), store)
    store.open.clear()
    async with running(daemon):
        await asyncio.to_thread(send, mosquitto, [(SOC, b"%.2f" % (number / 100)) for number in range(1000)])
        await until(lambda: link_of(daemon)._number > 1)
        assert link_of(daemon)._unsettled.count == 101
        store.open.set()
        await until(lambda: len(store.readings) >= 1000)
    assert [reading.value for reading in store.readings] == [number / 100 for number in range(1000)]


@pytest.mark.mosquitto
async def test_fifty_thousand_retained_messages_at_once_are_all_read(mosquitto: Mosquitto, store: ListStore) -> None:
    count, window = 50_000, 2_000
    await asyncio.to_thread(send, mosquitto, [(f"{VAN}/x/{number}", b"7") for number in range(count)], retain=True)
    daemon = make(mosquitto.settings(window=window), store)
    longest, slowest, loop = 0, 0.0, asyncio.get_running_loop()
    async with running(daemon):
        while daemon.health().figures["messages"] < count:
            begun = loop.time()
            await asyncio.sleep(0.002)
            slowest = max(slowest, loop.time() - begun)
            longest = max(longest, len(link_of(daemon).queue))
        await until(lambda: daemon.health().figures["retained"] == count)
        with Device(mosquitto.port) as device:
            device.send(SOC, "5")
            await until(lambda: [reading.value for reading in store.readings] == [5.0])
    assert longest <= LARGEST_UNSETTLED + 2
    assert slowest < 1.0
    assert (store.kept, store.found) == ([], [])


@pytest.mark.parametrize("answer", [MOVED, USE_ANOTHER, LEAVE])
async def test_a_broker_that_names_another_is_told_and_not_followed(store: ListStore, answer: bytes) -> None:
    async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(redirect, "127.0.0.1", 0)
    settings = BrokerSettings(name="main", port=server.sockets[0].getsockname()[1])
    await refused_as(make(settings, store), "ingest.broker_redirects")
    server.close()
    await server.wait_closed()


async def test_the_other_server_is_named() -> None:
    link = Link(BrokerSettings(name="main"), None)
    reason = ReasonCode(PacketTypes.CONNACK, "Server moved")
    properties = type("Properties", (), {"ServerReference": "other.example:1883"})()
    link._on_connect(link._client, None, None, reason, properties)  # type: ignore[arg-type]
    assert str(link.refusal) == "ingest.broker_redirects broker=main server=other.example:1883"
