"""Run by `test_opened.py`: a file size limit stands in for a disk that fills up and is cleared again."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.errors import StoreError
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading
from store.influx.timeseries import InfluxTimeSeries
from store.settings import InfluxSettings

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
ROWS = 1000


def limit_files(size_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, resource.RLIM_INFINITY))


async def main() -> None:
    folder, settings = Path(sys.argv[1]), InfluxSettings(url="http://127.0.0.1:9")
    series = await InfluxTimeSeries.open(settings, folder, lambda: NOW)

    async def put(number: int) -> None:
        at_utc = NOW + timedelta(seconds=number)
        rows = [Reading(f"meter:m{row}", Quantity.POWER_W, at_utc, row * 1.1) for row in range(ROWS)]
        await series.put(Batch(rows, at_utc))

    limit_files(1_000_000)
    done, codes = 0, set()
    for number in range(20):
        try:
            await put(number)
            done += 1
        except StoreError as error:
            codes.add(error.finding.code)
    full = series._spool.depth.points
    limit_files(resource.RLIM_INFINITY)
    await put(20)
    await series.close()
    again = await InfluxTimeSeries.open(settings, folder, lambda: NOW)
    found = {"done": done, "codes": sorted(codes), "full": full, "reopened": again._spool.depth.points}
    await again.close()
    sys.stdout.write("\n" + json.dumps(found))


asyncio.run(main())
