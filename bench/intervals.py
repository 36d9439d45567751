"""How long the interval job takes: minute data of a district's month, from a real store into it.

Readings are in the embedded store as they come; the job reads them, computes in the worker process,
and writes slots, days and checkpoints. Once for the data, once for twice as much of it in a store of
its own: the ratio says whether time grows with the data only. Memory is that of service and worker
together while the job runs. CPU seconds are told too: on a machine that others use they are what stays the same.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bench.dataset import START_UTC, Series, district
from bench.result import Result, report
from core.inventory import Inventory, Medium, Meter, MeterRole
from core.people import Actor, Role
from jobs.worker import WorkerProcess
from operations.house import Call, House
from operations.intervals.job import IntervalsDone, compute_intervals
from operations.schedule import JobWork
from store.open import Stores, open_embedded

SERIES = 1000
MONTH_MINUTES = 30 * 1440
GOAL_S = 60.0
GOAL_RATIO = 2.3
GOAL_MB = 600.0


@dataclass(slots=True)
class Ran:
    """One run of the job: what it did, how long it and the processors took, and the most memory meanwhile."""

    done: IntervalsDone
    took_s: float
    cpu_s: float
    peak_mb: float


def main() -> int:
    """Print the figures; return 0 if all goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--series", type=int, default=SERIES)
    parser.add_argument("--minutes", type=int, default=MONTH_MINUTES)
    parser.add_argument("--once", action="store_true", help="leave out the run with twice the data")
    options = parser.parse_args()
    one = asyncio.run(_run(district()[: options.series], options.minutes))
    results = [
        Result("interval_job", one.took_s, "s", None, None, GOAL_S, one.took_s <= GOAL_S),
        Result("interval_job_cpu", one.cpu_s, "s"),
        Result("interval_job_readings", one.done.readings / one.took_s, "readings/s"),
        Result("interval_job_rows", float(one.done.slots + one.done.days), "rows"),
        Result("interval_job_memory", one.peak_mb, "MB", None, None, GOAL_MB, one.peak_mb < GOAL_MB),
    ]
    if not options.once:
        two = asyncio.run(_run(district()[: options.series], 2 * options.minutes))
        ratio = two.took_s / one.took_s
        results += [
            Result("interval_job_twice", two.took_s, "s", one.took_s, ratio, GOAL_RATIO, ratio <= GOAL_RATIO),
            Result("interval_job_twice_memory", two.peak_mb, "MB", None, None, GOAL_MB, two.peak_mb < GOAL_MB),
        ]
    return report(results, as_json=options.json)


async def _run(series: Sequence[Series], minutes: int) -> Ran:
    now_utc = START_UTC + timedelta(minutes=minutes)
    with tempfile.TemporaryDirectory() as folder:
        stores = await open_embedded(Path(folder), lambda: now_utc)
        worker = WorkerProcess()
        try:
            for each in series:
                column = each.column(START_UTC, minutes)
                await stores.readings.put_series(each.source, each.quantity, column.at_ms, column.value, now_utc)
            house = _house(stores, series, worker)
            watch = asyncio.create_task(_peak_mb())
            begun, cpu_s = time.perf_counter(), _family_cpu_s(os.getpid())
            done = await compute_intervals(house, JobWork(period=""), Call(Actor("job:intervals", Role.ADMIN), now_utc))
            took_s, cpu_s = time.perf_counter() - begun, _family_cpu_s(os.getpid()) - cpu_s
            watch.cancel()
            peak_mb = await watch
        finally:
            await worker.close()
            await stores.close()
    return Ran(done, took_s, cpu_s, peak_mb)


def _house(stores: Stores, series: Sequence[Series], worker: WorkerProcess) -> House:
    meters = [
        Meter(
            id=each.source.removeprefix("meter:"),
            name=each.source,
            valid_from=START_UTC.date(),
            site="",
            medium=Medium.ELECTRICITY,
            role=MeterRole.SUBMETER,
            nominal_interval_s=60,
        )
        for each in series
    ]
    inventory = Inventory(meters={meter.id: meter for meter in meters})
    return House(
        inventory=lambda: inventory,
        query=stores.readings,
        ledger=stores.ledger,
        journal=stores.journal,
        health=tuple,
        clock=lambda: START_UTC,
        intervals=stores.readings,
        worker=worker,
    )


async def _peak_mb() -> float:
    """Return the most memory that this process and its children had until it is cancelled."""
    peak_mb = 0.0
    try:
        while True:
            peak_mb = max(peak_mb, _family_mb(os.getpid()))
            await asyncio.sleep(0.05)
    except asyncio.CancelledError:
        return peak_mb


def _family_mb(pid: int) -> float:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except OSError:  # it has just ended
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6 + sum(_family_mb(int(child)) for child in children)


def _family_cpu_s(pid: int) -> float:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    ticks = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[11:13]
    own_s = sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
    return own_s + sum(_family_cpu_s(int(child)) for child in children)


if __name__ == "__main__":
    sys.exit(main())
