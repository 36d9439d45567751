"""What every book of statements must do."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.errors import RequestError
from core.statements import StatementDraft, StatementFilter, StatementKey

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
KEY = StatementKey("savings", "2026-10", "lra")
BODY = {"saved_eur": Decimal("1234.50"), "co2e_g": 10**20, "note": "Fußnote\n😀\x00", "rows": [{"day": None}, True]}


def draft(body: Any = None, key: StatementKey = KEY, **more: Any) -> StatementDraft:
    made = StatementDraft(
        key=key,
        body=BODY if body is None else body,
        inputs_digest="inputs-1",
        reason="",
        made_by="job:savings",
        made_at_utc=NOW,
    )
    return replace(made, **more)


async def test_a_statement_is_kept_whole_and_exact(ledger: Any) -> None:
    made = await ledger.state(draft())
    found = await ledger.statement(KEY)
    assert found == made
    assert (found.key, found.version, found.inputs_digest, found.made_by) == (KEY, 1, "inputs-1", "job:savings")
    assert found.body == BODY
    assert str(found.body["saved_eur"]) == "1234.50"
    assert found.made_at_utc == NOW
    assert found.digest == draft().digest


async def test_what_says_the_same_is_the_same_version(ledger: Any) -> None:
    first = await ledger.state(draft())
    assert await ledger.state(draft(dict(reversed(BODY.items())), reason="rerun", made_by="anna")) == first
    assert (await ledger.statements(StatementFilter(all_versions=True))).total == 1


async def test_a_change_is_a_new_version_and_the_old_one_stays(ledger: Any) -> None:
    first = await ledger.state(draft())
    second = await ledger.state(draft({"saved_eur": Decimal("1200.00")}, reason="late readings"))
    inputs = await ledger.state(draft({"saved_eur": Decimal("1200.00")}, inputs_digest="inputs-2", reason="factor"))
    back = await ledger.state(draft(reason="withdrawn"))
    assert [each.version for each in (first, second, inputs, back)] == [1, 2, 3, 4]
    assert await ledger.statement(KEY) == back
    assert await ledger.statement(KEY, 1) == first
    assert (await ledger.statement(KEY, 2)).reason == "late readings"
    assert await ledger.statement(KEY, 5) is None
    assert await ledger.statement(StatementKey("savings", "2026-10", "bauhof")) is None


async def test_concurrent_writers_get_versions_of_their_own(ledger: Any, ledger_place: Path | str) -> None:
    other = await type(ledger).open(ledger_place)
    try:
        drafts = [draft({"number": number}) for number in range(20)]
        made = await asyncio.gather(*(book.state(each) for each in drafts for book in (ledger, other)))
    finally:
        await other.close()
    kept = (await ledger.statements(StatementFilter(all_versions=True, limit=100))).items
    assert [each.version for each in kept] == list(range(len(kept), 0, -1))
    assert {each.digest for each in kept} == {each.digest for each in drafts}
    assert {each.version for each in made} == {each.version for each in kept}


async def test_lists_show_the_newest_version_of_each_or_all(ledger: Any) -> None:
    other, report = StatementKey("savings", "2026-11", "lra"), StatementKey("report", "2026-10", "lra")
    for key in (KEY, other, report):
        await ledger.state(draft(key=key))
    await ledger.state(draft({"n": 1}, made_at_utc=NOW + timedelta(days=1)))
    newest = await ledger.statements(StatementFilter())
    assert [(each.key, each.version) for each in newest.items] == [(KEY, 2), (report, 1), (other, 1)]
    assert (await ledger.statements(StatementFilter(kind="savings", all_versions=True))).total == 3
    assert [each.key for each in (await ledger.statements(StatementFilter(period="2026-11"))).items] == [other]
    assert (await ledger.statements(StatementFilter(scope="bauhof"))).total == 0


async def test_pages_of_statements_tile_the_list(ledger: Any) -> None:
    for number in range(7):
        await ledger.state(draft({"n": number}, key=StatementKey("report", f"2026-{number:02}", "lra")))
    page = await ledger.statements(StatementFilter(limit=3))
    periods = [each.key.period for each in page.items]
    while page.next_cursor is not None:
        page = await ledger.statements(StatementFilter(limit=3, cursor=page.next_cursor))
        periods += [each.key.period for each in page.items]
    assert periods == [f"2026-{number:02}" for number in range(6, -1, -1)]
    with pytest.raises(RequestError):
        await ledger.statements(StatementFilter(cursor="nonsense"))
