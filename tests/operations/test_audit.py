"""The audit is verified: what changed shows by itself, what was cut off shows by a head noted earlier."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from core.errors import ForbiddenError, RequestError
from core.people import Actor, Role
from core.texts import Finding
from operations.gate import Gate
from operations.people.audit import VerifyAudit
from tests.district import District

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
LOWERED = "update mark set value = 3 where name = 'audit'"


async def write(district: District, count: int = 5) -> None:
    for number in range(count):
        await district.stores.ledger.audit("anna", "meters.exchange", f"meter:{number}", "", NOW)


async def tamper(district: District, *statements: str) -> None:
    async with district.stores.ledger._database.writing() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def verify(district: District, head: str = "") -> Any:
    return await district.ask("audit.verify", head=head)


async def test_an_untouched_chain_is_whole_and_tells_its_head(empty_district: District) -> None:
    await write(empty_district)
    found = await verify(empty_district)
    newest = (await empty_district.ask("audit.list", limit=1)).items[0]
    assert (found.whole, found.entries, found.broken) == (True, 5, None)
    assert found.head == f"5:{newest.digest}"
    assert found.finding.code == "audit.whole"


async def test_a_head_noted_earlier_is_still_in_a_chain_that_grew(empty_district: District) -> None:
    assert (await verify(empty_district)).head == "0:"
    assert (await verify(empty_district, "0:")).whole
    await write(empty_district)
    noted = (await verify(empty_district)).head
    await write(empty_district)
    assert (await verify(empty_district, f" {noted.upper()}\n")).whole


@pytest.mark.parametrize("statement", ["update audit_entry set actor = 'eve'", "delete from audit_entry"])
async def test_a_changed_or_removed_entry_is_named(empty_district: District, statement: str) -> None:
    await write(empty_district)
    await tamper(empty_district, f"{statement} where number = 2")
    found = await verify(empty_district)
    assert (found.whole, found.broken, found.finding.code) == (False, 2, "audit.broken")


async def test_a_removed_end_shows_by_the_count_that_the_ledger_keeps(empty_district: District) -> None:
    await write(empty_district)
    await tamper(empty_district, "delete from audit_entry where number > 3")
    assert (await verify(empty_district)).broken == 4


async def test_an_end_removed_with_its_count_shows_only_by_a_noted_head(empty_district: District) -> None:
    await write(empty_district)
    noted = (await verify(empty_district)).head
    await tamper(empty_district, "delete from audit_entry where number > 3", LOWERED)
    assert (await verify(empty_district)).whole
    found = await verify(empty_district, noted)
    assert (found.whole, found.broken, found.finding.code) == (False, None, "audit.end_missing")
    await write(empty_district)
    assert (await verify(empty_district)).whole
    found = await verify(empty_district, noted)
    assert (found.whole, found.finding.code, found.finding.params) == (False, "audit.rewritten", {"number": 5})


async def test_progress_reaches_the_end(empty_district: District) -> None:
    await write(empty_district)
    told: list[tuple[float, Finding]] = []
    gate: Gate = empty_district.gate
    await gate.call(
        "audit.verify", VerifyAudit(), empty_district.admin, NOW, lambda fraction, what: told.append((fraction, what))
    )
    assert told[-1] == (1.0, Finding.of("audit.verifying", done=5))


@pytest.mark.parametrize("head", ["5", "5:abc", "x:" + "0" * 64, "-1:" + "0" * 64, "5:" + "g" * 64, "9" * 400])
async def test_a_head_that_is_none_is_refused(empty_district: District, head: str) -> None:
    with pytest.raises(RequestError) as refused:
        await verify(empty_district, head)
    assert refused.value.finding.code == "audit.head_unreadable"


async def test_only_administrators_of_the_whole_district_verify(empty_district: District) -> None:
    for actor in (Actor("otto", Role.OPERATOR), Actor("ada", Role.ADMIN, frozenset({"schule"}))):
        with pytest.raises(ForbiddenError):
            await empty_district.ask("audit.verify", actor)
