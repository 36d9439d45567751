"""The door of a central system over the folder of a district, and stations that knock at it."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any, Final

import pytest
import yaml
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from chargepoints.central import CentralSystem
from chargepoints.kept_secrets import StationSecrets
from chargepoints.privacy import Privacy
from chargepoints.settings import ChargePointSettings
from config.managed import ManagedInventory
from operations.adoption.welcoming import welcome
from operations.stations.credentials import KeptCredentials
from tests.district import District

SECRETS: Final = StationSecrets(b"1" * 32)


@asynccontextmanager
async def serving(district: District) -> AsyncIterator[CentralSystem]:
    """Yield a central system that keeps passwords as the service does, over the folder of a district."""
    managed = ManagedInventory(district.folder / "config", None, SECRETS)
    house = replace(district.gate.house, managed=managed)

    def secret_of(name: str) -> str | None:
        secrets = yaml.safe_load((district.folder / "config" / "secrets" / "stations.yaml").read_text()) or {}
        found: str | None = secrets.get(name)
        return found

    central = CentralSystem(
        ChargePointSettings(port=0, proxies=("127.0.0.1",)),
        inventory=house.inventory,
        secret_of=secret_of,
        privacy=Privacy(b"0" * 32),
        journal=house.journal,
        sink=district.stores.readings,
        ledger=house.ledger,
        clock=district.clock,
        matches=SECRETS.matches,
    )
    central.reception.welcome = partial(welcome, house)
    central.keep_credentials(KeptCredentials(house))
    task = asyncio.create_task(central.serve())
    await asyncio.wait_for(central.started.wait(), 10)
    try:
        yield central
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def station(
    central: CentralSystem, name: str, password: str = "", *, encrypted: bool = False
) -> AsyncIterator[ClientConnection]:
    """Yield the socket of a station that connects with its name and a password, `encrypted` as far as a proxy."""
    shown = base64.b64encode(f"{name}:{password}".encode()).decode()
    headers = {"Authorization": f"Basic {shown}"} if password else {}
    headers |= {"X-Forwarded-Proto": "https"} if encrypted else {}
    url = f"ws://127.0.0.1:{central.port}/ocpp/{name}"
    async with connect(url, subprotocols=["ocpp1.6"], additional_headers=headers, compression=None) as socket:  # type: ignore[list-item]
        yield socket


async def said(socket: ClientConnection, action: str, payload: dict[str, Any]) -> Any:
    """Return what a station hears to its call."""
    await socket.send(json.dumps([2, "1", action, payload]))
    async with asyncio.timeout(5):
        return json.loads(await socket.recv())


async def refused(central: CentralSystem, name: str, password: str = "") -> int:
    """Return the number by which a station is refused."""
    with pytest.raises(InvalidStatus) as caught:
        async with station(central, name, password):
            pass
    return int(caught.value.response.status_code)
