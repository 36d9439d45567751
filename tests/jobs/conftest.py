"""A house with a real ledger, jobs made for the test, and a clock that a test sets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from core.people import Role
from jobs.lease import Lease
from jobs.runner import Runner
from operations import schedule
from operations.house import Call, House
from operations.schedule import Cadence, Job, JobWork
from operations.table import Capability
from store.ledger.ledger import SqlLedger
from tests.district import District, Hands, open_district


@dataclass(frozen=True)
class Did:
    """What a test's job returns."""

    period: str


Deed = Callable[[House, JobWork, Call], Awaitable[None]]


@dataclass
class Script:
    """What the test's job does, and the periods it was asked for."""

    deed: Deed | None = None
    periods: list[str] = field(default_factory=list)
    began: asyncio.Event = field(default_factory=asyncio.Event)


SCRIPT = Script()


async def act(house: House, request: JobWork, call: Call) -> Did:
    SCRIPT.periods.append(request.period)
    SCRIPT.began.set()
    if SCRIPT.deed:
        await SCRIPT.deed(house, request, call)
    return Did(request.period)


DAILY = Job(row="test.act", cadence=Cadence.DAY, after=timedelta(hours=2, minutes=30), catch_up=3, retries=())


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    SCRIPT.__init__()  # type: ignore[misc]
    row = Capability(f"{__name__}:act", Role.ADMIN)
    row.__dict__["run"] = act  # this file is no module that could be imported by its name
    monkeypatch.setitem(schedule.JOB_ROWS, "test.act", row)
    monkeypatch.setitem(schedule.JOBS, "daily", DAILY)
    return SCRIPT


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[District]:
    async with open_district(tmp_path) as opened:
        yield opened


@pytest.fixture
def clock(house: District) -> Hands:
    return house.clock


@pytest.fixture
def book(house: District) -> SqlLedger:
    return house.stores.ledger


@pytest.fixture
def make_runner(house: District, script: Script) -> Callable[[], Runner]:  # noqa: ARG001 - the job is there
    """Return what makes a runner as another process would have it."""

    def make() -> Runner:
        runner = Runner(house.stores.ledger, house.clock, Lease(house.stores.ledger, house.clock, 0.01))
        runner.call_through(house.gate)
        return runner

    return make


@pytest.fixture
def runner(make_runner: Callable[[], Runner]) -> Runner:
    return make_runner()
