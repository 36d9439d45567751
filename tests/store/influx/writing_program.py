"""Run by `test_spool.py`: puts readings into an InfluxDB until killed, and says on stdout what was acknowledged."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.ports import Batch, Receipt
from core.quantities import Quantity
from core.readings import Reading
from store.influx.timeseries import InfluxTimeSeries
from store.settings import InfluxSettings

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
ROWS = 100


async def main() -> None:
    settings = InfluxSettings(url=sys.argv[2], database=sys.argv[3])
    series = await InfluxTimeSeries.open(settings, Path(sys.argv[1]), lambda: NOW)
    serving = asyncio.create_task(series.sender.serve())
    number = int(sys.argv[4])
    while not serving.done():
        at_utc = NOW + timedelta(seconds=number)
        rows = [Reading(f"meter:m{row}", Quantity.POWER_W, at_utc, number + row / 8) for row in range(ROWS)]
        receipt = Receipt("own", "ingest", number % 65536, b"%d" % number)
        await series.put(Batch(rows, at_utc, [receipt]))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        number += 1


asyncio.run(main())
