"""Run by `test_full_disk.py`: writes to all stores before, while and after their disk is full."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.books import RejectionFilter
from core.errors import StoreError
from core.facts import Rejection
from core.ports import Batch, Direction, Frame
from core.quantities import Quantity
from core.readings import Reading
from core.texts import Finding
from store.open import Stores, open_embedded
from tests.small_disk import LIMIT, TMPFS, SmallDisk

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
BEFORE = 3
TRIES = {TMPFS: 8, LIMIT: 40}
"""A limit leaves some room, which is used first."""


def writers(stores: Stores) -> dict[str, Callable[[int], Awaitable[object]]]:
    def put(number: int) -> Awaitable[object]:
        at_utc = NOW + timedelta(seconds=number)
        return stores.readings.put(
            Batch([Reading(f"meter:m{row}", Quantity.POWER_W, at_utc, row * 1.1) for row in range(1000)], at_utc)
        )

    def append(number: int) -> Awaitable[object]:
        return stores.journal.append(Frame("st", "c", Direction.IN, NOW, "1.6", b"%d" % number * 10_000))

    def reject(number: int) -> Awaitable[object]:
        reason = Finding.of("payload.not_json")
        return stores.ledger.reject(
            [
                Rejection(
                    channel="ocpp",
                    subject=str(number),
                    reason=reason,
                    payload=bytes(10_000),
                    received_at_utc=NOW,
                )
            ]
        )

    return {"readings": put, "journal": append, "ledger": reject}


async def stored(stores: Stores) -> dict[str, int]:
    return {
        "readings": (await stores.readings.count()).get("meter", 0) // 1000,
        "journal": len([frame async for frame in stores.journal.frames()]),
        "ledger": (await stores.ledger.rejections(RejectionFilter())).total,
    }


async def write_some(stores: Stores, numbers: range) -> tuple[dict[str, int], dict[str, str]]:
    """Return how many writes of each store were done, and the code of the error of the others."""
    done: dict[str, int] = dict.fromkeys(writers(stores), 0)
    codes: dict[str, str] = {}
    for name, write in writers(stores).items():
        for number in numbers:
            try:
                await write(number)
                done[name] += 1
            except StoreError as error:
                codes[name] = error.finding.code
    return done, codes


async def main(folder: Path, way: str) -> None:
    disk = SmallDisk(folder, way)
    stores = await open_embedded(folder / "data", lambda: NOW)
    before, _ = await write_some(stores, range(BEFORE))
    disk.fill()
    while_full, codes = await write_some(stores, range(BEFORE, TRIES[way]))
    full = await stored(stores)
    disk.clear()
    after, _ = await write_some(stores, range(TRIES[way], TRIES[way] + 1))
    cleared = await stored(stores)
    await stores.close()
    stores = await open_embedded(folder / "data", lambda: NOW)
    reopened = await stored(stores)
    await stores.close()
    done = {name: before[name] + while_full[name] for name in before}
    result = {"after": after, "done": done, "codes": codes, "full": full, "cleared": cleared, "reopened": reopened}
    sys.stdout.write(json.dumps(result))


asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
