"""Running one job: recorded, watched, stopped, and only by whoever holds the lease."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import CalculationError, ConflictError, NotFoundError, RequestError
from core.texts import Finding
from core.work import JobFilter, JobRun, JobState
from jobs import runner as runner_module
from jobs.runner import Runner
from operations import schedule
from operations.gate import Gate
from operations.house import Call, House
from operations.schedule import JobWork
from store.ledger.ledger import SqlLedger
from tests.district import District, Hands
from tests.jobs.conftest import Script

DAY = "2026-11-21"


async def forever(_house: House, _request: JobWork, call: Call) -> None:
    call.progress(0.4, Finding.of("jobs.publishing_sessions"))
    await asyncio.Event().wait()


async def running_ones(book: SqlLedger, wanted: Callable[[tuple[JobRun, ...]], bool]) -> tuple[JobRun, ...]:
    """Return the runs that the ledger takes for running, once they are as wanted."""
    for _ in range(500):
        runs = (await book.runs(JobFilter(state=JobState.RUNNING))).items
        if wanted(runs):
            return runs
        await asyncio.sleep(0.01)
    raise AssertionError(runs)


async def test_a_run_is_recorded_with_its_result(runner: Runner, script: Script, book: SqlLedger) -> None:
    run = await runner.run("daily", DAY, started_by="anna")
    assert (run.state, run.fraction, run.result, run.started_by) == (
        JobState.DONE,
        1.0,
        f'{{"period":"{DAY}"}}',
        "anna",
    )
    assert script.periods == [DAY]
    assert await book.run(run.id) == run
    assert await book.done_periods("daily") == {DAY}


async def test_a_job_acts_as_itself(runner: Runner, script: Script) -> None:
    seen: list[str] = []

    async def look(_house: House, _request: JobWork, call: Call) -> None:
        seen.append(call.actor.name)

    script.deed = look
    await runner.run("daily", DAY, started_by="anna")
    assert seen == ["job:daily"]


async def test_the_rows_of_jobs_are_for_jobs_alone(house: District, script: Script) -> None:
    with pytest.raises(NotFoundError):
        await house.gate.call("test.act", JobWork(period=DAY), house.admin, house.clock())
    assert script.periods == []


async def test_a_run_that_fails_says_why(runner: Runner, script: Script) -> None:
    async def fail(_house: House, _request: JobWork, _call: Call) -> None:
        raise CalculationError("jobs.worker_died", code=-9)

    script.deed = fail
    run = await runner.run("daily", DAY, started_by="clock")
    assert (run.state, run.finding) == (JobState.FAILED, Finding.of("jobs.worker_died", code=-9))


async def test_a_mistake_in_a_job_costs_only_its_run(runner: Runner, script: Script) -> None:
    async def stumble(_house: House, _request: JobWork, _call: Call) -> None:
        raise ZeroDivisionError

    script.deed = stumble
    run = await runner.run("daily", DAY, started_by="clock")
    assert (run.state, run.finding) == (JobState.FAILED, Finding.of("jobs.broken", reason="ZeroDivisionError"))


async def test_a_job_runs_once_at_a_time(runner: Runner, script: Script) -> None:
    script.deed = forever
    first = asyncio.create_task(runner.run("daily", DAY, started_by="clock"))
    await script.began.wait()
    with pytest.raises(ConflictError, match=r"jobs\.running"):
        await runner.run("daily", "2026-11-20", started_by="anna")
    first.cancel()
    await asyncio.wait({first})
    script.deed = None
    assert (await runner.run("daily", "2026-11-20", started_by="anna")).state is JobState.DONE


async def test_progress_can_be_read_while_it_runs_and_a_person_can_stop_it(
    runner: Runner, script: Script, book: SqlLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "SAVED_EVERY_S", 0.01)
    script.deed = forever
    running = asyncio.create_task(runner.run("daily", DAY, started_by="clock"))
    seen = await running_ones(book, lambda runs: bool(runs and runs[0].fraction))
    assert (seen[0].fraction, seen[0].doing) == (0.4, Finding.of("jobs.publishing_sessions"))
    stopped = await runner.cancel(seen[0].id, "anna")
    assert (stopped.state, stopped.finding) == (JobState.CANCELLED, Finding.of("jobs.cancelled", by="anna"))
    assert await running == stopped == await book.run(stopped.id)
    with pytest.raises(NotFoundError, match=r"jobs\.not_running"):
        await runner.cancel(stopped.id, "anna")


@pytest.mark.parametrize("ended_as", [JobState.CANCELLED, JobState.ABANDONED])
async def test_a_run_ends_with_its_caller(runner: Runner, script: Script, book: SqlLedger, ended_as: JobState) -> None:
    script.deed = forever
    running = asyncio.create_task(runner.run("daily", DAY, started_by="clock", if_stopped=ended_as))
    await script.began.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    (left,) = (await book.runs(JobFilter())).items
    assert left.state is ended_as
    assert left.ended_at_utc


async def test_jobs_of_one_lane_take_turns(
    runner: Runner, script: Script, book: SqlLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(schedule.JOBS, "other", replace(schedule.JOBS["daily"]))
    go = asyncio.Event()

    async def wait(_house: House, _request: JobWork, _call: Call) -> None:
        await go.wait()

    script.deed = wait
    tasks = [asyncio.create_task(runner.run(name, DAY, started_by="clock")) for name in ("daily", "other")]
    await script.began.wait()
    await running_ones(book, lambda runs: len(runs) == 2)
    assert len(script.periods) == 1
    go.set()
    assert {run.state for run in await asyncio.gather(*tasks)} == {JobState.DONE}


async def test_only_the_holder_of_the_lease_runs_jobs(make_runner: Callable[[], Runner], script: Script) -> None:
    ours, theirs = make_runner(), make_runner()
    async with ours.lease.keep():
        with pytest.raises(ConflictError, match=r"jobs\.elsewhere"):
            await theirs.run("daily", DAY, started_by="anna")
        assert (await ours.run("daily", DAY, started_by="clock")).state is JobState.DONE
    assert (await theirs.run("daily", DAY, started_by="anna")).state is JobState.DONE
    assert len(script.periods) == 2


async def test_a_lease_is_renewed_while_it_is_kept(make_runner: Callable[[], Runner], clock: Hands) -> None:
    ours, theirs = make_runner(), make_runner()
    renew, renewals = ours.lease._renew, [0]

    async def counted() -> bool:
        held = await renew()
        renewals[0] += 1
        return held

    ours.lease._renew = counted  # type: ignore[method-assign]
    async with ours.lease.keep():
        for _ in range(4):
            clock.pass_by(timedelta(seconds=40))
            before = renewals[0]
            while renewals[0] < before + 2:  # noqa: ASYNC110 - the one that was under way may have asked before
                await asyncio.sleep(0.01)
            with pytest.raises(ConflictError):
                async with theirs.lease.keep():
                    raise AssertionError
        assert ours.lease.held


async def test_who_loses_the_lease_stops_and_leaves_the_run_to_the_next(
    make_runner: Callable[[], Runner], script: Script, clock: Hands, book: SqlLedger
) -> None:
    ours = make_runner()
    script.deed = forever
    running = asyncio.create_task(ours.run("daily", DAY, started_by="clock"))
    await script.began.wait()
    later = clock() + timedelta(minutes=5)
    assert await book.take_lease("jobs", "somebody else", clock() + timedelta(minutes=2), later)
    run = await asyncio.wait_for(running, 5)
    assert (run.state, run.finding) == (JobState.ABANDONED, Finding.of("jobs.lease_lost"))
    assert not await book.take_lease("jobs", "a third", clock(), later)


async def test_what_a_killed_process_left_running_is_marked_when_the_job_runs_again(
    runner: Runner, script: Script, book: SqlLedger, clock: Hands
) -> None:
    left = await book.save_run(JobRun(job="daily", period=DAY, state=JobState.RUNNING, begun_at_utc=clock()))
    await runner.run("daily", DAY, started_by="clock")
    found = await book.run(left.id)
    assert found
    assert (found.state, found.finding) == (JobState.ABANDONED, Finding.of("jobs.abandoned"))
    assert script.periods == [DAY]


async def test_an_unknown_job_or_period_is_refused_before_anything_is_recorded(
    runner: Runner, script: Script, book: SqlLedger
) -> None:
    with pytest.raises(NotFoundError):
        await runner.run("Kaffee", DAY, started_by="anna")
    with pytest.raises(RequestError):
        await runner.run("daily", "2026-11", started_by="anna")
    assert (await book.runs(JobFilter())).total == 0
    assert script.periods == []


async def test_a_job_that_is_not_needed_here_is_done_and_says_so(house: District, book: SqlLedger) -> None:
    runner = Runner(book, house.clock)
    runner.call_through(Gate(replace(house.gate.house, maintenance=None)))
    run = await runner.run("compaction", DAY, started_by="clock")
    assert (run.state, run.finding) == (JobState.DONE, Finding.of("jobs.no_maintenance"))
    assert await book.run(run.id) == run
