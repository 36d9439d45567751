"""What every book of operators' statements must do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from core.shares import FeedInStatement

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
MARCH = FeedInStatement(
    plant="wea-1",
    month="2025-03",
    fed_in_wh=1_234_567_890_123,
    unavailable_wh=0,
    curtailed_wh=5000,
    other_fictitious_wh=None,
    negative_wh=700,
    number="17",
    file_import=3,
    entered_by="anna",
    entered_at_utc=NOW,
)
APRIL = FeedInStatement(plant="wea-1", month="2025-04", fed_in_wh=1, entered_at_utc=NOW)
OTHER = FeedInStatement(plant="pv-1", month="2025-04", curtailed_wh=2, entered_at_utc=NOW)


async def test_statements_are_kept_whole_by_plant_and_month(ledger: Any) -> None:
    assert await ledger.keep_feed_in([APRIL, MARCH, OTHER]) == 3
    assert await ledger.keep_feed_in([]) == 0
    assert [replace(each, id=0) for each in await ledger.feed_in(None, None)] == [OTHER, MARCH, APRIL]
    assert [each.month for each in await ledger.feed_in(["wea-1"], None)] == ["2025-03", "2025-04"]
    assert [each.plant for each in await ledger.feed_in(None, ["2025-04"])] == ["pv-1", "wea-1"]
    assert await ledger.feed_in([], None) == await ledger.feed_in(["wea-1"], []) == ()
    assert [each.plant for each in await ledger.feed_in_of_import(3)] == ["wea-1"]


async def test_the_same_said_again_is_kept_once_and_what_was_said_before_may_be_said_once_more(ledger: Any) -> None:
    corrected = replace(MARCH, fed_in_wh=1)
    assert await ledger.keep_feed_in([MARCH, replace(MARCH, entered_by="carl"), corrected]) == 2
    assert await ledger.keep_feed_in([corrected]) == 0
    assert await ledger.keep_feed_in([MARCH]) == 1
    assert [each.fed_in_wh for each in await ledger.feed_in(None, None)] == [MARCH.fed_in_wh, 1, MARCH.fed_in_wh]


async def test_a_withdrawn_statement_is_seen_only_if_asked_for_and_can_be_taken_back(ledger: Any) -> None:
    await ledger.keep_feed_in([MARCH, APRIL])
    first, second = await ledger.feed_in(None, None)
    assert await ledger.withdraw_feed_in([first.id, first.id, 99], "vera", NOW, "falscher Monat") == 1
    assert await ledger.withdraw_feed_in([first.id], "carl", NOW, "noch einmal") == 0
    assert await ledger.feed_in(None, None) == (second,)
    assert await ledger.feed_in_of_import(3) == ()
    gone, _ = await ledger.feed_in(None, None, withdrawn=True)
    assert (gone.withdrawn_at_utc, gone.withdrawn_by, gone.withdrawn_reason) == (NOW, "vera", "falscher Monat")
    assert await ledger.withdraw_feed_in([first.id, second.id], "vera", NOW, "") == 1
    assert await ledger.feed_in(None, None) == (first, second)


async def test_many_statements_of_many_plants_come_back(ledger: Any) -> None:
    many = [replace(APRIL, plant=f"wea-{number:04}") for number in range(1200)]
    assert await ledger.keep_feed_in(many) == 1200
    assert len(await ledger.feed_in([each.plant for each in many], ["2025-04"])) == 1200
    ids = [each.id for each in await ledger.feed_in(None, None)]
    assert await ledger.withdraw_feed_in(ids, "vera", NOW, "alle") == 1200
