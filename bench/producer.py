"""How long a producer waits for an acknowledgement while days are sorted and others read.

5,000 readings a second in puts of 100, for `--seconds` (the goal is about ten minutes), into a file
that has a few days of a thousand series to be sorted, beside two readers who ask without pause. With
`--trace` each long wait is printed with what held the writer: on a machine that others use, too, only a
wait in which this process had the CPU says something about the store.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

import numpy as np

from bench.dataset import START_UTC, blocks, district
from bench.holding import Holding
from bench.result import Result, report
from bench.store import BLOCK_ROWS, table_of
from core.periods import Period
from core.ports import Batch
from core.readings import Reading
from store.points.timeseries import TimeSeries

PUT_ROWS, PER_SECOND = 100, 5_000
DAYS = 4
GOAL_MS = 200.0
TRACED_MS = 100.0

Waiting = Callable[[], AbstractContextManager[None]]


def main() -> int:
    """Print the figures; return 0 if all goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--imports", action="store_true", help="import whole late days of all series all the while")
    parser.add_argument("--trace", action="store_true", help=f"print each wait above {TRACED_MS:.0f} ms")
    options = parser.parse_args()
    waiting = Holding(TRACED_MS).waiting if options.trace else nullcontext
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "timeseries.duckdb"
        results = asyncio.run(_measure(path, options.seconds, waiting, imports=options.imports))
    return report(results, as_json=options.json)


async def _measure(path: Path, seconds: float, waiting: Waiting, *, imports: bool) -> list[Result]:
    store = await TimeSeries.open(path, START_UTC)
    for block in blocks(district(), START_UTC, DAYS * 1440, BLOCK_ROWS):
        await store.put_table(table_of(block), START_UTC)
    sorting = partial(_sort, store, imports=imports)
    async with _beside(sorting), _beside(lambda: _read(store, 0)), _beside(lambda: _read(store, 500)):
        waits_ms = await _produce(store, seconds, waiting)
    await store.close()
    return [
        Result("longest_wait", max(waits_ms), "ms", goal=GOAL_MS, ok=max(waits_ms) <= GOAL_MS),
        Result("wait_p99", float(np.percentile(waits_ms, 99)), "ms"),
        Result("wait_median", float(np.median(waits_ms)), "ms"),
        Result("rate", PUT_ROWS * len(waits_ms) / seconds, "1/s", goal=PER_SECOND * 0.99),
    ]


async def _produce(store: TimeSeries, seconds: float, waiting: Waiting) -> list[float]:
    """Return the time between the acknowledgements of one producer, without the time it rested itself."""
    series = district()
    begun = time.perf_counter()
    waits_ms, number = [], 0
    while (due := number * PUT_ROWS / PER_SECOND) < seconds:
        await asyncio.sleep(max(0.0, begun + due - time.perf_counter()))
        at_utc = START_UTC + timedelta(days=DAYS, milliseconds=number * 1000 * PUT_ROWS // PER_SECOND)
        chosen = (series[(number * PUT_ROWS + row) % len(series)] for row in range(PUT_ROWS))
        batch = Batch([Reading(each.source, each.quantity, at_utc, float(number)) for each in chosen], at_utc)
        asked = time.perf_counter()
        with waiting():
            await store.put(batch)
        waits_ms.append((time.perf_counter() - asked) * 1000)
        number += 1
    return waits_ms


async def _sort(store: TimeSeries, *, imports: bool) -> None:
    """Sort what is over, then let more of it come, with `imports` whole late days of all series, and so on."""
    for round_ in range(1_000_000):
        await store.compact(START_UTC + timedelta(days=DAYS + 100 * (round_ % 2)), lambda _: None)
        if not imports:
            await asyncio.sleep(1.0)
            continue
        late = next(iter(blocks(district(), START_UTC - timedelta(days=round_ + 1), 1440, BLOCK_ROWS)))
        for start in range(0, BLOCK_ROWS, 20_480):
            await store.put_table(table_of(late.part(slice(start, start + 20_480))), START_UTC)
            await asyncio.sleep(0.1)


async def _read(store: TimeSeries, first: int) -> None:
    series = district()
    for round_ in range(1_000_000):
        each = series[(first + round_ * 7) % len(series)]
        period = Period(START_UTC, START_UTC + timedelta(days=DAYS))
        await store.samples([(each.source, each.quantity)], period)


@asynccontextmanager
async def _beside(work: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Let something go on until the block ends; what fails in it fails the measurement."""
    task = asyncio.ensure_future(work())
    try:
        yield
        if task.done():
            await task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


if __name__ == "__main__":
    sys.exit(main())
