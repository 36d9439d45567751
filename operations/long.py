"""Long operations: started, watched, cancelled; each is seen by who started it and by administrators."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.errors import NotFoundError, ServiceError, UnavailableError
from core.people import Actor, Role
from core.ports import Clock
from core.texts import Finding
from operations.gate import Gate, admitted
from operations.people.access import new_secret
from operations.values import Told

RUNNING_AT_ONCE = 4
KEPT = 100


class State(StrEnum):
    """How a long operation stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(slots=True, kw_only=True)
class Run:
    """One long operation. `fraction` goes from 0 to 1; `doing` says what is being done, `error` why it failed."""

    id: str
    name: str
    actor: str
    begun_at_utc: datetime
    state: State = State.RUNNING
    fraction: float = 0.0
    doing: Told | None = None
    ended_at_utc: datetime | None = None
    result: Any = None
    error: ServiceError | None = None
    task: asyncio.Task[None] | None = field(default=None, repr=False)


class LongOperations:
    """The operations that run or ran lately, in memory: a restart ends them, their rows are idempotent."""

    def __init__(self, gate: Gate, clock: Clock) -> None:
        self._gate = gate
        self._clock = clock
        self._runs: dict[str, Run] = {}

    def start(self, name: str, request: object, actor: Actor) -> Run:
        """Start and return a run.

        Raises `UnavailableError` if too many run, and what the gate raises for an actor who may not.
        """
        admitted(name, actor)
        if sum(run.state is State.RUNNING for run in self._runs.values()) >= RUNNING_AT_ONCE:
            raise UnavailableError("operation.too_many", limit=RUNNING_AT_ONCE)
        run = Run(id=new_secret()[:22], name=name, actor=actor.name, begun_at_utc=self._clock())
        self._runs[run.id] = run
        self._forget_old()
        run.task = asyncio.create_task(self._work(run, request, actor))
        return run

    def run(self, id: str, actor: Actor) -> Run:  # noqa: A002
        """Return a run. Raises `NotFoundError` for an unknown one and for somebody else's."""
        run = self._runs.get(id)
        if run is None or not _theirs(run, actor):
            raise NotFoundError("operation.unknown", id=id[:80])
        return run

    def runs(self, actor: Actor) -> tuple[Run, ...]:
        """Return the actor's runs (an administrator's: all), newest first."""
        return tuple(run for run in reversed(self._runs.values()) if _theirs(run, actor))

    async def cancel(self, id: str, actor: Actor) -> Run:  # noqa: A002
        """Stop a run and return it once it has stopped; one that has ended stays as it is."""
        run = self.run(id, actor)
        await _stop(run)
        return run

    async def close(self) -> None:
        """Stop everything."""
        for run in self._runs.values():
            await _stop(run)

    async def _work(self, run: Run, request: object, actor: Actor) -> None:
        def progress(fraction: float, doing: Finding) -> None:
            run.fraction, run.doing = min(max(fraction, 0.0), 1.0), Told.of(doing)

        try:
            run.result = await self._gate.call(run.name, request, actor, run.begun_at_utc, progress)
            run.fraction, run.state = 1.0, State.DONE
        except ServiceError as error:
            run.error, run.state = error, State.FAILED
        except asyncio.CancelledError:
            run.state = State.CANCELLED
        finally:
            run.state = State.FAILED if run.state is State.RUNNING else run.state
            run.ended_at_utc = self._clock()

    def _forget_old(self) -> None:
        ended = [run.id for run in self._runs.values() if run.state is not State.RUNNING]
        for surplus in ended[: max(0, len(self._runs) - KEPT)]:
            del self._runs[surplus]


def _theirs(run: Run, actor: Actor) -> bool:
    return actor.name == run.actor or actor.may(Role.ADMIN)


async def _stop(run: Run) -> None:
    if run.task and not run.task.done():
        run.task.cancel()
        await asyncio.wait({run.task})
