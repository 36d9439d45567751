"""The clock over the jobs: what it makes up for, tries again, and leaves alone."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import CalculationError
from core.ports import Health
from core.work import JobFilter, JobRun, JobState
from jobs.daemon import MOST_ATTEMPTS, Jobs, _counted
from jobs.runner import Runner
from operations import schedule
from operations.house import Call, House
from operations.schedule import JobWork
from store.ledger.ledger import SqlLedger
from tests.district import Hands
from tests.jobs.conftest import DAILY, Script

MISSED = ["2026-11-19", "2026-11-20", "2026-11-21"]


def jobs_of(runner: Runner, book: SqlLedger, clock: Hands, **changes: object) -> Jobs:
    return Jobs(runner, book, clock, {"daily": replace(DAILY, **changes)}, asked_every_s=0.02)  # type: ignore[arg-type]


@contextlib.asynccontextmanager
async def serving(jobs: Jobs) -> AsyncIterator[None]:
    task = asyncio.create_task(jobs.serve())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until(true: Callable[[], bool]) -> None:
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError


def figure(health: Health, name: str) -> float:
    return health.figures[name]


async def test_missed_periods_are_made_up_for_once_oldest_first(
    runner: Runner, script: Script, book: SqlLedger, clock: Hands
) -> None:
    for _ in range(2):
        async with serving(jobs_of(runner, book, clock)):
            await until(lambda: script.periods == MISSED)
            await asyncio.sleep(0.05)
    assert script.periods == MISSED
    assert await book.done_periods("daily") == set(MISSED)


@pytest.mark.parametrize("fails", [False, True])
async def test_a_job_waits_for_what_is_due_of_those_it_needs(
    runner: Runner, script: Script, book: SqlLedger, clock: Hands, monkeypatch: pytest.MonkeyPatch, *, fails: bool
) -> None:
    after = replace(DAILY, needs=("daily",), lane="other")
    monkeypatch.setitem(schedule.JOBS, "after", after)
    begun: list[str] = []

    async def slow(_house: House, _request: JobWork, call: Call) -> None:
        begun.append(call.actor.name)
        if call.actor.name == "job:daily":
            await asyncio.sleep(0.02)
            if fails:
                raise CalculationError("test.slow")

    script.deed = slow
    jobs = Jobs(runner, book, clock, {"after": after, "daily": DAILY}, asked_every_s=0.02)
    async with serving(jobs):
        await until(lambda: len(begun) == 2 * len(MISSED))
    assert begun == ["job:daily"] * len(MISSED) + ["job:after"] * len(MISSED)


async def test_an_outage_costs_no_more_than_the_depth(
    runner: Runner, script: Script, book: SqlLedger, clock: Hands
) -> None:
    clock.pass_by(timedelta(days=300))
    jobs = jobs_of(runner, book, clock)
    assert len(await jobs.to_do("daily")) == 3
    assert script.periods == []


async def test_what_failed_is_tried_again_after_a_pause(
    runner: Runner, script: Script, book: SqlLedger, clock: Hands
) -> None:
    async def fail_twice(_house: House, _request: JobWork, _call: Call) -> None:
        if len(script.periods) < 3:
            raise CalculationError("jobs.worker_died", code=-9)

    script.deed = fail_twice
    pause = timedelta(milliseconds=30)
    jobs = jobs_of(runner, book, clock, catch_up=1, retries=(pause, pause, pause))
    async with serving(jobs):
        await until(lambda: figure(jobs.health(), "daily_failures") == 2)
        assert jobs.health().finding
        await until(lambda: jobs.health().ok)
    runs = (await book.runs(JobFilter(job="daily"))).items
    assert [(run.attempt, run.state) for run in reversed(runs)] == [
        (1, JobState.FAILED),
        (2, JobState.FAILED),
        (3, JobState.DONE),
    ]
    assert figure(jobs.health(), "daily_done_timestamp_s") == clock().timestamp()


async def test_after_the_last_retry_it_waits_for_the_next_ring_and_says_so(
    runner: Runner, script: Script, book: SqlLedger, clock: Hands
) -> None:
    async def fail(_house: House, _request: JobWork, _call: Call) -> None:
        raise CalculationError("jobs.worker_died", code=-9)

    script.deed = fail
    jobs = jobs_of(runner, book, clock, catch_up=1, retries=(timedelta(milliseconds=10),))
    async with serving(jobs):
        await until(lambda: figure(jobs.health(), "daily_failures") == 2)
        await asyncio.sleep(0.1)
    assert len(script.periods) == 2
    assert not jobs.health().ok
    assert await jobs.to_do("daily") == [(MISSED[-1], 1)]


async def test_the_clock_rings_when_a_period_is_due(
    runner: Runner, script: Script, book: SqlLedger, clock: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The scheduler goes by the machine's clock, so the test lets it ring often by that one.
    monkeypatch.setattr("jobs.lease.HELD", timedelta(days=9))
    monkeypatch.setattr("jobs.daemon.next_due", lambda _job, after, _zone: after + timedelta(seconds=0.2))
    jobs = jobs_of(runner, book, clock, catch_up=1)
    async with serving(jobs):
        await until(lambda: script.periods == MISSED[-1:])
        clock.pass_by(timedelta(days=1))
        await until(lambda: script.periods == [MISSED[-1], "2026-11-22"])
    assert script.periods == [MISSED[-1], "2026-11-22"], "and no ring in between began a third"


async def test_a_run_of_a_killed_process_is_made_again(
    runner: Runner, script: Script, book: SqlLedger, clock: Hands
) -> None:
    for period in ("2026-03-01", MISSED[-1]):
        await book.save_run(JobRun(job="daily", period=period, state=JobState.RUNNING, begun_at_utc=clock()))
    async with serving(jobs_of(runner, book, clock, catch_up=1)):
        await until(lambda: len(script.periods) == 2)
    assert script.periods == ["2026-03-01", MISSED[-1]]
    runs = (await book.runs(JobFilter(job="daily", state=JobState.DONE))).items
    assert {run.attempt for run in runs} == {2}


async def test_a_run_that_kills_its_process_each_time_is_left_to_people(
    runner: Runner, script: Script, book: SqlLedger, clock: Hands
) -> None:
    lost = JobRun(job="daily", period=MISSED[0], state=JobState.ABANDONED, begun_at_utc=clock(), attempt=MOST_ATTEMPTS)
    await book.save_run(lost)
    assert await jobs_of(runner, book, clock).to_do("daily") == [(MISSED[1], 1), (MISSED[2], 1)]
    assert script.periods == []


async def test_what_a_person_stopped_is_not_begun_again(
    runner: Runner, script: Script, book: SqlLedger, clock: Hands
) -> None:
    stopped = JobRun(job="daily", period=MISSED[1], state=JobState.CANCELLED, begun_at_utc=clock())
    await book.save_run(stopped)
    assert [period for period, _ in await jobs_of(runner, book, clock).to_do("daily")] == [MISSED[0], MISSED[2]]
    assert script.periods == []


async def test_a_service_that_stops_leaves_its_run_to_the_next_start(
    make_runner: Callable[[], Runner], script: Script, book: SqlLedger, clock: Hands
) -> None:
    async def wait(_house: House, _request: JobWork, _call: Call) -> None:
        await asyncio.Event().wait()

    script.deed = wait
    async with serving(jobs_of(make_runner(), book, clock, catch_up=1)):
        await script.began.wait()
    (left,) = (await book.runs(JobFilter())).items
    assert left.state is JobState.ABANDONED
    script.deed = None
    async with serving(jobs_of(make_runner(), book, clock, catch_up=1)):
        await until(lambda: len(script.periods) == 2)


async def test_of_two_processes_one_leads_and_the_other_takes_over(
    make_runner: Callable[[], Runner], script: Script, book: SqlLedger, clock: Hands
) -> None:
    first, second = (jobs_of(make_runner(), book, clock) for _ in range(2))
    async with serving(second):
        await until(lambda: figure(second.health(), "leader") == 1)
        async with serving(first):
            await until(lambda: script.periods == MISSED)
            await asyncio.sleep(0.1)
            assert figure(first.health(), "leader") == 0
    async with serving(first):
        await until(lambda: figure(first.health(), "leader") == 1)
        await asyncio.sleep(0.05)
    assert script.periods == MISSED


@pytest.mark.parametrize(
    ("result", "counted"),
    [
        ('{"stations": 3, "share": 0.5, "done": true, "names": ["a"]}', {"stations": 3.0, "share": 0.5}),
        ("[1]", {}),
        (None, {}),
    ],
)
def test_what_a_job_counted_last_is_a_figure(result: str | None, counted: dict[str, float]) -> None:
    assert _counted(result) == counted
