"""The daemon through a real Mosquitto: what arrives is stored, and only then acknowledged."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from core.facts import Rejection
from core.inventory import Feed, Inventory
from core.ports import Batch
from core.quantities import Quantity
from ingest.daemon import Ingest
from tests.ingest.bad_input import BAD_INPUT
from tests.ingest.rig import (
    INVENTORY,
    LORA,
    Device,
    ListStore,
    Mosquitto,
    free_port,
    make,
    meter,
    refused_as,
    running,
    until,
)

pytestmark = pytest.mark.mosquitto

TASMOTA = "tele/tasmota_sound/SENSOR"
SOC = "ovms/fleet/VAN1/metric/v/b/soc"


def tasmota(number: int) -> bytes:
    minute, second = divmod(number, 60)
    return f'{{"Time":"2026-11-01T00:{minute:02}:{second:02}","SML":{{"Total_in":{number}}}}}'.encode()


def soc_values(store: ListStore) -> list[float]:
    return [reading.value for reading in store.readings if reading.quantity is Quantity.SOC_PERCENT]


async def test_bytes_on_a_topic_become_stored_readings(mosquitto: Mosquitto, device: Device, store: ListStore) -> None:
    daemon = make(mosquitto.settings(), store)
    async with running(daemon):
        device.send(TASMOTA, tasmota(7))
        device.send(SOC, "96.3")
        device.send("teslamate/cars/1/battery_level", "88", retain=True)
        await until(lambda: len(store.readings) == 3)
    assert [(reading.source, reading.value) for reading in store.readings] == [
        ("meter:sound", 7000.0),
        ("vehicle:van", 96.3),
        ("vehicle:car", 88.0),
    ]


async def test_a_batch_closes_soon_after_the_last_message(
    mosquitto: Mosquitto, device: Device, store: ListStore
) -> None:
    async with running(make(mosquitto.settings(), store)):
        begun = time.monotonic()
        device.send(TASMOTA, tasmota(1))
        await until(lambda: bool(store.readings))
    assert time.monotonic() - begun < 0.3


async def test_a_batch_closes_after_half_a_second_of_steady_messages(
    mosquitto: Mosquitto, device: Device, store: ListStore
) -> None:
    async with running(make(mosquitto.settings(), store)):
        begun = time.monotonic()
        while not store.batches:
            device.send(TASMOTA, tasmota(1))
            await asyncio.sleep(0.005)
        assert 0.3 < time.monotonic() - begun < 1.5
    assert len(store.batches[0].readings) > 10


async def test_a_full_batch_does_not_wait(mosquitto: Mosquitto, device: Device, store: ListStore) -> None:
    daemon = make(mosquitto.settings(batch=50), store)
    async with running(daemon):
        await asyncio.to_thread(device.send_all, [(TASMOTA, tasmota(number)) for number in range(500)])
        await until(lambda: len(store.readings) == 500)
    assert max(len(batch.readings) for batch in store.batches) == 50


async def test_nothing_is_acknowledged_while_the_store_is_busy(
    mosquitto: Mosquitto, device: Device, store: ListStore
) -> None:
    busy = ListStore()
    busy.open.clear()
    first = make(mosquitto.settings(), busy)
    task = asyncio.create_task(first.serve())
    await until(lambda: first.health().ok)
    device.send_all([(SOC, str(number)) for number in range(10)])
    await asyncio.sleep(0.3)
    assert busy.batches == []
    await kill(first, task)
    async with running(make(mosquitto.settings(), store)):
        await until(lambda: len(store.readings) == 10)
    assert soc_values(store) == [float(number) for number in range(10)]


async def test_what_was_stored_before_a_crash_is_not_stored_again(
    mosquitto: Mosquitto, device: Device, store: ListStore
) -> None:
    """The crash comes between the commit and the acknowledgement."""

    class DiesAfterCommit(ListStore):
        async def put(self, batch: Batch) -> None:
            await super().put(batch)
            await asyncio.Event().wait()

    doomed = DiesAfterCommit()
    first = make(mosquitto.settings(), doomed)
    task = asyncio.create_task(first.serve())
    await until(lambda: first.health().ok)
    device.send_all([(SOC, str(number)) for number in range(10)])
    await until(lambda: len(doomed.readings) == 10)
    await kill(first, task)
    store.held = set(doomed.held)
    second = make(mosquitto.settings(), store)
    async with running(second):
        device.send(SOC, "77")
        await until(lambda: soc_values(store) == [77.0])
        await until(lambda: second.health().figures["duplicates"] == 10)
    third_store = ListStore()
    async with running(make(mosquitto.settings(), third_store)):
        device.send(SOC, "78")
        await until(lambda: bool(third_store.readings))
    assert soc_values(third_store) == [78.0]


async def test_receipts_are_forgotten_once_acknowledged(
    mosquitto: Mosquitto, device: Device, store: ListStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.lane.RECEIPT_KEPT_S", 0.05)
    async with running(make(mosquitto.settings(), store)):
        device.send(SOC, "50")
        await until(lambda: len(store.held) == 1)
        await asyncio.sleep(0.1)
        device.send(TASMOTA, tasmota(1))
        await until(lambda: not store.held)


async def test_a_failing_store_loses_nothing_and_shows(mosquitto: Mosquitto, device: Device, store: ListStore) -> None:
    daemon = make(mosquitto.settings(), store)
    async with running(daemon):
        store.failing = True
        device.send_all([(SOC, str(number)) for number in range(20)])
        await until(lambda: not daemon.health().ok)
        finding = daemon.health().finding
        assert finding is not None
        assert finding.code == "store.disk_full"
        device.send_all([(SOC, str(number)) for number in range(20, 40)])
        store.failing = False
        await until(lambda: len(store.readings) == 40)
        await until(lambda: daemon.health().ok)
    assert soc_values(store) == [float(number) for number in range(40)]


async def test_a_daemon_that_fails_and_is_started_again_reads_again_what_was_not_stored(
    mosquitto: Mosquitto, device: Device
) -> None:
    class BreaksOnce(ListStore):
        broken = False

        async def put(self, batch: Batch) -> None:
            if not self.broken:
                self.broken = True
                raise LookupError
            await super().put(batch)

    fragile = BreaksOnce()
    daemon = make(mosquitto.settings(), fragile)
    uplink = b'{"deduplicationId":"a","time":"2026-11-22T08:59:00Z","object":{"meter":{"liter":1000}}}'
    task = asyncio.create_task(daemon.serve())
    await until(lambda: daemon.health().ok)
    device.send(f"{LORA}/event/up", uplink)
    with pytest.raises(LookupError):
        await task
    assert fragile.readings == []
    async with running(daemon):
        await until(lambda: [reading.value for reading in fragile.readings] == [1.0])


async def test_a_rejection_is_kept_before_it_is_acknowledged(
    mosquitto: Mosquitto, device: Device, store: ListStore
) -> None:
    class RefusesOnce(ListStore):
        refused = 0

        async def reject(self, rejections: Sequence[Rejection]) -> None:
            self.failing, self.refused = not self.refused, self.refused + 1
            await super().reject(rejections)

    careful = RefusesOnce()
    async with running(make(mosquitto.settings(), careful)):
        device.send(TASMOTA, b"\xff")
        await until(lambda: len(careful.kept) == 1)
    assert careful.refused == 2
    async with running(make(mosquitto.settings(), store)):
        device.send(SOC, "1")
        await until(lambda: bool(store.readings))
    assert store.kept == []


async def test_stopping_finishes_the_batch_in_hand(mosquitto: Mosquitto, device: Device, store: ListStore) -> None:
    slow = ListStore()
    slow.open.clear()
    async with running(make(mosquitto.settings(), slow)) as task:
        device.send_all([(SOC, str(number)) for number in range(10)])
        await asyncio.sleep(0.2)
        task.cancel()
        await asyncio.sleep(0.1)
        assert not task.done()
        slow.open.set()
        await asyncio.wait([task])
    assert len(slow.readings) == 10
    async with running(make(mosquitto.settings(), store)):
        device.send(SOC, "77")
        await until(lambda: bool(store.readings))
    assert soc_values(store) == [77.0]


async def test_the_broker_keeps_what_comes_while_nobody_listens(
    mosquitto: Mosquitto, device: Device, store: ListStore
) -> None:
    async with running(make(mosquitto.settings(), store)):
        pass
    device.send_all([(SOC, str(number)) for number in range(3000)])
    async with running(make(mosquitto.settings(), store)):
        await until(lambda: len(store.readings) == 3000)
    assert soc_values(store) == [float(number) for number in range(3000)]


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


async def test_bad_input_is_kept_where_its_table_says(mosquitto: Mosquitto, device: Device, store: ListStore) -> None:
    live = [case for case in BAD_INPUT if not case.retained]
    daemon = make(mosquitto.settings(), store)
    async with running(daemon):
        device.send_all([(case.topic, case.payload) for case in live])
        device.send(SOC, "42")
        await until(lambda: daemon.health().figures["messages"] == len(live) + 1)
    assert soc_values(store) == [42.0]
    assert len(store.readings) == sum(len(case.readings) for case in live) + 1
    rejected = [case for case in live if case.shown == "rejections"]
    assert daemon.health().figures["rejected"] == len(rejected)
    assert {rejection.reason.code for rejection in store.kept} == {case.code for case in rejected}
    assert store.discovered() == {"nobody/knows/this": 1}


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
                    device.send(SOC, str(port))
            await until(lambda: bool(store.readings) and bool(store.found))
        assert soc_values(store) == [float(mosquitto.port)]
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


async def test_an_inventory_that_changes_is_followed(mosquitto: Mosquitto, device: Device, store: ListStore) -> None:
    inventories = [Inventory()]
    async with running(make(mosquitto.settings(), store, inventory=lambda: inventories[0])):
        device.send(SOC, "1")
        await until(lambda: store.discovered()[SOC] == 1)
        inventories[0] = INVENTORY
        device.send(SOC, "2")
        await until(lambda: soc_values(store) == [2.0])


async def test_messages_of_qos_0_are_taken_too(mosquitto: Mosquitto, device: Device, store: ListStore) -> None:
    async with running(make(mosquitto.settings(), store)):
        device.send(SOC, "3", qos=0)
        await until(lambda: soc_values(store) == [3.0])
    assert store.held == set()


async def kill(daemon: Ingest, task: asyncio.Task[None]) -> None:
    """End a daemon as a crash would: its socket goes, nothing more is acknowledged or put."""
    link = daemon._link
    assert link is not None
    sock = link._client.socket()
    assert sock is not None
    link._on_socket_close(link._client, None, sock)
    sock.close()
    current = asyncio.current_task()
    for other in asyncio.all_tasks() - {current}:  # its own tasks; a test has no others
        other.cancel()
    await asyncio.sleep(0)
    for _ in range(20):
        for other in asyncio.all_tasks() - {current}:
            other.cancel()
        await asyncio.sleep(0.01)
    assert task.done()
