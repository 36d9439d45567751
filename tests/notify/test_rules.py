"""Who is told of what, and when."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.alarms import AlarmEvent, Severity
from core.letters import Letter, LetterState
from core.texts import Finding
from notify.rules import MOST_ATTEMPTS, end_of_quiet_utc, failed, letters_of, wants
from notify.settings import NotifySettings, QuietHours, Recipient
from tests.notify.conftest import NOW, alarm

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(time(20), time(6, 30))
ANNA = Recipient(name="anna", channel="mail", address="anna@landkreis.example")
EVERY = frozenset(Severity)

times = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("recipient", "told"),
    [
        (ANNA, True),
        (Recipient(name="b", channel="mail", address="", sites=frozenset({"schule"})), True),
        (Recipient(name="b", channel="mail", address="", sites=frozenset({"bauhof"})), False),
        (Recipient(name="b", channel="mail", address="", severities=frozenset({Severity.CRITICAL})), False),
        (Recipient(name="b", channel="mail", address="", kinds=frozenset({"part_unwell"})), False),
        (Recipient(name="b", channel="mail", address="", kinds=frozenset({"meter_silent"})), True),
    ],
)
def test_a_recipient_is_told_by_site_severity_and_kind(recipient: Recipient, told: bool) -> None:  # noqa: FBT001
    assert wants(recipient, alarm()) is told


def test_what_is_not_sent_by_default_is_sent_to_who_asks_for_it() -> None:
    wrong_clock = alarm(kind="clock_wrong")
    asks = Recipient(name="c", channel="mail", address="", severities=EVERY, kinds=frozenset({"clock_wrong"}))
    assert not wants(Recipient(name="c", channel="mail", address="", severities=EVERY), wrong_clock)
    assert wants(asks, wrong_clock)


def test_nobody_is_told_that_nothing_reaches_them() -> None:
    lost = alarm(kind="letters_undelivered", subject="service:anna", site=None)
    assert not wants(ANNA, lost)
    assert wants(Recipient(name="berta", channel="mail", address=""), lost)


def test_a_warning_waits_for_the_morning_and_what_is_critical_does_not() -> None:
    settings = NotifySettings(quiet_hours=NIGHT, recipients=(ANNA,))
    evening = datetime(2026, 11, 22, 21, tzinfo=UTC)
    (warning,) = letters_of(settings, alarm(), AlarmEvent.RAISED, evening, BERLIN)
    (critical,) = letters_of(settings, alarm(kind="part_unwell"), AlarmEvent.RAISED, evening, BERLIN)
    assert warning.due_at_utc == datetime(2026, 11, 23, 5, 30, tzinfo=UTC)
    assert critical.due_at_utc == evening


def test_programs_have_no_quiet_hours() -> None:
    hook = Recipient(name="hook", channel="webhook", address="https://x")
    evening = datetime(2026, 11, 22, 21, tzinfo=UTC)
    settings = NotifySettings(quiet_hours=NIGHT, recipients=(hook,))
    assert letters_of(settings, alarm(), AlarmEvent.RAISED, evening, BERLIN)[0].due_at_utc == evening


@given(times, st.times(), st.times())
def test_after_the_quiet_hours_it_is_not_quiet_and_the_wait_is_less_than_a_day(
    at_utc: datetime, begin: time, end: time
) -> None:
    quiet = QuietHours(begin, end)
    due_utc = end_of_quiet_utc(quiet, at_utc, BERLIN)
    assert at_utc <= due_utc <= at_utc + timedelta(hours=25)
    if due_utc != at_utc:
        assert due_utc.astimezone(BERLIN).time() == end or due_utc.astimezone(BERLIN).fold


def test_the_same_event_is_the_same_letter_whenever_it_is_written() -> None:
    settings = NotifySettings(recipients=(ANNA,))
    keys = {letters_of(settings, alarm(), AlarmEvent.RAISED, at, BERLIN)[0].key for at in (NOW, NOW + timedelta(1))}
    assert len(keys) == 1


def test_the_pauses_grow_and_at_last_a_letter_is_given_up() -> None:
    why = Finding.of("notify.webhook_slow", recipient="hook", limit_s=10)
    letter = Letter(key="k", recipient="r", alarm="a", event="raised", written_at_utc=NOW, due_at_utc=NOW)
    waits = []
    while letter.state is LetterState.WAITING:
        (letter,) = failed([letter], why, NOW)
        waits.append((letter.due_at_utc - NOW) // timedelta(minutes=1))
    assert waits[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert (letter.attempts, letter.state, letter.finding, letter.ended_at_utc) == (
        MOST_ATTEMPTS,
        LetterState.DEAD,
        why,
        NOW,
    )
