"""The book of steps of registers that wait for a booking."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, delete, select, update

from core.errors import NotFoundError
from core.meter_life import MeterProposal
from core.quantities import Quantity
from store.ledger.database import Database, insert
from store.ledger.meter_tables import METER_PROPOSAL

_C = METER_PROPOSAL.c
_AT_ONCE = 500


class Proposals:
    """`core.meter_life.ProposalBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def propose(self, found: Sequence[MeterProposal], settled: Collection[int] = ()) -> None:
        """Forget those that are no longer so, keep those that are new; one that is known stays as it is."""
        listed = sorted(settled)
        async with self._database.writing() as connection:
            for start in range(0, len(listed), _AT_ONCE):
                some = _C.id.in_(listed[start : start + _AT_ONCE])
                await connection.execute(delete(METER_PROPOSAL).where(some))
            if found:
                place = ["source", "quantity", "from_utc", "to_utc"]
                known = insert(connection, METER_PROPOSAL).on_conflict_do_nothing(index_elements=place)
                await connection.execute(known, [_row(one) for one in found])

    async def proposals(self, sources: Collection[str] | None = None) -> tuple[MeterProposal, ...]:
        """Return all, dismissed ones too, the newest step first."""
        newest = select(METER_PROPOSAL).order_by(_C.to_utc.desc(), _C.source, _C.quantity)
        async with self._database.reading() as connection:
            found = [_proposal(row) for row in (await connection.execute(newest)).mappings()]
        among = None if sources is None else frozenset(sources)
        return tuple(one for one in found if among is None or one.source in among)

    async def proposal(self, id: int) -> MeterProposal | None:  # noqa: A002
        """Return one, None if there is none."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(METER_PROPOSAL).where(_C.id == id))).mappings().one_or_none()
        return None if row is None else _proposal(row)

    async def dismiss(self, id: int, at_utc: datetime, by: str, reason: str) -> None:  # noqa: A002
        """Remember that nothing is to be booked. Raises `NotFoundError` if there is no such proposal."""
        said = {"dismissed_at_utc": at_utc, "dismissed_by": by, "dismissed_reason": reason}
        async with self._database.writing() as connection:
            dismissed = update(METER_PROPOSAL).where(_C.id == id).values(said).returning(_C.id)
            if await connection.scalar(dismissed) is None:
                raise NotFoundError("bookings.proposal_unknown", id=id)


def _row(proposal: MeterProposal) -> dict[str, Any]:
    return {column.name: getattr(proposal, column.name) for column in _C if column.name != "id"}


def _proposal(row: RowMapping) -> MeterProposal:
    return MeterProposal(**{**row, "quantity": Quantity(row["quantity"])})
