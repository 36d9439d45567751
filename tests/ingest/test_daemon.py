"""The daemon through a real Mosquitto: what arrives is stored, and only then acknowledged."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import pytest

from core.facts import Rejection
from core.inventory import Inventory
from core.ports import Batch
from ingest.daemon import Ingest
from tests.ingest.bad_input import BAD_INPUT
from tests.ingest.rig import (
    INVENTORY,
    LORA,
    SOC,
    TASMOTA,
    Device,
    ListStore,
    Mosquitto,
    make,
    running,
    soc_values,
    tasmota,
    until,
)

pytestmark = pytest.mark.mosquitto


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
