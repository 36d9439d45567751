"""Sessions at a real Mosquitto: what a broker keeps for us, what it repeats, and when it is not there."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from core.inventory import Feed, Inventory
from core.quantities import Quantity
from tests.ingest.rig import (
    SOC,
    TASMOTA,
    Device,
    ListStore,
    Mosquitto,
    free_port,
    make,
    meter,
    refused_as,
    running,
    soc_values,
    tasmota,
    until,
)

pytestmark = pytest.mark.mosquitto


async def test_the_broker_keeps_what_comes_while_nobody_listens(
    mosquitto: Mosquitto, device: Device, store: ListStore
) -> None:
    async with running(make(mosquitto.settings(), store)):
        pass
    device.send_all([(SOC, f"{number / 100}") for number in range(3000)])
    async with running(make(mosquitto.settings(), store)):
        await until(lambda: len(store.readings) == 3000)
    assert soc_values(store) == [number / 100 for number in range(3000)]


async def test_a_broker_that_restarts_is_found_again(mosquitto: Mosquitto, store: ListStore) -> None:
    daemon = make(mosquitto.settings(), store)
    async with running(daemon):
        mosquitto.stop()
        await until(lambda: not daemon.health().ok)
        mosquitto.start()
        await until(lambda: daemon.health().ok)
        with Device(mosquitto.port) as device:
            device.send(SOC, "55")
        await until(lambda: soc_values(store) == [55.0])


async def test_retained_replays_are_no_samples(mosquitto: Mosquitto, device: Device, store: ListStore) -> None:
    device.send(SOC, "96.3", retain=True)
    device.send(TASMOTA, tasmota(5), retain=True)
    daemon = make(mosquitto.settings(), store)
    async with running(daemon):
        await until(lambda: daemon.health().figures["retained"] == 2)
    assert [reading.source for reading in store.readings] == ["meter:sound"]
    assert (store.kept, store.found) == ([], [])


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_what_was_retained_is_told_again_at_a_start_and_taken_for_news_never(
    mosquitto: Mosquitto, device: Device, store: ListStore, protocol: str
) -> None:
    async with running(make(mosquitto.settings(protocol=protocol), store)):
        device.send(SOC, "96.3", retain=True)
        await until(lambda: soc_values(store) == [96.3])
    again = ListStore()
    daemon = make(mosquitto.settings(protocol=protocol), again)
    async with running(daemon):
        await until(lambda: daemon.health().figures["retained"] == 1)
        mosquitto.stop()
        mosquitto.start()
        await until(lambda: daemon.health().ok)
        with Device(mosquitto.port) as back:
            back.send(SOC, "1")
            await until(lambda: soc_values(again) == [1.0])
            back.send(SOC, "2")
            await until(lambda: soc_values(again) == [1.0, 2.0])
        assert daemon.health().figures["retained"] == (1 if protocol == "5" else 2)


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_what_a_device_announced_is_known_after_a_restart(
    mosquitto: Mosquitto, device: Device, store: ListStore, protocol: str
) -> None:
    node, state = "homeassistant/sensor/plug", "zigbee2mqtt/plug"
    plug = meter("plug", Feed(broker="main", format="ha_discovery", topic=node, device=state))
    district = Inventory(meters={"plug": plug})
    words = {"device_class": "energy", "unit_of_measurement": "kWh", "value_template": "{{ value_json.energy }}"}
    device.send(f"{node}/energy/config", json.dumps({**words, "state_topic": state}), retain=True)
    settings = mosquitto.settings(protocol=protocol)

    async def hear(kept: ListStore, energy_kwh: int) -> None:
        daemon = make(settings, kept, inventory=lambda: district)
        async with running(daemon):
            await until(lambda: daemon.health().figures["retained"] == 1)
            device.send(state, f'{{"energy":{energy_kwh}}}')
            await until(lambda: bool(kept.readings))

    await hear(ListStore(), 7)
    await hear(store, 8)
    assert [(reading.quantity, reading.value) for reading in store.readings] == [(Quantity.ENERGY_IMPORT_WH, 8000.0)]


async def test_mqtt_311_keeps_the_same_promises(mosquitto: Mosquitto, device: Device, store: ListStore) -> None:
    settings = mosquitto.settings(protocol="3.1.1")
    async with running(make(settings, ListStore())):
        pass
    device.send_all([(SOC, str(number)) for number in range(100)])
    async with running(make(settings, store)):
        await until(lambda: len(store.readings) == 100)


async def test_topics_of_an_older_configuration_are_unsubscribed(
    mosquitto: Mosquitto, device: Device, store: ListStore, tmp_path: Path
) -> None:
    folder = tmp_path / "ingest"
    async with running(make(mosquitto.settings(topics=("tele/#", "ovms/#")), ListStore(), folder=folder)):
        pass
    async with running(make(mosquitto.settings(topics=("ovms/#",)), store, folder=folder)):
        await asyncio.sleep(0.1)
        device.send(TASMOTA, tasmota(1))
        device.send(SOC, "1")
        await until(lambda: bool(store.readings))
    assert soc_values(store) == [reading.value for reading in store.readings] == [1.0]


async def test_several_brokers_are_served_side_by_side(mosquitto: Mosquitto, tmp_path: Path, store: ListStore) -> None:
    other = Mosquitto(tmp_path / "other")
    other.start()
    try:
        daemons = [make(mosquitto.settings(), store), make(other.settings(name="other"), store)]
        async with running(daemons[0]), running(daemons[1]):
            for port in (mosquitto.port, other.port):
                with Device(port) as device:
                    device.send(SOC, f"{port / 1000}")
            await until(lambda: bool(store.readings) and bool(store.found))
        assert soc_values(store) == [mosquitto.port / 1000]
        assert [(found.channel, found.subject) for found in store.found] == [("mqtt:other", SOC)]
    finally:
        other.stop()


async def test_a_wrong_password_is_told_and_tried_again(mosquitto: Mosquitto, store: ListStore) -> None:
    daemon = make(mosquitto.settings(password="wrong"), store)
    await refused_as(daemon, "ingest.broker_refused")
    assert "wrong" not in repr(mosquitto.settings(password="wrong"))


async def test_a_broker_that_is_not_there_is_told(store: ListStore, tmp_path: Path) -> None:
    nobody = Mosquitto(tmp_path, port=free_port())
    await refused_as(make(nobody.settings(), store), "ingest.broker_unreachable")
