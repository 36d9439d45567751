"""The book of where the counting of registers stood."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, and_, bindparam, delete, func, or_, select

from core.intervals import SeriesKey
from core.quantities import Quantity
from core.work import RegisterCheckpoint
from store.ledger.database import Database, replace
from store.ledger.meter_tables import REGISTER_CHECKPOINT

_AT_ONCE = 200
_C = REGISTER_CHECKPOINT.c
_GONE = delete(REGISTER_CHECKPOINT).where(
    _C.source == bindparam("s"), _C.quantity == bindparam("q"), _C.at_utc == bindparam("at")
)


class Checkpoints:
    """`core.work.CheckpointBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save_checkpoints(
        self, checkpoints: Sequence[RegisterCheckpoint], instead_of: Sequence[tuple[SeriesKey, datetime]] = ()
    ) -> None:
        """Forget those at the instants of `instead_of`, insert or replace these by (source, quantity, instant)."""
        gone = [{"s": key[0], "q": key[1].value, "at": at_utc} for key, at_utc in instead_of]
        async with self._database.writing() as connection:
            if gone:
                await connection.execute(_GONE, gone)
            await replace(connection, REGISTER_CHECKPOINT, [_row(checkpoint) for checkpoint in checkpoints])

    async def checkpoints(self, before: Sequence[tuple[SeriesKey, datetime]]) -> dict[SeriesKey, RegisterCheckpoint]:
        """Return of each series its newest checkpoint at or before an instant; series without one are left out."""
        found: dict[SeriesKey, RegisterCheckpoint] = {}
        async with self._database.reading() as connection:
            for start in range(0, len(before), _AT_ONCE):
                newest = _newest(before[start : start + _AT_ONCE])
                for row in (await connection.execute(newest)).mappings():
                    checkpoint = _checkpoint(row)
                    found[checkpoint.source, checkpoint.quantity] = checkpoint
        return found

    async def drop_checkpoints(self, key: SeriesKey, after_utc: datetime) -> None:
        """Forget a series' checkpoints after an instant, because what lies before them has changed."""
        source, quantity = key
        later = and_(_C.source == source, _C.quantity == quantity.value, _C.at_utc > after_utc)
        async with self._database.writing() as connection:
            await connection.execute(delete(REGISTER_CHECKPOINT).where(later))


def _newest(before: Sequence[tuple[SeriesKey, datetime]]) -> Any:
    """Return the query of the newest rows, each found through the primary key."""
    reached = or_(
        *(
            and_(_C.source == source, _C.quantity == quantity.value, _C.at_utc <= at_utc)
            for (source, quantity), at_utc in before
        )
    )
    last = select(_C.source, _C.quantity, func.max(_C.at_utc).label("at_utc")).where(reached)
    each = last.group_by(_C.source, _C.quantity).subquery()
    same = and_(_C.source == each.c.source, _C.quantity == each.c.quantity, _C.at_utc == each.c.at_utc)
    return select(REGISTER_CHECKPOINT).join(each, same)


def _row(checkpoint: RegisterCheckpoint) -> dict[str, Any]:
    return {column.name: getattr(checkpoint, column.name) for column in _C}


def _checkpoint(row: RowMapping) -> RegisterCheckpoint:
    return RegisterCheckpoint(**{**row, "quantity": Quantity(row["quantity"])})
