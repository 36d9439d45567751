"""Long operations: started, watched, cancelled, bounded, private."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from core.errors import ForbiddenError, NotFoundError, UnavailableError
from core.people import Actor, Role
from core.ports import Batch
from operations.arrivals.replay import ReplayRejections
from operations.gate import Gate
from operations.long import KEPT, RUNNING_AT_ONCE, LongOperations, Run, State
from tests.district import District

NAME = "rejections.replay"
OPERATOR = Actor("otto", Role.OPERATOR)


class SlowSink:
    """Keeps what it is given only when the test lets it."""

    def __init__(self) -> None:
        self.let = asyncio.Event()
        self.waiting = asyncio.Event()

    async def put(self, _batch: Batch) -> None:
        self.waiting.set()
        await self.let.wait()


Slow = tuple[LongOperations, SlowSink]


@pytest.fixture
async def slow(district: District) -> AsyncIterator[Slow]:
    sink = SlowSink()
    gate = Gate(replace(district.gate.house, sink=sink))
    runs = LongOperations(gate, district.clock)
    yield runs, sink
    await runs.close()


async def _end(run: Run) -> Run:
    assert run.task
    await asyncio.wait({run.task})
    return run


async def test_a_run_ends_with_its_result(slow: Slow) -> None:
    runs, sink = slow
    run = runs.start(NAME, ReplayRejections(), OPERATOR)
    await sink.waiting.wait()
    assert (run.state, run.doing and run.doing.code) == (State.RUNNING, "rejections.replaying")
    sink.let.set()
    await _end(run)
    assert (run.state, run.fraction, run.result.used) == (State.DONE, 1.0, 1)


async def test_a_run_that_fails_keeps_its_error(slow: Slow) -> None:
    runs, _ = slow
    run = await _end(runs.start(NAME, ReplayRejections(ids=(99,)), OPERATOR))
    assert (run.state, run.error and run.error.finding.code) == (State.FAILED, "rejections.unknown")


async def test_a_cancelled_run_has_stopped(slow: Slow) -> None:
    runs, sink = slow
    run = runs.start(NAME, ReplayRejections(), OPERATOR)
    await sink.waiting.wait()
    await runs.cancel(run.id, OPERATOR)
    assert run.state is State.CANCELLED
    assert run.task
    assert run.task.done()
    assert (await runs.cancel(run.id, OPERATOR)).state is State.CANCELLED


async def test_others_do_not_see_a_run_but_administrators_do(slow: Slow) -> None:
    runs, sink = slow
    run = runs.start(NAME, ReplayRejections(), OPERATOR)
    with pytest.raises(NotFoundError):
        runs.run(run.id, Actor("oda", Role.OPERATOR))
    assert runs.runs(Actor("oda", Role.OPERATOR)) == ()
    assert runs.run(run.id, Actor("anna", Role.ADMIN)) is run
    sink.let.set()


async def test_only_so_many_run_at_once_and_so_many_are_kept(slow: Slow) -> None:
    runs, sink = slow
    running = [runs.start(NAME, ReplayRejections(), OPERATOR) for _ in range(RUNNING_AT_ONCE)]
    with pytest.raises(UnavailableError):
        runs.start(NAME, ReplayRejections(), OPERATOR)
    for run in running:
        await runs.cancel(run.id, OPERATOR)
    for _ in range(KEPT):
        await _end(runs.start(NAME, ReplayRejections(ids=(99,)), OPERATOR))
    assert len(runs.runs(OPERATOR)) == KEPT
    sink.let.set()


async def test_who_may_not_ask_starts_nothing(slow: Slow) -> None:
    runs, _ = slow
    with pytest.raises(ForbiddenError):
        runs.start(NAME, ReplayRejections(), Actor("vera", Role.VIEWER))
    assert runs.runs(Actor("anna", Role.ADMIN)) == ()
