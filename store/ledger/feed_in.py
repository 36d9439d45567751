"""The book of what operators state of their plants, month by month."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.shares import FeedInStatement
from store.ledger.database import Database
from store.ledger.feed_in_tables import FEED_IN

T = TypeVar("T", str, int)

_C = FEED_IN.c
_AT_ONCE: Final = 500
_SAID: Final = ("fed_in_wh", "unavailable_wh", "curtailed_wh", "other_fictitious_wh", "negative_wh", "number")
"""What a statement says of its plant and month."""
_IN_FORCE = _C.withdrawn_at_utc.is_(None)


class FeedIn:
    """`core.shares.FeedInBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep_feed_in(self, statements: Sequence[FeedInStatement]) -> int:
        """Keep statements that say anything else than the newest of their plant and month; return how many."""
        if not statements:
            return 0
        async with self._database.writing() as connection:
            newest = await _newest(connection, {each.plant for each in statements})
            fresh: list[dict[str, Any]] = []
            for each in statements:
                said = tuple(getattr(each, name) for name in _SAID)
                if newest.get((each.plant, each.month)) != said:
                    newest[each.plant, each.month] = said
                    fresh.append({one.name: getattr(each, one.name) for one in _C if one.name != "id"})
            if fresh:
                await connection.execute(FEED_IN.insert(), fresh)
        return len(fresh)

    async def feed_in(
        self, plants: Collection[str] | None, months: Collection[str] | None, *, withdrawn: bool = False
    ) -> tuple[FeedInStatement, ...]:
        """Return statements by plant and month, the newest of each last. None: of all."""
        conditions = [] if withdrawn else [_IN_FORCE]
        if months is not None:
            conditions.append(_C.month.in_(sorted(set(months))))
        async with self._database.reading() as connection:
            return tuple([_statement(row) async for row in _rows(connection, plants, conditions)])

    async def feed_in_of_import(self, file_import: int) -> tuple[FeedInStatement, ...]:
        """Return the statements that an import brought and that were not withdrawn since."""
        async with self._database.reading() as connection:
            rows = _rows(connection, None, [_IN_FORCE, _C.file_import == file_import])
            return tuple([_statement(row) async for row in rows])

    async def withdraw_feed_in(self, ids: Collection[int], actor: str, at_utc: datetime, reason: str) -> int:
        """Withdraw statements (an empty `reason` takes the withdrawal back); return how many there were."""
        said = {"withdrawn_at_utc": at_utc, "withdrawn_by": actor, "withdrawn_reason": reason}
        back = {"withdrawn_at_utc": None, "withdrawn_by": "", "withdrawn_reason": ""}
        touched = _IN_FORCE if reason else ~_IN_FORCE
        count = 0
        async with self._database.writing() as connection:
            for some in _batches(ids):
                known = update(FEED_IN).where(_C.id.in_(some), touched)
                count += (await connection.execute(known.values(said if reason else back))).rowcount
        return count


async def _newest(connection: AsyncConnection, plants: Collection[str]) -> dict[tuple[str, str], tuple[Any, ...]]:
    rows = _rows(connection, plants, [_IN_FORCE])
    return {(row["plant"], row["month"]): tuple(row[name] for name in _SAID) async for row in rows}


async def _rows(
    connection: AsyncConnection, plants: Collection[str] | None, conditions: Sequence[ColumnElement[bool]]
) -> AsyncIterator[RowMapping]:
    wanted = select(FEED_IN).where(*conditions).order_by(_C.plant, _C.month, _C.id)
    for some in [None] if plants is None else _batches(plants):
        narrowed = wanted if some is None else wanted.where(_C.plant.in_(some))
        for row in (await connection.execute(narrowed)).mappings():
            yield row


def _batches(wanted: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(sorted(set(wanted)))
    while some := list(islice(rest, _AT_ONCE)):
        yield some


def _statement(row: RowMapping) -> FeedInStatement:
    return FeedInStatement(**row)
