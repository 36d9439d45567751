"""When a period is due: once each, whatever the clocks of the place do."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import NotFoundError, RequestError
from core.texts import LANGUAGES, catalogue
from jobs.daemon import DueTrigger
from operations.schedule import (
    JOB_ROWS,
    JOBS,
    Cadence,
    Job,
    due_periods,
    job_named,
    missed,
    name_of,
    newest_due,
    next_due,
    period_named,
)

BERLIN = ZoneInfo("Europe/Berlin")
CADENCES = st.sampled_from(list(Cadence))
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
DELAYS = st.timedeltas(timedelta(), timedelta(hours=30))


def job(cadence: Cadence, after: timedelta = timedelta(), catch_up: int = 1) -> Job:
    return Job(row="x.y", cadence=cadence, after=after, catch_up=catch_up)


def fires(one: Job, start_utc: datetime, end_utc: datetime) -> list[datetime]:
    """Return when the clock rings, as APScheduler asks for it."""
    trigger, found = DueTrigger(one, BERLIN), []
    at: datetime | None = None
    while (at := trigger.get_next_fire_time(at, start_utc)) < end_utc:
        found.append(at)
    return found


@pytest.mark.parametrize(
    ("day", "slots"), [("2026-10-25", 100), ("2027-03-28", 92), ("2026-11-22", 96)], ids=["autumn", "spring", "plain"]
)
def test_every_slot_of_a_day_is_due_once(day: str, slots: int) -> None:
    period = period_named(Cadence.DAY, day, BERLIN)
    quarter = job(Cadence.SLOT, timedelta(minutes=1))
    found = fires(quarter, period.start_utc + timedelta(minutes=1), period.end_utc + timedelta(minutes=2))
    assert len(found) == slots
    assert len({newest_due(quarter, at, BERLIN) for at in found}) == slots


@pytest.mark.parametrize("around", ["2026-10-25", "2027-03-28"])
@pytest.mark.parametrize("after", [timedelta(minutes=10), timedelta(hours=2, minutes=30), timedelta(hours=3)])
def test_a_daily_job_rings_once_a_day_over_a_clock_change(around: str, after: timedelta) -> None:
    days = [(date.fromisoformat(around) + timedelta(days=number)).isoformat() for number in (-2, 3)]
    start_utc, end_utc = (period_named(Cadence.DAY, day, BERLIN).start_utc for day in days)
    daily = job(Cadence.DAY, after)
    found = fires(daily, start_utc, end_utc)
    periods = [newest_due(daily, at, BERLIN) for at in found]
    assert len(periods) == len(set(periods)) == 5
    assert [name_of(Cadence.DAY, at - after, BERLIN) for at in found] == [
        name_of(Cadence.DAY, at, BERLIN) for at in found
    ]


def test_a_month_is_asked_for_every_day_so_that_a_failed_one_is_not_left_alone() -> None:
    monthly = job(Cadence.MONTH, timedelta(hours=4))
    found = fires(monthly, datetime(2026, 10, 30, 12, tzinfo=UTC), datetime(2026, 11, 3, 12, tzinfo=UTC))
    assert len(found) == 4
    assert [newest_due(monthly, at, BERLIN) for at in found] == ["2026-09", "2026-10", "2026-10", "2026-10"]


@given(CADENCES, INSTANTS)
def test_a_name_means_the_period_in_which_the_instant_lies(cadence: Cadence, at: datetime) -> None:
    name = name_of(cadence, at, BERLIN)
    assert at in period_named(cadence, name, BERLIN)
    assert name_of(cadence, period_named(cadence, name, BERLIN).start_utc, BERLIN) == name


@given(CADENCES, INSTANTS, DELAYS)
def test_due_periods_adjoin_each_other_and_the_next_due_instant(
    cadence: Cadence, at: datetime, after: timedelta
) -> None:
    one = job(cadence, after)
    newest, *older = [period_named(cadence, name, BERLIN) for name in islice(due_periods(one, at, BERLIN), 4)]
    assert newest.end_utc + after <= at < next_due(one, at, BERLIN)
    assert (
        next_due(one, at, BERLIN)
        == period_named(cadence, name_of(cadence, newest.end_utc, BERLIN), BERLIN).end_utc + after
    )
    for later, earlier in zip([newest, *older], older, strict=False):
        assert earlier.end_utc == later.start_utc


def test_missed_periods_come_oldest_first_and_not_without_end() -> None:
    now = datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert missed(job(Cadence.DAY, timedelta(hours=1), 3), now, BERLIN) == ["2026-11-19", "2026-11-20", "2026-11-21"]
    assert missed(job(Cadence.MONTH, timedelta(hours=1), 2), now, BERLIN) == ["2026-09", "2026-10"]
    assert missed(job(Cadence.SLOT), now, BERLIN) == ["2026-11-22T09:45Z"]
    assert missed(job(Cadence.HOUR), now, BERLIN) == ["2026-11-22T09Z"]


@pytest.mark.parametrize("cadence", Cadence)
@pytest.mark.parametrize(
    "name",
    [
        "",
        "2026",
        "2026-13",
        "2026-02-30",
        "2026-11-22T10:07Z",
        "2026-11-22T25Z",
        "9999-12-31",
        "0000-01",
        "2026-1\u0661",
    ],
)
def test_a_name_that_is_no_period_is_refused_with_an_example(cadence: Cadence, name: str) -> None:
    with pytest.raises(RequestError) as caught:
        period_named(cadence, name, BERLIN)
    assert caught.value.finding.code == "jobs.period_invalid"


def test_an_unknown_job_is_refused() -> None:
    with pytest.raises(NotFoundError, match=r"jobs\.unknown"):
        job_named("Kaffee")


@pytest.mark.parametrize("name", JOBS)
def test_each_job_has_a_row_a_text_and_sound_figures(name: str) -> None:
    one = JOBS[name]
    assert JOB_ROWS[one.row].run
    assert one.catch_up > 0
    said = {f"job.{name}", *(f"column.{field.name}" for field in fields(JOB_ROWS[one.row].result))}
    assert all(said <= catalogue(language).codes() for language in LANGUAGES)


def test_what_a_job_needs_begins_before_it() -> None:
    order = list(JOBS)
    assert JOBS["savings"].needs == ("fleet",)
    assert all(order.index(need) < order.index(name) for name, job in JOBS.items() for need in job.needs)
    assert all(
        JOBS[need].after <= job.after for job in JOBS.values() for need in job.needs if job.cadence is Cadence.DAY
    )
