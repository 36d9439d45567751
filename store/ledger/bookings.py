"""The book of what people booked about registers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace as changed
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, select, update

from core.errors import NotFoundError
from core.periods import Period
from core.quantities import Quantity
from core.work import DirtySpan, MeterEvent, MeterEventKind
from store.ledger.database import Database
from store.ledger.dirty import dirty_row
from store.ledger.meter_tables import DIRTY_SPAN, METER_EVENT

_C = METER_EVENT.c
_INSTANT = timedelta(milliseconds=1)


class Bookings:
    """`core.work.BookingBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def book(self, event: MeterEvent) -> MeterEvent:
        """Keep a booking, mark its instant as dirty in the same transaction, and return it with its id.

        Of a correction it is the period. Which slots that touches depends on the readings around it:
        whoever computes them knows.
        """
        row: dict[str, Any] = {column.name: getattr(event, column.name) for column in _C if column.name != "id"}
        async with self._database.writing() as connection:
            number = await connection.scalar(METER_EVENT.insert().values(row).returning(_C.id))
            await connection.execute(DIRTY_SPAN.insert().values(_touched(event)))
        return changed(event, id=number or 0)

    async def withdraw(self, id: int, at_utc: datetime, by: str = "", reason: str = "") -> None:  # noqa: A002
        """Withdraw a booking; its instant becomes dirty. Raises `NotFoundError` if it is not in force."""
        async with self._database.writing() as connection:
            in_force = update(METER_EVENT).where(_C.id == id, _C.withdrawn_at_utc.is_(None))
            said = {"withdrawn_at_utc": at_utc, "withdrawn_by": by, "withdrawn_reason": reason}
            withdrawn = await connection.execute(in_force.values(said).returning(*_C))
            row = withdrawn.mappings().one_or_none()
            if row is None:
                raise NotFoundError("store.booking_unknown", id=id)
            await connection.execute(DIRTY_SPAN.insert().values(_touched(_event(row))))

    async def bookings(self, sources: Collection[str] | None = None) -> tuple[MeterEvent, ...]:
        """Return the bookings in force, by instant."""
        wanted = select(METER_EVENT).where(_C.withdrawn_at_utc.is_(None)).order_by(_C.at_utc, _C.id)
        async with self._database.reading() as connection:
            events = [_event(row) for row in (await connection.execute(wanted)).mappings()]
        among = None if sources is None else frozenset(sources)
        return tuple(event for event in events if among is None or event.source in among)

    async def booking(self, id: int) -> MeterEvent | None:  # noqa: A002
        """Return one booking, withdrawn or not, None if there is none."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(METER_EVENT).where(_C.id == id))).mappings().one_or_none()
        return None if row is None else _event(row)

    async def bookings_made(self, source: str) -> tuple[MeterEvent, ...]:
        """Return all bookings about a source, those that were withdrawn too, by instant."""
        wanted = select(METER_EVENT).where(_C.source == source).order_by(_C.at_utc, _C.id)
        async with self._database.reading() as connection:
            return tuple(_event(row) for row in (await connection.execute(wanted)).mappings())


def _touched(event: MeterEvent) -> dict[str, Any]:
    period = Period(event.at_utc, event.until_utc or event.at_utc + _INSTANT)
    return dirty_row(DirtySpan(source=event.source, quantity=event.quantity, period=period, reason="booking"))


def _event(row: RowMapping) -> MeterEvent:
    return MeterEvent(**{**row, "quantity": Quantity(row["quantity"]), "kind": MeterEventKind(row["kind"])})
