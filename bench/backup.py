"""A backup of twenty million readings while 5,000 a second come in, and its restore.

How long it takes and how large it is, and how long the producer waits beside it. `--minutes` shortens it.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from bench.dataset import MINUTES, START_UTC, blocks, district
from bench.result import Result, report
from bench.store import BLOCK_ROWS, table_of
from config.recovery import Opened, Seal, recovery_key
from core.ports import Batch
from core.readings import Reading
from core.texts import Finding
from store.backup.archive import ArchiveReader
from store.backup.copy import Copied, Keeper
from store.backup.restore import put_back
from store.open import Stores, open_embedded

WORDS = "bench"
PUT_ROWS, PER_SECOND = 100, 5_000
QUIET_S = 5.0
GOAL_MS = 200.0
MEMORY_MB = 600.0


def main() -> int:
    """Print the figures; return 0 if all goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--minutes", type=int, default=MINUTES)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = asyncio.run(_measure(Path(folder), options.minutes))
    return report(results, as_json=options.json)


async def _measure(folder: Path, minutes: int) -> list[Result]:
    stores = await open_embedded(folder / "data", lambda: START_UTC)
    for block in blocks(district(), START_UTC, minutes, BLOCK_ROWS):
        await stores.readings.put_table(table_of(block), START_UTC)
    waits_ms: list[float] = []
    producing = asyncio.create_task(_produce(stores, START_UTC + timedelta(minutes=minutes + 10), waits_ms))
    await asyncio.sleep(QUIET_S)
    before_ms, quiet = max(waits_ms), len(waits_ms)
    begun = time.perf_counter()
    kept = await _keeper(stores, folder).keep(folder, _nobody)
    took_s = time.perf_counter() - begun
    beside_ms = max(waits_ms[quiet:])
    producing.cancel()
    await asyncio.wait([producing])
    await stores.close()
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    readings = sum(kept.readings.values())
    begun = time.perf_counter()
    await _restore(Path(kept.file), folder / "again")
    return [
        Result("readings", float(readings), ""),
        Result("backup", took_s, "s"),
        Result("bytes_per_reading", kept.size_bytes / readings, "B"),
        Result("longest_wait_before", before_ms, "ms"),
        Result("longest_wait_beside", beside_ms, "ms", goal=GOAL_MS, ok=beside_ms <= GOAL_MS),
        Result("restore", time.perf_counter() - begun, "s"),
        Result("memory", memory_mb, "MB", goal=MEMORY_MB, ok=memory_mb <= MEMORY_MB),
    ]


async def _produce(stores: Stores, after_utc: datetime, waits_ms: list[float]) -> None:
    """Put batches at a steady pace and note how long each was waited for, until cancelled."""
    series = district()
    begun = time.perf_counter()
    for number in count():
        await asyncio.sleep(max(0.0, begun + number * PUT_ROWS / PER_SECOND - time.perf_counter()))
        at_utc = after_utc + timedelta(milliseconds=number * 1000 * PUT_ROWS // PER_SECOND)
        chosen = (series[(number * PUT_ROWS + row) % len(series)] for row in range(PUT_ROWS))
        batch = Batch([Reading(each.source, each.quantity, at_utc, float(number)) for each in chosen], at_utc)
        asked = time.perf_counter()
        await stores.readings.put(batch)
        waits_ms.append((time.perf_counter() - asked) * 1000)


def _keeper(stores: Stores, folder: Path) -> Keeper:
    key = recovery_key(WORDS)
    return Keeper(
        stores=stores,
        data_dir=folder / "data",
        version="bench",
        clock=lambda: START_UTC,
        configuration=lambda: Copied(b"", 0, (), b"{}"),
        seal=lambda: Seal(key),
        forbidden=(),
    )


async def _restore(file: Path, data_dir: Path) -> None:
    reader = ArchiveReader.of(file)
    reader.verify(lambda _: None)
    opener = Opened.by(WORDS, reader.manifest.recovery)
    await put_back(reader, opener, data_dir, "", _nobody)


def _nobody(_fraction: float, _doing: Finding) -> None:
    pass


if __name__ == "__main__":
    sys.exit(main())
