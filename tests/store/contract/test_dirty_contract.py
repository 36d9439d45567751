"""What every book of dirty spans must do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from core.periods import Period
from core.quantities import Quantity
from core.work import DirtySpan

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def span(hour: int, reason: str = "late") -> DirtySpan:
    start = NOW + timedelta(hours=hour)
    period = Period(start, start + timedelta(milliseconds=1))
    return DirtySpan(source="meter:a", quantity=Quantity.ENERGY_IMPORT_WH, period=period, reason=reason)


async def test_spans_come_whole_and_oldest_first(ledger: Any) -> None:
    await ledger.mark_dirty([span(2), span(1, "import")])
    await ledger.mark_dirty([])
    await ledger.mark_dirty([span(0)])
    found = await ledger.dirty_spans()
    assert [replace(each, id=0) for each in found] == [span(2), span(1, "import"), span(0)]
    assert await ledger.dirty_spans(limit=2) == found[:2]


async def test_a_span_marked_again_while_it_is_computed_stays_after_the_first_is_settled(ledger: Any) -> None:
    await ledger.mark_dirty([span(0)])
    (computed,) = await ledger.dirty_spans()
    await ledger.mark_dirty([span(0)])
    await ledger.settle([computed.id])
    (left,) = await ledger.dirty_spans()
    assert left.id > computed.id


async def test_a_number_is_never_given_twice(ledger: Any) -> None:
    await ledger.mark_dirty([span(0)])
    (first,) = await ledger.dirty_spans()
    await ledger.settle([first.id])
    await ledger.mark_dirty([span(0)])
    (second,) = await ledger.dirty_spans()
    assert second.id > first.id


async def test_thousands_are_settled_at_once(ledger: Any) -> None:
    await ledger.mark_dirty([span(number) for number in range(1200)])
    await ledger.settle([each.id for each in await ledger.dirty_spans()])
    await ledger.settle([])
    assert await ledger.dirty_spans() == ()
