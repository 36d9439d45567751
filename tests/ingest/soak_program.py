"""The daemon with its real stores in a process of its own; tells every second its memory and what it did."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from pathlib import Path

from ingest.daemon import Ingest
from ingest.settings import BrokerSettings
from store.open import open_embedded
from tests.ingest.encoded import district
from tests.ingest.rig import PASSWORD, USER, now

EVERY_S = 1.0
PAGE_BYTE = 4096


async def main(port: int, folder: Path, workers: int) -> None:
    settings = BrokerSettings(
        name="main", port=port, username=USER, password=PASSWORD, window=1000, decode_workers=workers
    )
    inventory = district()
    stores = await open_embedded(folder, now)
    daemon = Ingest(
        settings,
        inventory=lambda: inventory,
        sink=stores.readings,
        receipts=stores.readings,
        rejections=stores.ledger,
        clock=now,
    )
    serving = asyncio.create_task(daemon.serve())
    loop = asyncio.get_running_loop()

    def end() -> None:
        loop.remove_reader(sys.stdin.fileno())
        serving.cancel()

    loop.add_reader(sys.stdin.fileno(), end)
    while not serving.done():
        health = daemon.health()
        print(json.dumps({"ok": health.ok, "rss_mb": rss_mb(), **health.figures}), flush=True)
        await asyncio.wait([serving], timeout=EVERY_S)
    with suppress(asyncio.CancelledError):
        await serving
    await stores.close()


def rss_mb() -> float:
    """Return the resident memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTE / 1e6


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
