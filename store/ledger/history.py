"""The book of spans of history that the demo generated."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from core.facts import GeneratedSpan
from store.ledger.database import Database, replace
from store.ledger.tables import GENERATED_SPAN


class History:
    """`core.books.HistoryBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def mark_generated(self, spans: Sequence[GeneratedSpan]) -> None:
        """Remember generated spans; one per source and start."""
        rows = [{column.name: getattr(span, column.name) for column in GENERATED_SPAN.c} for span in spans]
        async with self._database.writing() as connection:
            await replace(connection, GENERATED_SPAN, rows)

    async def generated_spans(self) -> tuple[GeneratedSpan, ...]:
        """Return all generated spans, by source and start."""
        wanted = select(GENERATED_SPAN).order_by(GENERATED_SPAN.c.source, GENERATED_SPAN.c.start_utc)
        async with self._database.reading() as connection:
            return tuple(GeneratedSpan(**row) for row in (await connection.execute(wanted)).mappings())
