"""Jobs: how they stand, what they did, and running one by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from core.errors import ConflictError, NotFoundError, RequestError, ServiceError, UnavailableError
from core.ports import Page
from core.work import JobFilter, JobRun, JobRunner, JobState
from operations.house import Call, House
from operations.schedule import BACKUP, JOBS, Cadence, job_named, newest_due, next_due, period_named
from operations.values import Limit, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class ListJobs:
    """All jobs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRuns:
    """Which runs: of a job, in a state; newest first."""

    job: str | None = None
    state: JobState | None = None
    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunJob:
    """Which job, and for which period: by default the newest that is due. `again` is needed for one that is done."""

    name: str
    period: str | None = None
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRun:
    """Which run, by its number."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One attempt at a job for a period. `message` says what it is doing, or why it failed."""

    id: int
    job: str
    period: str
    state: JobState
    begun_at_utc: datetime
    ended_at_utc: datetime | None
    duration_s: float
    attempt: int
    fraction: float
    message: Told | None
    result: str
    started_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """A job, how its last run stands, when it was last done, and when it is due next."""

    name: str
    cadence: Cadence
    state: JobState | None
    message: Told | None
    last: RunRow | None
    done_at_utc: datetime | None
    next_at_utc: datetime


async def list_jobs(house: House, _request: ListJobs, call: Call) -> Page[JobRow]:
    """Return all jobs in the order in which they begin after a start."""
    rows = [await _job_row(house, name, call) for name in JOBS]
    return Page(tuple(rows), len(rows))


async def list_runs(house: House, request: ListRuns, call: Call) -> Page[RunRow]:
    """Return runs, newest first, those of backups too. Raises `NotFoundError` for an unknown job."""
    if request.job not in (None, BACKUP):
        job_named(request.job)
    wanted = JobFilter(job=request.job, state=request.state, limit=request.limit, cursor=request.cursor)
    page = await house.ledger.runs(wanted)
    return Page(tuple(run_row(run, call) for run in page.items), page.total, page.next_cursor)


async def run_job(house: House, request: RunJob, call: Call) -> RunRow:
    """Run a job and return how it went.

    Raises `RequestError` for a period that has not ended, `ConflictError` for one that is done, unless
    it is to be done again, and the error of a run that failed.
    """
    runner, job, zone = _runner(house), job_named(request.name), ZoneInfo(house.time_zone)
    period = request.period or newest_due(job, call.now_utc, zone)
    if period_named(job.cadence, period, zone).end_utc > call.now_utc:
        raise RequestError("jobs.period_ahead", period=period)
    if not request.again and period in await house.ledger.done_periods(request.name):
        raise ConflictError("jobs.done_already", name=request.name, period=period)
    run = await runner.run(request.name, period, started_by=call.actor.name, progress=call.progress)
    if run.state is not JobState.DONE and run.finding is not None:
        raise ServiceError(run.finding.code, **dict(run.finding.params))
    return run_row(run, call)


async def cancel_run(house: House, request: CancelRun, call: Call) -> RunRow:
    """Stop a run and return it once it has stopped; what it has stored stays.

    One that has ended stays as it is. Raises `NotFoundError` for an unknown one.
    """
    run = await house.ledger.run(request.id)
    if run is None:
        raise NotFoundError("jobs.run_unknown", id=request.id)
    if run.state is JobState.RUNNING:
        run = await _runner(house).cancel(run.id, call.actor.name)
    return run_row(run, call)


def run_row(run: JobRun, call: Call) -> RunRow:
    """Return the row of a run."""
    message = run.doing or run.finding
    return RunRow(
        id=run.id,
        job=run.job,
        period=run.period,
        state=run.state,
        begun_at_utc=run.begun_at_utc,
        ended_at_utc=run.ended_at_utc,
        duration_s=((run.ended_at_utc or call.now_utc) - run.begun_at_utc).total_seconds(),
        attempt=run.attempt,
        fraction=run.fraction,
        message=Told.of(message) if message else None,
        result=run.result,
        started_by=run.started_by,
    )


async def _job_row(house: House, name: str, call: Call) -> JobRow:
    last = [run_row(run, call) for run in (await house.ledger.runs(JobFilter(job=name, limit=1))).items]
    done = (await house.ledger.runs(JobFilter(job=name, state=JobState.DONE, limit=1))).items
    return JobRow(
        name=name,
        cadence=JOBS[name].cadence,
        state=last[0].state if last else None,
        message=last[0].message if last else None,
        last=last[0] if last else None,
        done_at_utc=done[0].ended_at_utc if done else None,
        next_at_utc=next_due(JOBS[name], call.now_utc, ZoneInfo(house.time_zone)),
    )


def _runner(house: House) -> JobRunner:
    if house.jobs is None:
        raise UnavailableError("jobs.no_runner")
    return house.jobs
