"""The books of alarms and letters, over every ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from core.alarms import Alarm, AlarmChange, AlarmFilter, AlarmState
from core.letters import Letter, LetterState
from core.texts import Finding
from store.ledger.ledger import SqlLedger

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def alarm(number: int, **given: object) -> Alarm:
    at_utc = NOW + number * MINUTE
    made = Alarm(
        id=f"a{number}",
        kind="meter_silent",
        subject=f"meter:m{number}",
        site="schule",
        finding=Finding.of("alarms.meter_silent_hours", count=3),
        since_utc=at_utc,
        seen_at_utc=at_utc,
        raised_at_utc=at_utc,
    )
    return replace(made, **given)  # type: ignore[arg-type]


def letter(key: str, **given: object) -> Letter:
    made = Letter(key=key, recipient="hausmeister", alarm="a1", event="raised", written_at_utc=NOW, due_at_utc=NOW)
    return replace(made, **given)  # type: ignore[arg-type]


async def test_alarms_and_letters_are_kept_together(ledger: SqlLedger) -> None:
    pending, raised = alarm(1, raised_at_utc=None), alarm(2)
    await ledger.save_alarms(AlarmChange(saved=[pending, raised], letters=[letter("k")]))
    assert await ledger.open_alarms() == (pending, raised)
    assert await ledger.alarm("a2") == raised
    assert await ledger.take_letters(NOW, NOW) == (letter("k"),)
    await ledger.save_alarms(AlarmChange(saved=[replace(raised, cleared_at_utc=NOW)], dropped=["a1"]))
    assert await ledger.open_alarms() == ()
    assert await ledger.alarm("a1") is None


async def test_alarms_are_listed_newest_first_page_by_page_by_state_site_and_kind(ledger: SqlLedger) -> None:
    await ledger.save_alarms(
        AlarmChange(
            saved=[
                alarm(1, raised_at_utc=None),
                alarm(2),
                alarm(3, cleared_at_utc=NOW),
                alarm(4, acknowledged_at_utc=NOW, acknowledged_by="anna"),
                alarm(5, site=None, kind="part_unwell", raised_at_utc=NOW + 4 * MINUTE),
            ]
        )
    )
    await ledger.acknowledge_alarm("a4", "anna", "", NOW)
    first = await ledger.alarms(AlarmFilter(limit=2))
    rest = await ledger.alarms(AlarmFilter(limit=2, cursor=first.next_cursor))
    assert ([one.id for one in first.items], [one.id for one in rest.items]) == (["a5", "a4"], ["a3", "a2"])
    assert (first.total, rest.next_cursor) == (4, None)

    async def ids(**wanted: object) -> list[str]:
        return [one.id for one in (await ledger.alarms(AlarmFilter(**wanted))).items]  # type: ignore[arg-type]

    assert await ids(states=frozenset({AlarmState.ACTIVE})) == ["a5", "a2"]
    assert await ids(states=frozenset({AlarmState.ACKNOWLEDGED, AlarmState.CLEARED})) == ["a4", "a3"]
    assert await ids(sites=frozenset({"schule"})) == ["a4", "a3", "a2"]
    assert await ids(kinds=frozenset({"part_unwell"})) == ["a5"]
    assert await ids(subject="meter:m3") == ["a3"]


async def test_who_acknowledged_first_stays_and_no_later_look_at_the_alarm_forgets_it(ledger: SqlLedger) -> None:
    await ledger.save_alarms(AlarmChange(saved=[alarm(1)]))
    await ledger.acknowledge_alarm("a1", "anna", "wird getauscht", NOW)
    again = await ledger.acknowledge_alarm("a1", "vera", "", NOW + MINUTE)
    await ledger.save_alarms(AlarmChange(saved=[alarm(1, count=2)]))
    kept = await ledger.alarm("a1")
    assert again is not None
    assert kept == replace(again, count=2)
    assert (kept.acknowledged_by, kept.acknowledged_at_utc, kept.note) == ("anna", NOW, "wird getauscht")
    assert await ledger.acknowledge_alarm("nothing", "anna", "", NOW) is None


async def test_a_letter_is_queued_once_and_taken_by_one(ledger: SqlLedger) -> None:
    later = letter("later", due_at_utc=NOW + 60 * MINUTE)
    await ledger.save_alarms(AlarmChange(letters=[letter("k"), later]))
    await ledger.save_alarms(AlarmChange(letters=[letter("k", attempts=7)]))
    lease = NOW + 5 * MINUTE
    assert await ledger.take_letters(NOW, lease) == (letter("k"),)
    assert await ledger.take_letters(NOW, lease) == ()
    # Whoever had taken it never came back.
    assert [one.key for one in await ledger.take_letters(lease, lease + MINUTE)] == ["k"]


async def test_how_it_stands_with_a_recipient_and_another_try(ledger: SqlLedger) -> None:
    await ledger.save_alarms(AlarmChange(letters=[letter("a"), letter("b"), letter("c")]))
    why = Finding.of("notify.mail_refused", reason="550")
    await ledger.settle_letters(
        [
            letter("a", state=LetterState.SENT, ended_at_utc=NOW, attempts=1),
            letter("b", state=LetterState.DEAD, ended_at_utc=NOW + MINUTE, attempts=10, finding=why),
        ]
    )
    box = (await ledger.mailboxes())["hausmeister"]
    assert (box.waiting, box.sent, box.dead, box.last_state, box.finding) == (1, 1, 1, LetterState.DEAD, why)
    assert await ledger.revive_letters("hausmeister", NOW) == 1
    assert [one.attempts for one in await ledger.take_letters(NOW, NOW)] == [0, 0]
    assert await ledger.forget_letters(NOW + MINUTE) == 1
    assert (await ledger.mailboxes())["hausmeister"].sent == 0
