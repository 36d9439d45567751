"""Firmware in waves to stations on real sockets: driven by what they say, stopped by the first that fails."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from core.inventory import Inventory
from core.people import Actor, Role
from core.rollouts import Rollout, RolloutState, StationRollout
from jobs.rollouts import RolloutDriver
from jobs.runner import Runner
from operations.gate import Gate
from operations.house import House
from tests.chargepoints.conftest import a_house, a_raw_station, a_station, utc_now

ANNA = Actor("anna", Role.ADMIN)
NAMES = ("lis-1", "lis-2", "lis-3")
OLD, NEW = "2.0.9", "2.1.0"
START = {
    "id": ",".join(NAMES),
    "firmware": NEW,
    "file_url": "https://firmware.example/2.1.0.bin",
    "wave_size": 2,
    "pause_min": 0,
}


class Park:
    """Three stations, the gate and what drives roll-outs."""

    def __init__(self, gate: Gate, stations: dict[str, Any]) -> None:
        self.gate = gate
        self.stations = stations

    async def boot(self, name: str, firmware: str) -> None:
        said = {"chargePointVendor": "Example", "chargePointModel": "One", "firmwareVersion": firmware}
        assert (await self.stations[name].ask("BootNotification", said))["status"] == "Accepted"

    async def updates(self, name: str) -> None:
        """Return once a station was told to load the firmware, and said that it will."""
        _, id_, action, payload = await self.stations[name].hear()
        assert (action, payload["location"]) == ("UpdateFirmware", START["file_url"])
        await self.stations[name].say(json.dumps([3, id_, {}]))

    async def says(self, name: str, *words: str) -> None:
        for word in words:
            await self.stations[name].ask("FirmwareStatusNotification", {"status": word})

    async def start(self) -> int:
        started = await self.gate.ask("rollouts.start", START, ANNA, utc_now())
        return int(started.row.id)

    async def until(self, number: int, holds: Callable[[Rollout], bool]) -> Rollout:
        async with asyncio.timeout(5):
            while True:
                found = await self.gate.house.ledger.rollout(number)
                assert found is not None
                if holds(found):
                    return found
                await asyncio.sleep(0.02)


@asynccontextmanager
async def a_park(folder: Path) -> AsyncIterator[Park]:
    inventory = Inventory(stations={name: a_station(name, security_profile=0) for name in NAMES})
    async with a_house(folder, inventory) as served, AsyncExitStack() as connected:
        stores, central = served.stores, served.central
        runner = Runner(stores.ledger, utc_now)
        gate = Gate(
            House(
                inventory=lambda: inventory,
                query=stores.readings,
                ledger=stores.ledger,
                journal=stores.journal,
                health=tuple,
                clock=utc_now,
                wake_commands=central.wake,
            )
        )
        runner.call_through(gate)
        driver = RolloutDriver(runner, settled_after_s=0.4, looked_every_s=0.5)
        central.stirred = driver.ring
        driving = asyncio.create_task(driver.serve())
        try:
            stations = {name: await connected.enter_async_context(a_raw_station(served, name)) for name in NAMES}
            park = Park(gate, stations)
            for name in NAMES:
                await park.boot(name, OLD)
            yield park
        finally:
            driving.cancel()
            await asyncio.gather(driving, return_exceptions=True)


async def test_two_waves_go_through_as_the_stations_tell_the_new_version(tmp_path: Path) -> None:
    async with a_park(tmp_path) as park:
        number = await park.start()
        await park.updates("lis-1")
        assert await park.stations["lis-2"].hears_nothing()
        await park.says("lis-1", "Downloading", "Downloaded", "Installing", "Installed")
        proving = await park.until(number, lambda found: found.stations[0].state is StationRollout.PROVING)
        assert [each.state for each in proving.stations[1:]] == [StationRollout.WAITING] * 2
        await park.boot("lis-1", NEW)
        for name in ("lis-2", "lis-3"):
            await park.updates(name)
            await park.says(name, "Downloading", "Installed")
            await park.boot(name, NEW)
        done = await park.until(number, lambda found: found.state is RolloutState.DONE)
        assert {each.state for each in done.stations} == {StationRollout.DONE}


@pytest.mark.parametrize("words", [("Downloading", "DownloadFailed"), ("Downloaded", "InstallationFailed")])
async def test_a_canary_that_fails_stops_the_rollout_before_the_next_wave(
    tmp_path: Path, words: tuple[str, str]
) -> None:
    async with a_park(tmp_path) as park:
        number = await park.start()
        await park.updates("lis-1")
        await park.says("lis-1", *words)
        stopped = await park.until(number, lambda found: found.state is RolloutState.STOPPED)
        assert [each.state for each in stopped.stations] == [
            StationRollout.FAILED,
            StationRollout.WAITING,
            StationRollout.WAITING,
        ]
        assert await park.stations["lis-2"].hears_nothing(0.6)


async def test_a_canary_that_restarts_with_the_old_version_has_failed(tmp_path: Path) -> None:
    async with a_park(tmp_path) as park:
        number = await park.start()
        await park.updates("lis-1")
        await park.says("lis-1", "Installed")
        await park.until(number, lambda found: found.stations[0].state is StationRollout.PROVING)
        await park.boot("lis-1", OLD)
        stopped = await park.until(number, lambda found: found.state is RolloutState.STOPPED)
        finding = stopped.stations[0].finding
        assert finding is not None
        assert finding.code == "rollouts.old_version"


async def test_who_looks_at_the_same_moment_asks_a_station_once(tmp_path: Path) -> None:
    async with a_park(tmp_path) as park:
        number = await park.start()
        await park.gate.ask("rollouts.pause", {"id": number}, ANNA, utc_now())
        resuming = [park.gate.ask("rollouts.resume", {"id": number}, ANNA, utc_now()) for _ in range(3)]
        await asyncio.gather(*resuming, return_exceptions=True)
        await park.updates("lis-1")
        assert await park.stations["lis-1"].hears_nothing(0.6)
