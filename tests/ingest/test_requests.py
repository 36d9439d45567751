"""What is asked of devices: a Sparkplug node for its births, once, seen by a real client on a real broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from core.inventory import Inventory
from core.quantities import Quantity
from ingest.link import Link
from ingest.messages import Request
from ingest.requests import LARGEST_TURN, PAUSE, Requests
from ingest.settings import BrokerSettings
from ingest.sparkplug import REBIRTH, Metric, read
from tests.ingest.encoders.sparkplug_b import ALIAS, BOOLEAN, CASE, DOUBLE, ENERGY, metric, node, own, payload
from tests.ingest.rig import PASSWORD, USER, Device, ListStore, Mosquitto, make, meter, now, running, until

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
GATEWAY = meter("gateway", CASE.feed)
NEIGHBOUR = meter("neighbour", replace(CASE.feed, topic=f"{CASE.feed.topic}-2"))
INVENTORY = Inventory(meters={"gateway": GATEWAY, "neighbour": NEIGHBOUR})


@asynccontextmanager
async def an_edge_node(port: int) -> AsyncIterator[list[MQTTMessage]]:
    """Listen for commands, as an edge node does."""
    heard: list[MQTTMessage] = []
    subscribed: list[int] = []
    client = Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(USER, PASSWORD)
    client.on_message = lambda _client, _userdata, message: heard.append(message)
    client.on_subscribe = lambda *_: subscribed.append(1)
    client.connect("127.0.0.1", port)
    client.subscribe(node("NCMD"), 1)
    client.loop_start()
    await until(lambda: bool(subscribed))
    yield heard
    client.disconnect()
    client.loop_stop()


def energy(seq: int, kwh: float) -> bytes:
    return payload(now(), seq, metric(alias=ALIAS, at_utc=now(), double=kwh))


@pytest.mark.mosquitto
async def test_an_unknown_alias_asks_the_node_for_its_births_exactly_once(
    mosquitto: Mosquitto, device: Device, store: ListStore
) -> None:
    async with (
        an_edge_node(mosquitto.port) as heard,
        running(make(mosquitto.settings(), store, inventory=lambda: INVENTORY)) as _,
    ):
        for seq in range(5):
            device.send(own("DDATA"), energy(seq, 1.0 + seq))
            device.send(f"{own('DDATA')}-2", energy(seq + 10, 1.0))
        await until(lambda: bool(heard))
        device.send(node("NBIRTH"), payload(now(), 0, metric("bdSeq", integer=0, datatype=4)))
        born = metric(ENERGY, alias=ALIAS, at_utc=now(), datatype=DOUBLE, double=20.5)
        device.send(own("DBIRTH"), payload(now(), 1, born))
        device.send(own("DDATA"), energy(2, 21.5))
        await until(lambda: len(store.readings) == 2)
        await asyncio.sleep(0.1)
    assert [(reading.quantity, reading.value) for reading in store.readings] == [
        (Quantity.ENERGY_IMPORT_WH, 20_500.0),
        (Quantity.ENERGY_IMPORT_WH, 21_500.0),
    ]
    assert [(message.topic, message.qos, message.retain) for message in heard] == [(node("NCMD"), 0, False)]
    (command,) = read(heard[0].payload).metrics
    assert command._replace(at_ms=None) == Metric(REBIRTH, None, None, BOOLEAN, historical=False, value=True)


@pytest.mark.mosquitto
async def test_nothing_is_asked_before_what_was_heard_is_stored(
    mosquitto: Mosquitto, device: Device, store: ListStore
) -> None:
    store.open.clear()
    daemon = make(mosquitto.settings(), store, inventory=lambda: INVENTORY)
    async with an_edge_node(mosquitto.port) as heard, running(daemon):
        named = metric(ENERGY, at_utc=now(), double=1.0)
        device.send(own("DDATA"), payload(now(), 3, named, metric(alias=99, integer=1)))
        await asyncio.sleep(0.2)
        assert heard == []
        store.open.set()
        await until(lambda: len(heard) == 1)
        assert daemon.health().figures["requests"] == 1


def test_the_same_is_asked_again_after_a_pause_only() -> None:
    requests, wanted = Requests(), [Request("a", b"1"), Request("a", b"2"), Request("b", b"3")]
    assert requests.due(wanted, NOW) == [wanted[0], wanted[2]]
    assert requests.due(wanted, NOW + PAUSE / 2) == []
    assert requests.due(wanted, NOW + PAUSE) == [wanted[0], wanted[2]]


def test_whatever_devices_say_few_requests_are_sent_in_a_pause() -> None:
    requests = Requests()
    wanted = [Request(str(number), b"") for number in range(1000)]
    assert len(requests.due(wanted, NOW)) == LARGEST_TURN
    assert requests.due(wanted, NOW + timedelta(seconds=1)) == []


async def test_without_a_connection_nothing_is_sent() -> None:
    assert not Link(BrokerSettings(name="main"), None).send(Request("a", b""))
