"""The clock over the jobs: rings when a period is due, makes up for missed ones, tries again what failed."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from core.errors import ConflictError
from core.ports import Clock, Health
from core.texts import Finding
from core.work import JobBook, JobFilter, JobRun, JobState
from jobs.runner import Runner
from operations.schedule import JOBS, Cadence, Job, missed, next_due

log = structlog.get_logger("jobs")

ASKED_EVERY_S = 20.0
"""How often a process that may not run jobs asks whether it may."""

MOST_ATTEMPTS = 4
"""A period whose runs took their process with them so often is left to people."""

RECENT = 200
"""So many newest runs of a job say how its periods stand."""


class DueTrigger(BaseTrigger):  # type: ignore[misc]
    """Fires when a period of a job becomes due: computed in UTC, so no clock change doubles or swallows one.

    A month's job fires every day, so that a month that failed is not left alone until the next one.
    """

    __slots__ = ("_job", "_zone")

    def __init__(self, job: Job, zone: ZoneInfo) -> None:
        self._job = Job(row=job.row, cadence=Cadence.DAY, after=job.after) if job.cadence is Cadence.MONTH else job
        self._zone = zone

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return the next instant, in UTC."""
        return next_due(self._job, previous_fire_time or now, self._zone)


@dataclass(slots=True)
class Standing:
    """What the health page says of a job."""

    done_at_utc: datetime | None = None
    failures: int = 0
    failed: Finding | None = None
    counted: Mapping[str, float] = field(default_factory=dict)


class Jobs:
    """`core.ports.Daemon`: runs what is due while this process holds the lease; else it waits for it."""

    name = "jobs"

    def __init__(
        self,
        runner: Runner,
        book: JobBook,
        clock: Clock,
        jobs: Mapping[str, Job] = JOBS,
        asked_every_s: float = ASKED_EVERY_S,
    ) -> None:
        self._runner = runner
        self._book = book
        self._clock = clock
        self._jobs = jobs
        self._asked_every_s = asked_every_s
        self._standings = {name: Standing() for name in jobs}
        self._leads = False
        self._settled: dict[str, asyncio.Event] = {}
        runner.watch = self._note

    async def serve(self) -> None:
        """Lead whenever the lease can be had."""
        while True:
            with contextlib.suppress(ConflictError):
                async with self._runner.lease.keep():
                    await self._lead()
            await asyncio.sleep(self._asked_every_s)

    def health(self) -> Health:
        """Return when each job was last done and what it counted then, how often it failed, and what fails now."""
        failing = sorted(name for name, standing in self._standings.items() if standing.failed)
        figures = {"leader": float(self._leads), "running": float(self._runner.running)}
        for name, standing in self._standings.items():
            figures[f"{name}_failures"] = float(standing.failures)
            figures |= {f"{name}_last_{counted}": value for counted, value in standing.counted.items()}
            if standing.done_at_utc:
                figures[f"{name}_done_timestamp_s"] = standing.done_at_utc.timestamp()
        finding = Finding.of("jobs.failing", names=", ".join(failing)) if failing else None
        return Health(name=self.name, ok=not failing, finding=finding, figures=figures)

    async def _lead(self) -> None:
        await self._runner.abandon()
        await self._recall()
        bells = {name: asyncio.Event() for name in self._jobs}
        self._settled = {name: asyncio.Event() for name in self._jobs}
        clock = self._scheduler(bells)
        tasks = [asyncio.create_task(self._attend(name, bell)) for name, bell in bells.items()]
        tasks.append(asyncio.create_task(self._lost()))
        clock.start()
        self._leads = True
        try:
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        finally:
            self._leads = False
            clock.shutdown(wait=False)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    def _scheduler(self, bells: Mapping[str, asyncio.Event]) -> AsyncIOScheduler:
        # It only rings: what is to be done says the ledger, so a ring that comes late or twice does no harm.
        clock = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        )
        for name, bell in bells.items():
            trigger = DueTrigger(self._jobs[name], self._runner.zone)
            clock.add_job(_ring, trigger, [bell], id=name, name=name, replace_existing=True)
        return clock

    async def _lost(self) -> None:
        await self._runner.lease.lost.wait()
        log.warning("another process may run jobs now")

    async def _attend(self, name: str, bell: asyncio.Event) -> None:
        bell.set()  # what was missed while nobody led is made up for at once
        while True:
            await bell.wait()
            bell.clear()
            self._settled[name].clear()
            for need in self._jobs[name].needs:
                await self._settled[need].wait()
            for period, attempt in await self.to_do(name):
                await self._run(name, period, attempt)
            self._settled[name].set()

    async def to_do(self, name: str) -> list[tuple[str, int]]:
        """Return the periods of a job that are to be run now, oldest first, with the number of the attempt.

        Those it makes up for that are not done, and any whose process was lost; not what a person
        stopped, nor what took its process with it too often.
        """
        job, done = self._jobs[name], await self._book.done_periods(name)
        newest = await self._newest(name)
        lost = sorted(period for period, run in newest.items() if run.state is JobState.ABANDONED)
        open_ones = [period for period in missed(job, self._clock(), self._runner.zone) if period not in done]
        attempts = {period: _attempt(newest.get(period)) for period in [*lost, *open_ones]}
        return [(period, attempt) for period, attempt in attempts.items() if attempt]

    async def _newest(self, name: str) -> dict[str, JobRun]:
        runs = (await self._book.runs(JobFilter(job=name, limit=RECENT))).items
        return {run.period: run for run in reversed(runs)}

    async def _run(self, name: str, period: str, attempt: int) -> None:
        """Run until it is done, was stopped, or has failed after the last pause."""
        for pause in (*self._jobs[name].retries, None):
            try:
                run = await self._runner.run(
                    name, period, started_by="clock", attempt=attempt, if_stopped=JobState.ABANDONED
                )
            except ConflictError:
                return  # somebody runs it at this moment
            if run.state is not JobState.FAILED or pause is None:
                return
            await asyncio.sleep(pause.total_seconds())
            attempt += 1

    async def _recall(self) -> None:
        for name in self._jobs:
            for run in reversed((await self._book.runs(JobFilter(job=name, limit=RECENT))).items):
                self._note(run, counted=False)

    def _note(self, run: JobRun, *, counted: bool = True) -> None:
        standing = self._standings.setdefault(run.job, Standing())
        if run.state is JobState.DONE:
            standing.done_at_utc, standing.failed = run.ended_at_utc, None
            standing.counted = _counted(run.result)
        elif run.state is JobState.FAILED:
            standing.failed = run.finding
            standing.failures += counted


def _counted(result: str | None) -> dict[str, float]:
    """Return the numbers in the result of a run: how much it did, or found."""
    said = json.loads(result) if result else None
    if not isinstance(said, dict):
        return {}
    return {name: float(value) for name, value in said.items() if type(value) in (int, float)}


async def _ring(bell: asyncio.Event) -> None:
    bell.set()


def _attempt(newest: JobRun | None) -> int:
    """Return the number of the next attempt after the newest run of a period; 0: it is left alone."""
    if newest is None or newest.state is JobState.FAILED:
        return 1
    if newest.state is JobState.ABANDONED and newest.attempt < MOST_ATTEMPTS:
        return newest.attempt + 1
    return 0
