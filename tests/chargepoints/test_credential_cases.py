"""The OCA's cases about passwords: TC_A_01 to 03 of 2.0.1 and TC_085 of 1.6, over a password kept as a digest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from chargepoints.handshake import Doorkeeper
from chargepoints.kept_secrets import StationSecrets
from core.station_events import StationEventFilter
from tests.chargepoints.cases_admission import boot
from tests.chargepoints.conftest import KEY, SECRET, a_house, an_inventory, basic
from tests.chargepoints.station import Case, Station

pytestmark = pytest.mark.asyncio(loop_scope="module")
DIGESTS = StationSecrets(KEY)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def yard(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Any]:
    folder: Path = tmp_path_factory.mktemp("house")
    async with a_house(folder) as opened:
        kept = {"lra-01": DIGESTS.kept("lra-01", SECRET)}
        opened.central.reception._doorkeeper = Doorkeeper("ocpp", an_inventory, kept.get, matches=DIGESTS.matches)
        yield opened


@pytest.mark.parametrize(("id_", "version"), [("TC_A_01", "ocpp2.0.1"), ("TC_085", "ocpp1.6")])
async def test_a_station_with_its_password_boots(yard: Any, id_: str, version: Any) -> None:
    headers = basic("lra-01")
    async with connect(f"{yard.url}/lra-01", subprotocols=[version], additional_headers=headers) as socket:
        station = Station(socket, version)
        listening = asyncio.create_task(station.listen())
        assert await boot(Case(yard, "lra-01", station)) == "Accepted", id_
        await socket.close()
        await listening


@pytest.mark.parametrize(
    ("id_", "version", "headers"),
    [
        ("TC_A_02", "ocpp2.0.1", basic("lra-02")),
        ("TC_A_03", "ocpp2.0.1", basic("lra-01", "wrong password of 24 by")),
        ("TC_085", "ocpp1.6", basic("lra-01", "wrong password of 24 by")),
    ],
)
async def test_another_name_or_password_is_turned_away(
    yard: Any, id_: str, version: Any, headers: dict[str, str]
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"{yard.url}/lra-01", subprotocols=[version], additional_headers=headers)
    assert refused.value.response.status_code == 401, id_
    assert refused.value.response.headers["WWW-Authenticate"] == 'Basic realm="ocpp"'
    await yard.stored()
    events = (await yard.stores.ledger.station_events(StationEventFilter(stations=frozenset({"lra-01"})))).items
    assert any("ocpp.password_wrong" in str(event) for event in events)
