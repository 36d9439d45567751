"""The jobs: what each calls, for which periods, and when a period is due.

A period is known by its name: `2026-11-22T10:15Z` (a quarter of an hour), `2026-11-22T10Z` (an hour),
`2026-11-22` and `2026-10` (a day and a month of the place). It is due a fixed time after its end, so
that nothing here stumbles over a clock change: each day and each slot is due exactly once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import NotFoundError, RequestError
from core.people import Role
from core.periods import Period, local_day, local_month
from operations.table import Capability

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class Cadence(StrEnum):
    """How long the periods of a job are."""

    SLOT = "slot"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobWork:
    """What the capability of a job is asked for: the period by its name."""

    period: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job: the row of `JOB_ROWS` that it calls, and when.

    A period is due `after` its end. Of missed periods the newest `catch_up` are made up for, of a
    job that works off whatever there is just one. A run that failed is tried again after each of
    `retries`. Jobs of the same `lane` never run at the same time. What is due of a job waits for what is due of
    those it `needs`: after a start all are due at once, and each stands on what the one before it has computed.
    """

    row: str
    cadence: Cadence
    after: timedelta
    catch_up: int = 1
    retries: tuple[timedelta, ...] = (MINUTE, 10 * MINUTE)
    lane: str = "store"
    needs: tuple[str, ...] = ()


JOB_ROWS: dict[str, Capability] = {
    "intervals.compute": Capability("operations.intervals.job:compute_intervals", Role.ADMIN, whole=True, long=True),
    "timeseries.compact": Capability(
        "operations.upkeep.compaction:compact_timeseries", Role.ADMIN, whole=True, long=True
    ),
    "retention.apply": Capability(
        "operations.upkeep.retention:apply_retention", Role.ADMIN, changes=True, whole=True, long=True
    ),
    "alarms.watch": Capability("operations.alarms.watching:watch_district", Role.ADMIN, whole=True, long=True),
    "alarms.watch_usage": Capability("operations.alarms.watching:watch_usage", Role.ADMIN, whole=True, long=True),
    "local_lists.keep": Capability("operations.local_lists.sync:keep_local_lists", Role.ADMIN, whole=True, long=True),
    "rollouts.work": Capability("operations.rollouts.running:work_rollouts", Role.ADMIN, whole=True, long=True),
    "drift.watch": Capability("operations.configuring.drifting:watch_drift", Role.ADMIN, whole=True, long=True),
    "grid.fetch": Capability("operations.grid.fetching:fetch_grid", Role.ADMIN, whole=True, long=True),
    "fleet.compute": Capability("operations.fleet.days:compute_fleet", Role.ADMIN, whole=True, long=True),
    "savings.compute": Capability("operations.savings.job:compute_savings", Role.ADMIN, whole=True, long=True),
    "shares.work": Capability("operations.shares.job:work_shares", Role.ADMIN, whole=True, long=True),
    "sendings.send": Capability("operations.fleet_report.sending:send_reports", Role.ADMIN, whole=True, long=True),
    "facts.publish": Capability("operations.publishing.publication:publish_facts", Role.ADMIN, whole=True, long=True),
    "facts.publish_states": Capability(
        "operations.publishing.figures:publish_states", Role.ADMIN, whole=True, long=True
    ),
    "facts.publish_figures": Capability(
        "operations.publishing.figures:publish_figures", Role.ADMIN, whole=True, long=True
    ),
}
"""What jobs call. These rows have no address and no command of their own: people run the job (`jobs.run`)."""

JOBS: dict[str, Job] = {
    "intervals": Job(row="intervals.compute", cadence=Cadence.SLOT, after=MINUTE, lane="intervals"),
    "alarms": Job(row="alarms.watch", cadence=Cadence.SLOT, after=3 * MINUTE, lane="alarms"),
    "fleet": Job(row="fleet.compute", cadence=Cadence.DAY, after=3 * HOUR, lane="intervals", needs=("intervals",)),
    "savings": Job(
        row="savings.compute",
        cadence=Cadence.DAY,
        after=3 * HOUR + 30 * MINUTE,
        lane="intervals",
        needs=("fleet",),
    ),
    "shares": Job(
        row="shares.work",
        cadence=Cadence.DAY,
        after=4 * HOUR + 30 * MINUTE,
        lane="intervals",
        needs=("savings",),
    ),
    "local_lists": Job(row="local_lists.keep", cadence=Cadence.SLOT, after=4 * MINUTE, lane="local_lists"),
    "rollouts": Job(row="rollouts.work", cadence=Cadence.SLOT, after=5 * MINUTE, lane="rollouts"),
    "drift": Job(row="drift.watch", cadence=Cadence.SLOT, after=6 * MINUTE, lane="drift"),
    "grid": Job(row="grid.fetch", cadence=Cadence.DAY, after=2 * HOUR, lane="grid"),
    "usage": Job(
        row="alarms.watch_usage", cadence=Cadence.DAY, after=6 * HOUR, lane="alarms", needs=("savings", "shares")
    ),
    "sendings": Job(row="sendings.send", cadence=Cadence.HOUR, after=10 * MINUTE, lane="intervals", needs=("savings",)),
    "publication": Job(row="facts.publish", cadence=Cadence.HOUR, after=2 * MINUTE, needs=("savings",)),
    "states": Job(row="facts.publish_states", cadence=Cadence.SLOT, after=7 * MINUTE, lane="states"),
    "figures": Job(
        row="facts.publish_figures", cadence=Cadence.DAY, after=5 * HOUR, lane="figures", needs=("savings", "shares")
    ),
    "compaction": Job(row="timeseries.compact", cadence=Cadence.DAY, after=HOUR + 10 * MINUTE),
    "retention": Job(
        row="retention.apply",
        cadence=Cadence.DAY,
        after=4 * HOUR + 10 * MINUTE,
        lane="intervals",
        needs=("savings",),
    ),
}
"""All jobs, in the order in which they begin after a start. Their texts are `job.<name>` in `jobs.po`."""

BACKUP: Final = "backup"
"""What no clock here starts (the machine's own does), but is kept among the runs of jobs: whether a backup was made."""


def job_named(name: str) -> Job:
    """Return a job. Raises `NotFoundError`."""
    job = JOBS.get(name)
    if job is None:
        raise NotFoundError("jobs.unknown", name=name[:80])
    return job


def period_named(cadence: Cadence, name: str, zone: ZoneInfo) -> Period:
    """Return the period with this name. Raises `RequestError` for a name that is none of the cadence."""
    try:
        return _period(cadence, name if _FORMS[cadence].match(name) else "", zone)
    except (ValueError, OverflowError) as error:
        raise RequestError("jobs.period_invalid", period=name[:40], example=_EXAMPLES[cadence]) from error


def name_of(cadence: Cadence, at_utc: datetime, zone: ZoneInfo) -> str:
    """Return the name of the period in which an instant lies."""
    local = at_utc.astimezone(zone)
    match cadence:
        case Cadence.SLOT:
            return _slot_begin(at_utc).strftime("%Y-%m-%dT%H:%MZ")
        case Cadence.HOUR:
            return at_utc.astimezone(UTC).strftime("%Y-%m-%dT%HZ")
        case Cadence.DAY:
            return local.strftime("%Y-%m-%d")
        case Cadence.MONTH:
            return local.strftime("%Y-%m")


def due_periods(job: Job, now_utc: datetime, zone: ZoneInfo) -> Iterator[str]:
    """Yield the names of the periods that are due, newest first, without end."""
    at = now_utc.astimezone(UTC) - job.after
    while True:
        start = period_named(job.cadence, name_of(job.cadence, at, zone), zone).start_utc
        at = start - timedelta(microseconds=1)  # in the period before: the newest that has ended
        yield name_of(job.cadence, at, zone)


def newest_due(job: Job, now_utc: datetime, zone: ZoneInfo) -> str:
    """Return the newest period that is due."""
    return next(due_periods(job, now_utc, zone))


def missed(job: Job, now_utc: datetime, zone: ZoneInfo) -> list[str]:
    """Return the periods that a job makes up for, oldest first, done or not."""
    return list(islice(due_periods(job, now_utc, zone), job.catch_up))[::-1]


def next_due(job: Job, after_utc: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant after `after_utc` at which a period becomes due."""
    at = after_utc.astimezone(UTC) - job.after
    return period_named(job.cadence, name_of(job.cadence, at, zone), zone).end_utc + job.after


def _slot_begin(at_utc: datetime) -> datetime:
    at = at_utc.astimezone(UTC)
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)


_FORMS = {
    Cadence.SLOT: re.compile(r"\d{4}-\d\d-\d\dT\d\d:(00|15|30|45)Z\Z", re.ASCII),
    Cadence.HOUR: re.compile(r"\d{4}-\d\d-\d\dT\d\dZ\Z", re.ASCII),
    Cadence.DAY: re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII),
    Cadence.MONTH: re.compile(r"\d{4}-\d\d\Z", re.ASCII),
}
_EXAMPLES = {
    Cadence.SLOT: "2026-11-22T10:15Z",
    Cadence.HOUR: "2026-11-22T10Z",
    Cadence.DAY: "2026-11-22",
    Cadence.MONTH: "2026-11",
}


def _period(cadence: Cadence, name: str, zone: ZoneInfo) -> Period:
    match cadence:
        case Cadence.SLOT:
            start = datetime.strptime(name, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
            return Period(start, start + 15 * MINUTE)
        case Cadence.HOUR:
            start = datetime.strptime(name, "%Y-%m-%dT%HZ").replace(tzinfo=UTC)
            return Period(start, start + HOUR)
        case Cadence.DAY:
            return local_day(date.fromisoformat(name), zone)
        case Cadence.MONTH:
            year, month = name.split("-")
            return local_month(int(year), int(month), zone)
