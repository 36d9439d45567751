"""Charge points that nobody knows: refused, let in by a window or a password, waiting, adopted, refused for good."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from websockets.exceptions import InvalidStatus

from core.errors import ConflictError, NotFoundError, RequestError
from core.inventory import Admission
from tests.district import District, open_district
from tests.operations.door import refused, said, serving, station

BOOT = {"chargePointVendor": "Alfen", "chargePointModel": "Eve", "chargePointSerialNumber": "ACE-7"}


@pytest_asyncio.fixture
async def district(tmp_path: Path) -> AsyncIterator[District]:
    async with open_district(tmp_path) as opened:
        yield opened


async def test_a_window_lets_stations_in_until_it_is_full_and_they_wait(district: District) -> None:
    async with serving(district) as central:
        assert await refused(central, "Wallbox_7") == 404
        opened = await district.ask("adoption.open", site="bauhof", minutes=10, most=1)
        async with station(central, "Wallbox_7") as socket:
            answer = await said(socket, "BootNotification", BOOT)
            assert (answer[0], answer[2]["status"]) == (3, "Pending")
            start = {"connectorId": 1, "idTag": "A", "meterStart": 0, "timestamp": "2026-11-23T12:00:00Z"}
            assert (await said(socket, "StartTransaction", start))[:1] == [4]
            await central._desk.assembly.flush()
            there = await district.ask("adoption.list")
            (waiting,) = there.waiting
            assert (waiting.id, waiting.name, waiting.site) == ("wallbox-7", "Wallbox_7", "bauhof")
            assert (waiting.connected, waiting.maker, waiting.model, waiting.serial_number) == (
                True,
                "Alfen",
                "Eve",
                "ACE-7",
            )
            assert not waiting.protected
            assert not there.invitations
        assert await refused(central, "andere") == 404
        await central._desk.assembly.flush()
        assert [each.name for each in (await district.ask("adoption.list")).refused] == ["andere"]
        with pytest.raises(NotFoundError):
            await district.ask("adoption.close", id=opened.id)


@pytest.mark.parametrize("name", ["a/b", "a\x07", "lis-01", "LIS-01"])
async def test_no_password_is_made_for_a_name_that_cannot_come(district: District, name: str) -> None:
    with pytest.raises(RequestError):
        await district.ask("adoption.password", site="bauhof", station=name)
    assert not (await district.ask("adoption.list")).invitations


async def test_who_waits_is_adopted_with_what_it_said_of_itself_and_charges(district: District) -> None:
    async with serving(district) as central:
        await district.ask("adoption.open", site="bauhof")
        async with station(central, "wb7") as socket:
            with pytest.raises(RequestError):
                await district.ask("stations.adopt", id="wb7")
            await said(socket, "BootNotification", BOOT)
            await central._desk.assembly.flush()
            written = await district.ask("stations.adopt", id="wb7", outlets=2, power_w=11_000, new_name="Hof Nord")
            assert written.change.entry == "stations/wb7"
            entry = district.gate.house.inventory().stations["wb7"]
            assert (entry.name, entry.maker, entry.model, entry.serial_number) == ("Hof Nord", "Alfen", "Eve", "ACE-7")
            assert [(each.number, each.max_power_w, each.plug) for each in entry.connectors] == [
                (1, 11_000, "Typ 2"),
                (2, 11_000, "Typ 2"),
            ]
            async with asyncio.timeout(5):
                trigger = json.loads(await socket.recv())
            assert trigger[2:] == ["TriggerMessage", {"requestedMessage": "BootNotification"}]
            await socket.send(json.dumps([3, trigger[1], {"status": "Accepted"}]))
            assert (await said(socket, "BootNotification", BOOT))[2]["status"] == "Accepted"
        with pytest.raises(ConflictError):
            await district.ask("stations.adopt", id="wb7")
        assert not (await district.ask("adoption.list")).waiting


async def test_a_password_lets_one_station_in_which_keeps_it(district: District) -> None:
    async with serving(district) as central:
        made = await district.ask("adoption.password", site="bauhof", station="WB-8")
        assert made.secret is not None
        assert len(bytes.fromhex(made.secret)) == 16
        assert made.secret not in repr(made)
        assert await refused(central, "wb-8") == 404
        assert await refused(central, "wb-8", "falsch") == 404
        assert await refused(central, "wb-9", made.secret) == 404
        async with station(central, "wb-8", made.secret) as socket:
            assert (await said(socket, "BootNotification", BOOT))[2]["status"] == "Pending"
        assert await refused(central, "wb-8", "falsch") == 401
        async with station(central, "wb-8", made.secret):
            pass
        (waiting,) = (await district.ask("adoption.list")).waiting
        assert (waiting.id, waiting.protected) == ("wb-8", True)
    async with serving(district) as central, station(central, "wb-8", made.secret) as socket:
        assert (await said(socket, "BootNotification", BOOT))[2]["status"] == "Pending"


async def test_of_two_with_one_password_one_comes_in(district: District) -> None:
    async with serving(district) as central:
        made = await district.ask("adoption.password", site="bauhof")

        async def tried(name: str) -> bool:
            try:
                async with station(central, name, made.secret):
                    return True
            except InvalidStatus:
                return False

        came = await asyncio.gather(*(tried(f"wb-{number}") for number in range(5)))
        assert sum(came) == 1
        assert len((await district.ask("adoption.list")).waiting) == 1


async def test_invitations_end_by_themselves_and_by_hand(district: District) -> None:
    async with serving(district) as central:
        await district.ask("adoption.open", site="bauhof", minutes=5)
        closed = await district.ask("adoption.open", site="schule", minutes=60)
        assert (await district.ask("adoption.close", id=closed.id)).site == "schule"
        district.clock.pass_by(timedelta(minutes=6))
        assert await refused(central, "wb7") == 404
        assert not (await district.ask("adoption.list")).invitations
        with pytest.raises(NotFoundError):
            await district.ask("adoption.open", site="nirgends")


async def test_who_is_refused_is_told_so_and_may_be_adopted_later(district: District) -> None:
    async with serving(district) as central:
        await district.ask("adoption.open", site="bauhof")
        async with station(central, "wb7") as socket:
            await district.ask("stations.refuse", id="wb7")
            assert (await said(socket, "BootNotification", BOOT))[2]["status"] == "Rejected"
        assert not (await district.ask("adoption.list")).waiting
        await district.ask("stations.adopt", id="wb7", maker="Alfen", model="Eve")
        assert district.gate.house.inventory().stations["wb7"].admission is Admission.ACCEPTED
