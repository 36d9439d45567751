"""Two processes serve charge points on one database; one of them is killed."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from core.books import SessionFilter
from core.commands import Command, CommandKind, CommandState
from core.facts import SessionState
from store.ledger.ledger import SqlLedger
from tests.chargepoints.shared_program import now_utc, serving
from tests.postgres_server import Cluster

pytestmark = pytest.mark.postgresql


class Station:
    """A 1.6 station that says what the test wants and accepts what it is told."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.told: list[str] = []
        self._number = 0

    async def ask(self, action: str, **payload: Any) -> dict[str, Any]:
        self._number += 1
        await self.socket.send(json.dumps([2, str(self._number), action, payload]))
        async with asyncio.timeout(8):
            while (heard := json.loads(await self.socket.recv()))[0] == 2:
                await self._obey(heard)
        assert heard[:2] == [3, str(self._number)], heard
        answer: dict[str, Any] = heard[2]
        return answer

    async def obey(self) -> None:
        async with asyncio.timeout(8):
            await self._obey(json.loads(await self.socket.recv()))

    async def _obey(self, call: list[Any]) -> None:
        self.told.append(call[2])
        await self.socket.send(json.dumps([3, call[1], {"status": "Accepted"}]))

    async def start(self, register_wh: int, at: str) -> int:
        begun = await self.ask("StartTransaction", connectorId=1, idTag="04A2", meterStart=register_wh, timestamp=at)
        return int(begun["transactionId"])

    async def measure(self, transaction: int, register_wh: int, at: str) -> None:
        values = [{"timestamp": at, "sampledValue": [{"value": str(register_wh)}]}]
        await self.ask("MeterValues", connectorId=1, transactionId=transaction, meterValue=values)

    async def stop(self, transaction: int, register_wh: int, at: str) -> None:
        await self.ask("StopTransaction", transactionId=transaction, meterStop=register_wh, timestamp=at)


@asynccontextmanager
async def station(port: int, name: str) -> AsyncIterator[Station]:
    async with connect(f"ws://127.0.0.1:{port}/ocpp/{name}", subprotocols=["ocpp1.6"], compression=None) as socket:  # type: ignore[list-item]
        yield Station(socket)


@asynccontextmanager
async def other_process(url: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    program, root = Path(__file__).with_name("shared_program.py"), Path(__file__).parents[2]
    other = await asyncio.create_subprocess_exec(
        sys.executable, program, url, stdout=asyncio.subprocess.PIPE, cwd=root, env={"PYTHONPATH": str(root)}
    )
    try:
        assert other.stdout is not None
        yield other, int(await other.stdout.readline())
    finally:
        if other.returncode is None:
            other.kill()
        await other.wait()


async def sessions_of(ledger: SqlLedger, name: str) -> list[Any]:
    return list((await ledger.sessions(SessionFilter(stations=frozenset({name})))).items)


async def until(true: Any, within_s: float = 8.0) -> None:
    async with asyncio.timeout(within_s):
        while not await true():  # noqa: ASYNC110 - a database does not ring here
            await asyncio.sleep(0.05)


async def test_two_processes_serve_as_one_and_one_takes_over_what_a_killed_one_left(postgresql: Cluster) -> None:
    url = postgresql.create()
    begun = now_utc() - timedelta(minutes=30)
    times = [(begun + timedelta(minutes=5 * place)).isoformat() for place in range(6)]
    async with serving(url, "second") as (central, ledger), other_process(url) as (other, port):
        # the newest socket wins over processes, in the midst of a transaction
        async with station(port, "cp-0") as there:
            number = await there.start(1000, times[0])
            await there.measure(number, 3000, times[1])
            async with station(central.port, "cp-0") as here:
                assert (await here.ask("Heartbeat"))["currentTime"]
                with pytest.raises(ConnectionClosed):
                    await there.ask("Heartbeat")
                assert await here.start(1000, times[0]) == number, "a start sent again has its number everywhere"
                await here.stop(number, 5000, times[3])
        await central._desk.assembly.flush()
        (moved,) = await sessions_of(ledger, "cp-0")
        assert (moved.energy_wh, moved.state) == (4000.0, SessionState.ENDED)

        # a command that is asked for at this process reaches a station of the other
        async with station(port, "cp-1") as there:
            await there.ask("Heartbeat")
            asked = Command(
                station="cp-1",
                kind=CommandKind.RESET,
                request={"way": "immediate"},
                asked_by="anna",
                asked_at_utc=now_utc(),
                expires_at_utc=now_utc() + timedelta(minutes=5),
            )
            (kept,) = await ledger.ask([asked])
            central.wake()
            await there.obey()
            assert there.told == ["Reset"]

            async def sent() -> bool:
                found = await ledger.command(kept.id)
                return found is not None and found.state in (CommandState.ACCEPTED, CommandState.DONE)

            await until(sent)

        # a killed process: stations that come here, and one that does not
        running: dict[str, int] = {}
        for name in ("cp-2", "cp-3", "cp-4"):
            async with station(port, name) as there:
                running[name] = await there.start(1000, times[0])
                await there.measure(running[name], 2000, times[1])
                if name == "cp-4":
                    other.kill()
        await other.wait()
        for name in ("cp-2", "cp-3"):
            async with station(central.port, name) as here:
                await here.stop(running[name], 5000, times[4])
        await central._desk.assembly.flush()
        for name in ("cp-2", "cp-3"):
            (whole,) = await sessions_of(ledger, name)
            assert (whole.energy_wh, whole.state, whole.transaction) == (4000.0, SessionState.ENDED, str(running[name]))
            assert whole.begun_at_utc == begun

        async def known() -> bool:
            return bool(await sessions_of(ledger, "cp-4"))

        await until(known)
        (left,) = await sessions_of(ledger, "cp-4")
        assert (left.energy_wh, left.state) == (1000.0, SessionState.OPEN)
        assert not any(link.connected for link in await ledger.links(["cp-4"]))
    postgresql.drop(url)
