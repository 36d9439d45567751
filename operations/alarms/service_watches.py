"""How the service itself is: its parts, its jobs, its letters."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from core.letters import LetterState
from core.ports import Health
from core.report_post import DECIDED
from core.sendings import SendingState
from core.texts import Finding
from core.work import JobFilter, JobRun, JobState
from operations.arrivals.sightings import Seen, Sighting
from operations.house import Call, House
from operations.schedule import BACKUP, JOBS

UNDELIVERED: Final = {
    SendingState.GIVEN_UP: "alarms.report_given_up",
    SendingState.REFUSED: "alarms.report_refused",
    SendingState.UNCERTAIN: "alarms.report_uncertain",
}
"""What is said of a report that a person has to decide about."""

NEWEST_RUNS = 2
"""The newest run may still be going on; then the one before it counts."""

BACKUP_DUE: Final = timedelta(days=8)
"""How old the last backup may be: who makes one each week is a day late."""


SPOOL: Final = frozenset({"influx.spool_old", "influx.spool_full"})
"""What a part says where values wait for an InfluxDB: that is an alarm of its own."""


async def unwell_parts(house: House, _call: Call) -> Seen:
    """Return the parts of the service that are not well, with what they say of it."""
    return Seen(
        sightings=tuple(
            _of_service(part.name, part.finding or Finding.of("alarms.part_unwell", part=part.name))
            for part in house.health()
            if not part.ok and not _is_spool(part)
        )
    )


async def growing_spools(house: House, _call: Call) -> Seen:
    """Return the spools whose values have waited for too long, or that are full."""
    return Seen(
        sightings=tuple(
            _of_service(part.name, part.finding) for part in house.health() if part.finding and _is_spool(part)
        )
    )


async def failed_jobs(house: House, _call: Call) -> Seen:
    """Return the jobs whose last run failed, all tries included."""
    last = {name: await _last_ended(house, name) for name in JOBS}
    return Seen(
        sightings=tuple(
            Sighting(
                subject=f"service:{name}",
                site=None,
                finding=run.finding or Finding.of("alarms.job_failed", job=name, period=run.period),
                since_utc=run.ended_at_utc,
            )
            for name, run in last.items()
            if run is not None and run.state is JobState.FAILED
        )
    )


async def undelivered_letters(house: House, _call: Call) -> Seen:
    """Return the recipients in the settings for whom the last letter was given up."""
    known = {addressee.name for addressee in house.notifier.addressees()} if house.notifier else set[str]()
    boxes = await house.ledger.mailboxes() if known else {}
    return Seen(
        sightings=tuple(
            Sighting(
                subject=f"service:{recipient}",
                site=None,
                finding=Finding.of("alarms.letters_undelivered", recipient=recipient, count=box.dead),
                since_utc=box.last_at_utc,
            )
            for recipient, box in boxes.items()
            if recipient in known and box.last_state is LetterState.DEAD
        )
    )


async def undelivered_reports(house: House, _call: Call) -> Seen:
    """Return the recipients of whose newest undecided report nobody knows that it arrived, with what became of it."""
    recipients = house.inventory().recipients
    newest = {each.recipient: each for each in reversed(await house.ledger.sendings(states=DECIDED))}
    return Seen(
        sightings=tuple(
            Sighting(
                subject=f"service:{each.recipient}",
                site=None,
                finding=Finding.of(
                    UNDELIVERED[each.state],
                    name=recipients[each.recipient].name if each.recipient in recipients else each.recipient,
                    period=each.period,
                ),
                since_utc=each.last_attempt_at_utc,
            )
            for each in newest.values()
        )
    )


async def overdue_backups(house: House, call: Call) -> Seen:
    """Return whether the last backup is too old. Where none has ever been made, another way may be used: nothing."""
    wanted = JobFilter(job=BACKUP, state=JobState.DONE, limit=1)
    for run in (await house.ledger.runs(wanted)).items:
        made_utc = run.ended_at_utc or run.begun_at_utc
        if call.now_utc - made_utc > BACKUP_DUE:
            days = (call.now_utc - made_utc).days
            found = Finding.of("alarms.backup_overdue", days=days, by=run.started_by)
            sighting = Sighting(subject=f"service:{BACKUP}", site=None, finding=found, since_utc=made_utc + BACKUP_DUE)
            return Seen(sightings=(sighting,))
    return Seen()


def _is_spool(part: Health) -> bool:
    return part.finding is not None and part.finding.code in SPOOL


async def _last_ended(house: House, job: str) -> JobRun | None:
    runs = (await house.ledger.runs(JobFilter(job=job, limit=NEWEST_RUNS))).items
    return next((run for run in runs if run.state is not JobState.RUNNING), None)


def _of_service(part: str, finding: Finding) -> Sighting:
    return Sighting(subject=f"service:{part}", site=None, finding=finding)
