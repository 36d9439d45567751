"""How a charge point proves itself changes: two passwords are good for a while; its profile rises with it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from websockets.asyncio.client import ClientConnection

from chargepoints.central import CentralSystem
from core.commands import Command, CommandState
from tests.district import District, open_district
from tests.operations.door import refused, said, serving, station

NAME, BEFORE = "lis-01", "ein altes Kennwort"
BOOT = {"chargePointVendor": "Alfen", "chargePointModel": "Eve"}


@pytest_asyncio.fixture
async def district(tmp_path: Path) -> AsyncIterator[District]:
    async with open_district(tmp_path) as opened:
        secrets = tmp_path / "config" / "secrets" / "stations.yaml"
        secrets.write_text(f'{NAME}: "{BEFORE}"\n# von Hand\n')
        yield opened


def kept(district: District) -> str:
    return (district.folder / "config" / "secrets" / "stations.yaml").read_text()


async def over(district: District, number: int) -> Command:
    """Return a command once it is over."""
    async with asyncio.timeout(5):
        while not (command := await district.stores.ledger.command(number)).state.final:  # noqa: ASYNC110 - it is read
            await asyncio.sleep(0.01)
    return command


async def given(district: District, central: CentralSystem, socket: ClientConnection, **answer: Any) -> str:
    """Return the password that a station is given, which it answers."""
    (asked,) = (await district.ask("stations.password", id=NAME, wait_s=0)).items
    central.wake()
    async with asyncio.timeout(5):
        _, id_, action, payload = json.loads(await socket.recv())
        assert (action, payload["key"]) == ("ChangeConfiguration", "AuthorizationKey")
    await socket.send(json.dumps([3, id_, answer]))
    command = await over(district, asked.id)
    assert payload["value"] not in repr(command)
    assert command.state is (CommandState.DONE if answer["status"] == "Accepted" else CommandState.REJECTED)
    return str(payload["value"])


async def test_both_are_good_until_the_station_comes_with_the_new_one(district: District) -> None:
    async with serving(district) as central:
        async with station(central, NAME, BEFORE) as socket:
            await said(socket, "BootNotification", BOOT)
            secret = await given(district, central, socket, status="Accepted")
        assert len(bytes.fromhex(secret)) == 16
        assert secret not in kept(district)
        assert BEFORE not in kept(district)
        async with station(central, NAME, BEFORE):
            pass
        assert kept(district).count("hmac-sha256:") == 2
        async with station(central, NAME, secret):
            pass
        assert kept(district).count("hmac-sha256:") == 1
        assert "# von Hand" in kept(district)
        assert await refused(central, NAME, BEFORE) == 401
    entries = (await district.ask("audit.list")).items
    assert [(each.action, each.subject) for each in entries][:2] == [
        ("stations.password.taken", f"stations/{NAME}"),
        ("stations.password", NAME),
    ]


async def test_one_that_the_station_refuses_is_forgotten(district: District) -> None:
    async with serving(district) as central, station(central, NAME, BEFORE) as socket:
        await said(socket, "BootNotification", BOOT)
        secret = await given(district, central, socket, status="Rejected")
        assert kept(district).count("hmac-sha256:") == 1
        assert await refused(central, NAME, secret) == 401
        async with station(central, NAME, BEFORE):
            pass


async def test_several_are_good_while_nobody_knows_which_of_them_the_station_took(district: District) -> None:
    async with serving(district) as central:
        async with station(central, NAME, BEFORE) as socket:
            await said(socket, "BootNotification", BOOT)
            first = await given(district, central, socket, status="Accepted")
            second = await given(district, central, socket, status="Accepted")
        assert kept(district).count("hmac-sha256:") == 3
        async with station(central, NAME, first):
            pass
        assert kept(district).count("hmac-sha256:") == 1
        assert await refused(central, NAME, second) == 401


async def test_without_a_file_for_passwords_no_new_one_is_sent(district: District) -> None:
    settings = district.folder / "config" / "kreiswatt.yaml"
    async with serving(district) as central, station(central, NAME, BEFORE) as socket:
        await said(socket, "BootNotification", BOOT)
        settings.write_text(f"{settings.read_text()}\nstation_passwords: ${{STATIONS}}\n")
        (asked,) = (await district.ask("stations.password", id=NAME, wait_s=0)).items
        central.wake()
        command = await over(district, asked.id)
    assert command.state is CommandState.FAILED
    assert command.finding is not None
    assert command.finding.code == "commands.no_place_for_passwords"


async def told(
    district: District, central: CentralSystem, socket: ClientConnection, profile: str, status: str, name: str = NAME
) -> None:
    """Tell a station to take a security profile on, which it answers."""
    (asked,) = (await district.ask("stations.set", id=name, settings=[f"SecurityProfile={profile}"], wait_s=0)).items
    central.wake()
    async with asyncio.timeout(5):
        _, id_, *_ = json.loads(await socket.recv())
        await socket.send(json.dumps([3, id_, {"status": status}]))
    await over(district, asked.id)


async def test_the_profile_is_raised_once_the_station_came_by_it(district: District) -> None:
    values = ["name=Hof", "site=schule", "maker=Alfen", "model=Eve", "valid_from=2026-11-01"]
    outlet = ["connectors[1].number=1", "connectors[1].max_power_w=11000", "connectors[1].plug=Typ 2"]
    secret = (await district.ask("inventory.add", id="stations/hof-1", values=[*values, *outlet])).secret

    def profile() -> int:
        return district.gate.house.inventory().stations["hof-1"].security_profile

    async with serving(district) as central:
        async with station(central, "hof-1", secret, encrypted=True):
            pass
        assert profile() == 1, "nobody told it to"
        async with station(central, "hof-1", secret) as socket:
            await said(socket, "BootNotification", BOOT)
            await told(district, central, socket, "2", "Accepted", name="hof-1")
        async with station(central, "hof-1", secret):
            pass
        assert profile() == 1, "it may be on its way"
        async with station(central, "hof-1", secret, encrypted=True):
            pass
        assert profile() == 2
        assert await refused(central, "hof-1", secret) == 401
        async with station(central, "hof-1", secret, encrypted=True):
            pass
    newest = (await district.ask("audit.list")).items[0]
    assert (newest.action, newest.subject, newest.detail) == ("stations.profile.raised", "stations/hof-1", "2")


async def test_a_profile_that_the_station_refused_is_not_entered(district: District) -> None:
    async with serving(district) as central:
        async with station(central, NAME, BEFORE) as socket:
            await said(socket, "BootNotification", BOOT)
            await told(district, central, socket, "2", "Rejected")
        async with station(central, NAME, BEFORE, encrypted=True):
            pass
        assert (await district.ask("stations.events", id=NAME, kind="notice")).items == ()


async def test_an_entry_that_people_wrote_is_left_to_them_and_the_station_is_let_in(district: District) -> None:
    async with serving(district) as central:
        async with station(central, NAME, BEFORE) as socket:
            await said(socket, "BootNotification", BOOT)
            await told(district, central, socket, "2", "Accepted")
        async with station(central, NAME, BEFORE, encrypted=True) as socket:
            await said(socket, "Heartbeat", {})
            await central._desk.assembly.flush()
        assert district.gate.house.inventory().stations[NAME].security_profile == 1
        (event,) = (await district.ask("stations.events", id=NAME, kind="notice")).items
        assert event.code == "config.entry_hand_edited"
