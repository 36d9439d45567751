"""Runs one job for one period: through the gate, recorded in the ledger, watched, and stopped on demand."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from core.errors import ConflictError, NotFoundError, ServiceError
from core.people import Actor, Role
from core.ports import Clock
from core.texts import Finding
from core.work import JobBook, JobFilter, JobRun, JobState
from jobs.lease import Lease
from operations.edge import write_result
from operations.gate import Gate
from operations.house import Progress, silent
from operations.schedule import JOB_ROWS, Job, JobWork, job_named, newest_due, period_named
from operations.values import Told

log = structlog.get_logger("jobs")

SAVED_EVERY_S = 2.0
"""How often the progress of a run is written down."""


_STOPPED = {
    JobState.CANCELLED: Finding.of("jobs.stopped"),
    JobState.ABANDONED: Finding.of("jobs.shut_down"),
}
"""What is said of a run whose caller went away."""


@dataclass(slots=True)
class _Work:
    """A run and the task that does it; `ended_as` is what becomes of it when it is cancelled."""

    run: JobRun
    ended_as: JobState
    ended_by: Finding
    task: asyncio.Task[Any] | None = None
    told: tuple[float, Finding] | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, fraction: float, doing: Finding) -> None:
        self.told = (min(max(fraction, 0.0), 1.0), doing)


class Runner:
    """`core.work.JobRunner`: runs jobs in this process, each once at a time, those of one lane one by one."""

    def __init__(self, book: JobBook, clock: Clock, lease: Lease | None = None) -> None:
        self._book = book
        self._clock = clock
        self._gate: Gate | None = None
        self._works: dict[str, _Work] = {}
        self._lanes: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.lease = lease or Lease(book, clock)
        self.watch: Callable[[JobRun], None] = lambda _run: None
        """Is told of every run that has ended."""

    def call_through(self, gate: Gate) -> None:
        """Let jobs call through this gate, which is made after the house that knows this runner."""
        self._gate = gate

    @property
    def gate(self) -> Gate:
        """Return the gate through which jobs call."""
        assert self._gate is not None  # noqa: S101 - `cli/wire.py` joins both before anything runs
        return self._gate

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone whose days and months the periods are."""
        return ZoneInfo(self.gate.house.time_zone)

    @property
    def running(self) -> int:
        """Return how many jobs run or wait for their turn."""
        return len(self._works)

    async def run(
        self,
        job: str,
        period: str,
        *,
        started_by: str,
        attempt: int = 1,
        progress: Progress = silent,
        if_stopped: JobState = JobState.CANCELLED,
    ) -> JobRun:
        """Run a job for a period and return how it ended; a run that failed says why in its `finding`.

        Raises `NotFoundError` for an unknown job, `RequestError` for a period that it does not have,
        and `ConflictError` while it runs already or another process has the right to run jobs.
        Cancelled, it stops the job and records the run as `if_stopped`.
        """
        row = job_named(job)
        period_named(row.cadence, period, self.zone)
        if job in self._works:
            raise ConflictError("jobs.running", name=job)
        begun = JobRun(
            job=job,
            period=period,
            state=JobState.RUNNING,
            begun_at_utc=self._clock(),
            attempt=attempt,
            doing=Finding.of("jobs.waiting"),
            started_by=started_by,
        )
        work = self._works[job] = _Work(begun, if_stopped, _STOPPED[if_stopped])
        try:
            async with self.lease.keep():
                await self.abandon(job)
                work.run = await self._book.save_run(begun)
                return await self._take_turn(row, work, progress)
        finally:
            del self._works[job]
            work.over.set()

    async def between(self, job: str) -> Any:
        """Return what the capability of a job gives, asked between its runs, in its lane and without a record.

        Raises `ConflictError` while another process has the right to run jobs, and what the capability raises.
        """
        row, now_utc = job_named(job), self._clock()
        async with self.lease.keep(), self._lanes[row.lane]:
            request = JobWork(period=newest_due(row, now_utc, self.zone))
            return await self.gate.call(row.row, request, Actor(f"job:{job}", Role.ADMIN), now_utc)

    async def cancel(self, id: int, by: str) -> JobRun:  # noqa: A002
        """Stop a run and return it once it has ended. Raises `NotFoundError` unless it runs in this process."""
        work = next((work for work in self._works.values() if work.run.id == id), None)
        if work is None or work.task is None:
            raise NotFoundError("jobs.not_running", id=id)
        work.ended_as, work.ended_by = JobState.CANCELLED, Finding.of("jobs.cancelled", by=by)
        work.task.cancel()
        await work.over.wait()
        return work.run

    async def abandon(self, job: str | None = None) -> None:
        """Mark runs as abandoned that the ledger takes for running: whoever holds the lease knows they are not."""
        ours = {work.run.id for work in self._works.values()}
        for run in (await self._book.runs(JobFilter(job=job, state=JobState.RUNNING, limit=500))).items:
            if run.id not in ours:
                log.warning("run abandoned", job=run.job, period=run.period)
                await self._book.save_run(
                    replace(
                        run,
                        state=JobState.ABANDONED,
                        ended_at_utc=self._clock(),
                        finding=Finding.of("jobs.abandoned"),
                    )
                )

    async def _take_turn(self, row: Job, work: _Work, progress: Progress) -> JobRun:
        work.task = asyncio.create_task(self._call(row, work, progress))
        lost = asyncio.create_task(self.lease.lost.wait())
        try:
            while not work.task.done():
                await asyncio.wait({work.task, lost}, timeout=SAVED_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
                if lost.done() and not work.task.done():
                    work.ended_as, work.ended_by = JobState.ABANDONED, Finding.of("jobs.lease_lost")
                    work.task.cancel()
                    await asyncio.wait({work.task})
                await self._save_progress(work)
        finally:
            lost.cancel()
            work.task.cancel()
            await asyncio.wait({work.task})
            work.run = await self._book.save_run(self._ended(row, work))
            self.watch(work.run)
        return work.run

    async def _call(self, row: Job, work: _Work, progress: Progress) -> Any:
        def tell(fraction: float, doing: Finding) -> None:
            work.tell(fraction, doing)
            progress(fraction, doing)

        actor = Actor(f"job:{work.run.job}", Role.ADMIN)
        async with self._lanes[row.lane]:
            request = JobWork(period=work.run.period)
            return await self.gate.call(row.row, request, actor, self._clock(), tell)

    async def _save_progress(self, work: _Work) -> None:
        if work.told and work.told != (work.run.fraction, work.run.doing):
            fraction, doing = work.told
            work.run = await self._book.save_run(replace(work.run, fraction=fraction, doing=doing))

    def _ended(self, row: Job, work: _Work) -> JobRun:
        """Return the run as it ended; looked up in the task, so that no mistake in a job ends other jobs."""
        task, ended = work.task, replace(work.run, ended_at_utc=self._clock(), doing=None)
        assert task is not None  # noqa: S101 - made in `_take_turn`
        if task.cancelled():
            return replace(ended, state=work.ended_as, finding=work.ended_by)
        error = task.exception()
        if error is None:
            result = write_result(JOB_ROWS[row.row], task.result()).decode()
            return replace(ended, state=JobState.DONE, fraction=1.0, result=result, finding=_note(task.result()))
        return replace(ended, state=JobState.FAILED, finding=_reason(error, work.run))


def _note(result: object) -> Finding | None:
    """Return what a job that is done has to say besides its figures."""
    note: Told | None = getattr(result, "note", None)
    return Finding.of(note.code, **note.params) if note else None


def _reason(error: BaseException, run: JobRun) -> Finding:
    if isinstance(error, ServiceError):
        log.warning("job failed", job=run.job, period=run.period, finding=str(error.finding))
        return error.finding
    log.error("job failed", job=run.job, period=run.period, exc_info=error)
    return Finding.of("jobs.broken", reason=type(error).__name__)
