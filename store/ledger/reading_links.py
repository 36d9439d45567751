"""The book of links by which people tell readings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, delete, or_, select, update

from core.meter_life import ReadingLink
from core.quantities import Quantity
from store.ledger.database import Database
from store.ledger.meter_tables import READING_LINK

_C = READING_LINK.c


class ReadingLinks:
    """`core.meter_life.ReadingLinkBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save_links_to_read(self, links: Sequence[ReadingLink], now_utc: datetime) -> None:
        """Keep new links; forget those that have expired."""
        async with self._database.writing() as connection:
            await connection.execute(delete(READING_LINK).where(_C.expires_at_utc <= now_utc))
            if links:
                await connection.execute(READING_LINK.insert(), [_row(link) for link in links])

    async def link_to_read(self, digest: str, now_utc: datetime) -> ReadingLink | None:
        """Return a link that is good now, None if it is unknown, used up or expired."""
        wanted = select(READING_LINK).where(_C.digest == digest, _good(now_utc))
        async with self._database.reading() as connection:
            row = (await connection.execute(wanted)).mappings().one_or_none()
        return None if row is None else _link(row)

    async def use_link_to_read(self, digest: str, now_utc: datetime, not_since_utc: datetime) -> bool:
        """Return whether the link may be used now, and use it: once, or again if not used after `not_since_utc`."""
        rested = or_(_C.last_used_at_utc.is_(None), _C.last_used_at_utc <= not_since_utc)
        wanted = update(READING_LINK).where(_C.digest == digest, _good(now_utc), rested)
        async with self._database.writing() as connection:
            used = await connection.scalar(wanted.values(last_used_at_utc=now_utc).returning(_C.digest))
        return used is not None

    async def free_link_to_read(self, link: ReadingLink) -> None:
        """Put a link back as it was before a use that came to nothing."""
        known = update(READING_LINK).where(_C.digest == link.digest)
        async with self._database.writing() as connection:
            await connection.execute(known.values(last_used_at_utc=link.last_used_at_utc))

    async def links_to_read(self, source: str, now_utc: datetime) -> tuple[ReadingLink, ...]:
        """Return the links of a source that are good now, by their expiry."""
        wanted = select(READING_LINK).where(_C.source == source, _good(now_utc)).order_by(_C.expires_at_utc, _C.digest)
        async with self._database.reading() as connection:
            return tuple(_link(row) for row in (await connection.execute(wanted)).mappings())

    async def drop_links_to_read(self, source: str) -> int:
        """Forget all links of a source; return how many."""
        async with self._database.writing() as connection:
            gone = await connection.execute(delete(READING_LINK).where(_C.source == source).returning(_C.digest))
            return len(gone.all())


def _good(now_utc: datetime) -> ColumnElement[bool]:
    return and_(_C.expires_at_utc > now_utc, or_(_C.lasting, _C.last_used_at_utc.is_(None)))


def _row(link: ReadingLink) -> dict[str, Any]:
    return {column.name: getattr(link, column.name) for column in _C}


def _link(row: RowMapping) -> ReadingLink:
    return ReadingLink(**{**row, "quantity": Quantity(row["quantity"])})
