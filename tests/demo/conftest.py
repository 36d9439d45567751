"""The example district, a small one by hand, and servers that live for a test."""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from config.create import create
from config.load import Configuration, load
from core.inventory import (
    Connector,
    Drive,
    Feed,
    Inventory,
    Medium,
    Meter,
    MeterRole,
    Municipality,
    Plant,
    PlantKind,
    Site,
    SiteKind,
    Station,
    Tag,
    Vehicle,
)
from core.ports import Direction, Frame
from demo.mqtt import BrokerAccess
from ingest.embedded import EmbeddedBroker
from ingest.settings import EmbeddedBrokerSettings

LONG_AGO = date(2020, 1, 1)


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    """Return the example district as `kreiswatt init` writes it."""
    folder = tmp_path_factory.mktemp("example")
    create(folder / "conf", example=True, data_dir=folder / "data")
    return load(folder / "conf", {})


@pytest.fixture(scope="session")
def depot() -> Inventory:
    """One site: supply, EV submeter, PV, two stations of one outlet each, two electric cars."""
    base = {"valid_from": LONG_AGO}
    shelly = Feed(broker="main", format="shelly_gen2", topic="shelly-laden")
    meters = [
        Meter(
            id="hof-strom",
            name="Netz",
            site="hof",
            medium=Medium.ELECTRICITY,
            role=MeterRole.SUPPLY,
            feed=Feed(broker="main", format="tasmota_sml", topic="tele/hof/SENSOR"),
            resolution=0.1,
            max_power_w=150_000,
            **base,
        ),
        Meter(
            id="hof-laden",
            name="Laden",
            site="hof",
            medium=Medium.ELECTRICITY,
            role=MeterRole.SUBMETER,
            parent="hof-strom",
            feed=shelly,
            resolution=0.01,
            **base,
        ),
        Meter(
            id="hof-pv",
            name="Dach",
            site="hof",
            medium=Medium.ELECTRICITY,
            role=MeterRole.GENERATION,
            parent="hof-strom",
            resolution=0.01,
            **base,
        ),
        Meter(
            id="hof-wasser",
            name="Wasser",
            site="hof",
            medium=Medium.WATER,
            role=MeterRole.SUPPLY,
            feed=Feed(
                broker="main",
                format="chirpstack_v4",
                topic="application/5c2b/device/fe01",
                fields=(("volume_l", "volume_m3 * 0.001"), ("sensor.battery", "battery_percent")),
            ),
            digits=8,
            resolution=0.001,
            **base,
        ),
    ]
    outlet = (Connector(number=1, max_power_w=22_000, plug="Typ 2"),)
    stations = [
        Station(id="hof-01", name="1", site="hof", maker="A", model="A", connectors=outlet, parent="hof-laden", **base),
        Station(id="hof-02", name="2", site="hof", maker="B", model="B", connectors=outlet, parent="hof-laden", **base),
        Station(id="hof-03", name="3", site="hof", maker="C", model="C", connectors=outlet, parent="hof-laden", **base),
    ]
    vehicles = [
        Vehicle(
            id="e-1",
            name="E 1",
            site="hof",
            maker="A",
            model="A",
            drive=Drive.BATTERY,
            group="Hof",
            battery_wh=50_000,
            feed=Feed(broker="main", format="ovms_v3", topic="ovms/hof/e-1"),
            **base,
        ),
        Vehicle(
            id="e-2",
            name="E 2",
            site="hof",
            maker="T",
            model="Y",
            drive=Drive.BATTERY,
            group="Hof",
            battery_wh=75_000,
            feed=Feed(broker="main", format="teslamate", topic="teslamate/cars/1"),
            **base,
        ),
        Vehicle(id="d-1", name="D 1", site="hof", maker="A", model="A", drive=Drive.DIESEL, group="Hof", **base),
    ]
    return Inventory(
        municipalities={"ort": Municipality(id="ort", name="Ort", key="99901010", state="SN", **base)},
        sites={
            "hof": Site(
                id="hof",
                name="Hof",
                kind=SiteKind.DEPOT,
                municipality="ort",
                latitude_deg=50.7,
                longitude_deg=13.0,
                **base,
            )
        },
        meters={meter.id: meter for meter in meters},
        stations={station.id: station for station in stations},
        vehicles={vehicle.id: vehicle for vehicle in vehicles},
        tags={
            "k-1": Tag(id="k-1", name="K1", uid="04AA", vehicle="e-1", **base),
            "k-2": Tag(id="k-2", name="K2", uid="04BB", vehicle="e-2", **base),
            "gast": Tag(id="gast", name="Gast", uid="04CC", **base),
        },
        plants={
            "dach": Plant(
                id="dach",
                name="Dach",
                kind=PlantKind.PV_ROOF,
                power_w=80_000,
                municipality="ort",
                operator="Hof",
                register_number="SEE990000000001",
                commissioned=LONG_AGO,
                site="hof",
                meter="hof-pv",
                **base,
            )
        },
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[BrokerAccess]:
    """Run the service's own broker on free ports."""
    access = BrokerAccess("127.0.0.1", free_port(), free_port(), "devices", "pw")
    settings = EmbeddedBrokerSettings(port=access.port, port_311=access.port_311, users={"devices": "pw"})
    with EmbeddedBroker(settings, tmp_path):
        yield access


class TinyCentral:
    """Answers every call of both versions and remembers what it was told; it can be away for a while."""

    def __init__(self) -> None:
        self.port = free_port()
        self.frames: list[Frame] = []
        self.numbers = itertools.count(1)
        self.rejects: frozenset[str] = frozenset()
        self.serving = asyncio.Event()
        self.swallows = 0
        """How many calls still to leave unanswered, closing the socket instead."""

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ocpp"

    def said(self, action: str) -> list[dict[str, object]]:
        calls = (json.loads(frame.payload) for frame in self.frames)
        return [call[3] for call in calls if call[2] == action]

    async def talk(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        station = socket.request.path.rpartition("/")[2]
        async for text in socket:
            _, unique_id, action, _ = json.loads(text)
            frame = Frame(
                station,
                "c",
                Direction.IN,
                datetime.now(UTC),  # noqa: TID251 - a server has its own clock
                str(socket.subprotocol),
                str(text).encode(),
                id=len(self.frames) + 1,
            )
            self.frames.append(frame)
            if self.swallows and action not in {"BootNotification", "StatusNotification"}:
                self.swallows -= 1
                await socket.close()
                return
            if action in self.rejects:
                await socket.send(json.dumps([4, unique_id, "InternalError", "", {}]))
            else:
                await socket.send(json.dumps([3, unique_id, self._answer(action, socket.subprotocol)]))

    def _answer(self, action: str, subprotocol: Subprotocol | None) -> dict[str, object]:
        now = "2026-11-22T10:00:00Z"
        info = "idTagInfo" if subprotocol == "ocpp1.6" else "idTokenInfo"
        match action:
            case "BootNotification":
                return {"currentTime": now, "interval": 300, "status": "Accepted"}
            case "Heartbeat":
                return {"currentTime": now}
            case "Authorize":
                return {info: {"status": "Accepted"}}
            case "StartTransaction":
                return {"transactionId": next(self.numbers), "idTagInfo": {"status": "Accepted"}}
            case _:
                return {}

    async def serve_for(self, stop: asyncio.Event) -> None:
        protocols = [Subprotocol("ocpp1.6"), Subprotocol("ocpp2.0.1")]
        async with serve(self.talk, "127.0.0.1", self.port, subprotocols=protocols, compression=None):
            self.serving.set()
            await stop.wait()


@pytest.fixture
async def central() -> AsyncIterator[TinyCentral]:
    """Run a central system that answers, until the end of the test."""
    tiny, stop = TinyCentral(), asyncio.Event()
    serving = asyncio.create_task(tiny.serve_for(stop))
    await tiny.serving.wait()
    yield tiny
    stop.set()
    await serving
