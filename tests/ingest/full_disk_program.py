"""Run by `test_full_disk.py`: ingest and stores on a small disk; says how it is whenever it is asked."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from pathlib import Path

from ingest.daemon import Ingest
from store.open import open_embedded
from tests.ingest.rig import INVENTORY, Mosquitto, now
from tests.small_disk import SmallDisk


async def main(folder: Path, port: int, way: str) -> None:
    disk = SmallDisk(folder, way)
    stores = await open_embedded(folder / "data", now)
    daemon = Ingest(
        Mosquitto(folder, port).settings(),
        inventory=lambda: INVENTORY,
        sink=stores.readings,
        receipts=stores.readings,
        rejections=stores.ledger,
        clock=now,
    )
    serving = asyncio.create_task(daemon.serve())
    while (order := (await asyncio.to_thread(sys.stdin.readline)).strip()) not in {"", "stop"}:
        if order == "fill":
            disk.fill()
        elif order == "clear":
            disk.clear()
        health = daemon.health()
        code = health.finding.code if health.finding else ""
        said = {"ok": health.ok, "code": code, "stored": (await stores.readings.count()).get("meter", 0)}
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving
    await stores.close()


asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
