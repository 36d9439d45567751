"""The book of commands to charge points, over every ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from core.commands import Command, CommandFilter, CommandKind, CommandState
from core.texts import Finding
from store.ledger.ledger import SqlLedger

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def command(station: str = "cp1", **given: Any) -> Command:
    made = Command(
        station=station,
        kind=CommandKind.RESET,
        request={"way": "immediate"},
        asked_by="anna",
        asked_at_utc=NOW,
        expires_at_utc=NOW + timedelta(hours=1),
        group="g1",
    )
    return replace(made, **given)


async def test_a_command_is_kept_as_it_was_asked_under_a_number_of_its_own(ledger: SqlLedger) -> None:
    asked = await ledger.ask([command(), command("cp2", when_idle=True, not_before_utc=NOW, connector=1)])
    assert asked[1].id > asked[0].id > 0
    assert await ledger.command(asked[1].id) == asked[1]
    assert replace(asked[0], id=0) == command()
    assert await ledger.command(asked[1].id + 1) is None


async def test_how_it_went_is_written_until_it_is_final_and_an_answer_that_comes_late_beside_it(
    ledger: SqlLedger,
) -> None:
    (asked,) = await ledger.ask([command()])
    sent = replace(asked, state=CommandState.SENT, sent_at_utc=NOW)
    await ledger.save_command(sent)
    assert await ledger.command(asked.id) == sent
    over = replace(sent, state=CommandState.TIMED_OUT, finished_at_utc=NOW, finding=Finding.of("ocpp.call_timeout"))
    await ledger.save_command(over)
    await ledger.save_command(replace(over, state=CommandState.DONE, finding=None))
    assert await ledger.command(asked.id) == over
    late = replace(over, answer={"status": "Accepted"}, finding=Finding.of("commands.answered_late"))
    await ledger.save_command(late)
    assert await ledger.command(asked.id) == late


async def test_commands_are_listed_newest_first_by_station_kind_state_and_group(ledger: SqlLedger) -> None:
    await ledger.ask([command(), command("cp2", state=CommandState.DONE), command("cp3", kind=CommandKind.START)])
    await ledger.ask([command("cp4", group="g2")])

    async def of(**given: Any) -> list[str]:
        return [each.station for each in (await ledger.commands(CommandFilter(**given))).items]

    assert await of() == ["cp4", "cp3", "cp2", "cp1"]
    assert await of(stations=frozenset({"cp1", "cp2"})) == ["cp2", "cp1"]
    assert await of(kinds=frozenset({CommandKind.START})) == ["cp3"]
    assert await of(states=frozenset({CommandState.DONE})) == ["cp2"]
    assert await of(group="g2") == ["cp4"]
    first = await ledger.commands(CommandFilter(limit=3))
    assert first.total == 4
    rest = await ledger.commands(CommandFilter(limit=3, cursor=first.next_cursor))
    assert [each.station for each in rest.items] == ["cp1"]
    assert rest.next_cursor is None


async def test_a_waiting_command_is_claimed_once_and_one_that_is_over_never(ledger: SqlLedger) -> None:
    waits, over = await ledger.ask([command(), command("cp2", state=CommandState.TIMED_OUT, finished_at_utc=NOW)])
    sent = replace(waits, state=CommandState.SENT, sent_at_utc=NOW)
    assert [await ledger.claim_command(sent) for _ in range(2)] == [True, False]
    assert await ledger.command(waits.id) == sent
    assert not await ledger.claim_command(replace(over, state=CommandState.SENT))
    assert await ledger.command(over.id) == over
