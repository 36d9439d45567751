"""The worker process, as it is."""

from __future__ import annotations

import asyncio
import math
import operator
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator

import numpy as np
import pytest

from core.errors import CalculationError, StoreError, UnavailableError
from jobs.worker import WorkerProcess


@pytest.fixture
async def worker() -> AsyncIterator[WorkerProcess]:
    made = WorkerProcess(idle_s=60)
    yield made
    await made.close()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_calculation_runs_elsewhere_and_comes_back(worker: WorkerProcess) -> None:
    assert await worker.run(math.factorial, 20) == math.factorial(20)
    assert await worker.run(os.getpid) != os.getpid()


async def test_the_process_is_kept_for_the_next_calculation_and_is_polite(worker: WorkerProcess) -> None:
    assert await worker.run(os.getpid) == await worker.run(os.getpid)
    assert await worker.run(os.nice, 0) == os.nice(0) + 10


async def test_large_columns_go_both_ways(worker: WorkerProcess) -> None:
    column = np.arange(2_000_000, dtype=np.int64)
    back = await worker.run(np.flip, column)
    assert back[0] == column[-1]
    assert len(back) == len(column)


async def test_its_errors_are_raised_where_it_was_asked_for(worker: WorkerProcess) -> None:
    with pytest.raises(ZeroDivisionError):
        await worker.run(operator.floordiv, 1, 0)
    with pytest.raises(CalculationError, match="worker_failed"):
        await worker.run(exec, "class E(Exception): pass\nraise E('lokal')")
    with pytest.raises(StoreError) as caught:
        await worker.run(exec, "from core.errors import StoreError\nraise StoreError('store.closed', file='x')")
    assert caught.value.finding.params == (("file", "x"),)
    assert await worker.run(math.factorial, 3) == 6


async def test_what_it_prints_disturbs_nobody(worker: WorkerProcess) -> None:
    await worker.run(print, "laut")
    assert await worker.run(math.factorial, 3) == 6


async def test_a_process_that_dies_is_told_and_replaced(worker: WorkerProcess) -> None:
    with pytest.raises(UnavailableError, match="worker_died"):
        await worker.run(os._exit, 3)
    assert await worker.run(math.factorial, 3) == 6


async def test_cancelling_ends_the_calculation(worker: WorkerProcess) -> None:
    pid = await worker.run(os.getpid)
    task = asyncio.create_task(worker.run(time.sleep, 60))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not alive(pid)
    assert await worker.run(math.factorial, 3) == 6


async def test_calculations_take_turns(worker: WorkerProcess) -> None:
    assert await asyncio.gather(*(worker.run(math.factorial, n) for n in range(6))) == [1, 1, 2, 6, 24, 120]


async def test_an_idle_process_ends_and_gives_its_memory_back() -> None:
    worker = WorkerProcess(idle_s=0.05)
    pid = await worker.run(os.getpid)
    for _ in range(200):
        if not alive(pid):
            break
        await asyncio.sleep(0.02)
    assert not alive(pid)
    assert await worker.run(os.getpid) != pid
    await worker.close()


def test_what_daemons_load_of_it_is_light() -> None:
    code = "import sys, jobs.worker, jobs.calculator; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not {"numpy", "pandas", "apscheduler", "multiprocessing"} & set(out.split())
