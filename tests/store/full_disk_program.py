"""Run by `test_full_disk.py`: a file size limit stands in for a disk that fills up and is cleared again."""

from __future__ import annotations

import asyncio
import json
import resource
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

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
TRIES = 60


def limit_files(size_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, resource.RLIM_INFINITY))


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


async def main() -> None:
    folder = Path(sys.argv[1])
    stores = await open_embedded(folder, lambda: NOW)
    limit_files(600_000)
    done: dict[str, int] = {}
    codes: dict[str, str] = {}
    for name, write in writers(stores).items():
        for number in range(TRIES):
            try:
                await write(number)
                done[name] = done.get(name, 0) + 1
            except StoreError as error:
                codes[name] = error.finding.code
    full = await stored(stores)
    limit_files(resource.RLIM_INFINITY)
    for name, write in writers(stores).items():
        await write(TRIES)
        done[name] += 1
    cleared = await stored(stores)
    await stores.close()
    stores = await open_embedded(folder, lambda: NOW)
    reopened = await stored(stores)
    await stores.close()
    result = {"done": done, "codes": codes, "full": full, "cleared": cleared, "reopened": reopened}
    sys.stdout.write(json.dumps(result))


asyncio.run(main())
