"""What every book of job runs and leases must do."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.errors import RequestError, StoreError
from core.texts import Finding
from core.work import JobFilter, JobRun, JobState

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
SOON = NOW + timedelta(seconds=30)


def run(job: str = "intervals", period: str = "2026-11-22T10:00Z", state: JobState = JobState.RUNNING) -> JobRun:
    return JobRun(job=job, period=period, state=state, begun_at_utc=NOW, started_by="clock")


async def test_a_run_is_numbered_and_replaced_by_its_number(ledger: Any) -> None:
    begun = await ledger.save_run(run())
    assert begun.id > 0
    assert await ledger.run(begun.id) == begun
    ended = replace(
        begun,
        state=JobState.FAILED,
        ended_at_utc=SOON,
        fraction=0.25,
        attempt=2,
        doing=Finding.of("jobs.doing", source="meter:zähler"),
        finding=Finding.of("jobs.failed", reason="voll"),
        result='{"slots":3}',
    )
    assert await ledger.save_run(ended) == ended
    assert await ledger.run(begun.id) == ended
    assert (await ledger.runs(JobFilter())).total == 1


async def test_an_unknown_run_is_none_and_cannot_be_replaced(ledger: Any) -> None:
    assert await ledger.run(7) is None
    with pytest.raises(StoreError, match="row_unknown"):
        await ledger.save_run(replace(run(), id=7))


async def test_runs_come_newest_first_in_pages_by_job_and_state(ledger: Any) -> None:
    for number in range(7):
        await ledger.save_run(run(period=f"2026-11-{number + 1:02}", state=JobState.DONE))
    await ledger.save_run(run("retention"))
    page = await ledger.runs(JobFilter(job="intervals", limit=4))
    assert [each.period[-1] for each in page.items] == ["7", "6", "5", "4"]
    assert page.total == 7
    rest = await ledger.runs(JobFilter(job="intervals", limit=4, cursor=page.next_cursor))
    assert ([each.period[-1] for each in rest.items], rest.next_cursor) == (["3", "2", "1"], None)
    assert (await ledger.runs(JobFilter(state=JobState.RUNNING))).items[0].job == "retention"
    with pytest.raises(RequestError, match="cursor_invalid"):
        await ledger.runs(JobFilter(cursor="x"))


async def test_a_period_is_done_once_any_run_of_it_was(ledger: Any) -> None:
    for period, state in [
        ("2026-10", JobState.DONE),
        ("2026-10", JobState.FAILED),
        ("2026-11", JobState.CANCELLED),
        ("2026-12", JobState.DONE),
        ("2026-12", JobState.DONE),
    ]:
        await ledger.save_run(run("report", period, state))
    assert await ledger.done_periods("report") == {"2026-10", "2026-12"}
    assert await ledger.done_periods("other") == frozenset()


async def test_of_many_who_reach_for_a_lease_one_holds_it(ledger: Any) -> None:
    taken = await asyncio.gather(*(ledger.take_lease("jobs", f"process-{n}", NOW, SOON) for n in range(8)))
    assert sum(taken) == 1


async def test_a_lease_is_renewed_by_its_owner_and_passes_on_when_it_has_expired(ledger: Any) -> None:
    assert await ledger.take_lease("jobs", "a", NOW, SOON)
    assert await ledger.take_lease("jobs", "a", NOW, SOON + timedelta(seconds=1))
    assert not await ledger.take_lease("jobs", "b", SOON, SOON + timedelta(minutes=1))
    assert await ledger.take_lease("jobs", "b", SOON + timedelta(seconds=1), SOON + timedelta(minutes=1))
    assert not await ledger.take_lease("jobs", "a", SOON + timedelta(seconds=2), SOON + timedelta(minutes=1))
    assert await ledger.take_lease("other", "a", NOW, SOON)


async def test_only_its_owner_gives_a_lease_back(ledger: Any) -> None:
    await ledger.take_lease("jobs", "a", NOW, SOON)
    await ledger.drop_lease("jobs", "b")
    assert not await ledger.take_lease("jobs", "b", NOW, SOON)
    await ledger.drop_lease("jobs", "a")
    assert await ledger.take_lease("jobs", "b", NOW, SOON)
