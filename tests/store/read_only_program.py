"""Run by `test_full_disk.py`: opens stores on a disk that may only be read, and again when it may be written."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from core.errors import StoreError
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading
from store.open import open_embedded
from tests.small_disk import SmallDisk

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


async def main(folder: Path, way: str) -> None:
    disk = SmallDisk(folder, way)
    stores = await open_embedded(folder / "data", lambda: NOW)
    await stores.readings.put(Batch([Reading("meter:a", Quantity.POWER_W, NOW, 1.0)], NOW))
    await stores.close()
    disk.protect()
    try:
        await open_embedded(folder / "data", lambda: NOW)
        code = ""
    except StoreError as error:
        code = error.finding.code
    disk.open_up()
    stores = await open_embedded(folder / "data", lambda: NOW)
    count = await stores.readings.count()
    await stores.close()
    sys.stdout.write(json.dumps({"code": code, "count": count}))


asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
