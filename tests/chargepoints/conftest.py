"""A central system on real stores and real sockets, and stations that send what a test says."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from chargepoints.central import CentralSystem
from chargepoints.dispatch.numbers import TagNumbers
from chargepoints.privacy import Privacy
from chargepoints.settings import ChargePointSettings
from core.inventory import Connector, Inventory, Station, Tag
from core.ports import Frame
from store.open import Stores, open_embedded

KEY = bytes(range(32))
SECRET = "correct horse battery"
HEX_SECRET = "00ff10a0" * 4
VALID_FROM = date(2020, 1, 1)


def utc_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - tests run on the real clock


def a_station(id_: str, **changes: Any) -> Station:
    station = Station(
        id=id_,
        name=id_,
        valid_from=VALID_FROM,
        site="depot",
        maker="Example",
        model="One",
        connectors=tuple(Connector(number=number, max_power_w=22_000.0, plug="type2") for number in (1, 2)),
    )
    return replace(station, **changes)


def an_inventory() -> Inventory:
    stations = [
        a_station("lra-01"),
        a_station("lra-02"),
        a_station("lra-open", security_profile=0),
        a_station("lra-open-2", security_profile=0),
        a_station("lra-hex"),
        a_station("lra-nosecret"),
        a_station("lra-cert", security_profile=3),
        a_station("lra-gone", security_profile=0, valid_to=date(2024, 1, 1)),
    ]
    tags = [
        Tag(id="karte-1", name="Karte 1", valid_from=VALID_FROM, uid="04A2B3C4D5"),
        Tag(id="karte-2", name="Karte 2", valid_from=VALID_FROM, valid_to=date(2024, 1, 1), uid="04EEEEEEEE"),
        Tag(id="karte-3", name="Karte 3", valid_from=date(2100, 1, 1), uid="04BBBBBBBB"),
    ]
    return Inventory(stations={station.id: station for station in stations}, tags={tag.id: tag for tag in tags})


SECRETS = {"lra-01": SECRET, "lra-02": SECRET, "lra-hex": HEX_SECRET, "lra-cert": SECRET}


@dataclass
class House:
    """A running central system and its stores."""

    central: CentralSystem
    stores: Stores
    privacy: Privacy

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.central.port}/ocpp"

    async def stored(self) -> None:
        """Return once everything received so far is stored."""
        await self.central._desk.assembly.flush()

    async def frames(self) -> list[Frame]:
        return [frame async for frame in self.stores.journal.frames()]


@asynccontextmanager
async def a_house(folder: Path, inventory: Inventory | None = None, **settings: Any) -> AsyncIterator[House]:
    inventory, privacy = inventory or an_inventory(), Privacy(KEY)
    stores = await open_embedded(folder, utc_now)
    central = CentralSystem(
        ChargePointSettings(**{"port": 0, **settings}),
        inventory=lambda: inventory,
        secret_of=SECRETS.get,
        privacy=privacy,
        journal=stores.journal,
        sink=stores.readings,
        ledger=stores.ledger,
        clock=utc_now,
        uid_of=TagNumbers(lambda: inventory, privacy).uid_of,
    )
    serving = asyncio.create_task(central.serve())
    started = asyncio.create_task(central.started.wait())
    await asyncio.wait([serving, started], return_when=asyncio.FIRST_COMPLETED)
    try:
        if serving.done():
            serving.result()
        yield House(central, stores, privacy)
    finally:
        started.cancel()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        await stores.close()


@pytest.fixture
def open_house(tmp_path: Path) -> Callable[..., AbstractAsyncContextManager[House]]:
    return lambda **settings: a_house(tmp_path, **settings)


@pytest.fixture
def house_in() -> Callable[..., AbstractAsyncContextManager[House]]:
    return a_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as opened:
        yield opened


def basic(name: str, password: str | bytes = SECRET) -> dict[str, str]:
    password = password.encode() if isinstance(password, str) else password
    return {"Authorization": "Basic " + base64.b64encode(name.encode() + b":" + password).decode()}


class RawStation:
    """A station that sends exactly what it is told to."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.number = 0

    async def say(self, frame: str | bytes) -> None:
        await self.socket.send(frame)

    async def hear(self, within_s: float = 5.0) -> list[Any]:
        async with asyncio.timeout(within_s):
            heard: list[Any] = json.loads(await self.socket.recv())
        return heard

    async def hears_nothing(self, within_s: float = 0.1) -> bool:
        try:
            await self.hear(within_s)
        except TimeoutError:
            return True
        return False

    async def ask(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        self.number += 1
        await self.say(json.dumps([2, str(self.number), action, payload]))
        answer = await self.hear()
        assert answer[:2] == [3, str(self.number)], answer
        result: dict[str, Any] = answer[2]
        return result


@asynccontextmanager
async def a_raw_station(
    house: House, name: str = "lra-open", version: str = "ocpp1.6", **options: Any
) -> AsyncIterator[RawStation]:
    async with connect(f"{house.url}/{name}", subprotocols=[version], compression=None, **options) as socket:
        yield RawStation(socket)


@pytest.fixture
def raw_station() -> Callable[..., AbstractAsyncContextManager[RawStation]]:
    return a_raw_station


@pytest.fixture
def district() -> Inventory:
    return an_inventory()


@pytest.fixture
def sign_in() -> Callable[..., dict[str, str]]:
    return basic
