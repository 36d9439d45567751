"""A process that is killed in the middle of a job, and the one that comes after it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import ConflictError
from core.work import JobFilter, JobState
from jobs.daemon import Jobs
from jobs.lease import Lease
from jobs.runner import Runner
from store.ledger.ledger import SqlLedger
from tests.district import Hands, open_district
from tests.jobs.conftest import DAILY, Script
from tests.jobs.test_daemon import serving, until

PROGRAM = Path(__file__).with_name("endless_program.py")


async def test_the_lease_of_a_killed_process_runs_out_and_its_run_is_made_again(tmp_path: Path, script: Script) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, PROGRAM, tmp_path, stdout=subprocess.PIPE)
    assert process.stdout
    assert await process.stdout.readline() == b"begun\n"
    process.kill()
    await process.wait()
    async with open_district(tmp_path) as district:
        book, clock = district.stores.ledger, district.clock
        runner = Runner(book, clock, Lease(book, clock, 0.01))
        runner.call_through(district.gate)
        with pytest.raises(ConflictError, match=r"jobs\.elsewhere"):
            await runner.run("daily", "2026-11-20", started_by="anna")
        clock.pass_by(timedelta(seconds=61))
        async with serving(Jobs(runner, book, clock, {"daily": DAILY}, asked_every_s=0.02)):
            await until(lambda: len(script.periods) == 3)
        runs = (await book.runs(JobFilter(job="daily"))).items
    states = [(run.period, run.state, run.attempt) for run in reversed(runs)]
    assert states[:2] == [
        ("2026-11-20", JobState.ABANDONED, 1),
        ("2026-11-20", JobState.DONE, 2),
    ]


async def test_two_processes_with_their_own_connections_never_both_hold_the_lease(tmp_path: Path) -> None:
    books = [await SqlLedger.open(tmp_path / "ledger.sqlite") for _ in range(2)]
    leases = [Lease(book, Hands()) for book in books for _ in range(4)]
    held: list[int] = []

    async def reach(number: int) -> None:
        for _ in range(5):
            try:
                async with leases[number].keep():
                    held.append(number)
                    assert len(held) == 1
                    await asyncio.sleep(0.01)
                    held.remove(number)
            except ConflictError:
                await asyncio.sleep(0.005)

    await asyncio.gather(*(reach(number) for number in range(len(leases))))
    for book in books:
        await book.close()
