"""Who is told of what, and when. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.alarms import ALARMS, Alarm, AlarmEvent, Severity
from core.letters import Letter, LetterState
from core.texts import Finding
from notify.settings import NotifySettings, QuietHours, Recipient

MOST_ATTEMPTS = 12
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
"""After a failure 1, 2, 4, … minutes, at most an hour; with twelve attempts a letter is given up after six hours."""


def letters_of(
    settings: NotifySettings, alarm: Alarm, event: AlarmEvent, now_utc: datetime, zone: ZoneInfo
) -> tuple[Letter, ...]:
    """Return the letters that an event makes, one per recipient who wants it."""
    return tuple(
        Letter(
            key=f"{alarm.id}.{event.value}.{recipient.name}",
            recipient=recipient.name,
            alarm=alarm.id,
            event=event.value,
            written_at_utc=now_utc,
            due_at_utc=due_at_utc(recipient, alarm, settings.quiet_hours, now_utc, zone),
        )
        for recipient in settings.recipients
        if wants(recipient, alarm)
    )


def wants(recipient: Recipient, alarm: Alarm) -> bool:
    """Return whether a recipient is told of an alarm: by severity, kind and site.

    Nobody is told that nothing reaches them: it would not.
    """
    row = ALARMS[alarm.kind]
    in_kinds = alarm.kind in recipient.kinds if recipient.kinds else row.notifies
    in_scope = recipient.sites is None or alarm.site in recipient.sites
    about_itself = (alarm.kind, alarm.subject) == ("letters_undelivered", f"service:{recipient.name}")
    return row.severity in recipient.severities and in_kinds and in_scope and not about_itself


def due_at_utc(
    recipient: Recipient, alarm: Alarm, quiet: QuietHours | None, now_utc: datetime, zone: ZoneInfo
) -> datetime:
    """Return when a letter may leave: mails that are not critical wait for the end of the quiet hours."""
    if recipient.channel != "mail" or ALARMS[alarm.kind].severity is Severity.CRITICAL:
        return now_utc
    return end_of_quiet_utc(quiet, now_utc, zone)


def end_of_quiet_utc(quiet: QuietHours | None, now_utc: datetime, zone: ZoneInfo) -> datetime:
    """Return when the quiet hours in which `now_utc` lies end; `now_utc` outside of them."""
    if quiet is None:
        return now_utc
    local = now_utc.astimezone(zone)
    at, over_midnight = local.time(), quiet.begin > quiet.end
    is_quiet = at >= quiet.begin or at < quiet.end if over_midnight else quiet.begin <= at < quiet.end
    if not is_quiet:
        return now_utc
    day = local.date() + timedelta(days=1 if over_midnight and at >= quiet.begin else 0)
    return datetime.combine(day, quiet.end, zone).astimezone(now_utc.tzinfo)


def arrived(letters: Iterable[Letter], now_utc: datetime) -> tuple[Letter, ...]:
    """Return letters as having been taken by their recipient."""
    return tuple(
        replace(letter, state=LetterState.SENT, attempts=letter.attempts + 1, ended_at_utc=now_utc, finding=None)
        for letter in letters
    )


def failed(letters: Iterable[Letter], why: Finding, now_utc: datetime) -> tuple[Letter, ...]:
    """Return letters as to be tried again later, or given up after the last attempt."""
    return tuple(_failed(letter, why, now_utc) for letter in letters)


def given_up(letters: Iterable[Letter], why: Finding, now_utc: datetime) -> tuple[Letter, ...]:
    """Return letters that will not be tried again."""
    return tuple(
        replace(letter, state=LetterState.DEAD, attempts=letter.attempts + 1, ended_at_utc=now_utc, finding=why)
        for letter in letters
    )


def _failed(letter: Letter, why: Finding, now_utc: datetime) -> Letter:
    if letter.attempts + 1 >= MOST_ATTEMPTS:
        return given_up([letter], why, now_utc)[0]
    pause = min(FIRST_PAUSE * 2**letter.attempts, LONGEST_PAUSE)
    return replace(letter, attempts=letter.attempts + 1, due_at_utc=now_utc + pause, finding=why)
