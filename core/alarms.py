"""Alarms: what kinds there are, and how observations raise and clear them.

An alarm is about a subject: a source (`meter:schule-a-strom`) or a part of the service
(`service:ledger`). Of one kind and subject at most one is not cleared. Watches say what they see;
`advance` alone decides when that becomes an alarm, and when it ends. A further kind is a row of
`ALARMS`, its texts `alarm.<kind>` and `alarm.action.<kind>`, and a watch.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Protocol

from core.letters import Addressee, Letter, Trial
from core.ports import Page
from core.texts import Finding

NOTHING = timedelta(0)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Severity(StrEnum):
    """How soon somebody has to look: when there is time, on the next working day, now."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class SubjectKind(StrEnum):
    """What an alarm can be about."""

    METER = "meter"
    STATION = "station"
    SOURCE = "source"
    BUDGET = "budget"
    SERVICE = "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmKind:
    """One row of `ALARMS`.

    What is seen must last `raise_after` before it is an alarm, and must be gone for `clear_after` before
    the alarm is over. `notifies` says whether recipients get it who have not chosen their kinds.
    """

    severity: Severity
    subject: SubjectKind
    raise_after: timedelta = NOTHING
    clear_after: timedelta = NOTHING
    notifies: bool = True


ALARMS: Mapping[str, AlarmKind] = {
    "meter_silent": AlarmKind(
        severity=Severity.WARNING, subject=SubjectKind.METER, raise_after=HOUR / 2, clear_after=HOUR / 2
    ),
    "meter_stuck": AlarmKind(severity=Severity.WARNING, subject=SubjectKind.METER, clear_after=HOUR),
    "meter_step": AlarmKind(severity=Severity.WARNING, subject=SubjectKind.METER),
    "clock_wrong": AlarmKind(
        severity=Severity.INFO, subject=SubjectKind.SOURCE, raise_after=HOUR, clear_after=DAY, notifies=False
    ),
    "booking_proposed": AlarmKind(severity=Severity.INFO, subject=SubjectKind.SOURCE),
    "part_unwell": AlarmKind(
        severity=Severity.CRITICAL, subject=SubjectKind.SERVICE, raise_after=HOUR / 4, clear_after=HOUR / 4
    ),
    "spool_growing": AlarmKind(severity=Severity.CRITICAL, subject=SubjectKind.SERVICE, clear_after=HOUR / 4),
    "job_failed": AlarmKind(severity=Severity.CRITICAL, subject=SubjectKind.SERVICE, raise_after=HOUR / 4),
    "letters_undelivered": AlarmKind(severity=Severity.CRITICAL, subject=SubjectKind.SERVICE),
    "report_undelivered": AlarmKind(severity=Severity.WARNING, subject=SubjectKind.SERVICE),
    "backup_overdue": AlarmKind(severity=Severity.WARNING, subject=SubjectKind.SERVICE),
    "station_offline": AlarmKind(severity=Severity.WARNING, subject=SubjectKind.STATION, clear_after=HOUR / 4),
    "station_faulted": AlarmKind(severity=Severity.WARNING, subject=SubjectKind.STATION, clear_after=HOUR / 4),
    "station_flapping": AlarmKind(severity=Severity.INFO, subject=SubjectKind.STATION, clear_after=HOUR),
    "station_errors": AlarmKind(severity=Severity.WARNING, subject=SubjectKind.STATION, clear_after=HOUR),
    "station_security": AlarmKind(severity=Severity.CRITICAL, subject=SubjectKind.STATION, clear_after=HOUR),
    "station_drifted": AlarmKind(severity=Severity.WARNING, subject=SubjectKind.STATION),
    "log_refused": AlarmKind(severity=Severity.WARNING, subject=SubjectKind.STATION, clear_after=HOUR),
    "certificate_expiring": AlarmKind(severity=Severity.WARNING, subject=SubjectKind.SOURCE),
    "certificate_urgent": AlarmKind(severity=Severity.CRITICAL, subject=SubjectKind.SOURCE),
    "base_load_creeps": AlarmKind(severity=Severity.INFO, subject=SubjectKind.METER, clear_after=14 * DAY),
    "water_never_stops": AlarmKind(severity=Severity.WARNING, subject=SubjectKind.METER),
    "peak_expected": AlarmKind(severity=Severity.INFO, subject=SubjectKind.METER, clear_after=2 * HOUR),
    "budget_near": AlarmKind(severity=Severity.INFO, subject=SubjectKind.BUDGET),
    "budget_exceeded": AlarmKind(severity=Severity.WARNING, subject=SubjectKind.BUDGET),
    "savings_missing": AlarmKind(severity=Severity.WARNING, subject=SubjectKind.SERVICE),
    "shares_overdue": AlarmKind(severity=Severity.WARNING, subject=SubjectKind.SERVICE),
    "shares_draft": AlarmKind(severity=Severity.WARNING, subject=SubjectKind.SERVICE),
}
"""All kinds of alarms. `raise_after` counts from when it was first seen, at the pace of the job that looks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What a watch saw of a subject at an instant: whether it is so, and in what words."""

    kind: str
    subject: str
    site: str | None
    present: bool
    at_utc: datetime
    finding: Finding


class AlarmEvent(StrEnum):
    """What somebody may have to be told."""

    RAISED = "raised"
    RESOLVED = "resolved"


class AlarmState(StrEnum):
    """Where an alarm stands: seen but not yet raised, raised, seen by a person, over."""

    PENDING = "pending"
    ACTIVE = "active"
    ACKNOWLEDGED = "acknowledged"
    CLEARED = "cleared"


OPEN = frozenset({AlarmState.ACTIVE, AlarmState.ACKNOWLEDGED})
"""The states of an alarm that was raised and is not over."""

QUALITY = ("meter_silent", "meter_stuck", "meter_step", "clock_wrong")
"""The kinds that say how good a site's data are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something that needs a person. It was first seen at `since_utc` and is known up to `seen_at_utc`.

    `raised_at_utc` is None while it is not yet an alarm. `absent_since_utc` is when it was first not seen
    again. `count` is how often it was seen, `finding` what was seen last. It is at a site, or about the
    district as a whole.
    """

    id: str
    kind: str
    subject: str
    site: str | None
    finding: Finding
    since_utc: datetime
    seen_at_utc: datetime
    raised_at_utc: datetime | None = None
    absent_since_utc: datetime | None = None
    cleared_at_utc: datetime | None = None
    acknowledged_at_utc: datetime | None = None
    acknowledged_by: str = ""
    note: str = ""
    count: int = 1

    @property
    def state(self) -> AlarmState:
        """Return where it stands."""
        if self.cleared_at_utc is not None:
            return AlarmState.CLEARED
        if self.raised_at_utc is None:
            return AlarmState.PENDING
        return AlarmState.ACTIVE if self.acknowledged_at_utc is None else AlarmState.ACKNOWLEDGED


def advance(alarm: Alarm | None, observation: Observation, row: AlarmKind) -> tuple[Alarm | None, AlarmEvent | None]:
    """Return the alarm after an observation, and what is to be told, if anything.

    An observation that is not newer than the last changes nothing. What was not yet raised and is
    no longer there leaves no alarm (None). A cleared alarm stays as it is; a new one takes its place.
    """
    if alarm is not None and observation.at_utc <= alarm.seen_at_utc:
        return alarm, None
    if alarm is None or alarm.cleared_at_utc is not None:
        return _raised_if_due(_begun(observation), row) if observation.present else (alarm, None)
    if observation.present:
        seen = replace(
            alarm,
            finding=observation.finding,
            seen_at_utc=observation.at_utc,
            absent_since_utc=None,
            count=alarm.count + 1,
        )
        return _raised_if_due(seen, row)
    return _absent(alarm, observation.at_utc, row)


def alarm_id(kind: str, subject: str, since_utc: datetime) -> str:
    """Return the id of the alarm of a kind and subject that began at an instant; the same whenever it is asked for."""
    text = f"{kind} {subject} {since_utc.isoformat()}"
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _begun(observation: Observation) -> Alarm:
    return Alarm(
        id=alarm_id(observation.kind, observation.subject, observation.at_utc),
        kind=observation.kind,
        subject=observation.subject,
        site=observation.site,
        finding=observation.finding,
        since_utc=observation.at_utc,
        seen_at_utc=observation.at_utc,
    )


def _raised_if_due(alarm: Alarm, row: AlarmKind) -> tuple[Alarm, AlarmEvent | None]:
    if alarm.raised_at_utc is not None or alarm.seen_at_utc - alarm.since_utc < row.raise_after:
        return alarm, None
    return replace(alarm, raised_at_utc=alarm.seen_at_utc), AlarmEvent.RAISED


def _absent(alarm: Alarm, at_utc: datetime, row: AlarmKind) -> tuple[Alarm | None, AlarmEvent | None]:
    if alarm.raised_at_utc is None:
        return None, None
    absent_since_utc = alarm.absent_since_utc or at_utc
    gone = replace(alarm, seen_at_utc=at_utc, absent_since_utc=absent_since_utc)
    if at_utc - absent_since_utc < row.clear_after:
        return gone, None
    return replace(gone, cleared_at_utc=at_utc), AlarmEvent.RESOLVED


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmFilter:
    """Which alarms that were raised: in these states, at these sites (None: all, and those of the whole district)."""

    states: frozenset[AlarmState] | None = None
    sites: frozenset[str] | None = None
    kinds: frozenset[str] | None = None
    subject: str | None = None
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmChange:
    """What one look at everything changed: alarms as they now are, those that came to nothing, what to tell."""

    saved: Sequence[Alarm] = ()
    dropped: Collection[str] = ()
    letters: Sequence[Letter] = ()


class AlarmBook(Protocol):
    """Keeps alarms."""

    async def open_alarms(self) -> tuple[Alarm, ...]:
        """Return all that are not cleared, those not yet raised too."""
        ...

    async def save_alarms(self, change: AlarmChange) -> None:
        """Keep alarms by id, forget the dropped, queue the letters: all of it or nothing.

        Acknowledgements stay as they are: they come by `acknowledge_alarm` alone.
        """
        ...

    async def alarm(self, id: str) -> Alarm | None:  # noqa: A002
        """Return one alarm, None if there is none."""
        ...

    async def alarms(self, wanted: AlarmFilter) -> Page[Alarm]:
        """Return alarms that were raised, newest first."""
        ...

    async def acknowledge_alarm(self, id: str, by: str, note: str, at_utc: datetime) -> Alarm | None:  # noqa: A002
        """Remember that a person has seen an alarm, and return it; the first to do so stays. None: no such alarm."""
        ...


class Notifier(Protocol):
    """Tells recipients of alarms."""

    def addressees(self) -> Sequence[Addressee]:
        """Return all recipients, in the order of the settings."""
        ...

    def letters(self, alarm: Alarm, event: AlarmEvent, now_utc: datetime) -> Sequence[Letter]:
        """Return the letters that an event of an alarm makes, one per recipient who wants it."""
        ...

    async def try_out(self, recipient: str, now_utc: datetime) -> Trial:
        """Send a test message and return what became of it. Raises `NotFoundError` for an unknown recipient."""
        ...
