"""What every book of deletions must do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.books import RejectionFilter
from core.errors import StoreError
from core.facts import Discovery, Notice, Rejection
from core.retention import Deletion, RecordKind
from core.texts import Finding
from core.work import JobFilter, JobRun, JobState

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def day(number: int) -> datetime:
    return NOW + timedelta(days=number)


def deletion(rule: str = "readings", count: int = 0) -> Deletion:
    return Deletion(
        rule=rule, keep="P400D", reason="DSGVO Art. 5 (1) e", before_utc=NOW, begun_at_utc=day(1), count=count
    )


async def test_a_deletion_is_numbered_replaced_and_found_by_its_rule(ledger: Any) -> None:
    begun = await ledger.save_deletion(deletion())
    ended = await ledger.save_deletion(replace(begun, count=12_000_000_000))
    other = await ledger.save_deletion(deletion("intervals"))
    assert await ledger.deletions() == (other, ended)
    assert await ledger.deletions("readings") == (ended,)
    with pytest.raises(StoreError, match="row_unknown"):
        await ledger.save_deletion(replace(begun, id=99))


async def test_rejections_are_forgotten_in_slices_oldest_first(ledger: Any) -> None:
    await ledger.reject(
        [
            Rejection(
                channel="ocpp", subject=str(number), reason=Finding.of("a.b"), payload=b"", received_at_utc=day(number)
            )
            for number in range(5)
        ]
    )
    gone = [await ledger.forget_records(RecordKind.REJECTIONS, day(3), limit=2) for _ in range(3)]
    assert gone == [2, 1, 0]
    assert [each.subject for each in (await ledger.rejections(RejectionFilter())).items] == ["4", "3"]


async def test_discoveries_and_notices_are_forgotten_by_when_they_were_last_seen(ledger: Any) -> None:
    for subject, last in [("alt", 1), ("neu", 9)]:
        found = Discovery(channel="ocpp", subject=subject, first_seen_utc=day(0), last_seen_utc=day(last))
        await ledger.discover([found])
        odd = Notice(
            source=f"meter:{subject}", finding=Finding.of("a.b"), first_seen_utc=day(0), last_seen_utc=day(last)
        )
        await ledger.notice([odd])
    assert await ledger.forget_records(RecordKind.DISCOVERIES, day(5)) == 1
    assert await ledger.forget_records(RecordKind.NOTICES, day(5)) == 1
    assert [each.subject for each in await ledger.discoveries()] == ["neu"]
    assert [each.source for each in await ledger.notices()] == ["meter:neu"]


async def test_old_runs_are_forgotten_but_not_running_ones_nor_what_says_that_a_period_is_done(ledger: Any) -> None:
    for period, state in [
        ("2026-10", JobState.FAILED),
        ("2026-10", JobState.DONE),
        ("2026-10", JobState.DONE),
        ("2026-11", JobState.RUNNING),
    ]:
        await ledger.save_run(JobRun(job="report", period=period, state=state, begun_at_utc=day(0)))
    assert await ledger.forget_records(RecordKind.JOB_RUNS, day(1)) == 2
    left = [(each.period, each.state) for each in (await ledger.runs(JobFilter())).items]
    assert left == [("2026-11", JobState.RUNNING), ("2026-10", JobState.DONE)]


async def test_of_a_job_with_many_periods_the_hundred_newest_stay_known(ledger: Any) -> None:
    for minute in range(105):
        await ledger.save_run(JobRun(job="intervals", period=f"{minute:03}", state=JobState.DONE, begun_at_utc=day(0)))
    assert await ledger.forget_records(RecordKind.JOB_RUNS, day(1)) == 5
    assert min(await ledger.done_periods("intervals")) == "005"
