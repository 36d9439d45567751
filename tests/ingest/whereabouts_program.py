"""Run by `test_whereabouts.py`: ingest of vehicles into a store; says how many messages it has settled, if asked."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from pathlib import Path

from ingest.daemon import Ingest
from store.open import open_embedded
from tests.ingest.rig import Mosquitto, now
from tests.ingest.vehicles_with_places import INVENTORY


async def main(folder: Path, port: int) -> None:
    stores = await open_embedded(folder / "data", now)
    daemon = Ingest(
        Mosquitto(folder, port).settings(),
        inventory=lambda: INVENTORY,
        sink=stores.readings,
        receipts=stores.readings,
        rejections=stores.ledger,
        clock=now,
        folder=folder / "data" / "run",
        presences=stores.ledger,
    )
    serving = asyncio.create_task(daemon.serve())
    while (await asyncio.to_thread(sys.stdin.readline)).strip() == "ask":
        sys.stdout.write(f"{daemon.health().figures['messages']:.0f} {daemon.health().figures['connected']:.0f}\n")
        sys.stdout.flush()
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving
    await stores.close()


asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
