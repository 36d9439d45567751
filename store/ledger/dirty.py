"""The book of spans whose intervals must be computed again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import RowMapping, delete, select

from core.periods import Period
from core.quantities import Quantity
from core.work import DirtySpan
from store.ledger.database import Database
from store.ledger.meter_tables import DIRTY_SPAN

_AT_ONCE = 500


class Dirty:
    """`core.work.DirtyBook` over a database.

    Equal spans are kept each for itself: one that is being computed may not stand for one marked meanwhile.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def mark_dirty(self, spans: Sequence[DirtySpan]) -> None:
        """Add spans."""
        if spans:
            async with self._database.writing() as connection:
                await connection.execute(DIRTY_SPAN.insert(), [dirty_row(span) for span in spans])

    async def dirty_spans(self, limit: int = 10_000) -> tuple[DirtySpan, ...]:
        """Return spans, oldest first."""
        oldest = select(DIRTY_SPAN).order_by(DIRTY_SPAN.c.id).limit(limit)
        async with self._database.reading() as connection:
            return tuple(_span(row) for row in (await connection.execute(oldest)).mappings())

    async def settle(self, ids: Collection[int]) -> None:
        """Drop spans that have been computed."""
        listed = sorted(ids)
        async with self._database.writing() as connection:
            for start in range(0, len(listed), _AT_ONCE):
                some = DIRTY_SPAN.c.id.in_(listed[start : start + _AT_ONCE])
                await connection.execute(delete(DIRTY_SPAN).where(some))


def dirty_row(span: DirtySpan) -> dict[str, Any]:
    """Return the row of a span that has no id yet."""
    return {
        "source": span.source,
        "quantity": span.quantity.value,
        "start_utc": span.period.start_utc,
        "end_utc": span.period.end_utc,
        "reason": span.reason,
    }


def _span(row: RowMapping) -> DirtySpan:
    return DirtySpan(
        source=row["source"],
        quantity=Quantity(row["quantity"]),
        period=Period(row["start_utc"], row["end_utc"]),
        reason=row["reason"],
        id=row["id"],
    )
