"""Decode workers: they say what the loop would say, and whatever happens to them costs only one message."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UnavailableError
from core.inventory import Inventory
from ingest import workers
from ingest.intake import Intake
from ingest.messages import Message
from ingest.parking import CODE
from ingest.sharing import Sharing, devices
from ingest.sorting import InLoop
from ingest.workers import DecodeWorker
from tests.ingest.encoded import ENCODERS, END_UTC, district, messages_of
from tests.ingest.rig import INVENTORY, ZONE, Device, ListStore, Mosquitto, make, now, running, until
from tests.ingest.stalling import DISTRICT, NAMES, PROGRAM

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def said(name: str, payload: str) -> Message:
    return Message("main", f"x/{name}/v", payload.encode(), NOW)


@asynccontextmanager
async def worker(inventory: Callable[[], Inventory] = lambda: DISTRICT) -> AsyncIterator[DecodeWorker]:
    working = DecodeWorker("main", str(ZONE), inventory)
    try:
        yield working
    finally:
        await working.close()


@pytest.fixture
def stalling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "PROGRAM", PROGRAM)


async def test_a_worker_says_what_the_loop_would_say() -> None:
    inventory = district()
    loop = InLoop(Intake("main", ZONE, lambda: inventory))
    heard = [message for name in ENCODERS for message in list(messages_of(name))[:40]]
    heard += [Message("main", heard[0].topic, b"\xff", END_UTC), Message("main", "who/knows", b"1", END_UTC)]
    async with worker(lambda: inventory) as working:
        for part in (heard[::2], heard[1::2]):
            assert await working.sort(part, END_UTC) == await loop.sort(part, END_UTC)
        assert await working.rest() == await loop.rest()


@pytest.mark.usefixtures("stalling")
async def test_a_worker_that_dies_over_a_message_is_replaced_and_the_message_parked() -> None:
    async with worker() as working:
        catch = await working.sort([said("a", "1"), said("b", "die"), said("c", "3"), said("b", "4")], NOW)
        again = await working.sort([said("b", "5"), said("a", "6")], NOW)
    assert [reading.value for reading in catch.readings] == [1.0, 3.0, 4.0]
    assert [(kept.payload, kept.reason.code) for kept in catch.rejections] == [(b"die", CODE)]
    assert len(catch.undated) == 4
    assert [reading.value for reading in again.readings] == [6.0]
    assert [kept.payload for kept in again.rejections] == [b"5"]


@pytest.mark.usefixtures("stalling")
async def test_a_worker_that_is_stuck_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "STUCK_S", 0.3)
    async with worker() as working:
        catch = await working.sort([said("a", "sleep"), said("b", "2")], NOW)
    assert [reading.value for reading in catch.readings] == [2.0]
    assert [kept.payload for kept in catch.rejections] == [b"sleep"]


async def test_a_worker_that_does_not_start_parks_nobodys_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "PROGRAM", "raise SystemExit(1)")
    async with worker() as working:
        with pytest.raises(UnavailableError, match=r"ingest\.worker_lost"):
            await working.sort([said("a", "1")], NOW)


async def test_a_worker_works_on_while_the_service_is_told_to_end() -> None:
    async with worker() as working:
        await working.sort([said("a", "1")], NOW)
        assert working._process is not None
        working._process.terminate()
        assert len((await working.sort([said("a", "2")], NOW)).readings) == 1


@pytest.mark.usefixtures("stalling")
async def test_a_worker_follows_the_inventory() -> None:
    inventories = [Inventory()]
    async with worker(lambda: inventories[0]) as working:
        assert (await working.sort([said("a", "1")], NOW)).discovered == 1
        inventories[0] = DISTRICT
        assert len((await working.sort([said("a", "1")], NOW)).readings) == 1


@pytest.mark.mosquitto
@pytest.mark.usefixtures("stalling")
async def test_a_stalled_topic_delays_no_other_lane(mosquitto: Mosquitto, device: Device, store: ListStore) -> None:
    shared = Sharing(2, "main", ZONE, lambda: DISTRICT, now)
    other = next(name for name in NAMES if shared.lane_of(f"x/{name}/v") != shared.lane_of("x/a/v"))
    daemon = make(mosquitto.settings(decode_workers=2), store, inventory=lambda: DISTRICT)
    async with running(daemon):
        device.send_all([("x/a/v", "0"), (f"x/{other}/v", "0")])
        await until(lambda: len(store.readings) == 2)
        begun = time.monotonic()
        device.send("x/a/v", "spin")
        device.send_all([(f"x/{other}/v", str(number)) for number in range(1, 100)])
        await until(lambda: len(store.readings) == 101)
        assert store.kept == []
        assert time.monotonic() - begun < 1.0
        await until(lambda: daemon.health().figures["parked"] == 1)
    values = [reading.value for reading in store.readings if reading.source == f"meter:{other}"]
    assert values == sorted(values)
    again = ListStore()
    async with running(make(mosquitto.settings(), again, inventory=lambda: DISTRICT)):
        device.send("x/a/v", "1")
        await until(lambda: bool(again.found) or bool(again.readings))
    assert again.kept == []


@pytest.mark.mosquitto
@pytest.mark.usefixtures("stalling")
async def test_stopping_finishes_what_every_lane_has(mosquitto: Mosquitto, device: Device, store: ListStore) -> None:
    settings = mosquitto.settings(decode_workers=2)
    async with running(make(settings, store, inventory=lambda: DISTRICT)) as task:
        device.send_all([(f"x/{NAMES[number % 5]}/v", str(number)) for number in range(500)])
        await until(lambda: bool(store.readings))
        task.cancel()
        await asyncio.wait([task])
    async with running(make(settings, store, inventory=lambda: DISTRICT)):
        await until(lambda: len({reading.value for reading in store.readings}) == 500)
    for name in NAMES:
        values = [reading.value for reading in store.readings if reading.source == f"meter:{name}"]
        assert values == sorted(values)


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=3).map(tuple), max_size=8))
def test_sources_that_share_topics_are_one_device(neighbours: list[tuple[str, ...]]) -> None:
    found = devices(neighbours)
    assert set(found) == {source for sources in neighbours for source in sources}
    for sources in neighbours:
        assert len({found[source] for source in sources}) == 1
    assert all(found[device] == device for device in found.values())


def test_a_device_stays_in_its_lane_whatever_its_topic() -> None:
    shared = Sharing(7, "main", ZONE, lambda: INVENTORY, now)
    topics = [f"tele/tasmota_power/{tail}" for tail in ("SENSOR", "LWT", "STATE")]
    assert len({shared.lane_of(topic) for topic in topics}) == 1
    assert len({shared.lane_of(f"nobody/{number}") for number in range(100)}) == 7


def test_lanes_follow_the_inventory() -> None:
    inventories: list[Any] = [Inventory(), DISTRICT]
    shared = Sharing(1000, "main", ZONE, lambda: inventories[0], now)
    before = [shared.lane_of(f"x/a/{name}") for name in NAMES]
    inventories.pop(0)
    after = [shared.lane_of(f"x/a/{name}") for name in NAMES]
    assert len(set(before)) > 1
    assert len(set(after)) == 1
