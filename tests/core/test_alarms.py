"""How observations raise and clear an alarm: laws over any order, repetition and flapping."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.alarms import (
    ALARMS,
    Alarm,
    AlarmEvent,
    AlarmKind,
    AlarmState,
    Observation,
    Severity,
    SubjectKind,
    advance,
    alarm_id,
)
from core.texts import LANGUAGES, Finding, catalogue

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ROW = AlarmKind(severity=Severity.WARNING, subject=SubjectKind.METER, raise_after=30 * MINUTE, clear_after=20 * MINUTE)

looks = st.lists(st.tuples(st.integers(0, 600), st.booleans()), max_size=60)
"""At which minute somebody looked, and whether it was there."""

rows = st.builds(
    lambda up, down: AlarmKind(
        severity=Severity.INFO, subject=SubjectKind.METER, raise_after=up * MINUTE, clear_after=down * MINUTE
    ),
    st.integers(0, 90),
    st.integers(0, 90),
)


def seen(minute: int, *, present: bool = True) -> Observation:
    return Observation(
        kind="meter_silent",
        subject="meter:schule-strom",
        site="schule",
        present=present,
        at_utc=NOW + minute * MINUTE,
        finding=Finding.of("alarms.meter_silent_hours", count=minute),
    )


def watched(
    found: Sequence[tuple[int, bool]], row: AlarmKind = ROW
) -> tuple[Alarm | None, list[tuple[int, AlarmEvent]]]:
    alarm, events = None, []
    for minute, present in found:
        alarm, event = advance(alarm, seen(minute, present=present), row)
        if event is not None:
            events.append((minute, event))
    return alarm, events


def test_what_lasts_is_raised_once_and_resolved_once_it_has_been_gone_for_a_while() -> None:
    found = [(0, True), (15, True), (30, True), (45, True), (60, False), (75, False), (80, False), (95, False)]
    alarm, events = watched(found)
    assert events == [(30, AlarmEvent.RAISED), (80, AlarmEvent.RESOLVED)]
    assert alarm is not None
    assert (alarm.since_utc, alarm.count, alarm.state) == (NOW, 4, AlarmState.CLEARED)
    assert alarm.finding == Finding.of("alarms.meter_silent_hours", count=45)


def test_what_comes_back_before_it_was_gone_long_enough_is_the_same_alarm() -> None:
    alarm, events = watched([(0, True), (30, True), (45, False), (60, True), (75, False), (90, False)])
    assert events == [(30, AlarmEvent.RAISED)]
    assert alarm is not None
    assert alarm.absent_since_utc == NOW + 75 * MINUTE


def test_what_was_not_raised_and_is_gone_leaves_nothing() -> None:
    assert watched([(0, True), (15, True), (29, False)]) == (None, [])


def test_after_a_cleared_alarm_the_next_is_another_one() -> None:
    quick = AlarmKind(severity=Severity.INFO, subject=SubjectKind.METER)
    first, _ = watched([(0, True), (1, False)], quick)
    again, event = advance(first, seen(2), quick)
    assert event is AlarmEvent.RAISED
    assert again is not None
    assert first is not None
    assert again.id == alarm_id("meter_silent", "meter:schule-strom", NOW + 2 * MINUTE) != first.id


@given(looks, rows)
def test_nothing_is_raised_before_it_was_there_without_a_break_for_long_enough(
    found: list[tuple[int, bool]], row: AlarmKind
) -> None:
    found.sort(key=lambda look: look[0])
    found = [look for number, look in enumerate(found) if not number or look[0] != found[number - 1][0]]
    _, events = watched(found, row)
    for minute, event in events:
        if event is AlarmEvent.RAISED:
            gone = [at for at, present in found if at < minute and not present]
            begun = min(at for at, present in found if present and at > (gone[-1] if gone else -1))
            assert (minute - begun) * MINUTE >= row.raise_after


@given(looks, rows)
def test_raised_and_resolved_take_turns(found: list[tuple[int, bool]], row: AlarmKind) -> None:
    _, events = watched(found, row)
    kinds = [event for _, event in events]
    assert kinds[:1] in ([], [AlarmEvent.RAISED])
    assert all(one is not other for one, other in pairwise(kinds))


@given(looks, rows)
def test_saying_it_twice_is_saying_it_once(found: list[tuple[int, bool]], row: AlarmKind) -> None:
    assert watched([look for look in found for _ in range(2)], row) == watched(found, row)


@given(looks, st.integers(0, 600), st.booleans())
def test_what_comes_late_changes_nothing(found: list[tuple[int, bool]], minute: int, present: bool) -> None:  # noqa: FBT001
    alarm, _ = watched(found)
    if alarm is not None and NOW + minute * MINUTE <= alarm.seen_at_utc:
        assert advance(alarm, seen(minute, present=present), ROW) == (alarm, None)


@pytest.mark.parametrize("kind", ALARMS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_its_name_and_what_to_do_in_both_languages(kind: str, language: str) -> None:
    texts = catalogue(language)  # type: ignore[arg-type]
    assert {f"alarm.{kind}", f"alarm.action.{kind}"} <= texts.codes()
