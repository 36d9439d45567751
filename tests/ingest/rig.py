"""Brokers of a test's own, an inventory of one device per format, and stores that are lists."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from core.errors import StoreError
from core.facts import Discovery, Notice, Rejection
from core.inventory import Drive, Feed, Inventory, Medium, Meter, MeterRole, Vehicle
from core.ports import Batch, Receipt
from core.quantities import Quantity
from core.readings import Reading
from core.texts import catalogue
from ingest.daemon import Ingest
from ingest.mosquitto import WINDOW, mosquitto_acl, mosquitto_conf
from ingest.settings import BrokerSettings, TlsSettings

USER, PASSWORD = "ingest", "correct horse"
DEVICE_USER, DEVICE_PASSWORD = "device", "battery staple"
START = date(2020, 1, 1)
LORA = "application/1/device/0101010101010101"
ZONE = ZoneInfo("Europe/Berlin")
TASMOTA = "tele/tasmota_sound/SENSOR"
SOC = "ovms/fleet/VAN1/metric/v/b/soc"


def meter(name: str, feed: Feed, medium: Medium = Medium.ELECTRICITY) -> Meter:
    return Meter(id=name, name=name, valid_from=START, site="school", medium=medium, role=MeterRole.SUPPLY, feed=feed)


def vehicle(name: str, feed: Feed) -> Vehicle:
    return Vehicle(
        id=name,
        name=name,
        valid_from=START,
        site="depot",
        maker="Maker",
        model="Model",
        drive=Drive.BATTERY,
        group="pool",
        feed=feed,
    )


def inventory(broker: str = "main") -> Inventory:
    """One device of each format."""

    def feed(name: str, topic: str, device: str = "", fields: tuple[tuple[str, str], ...] = ()) -> Feed:
        return Feed(broker=broker, format=name, topic=topic, device=device, fields=fields)

    meters = [
        meter("power", feed("tasmota_sml", "tele/tasmota_power/SENSOR")),
        meter("shelly", feed("shelly_gen2", "shellyemg3-dcb4d9c564f4")),
        meter("sound", feed("tasmota_sml", "tele/tasmota_sound/SENSOR")),
        meter(
            "second",
            feed("tasmota_sml", "tele/tasmota_power/SENSOR", "PV", fields=(("E_out", "energy_import_wh * 1000"),)),
        ),
        meter("shelly-channel-1", feed("shelly_gen2", "shellyemg3-dcb4d9c564f4", "em1:1")),
        meter("shelly-3em", feed("shelly_gen2", "shellypro3em-1")),
        meter(
            "water",
            feed(
                "chirpstack_v4", "application/1/device/0101010101010101", fields=(("meter.liter", "volume_m3 * 0.001"),)
            ),
            Medium.WATER,
        ),
    ]
    vehicles = [
        vehicle("van", feed("ovms_v3", "ovms/fleet/VAN1")),
        vehicle("car", feed("teslamate", "teslamate/cars/1")),
    ]
    return Inventory(meters={m.id: m for m in meters}, vehicles={v.id: v for v in vehicles})


class ListStore:
    """Sink, receipt book and rejection book in memory; it can be told to fail or to block."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.kept: list[Rejection] = []
        self.found: list[Discovery] = []
        self.told: list[Notice] = []
        self.held: set[Receipt] = set()
        self.failing = False
        self.open = asyncio.Event()
        self.open.set()

    @property
    def readings(self) -> list[Reading]:
        return [reading for batch in self.batches for reading in batch.readings]

    async def put(self, batch: Batch) -> None:
        await self.open.wait()
        if self.failing:
            raise StoreError("store.disk_full")
        self.batches.append(replace(batch, readings=tuple(batch.readings)))
        self.held |= set(batch.receipts)

    async def receipts(self, broker: str, client: str) -> frozenset[Receipt]:
        return frozenset(receipt for receipt in self.held if receipt[:2] == (broker, client))

    async def forget(self, receipts: Collection[Receipt]) -> None:
        self.held -= set(receipts)

    async def reject(self, rejections: Sequence[Rejection]) -> None:
        if self.failing:
            raise StoreError("store.disk_full")
        self.kept += rejections

    async def discover(self, discoveries: Sequence[Discovery]) -> None:
        self.found += discoveries

    async def notice(self, notices: Sequence[Notice]) -> None:
        self.told += notices

    def discovered(self) -> Counter[str]:
        counts: Counter[str] = Counter()
        for discovery in self.found:
            counts[discovery.subject] += discovery.count
        return counts


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Mosquitto:
    """A Mosquitto of one test, with the configuration that `ingest.mosquitto` prescribes."""

    folder: Path
    port: int = field(default_factory=free_port)
    tls: TlsSettings | None = None
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        passwords, acl, conf = self.folder / "passwd", self.folder / "acl", self.folder / "mosquitto.conf"
        if not passwords.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            passwords.touch(mode=0o600)
            for user, password in ((USER, PASSWORD), (DEVICE_USER, DEVICE_PASSWORD)):
                subprocess.run(["mosquitto_passwd", "-b", str(passwords), user, password], check=True)
            acl.write_text(mosquitto_acl(USER, {DEVICE_USER: "#"}))
            text = mosquitto_conf(
                host="127.0.0.1", port=self.port, folder=self.folder, passwords=passwords, acl=acl, tls=self.tls
            )
            conf.write_text(text + ("user root\n" if os.geteuid() == 0 else ""))
        self.process = subprocess.Popen(
            [shutil.which("mosquitto") or "mosquitto", "-c", str(conf)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for_port(self.port)

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(10)
            self.process = None

    def settings(self, **changes: Any) -> BrokerSettings:
        plain = BrokerSettings(name="main", port=self.port, username=USER, password=PASSWORD, window=WINDOW)
        return replace(plain, **changes)


def wait_for_port(port: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.02)
    raise TimeoutError(port)


class Device:
    """A publisher that waits for the broker's acknowledgement of each message."""

    def __init__(
        self,
        port: int,
        protocol: MQTTProtocolVersion = MQTTv311,
        user: str = DEVICE_USER,
        password: str = DEVICE_PASSWORD,
    ) -> None:
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=protocol)
        self._client.username_pw_set(user, password)
        self.port = port

    def __enter__(self) -> Self:
        self._client.connect("127.0.0.1", self.port)
        self._client.loop_start()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def send(self, topic: str, payload: bytes | str, *, qos: int = 1, retain: bool = False) -> None:
        self._client.publish(topic, payload, qos, retain).wait_for_publish(10)

    def send_all(self, messages: Sequence[tuple[str, bytes | str]]) -> None:
        infos = [self._client.publish(topic, payload, 1) for topic, payload in messages]
        for info in infos:
            info.wait_for_publish(20)


INVENTORY = inventory()


def now() -> datetime:
    return datetime.fromtimestamp(time.clock_gettime(time.CLOCK_REALTIME), UTC)


def make(settings: BrokerSettings, store: ListStore, **changes: Any) -> Ingest:
    parts: dict[str, Any] = {
        "inventory": lambda: INVENTORY,
        "sink": store,
        "receipts": store,
        "rejections": store,
        "clock": now,
    }
    return Ingest(settings, **{**parts, **changes})


@asynccontextmanager
async def running(daemon: Ingest) -> AsyncIterator[asyncio.Task[None]]:
    """Run a daemon until the block ends, connected at its beginning."""
    task = asyncio.create_task(daemon.serve())
    try:
        await until(lambda: daemon.health().ok)
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(condition: Callable[[], bool], timeout_s: float = 10.0) -> None:
    """Return when the condition holds; fail after a while."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        await asyncio.sleep(0.01)


async def refused_as(daemon: Ingest, code: str) -> None:
    """Check that the daemon keeps running and says why it is not connected."""
    task = asyncio.create_task(daemon.serve())
    await until(lambda: getattr(daemon.health().finding, "code", "") == code)
    finding = daemon.health().finding
    assert finding is not None
    assert catalogue("de").tell(finding) != code
    assert not task.done()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def tasmota(number: int) -> bytes:
    minute, second = divmod(number, 60)
    return f'{{"Time":"2026-11-01T00:{minute:02}:{second:02}","SML":{{"Total_in":{number}}}}}'.encode()


def soc_values(store: ListStore) -> list[float]:
    return [reading.value for reading in store.readings if reading.quantity is Quantity.SOC_PERCENT]
