"""Run by `test_shared.py`: one of several processes that serve charge points, until it is killed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

from chargepoints.privacy import Privacy
from chargepoints.settings import ChargePointSettings
from chargepoints.shared import SharedCentralSystem
from core.inventory import Connector, Inventory, Station
from core.ports import Batch
from store.journal.database import DatabaseJournal
from store.ledger.ledger import SqlLedger
from store.peers import DatabasePeers

STATIONS = tuple(f"cp-{number}" for number in range(8))


class Sink:
    """Takes readings as an InfluxDB would, which does not mind having one twice."""

    async def put(self, batch: Batch) -> None:
        """Keep nothing: what is asked about are sessions."""


def now_utc() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - tests run on the real clock


def inventory() -> Inventory:
    outlets = (Connector(number=1, max_power_w=22_000.0, plug="type2"),)
    since = date(2020, 1, 1)
    stations = [
        Station(
            id=name,
            name=name,
            valid_from=since,
            site="depot",
            maker="Example",
            model="One",
            security_profile=0,
            connectors=outlets,
        )
        for name in STATIONS
    ]
    return Inventory(stations={station.id: station for station in stations})


@asynccontextmanager
async def serving(url: str, name: str) -> AsyncIterator[tuple[SharedCentralSystem, SqlLedger]]:
    """Yield a central system that is one of several, and its ledger."""
    known = inventory()
    ledger, journal = await SqlLedger.open(url), await DatabaseJournal.open(url)
    parts: dict[str, Any] = {"secret_of": {}.get, "inventory": lambda: known, "privacy": Privacy(bytes(range(32)))}
    central = SharedCentralSystem(
        ChargePointSettings(port=0),
        journal=journal,
        sink=Sink(),
        ledger=ledger,
        clock=now_utc,
        peers=DatabasePeers(url, name),
        **parts,
    )
    task = asyncio.create_task(central.serve())
    started = asyncio.create_task(central.started.wait())
    await asyncio.wait([task, started], return_when=asyncio.FIRST_COMPLETED)
    try:
        if task.done():
            task.result()
        yield central, ledger
    finally:
        started.cancel()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await journal.close()
        await ledger.close()


async def main(url: str) -> None:
    async with serving(url, "first") as (central, _):
        sys.stdout.write(f"{central.port}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
