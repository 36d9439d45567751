"""The book of what people booked about charge sessions.

The table of sessions has them as they are booked, so that all who read sessions need to know of no
booking; those about which something is booked stand aside as they were told.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from dataclasses import replace as changed
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import ConflictError, NotFoundError
from core.facts import ChargeSession, Origin
from core.session_corrections import CorrectionKind, SessionCorrection, as_booked, bearing_on
from store.ledger.database import Database, replace
from store.ledger.session_rows import row_of, session_of
from store.ledger.session_tables import SESSION_CORRECTION, SESSION_TOLD
from store.ledger.tables import CHARGE_SESSION
from store.points.columns import to_ms

_C = SESSION_CORRECTION.c
_AT_ONCE = 500
_SAID = tuple(each.name for each in fields(SessionCorrection) if each.name not in ("id", "kind", "others"))


class SessionCorrections:
    """`core.session_corrections.SessionCorrectionBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def correct_session(self, correction: SessionCorrection) -> SessionCorrection:
        """Keep a booking, have the sessions be as booked in the same transaction, and return it with its id."""
        async with self._database.writing() as connection:
            number = await connection.scalar(SESSION_CORRECTION.insert().values(_row(correction)).returning(_C.id))
            made = changed(correction, id=number or 0)
            await rework(connection, {made.session, *made.others})
        return made

    async def withdraw_session_correction(self, id: int, at_utc: datetime, by: str, reason: str) -> None:  # noqa: A002
        """Take a booking back. Raises `NotFoundError` if it is not in force."""
        async with self._database.writing() as connection:
            before = await _in_force(connection)
            known = next((each for each in before if each.id == id), None)
            if known is None:
                raise NotFoundError("sessions.correction_unknown", id=id)
            bound, _ = bearing_on(known.names, before)
            said = {"withdrawn_at_utc": at_utc, "withdrawn_by": by, "withdrawn_reason": reason}
            await connection.execute(update(SESSION_CORRECTION).where(_C.id == id).values(said))
            await _rework(connection, bound, [each for each in before if each.id != id])

    async def session_correction(self, id: int) -> SessionCorrection | None:  # noqa: A002
        """Return one booking, withdrawn or not, None if there is none."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(SESSION_CORRECTION).where(_C.id == id))).mappings().one_or_none()
        return None if row is None else _correction(row)

    async def session_corrections(self, session: str) -> tuple[SessionCorrection, ...]:
        """Return all bookings that bear on a session, those withdrawn too, in the order they were made."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(SESSION_CORRECTION).order_by(_C.id))
            made = [_correction(row) for row in rows.mappings()]
        return bearing_on({session}, made)[1]

    async def take_imported_back(
        self, begun_ms: Mapping[tuple[str, int], Collection[int]]
    ) -> tuple[ChargeSession, ...]:
        """Take imported sessions away and return them; they stay as told.

        They are named by station, outlet and begins (ms since 1970). Raises `ConflictError` where a booking about
        one of them is in force; then nothing is changed.
        """
        async with self._database.writing() as connection:
            told: set[str] = set()
            for (station, connector), wanted in begun_ms.items():
                for table in (CHARGE_SESSION, SESSION_TOLD):
                    found = await _imported(connection, table, station, connector)
                    told |= {each.id for each in found if to_ms(each.begun_at_utc) in wanted}
            _, bearing = bearing_on(told, await _in_force(connection))
            if bearing:
                raise ConflictError("sessions.undo_later_first", id=bearing[-1].id)
            there = await _sessions(connection, CHARGE_SESSION, sorted(told))
            await _drop(connection, CHARGE_SESSION, [each.id for each in there])
            await replace(connection, SESSION_TOLD, [row_of(each) for each in there])
        return tuple(there)

    async def session_as_told(self, id: str) -> ChargeSession | None:  # noqa: A002
        """Return a session as it was assembled or imported, None if there is none."""
        async with self._database.reading() as connection:
            for table in (SESSION_TOLD, CHARGE_SESSION):
                found = await _sessions(connection, table, [id])
                if found:
                    return found[0]
        return None


async def put(connection: AsyncConnection, sessions: Sequence[ChargeSession]) -> None:
    """Insert or replace sessions as they were told; those about which something is booked are then as booked."""
    names = {session.id for session in sessions}
    bound, bearing = bearing_on(names, await _in_force(connection))
    if not bearing:
        await replace(connection, CHARGE_SESSION, [row_of(session) for session in sessions])
        return
    about = frozenset[str]().union(*(each.names for each in bearing))
    await replace(connection, CHARGE_SESSION, [row_of(session) for session in sessions if session.id not in about])
    await replace(connection, SESSION_TOLD, [row_of(session) for session in sessions if session.id in about])
    await _rework(connection, bound & about, bearing)


async def rework(connection: AsyncConnection, sessions: Collection[str]) -> None:
    """Have sessions, and all that are bound to them by bookings in force, be as booked."""
    await _rework(connection, sessions, await _in_force(connection))


async def _rework(connection: AsyncConnection, names: Collection[str], in_force: Sequence[SessionCorrection]) -> None:
    bound, bearing = bearing_on(names, in_force)
    parts = {each.part for each in bearing if each.kind is CorrectionKind.SPLIT}
    told = {session.id: session for session in await _sessions(connection, SESSION_TOLD, sorted(bound))}
    missing = sorted(bound - told.keys() - parts)
    now = await _sessions(connection, CHARGE_SESSION, missing)
    told |= {session.id: session for session in now if not _is_part(session.id, told)}
    about = frozenset[str]().union(*(each.names for each in bearing))
    await _drop(connection, CHARGE_SESSION, sorted(bound))
    await _drop(connection, SESSION_TOLD, sorted(bound))
    await replace(connection, SESSION_TOLD, [row_of(each) for id_, each in told.items() if id_ in about])
    await replace(connection, CHARGE_SESSION, [row_of(each) for each in as_booked(told.values(), bearing)])


def _is_part(session: str, told: Collection[str]) -> bool:
    """Return whether a session was made by a split that is no longer in force."""
    whole, _, number = session.rpartition("-t")
    return number.isdigit() and (whole in told or _is_part(whole, told))


async def _imported(connection: AsyncConnection, table: Table, station: str, connector: int) -> list[ChargeSession]:
    outlet = (table.c.station == station, table.c.connector == connector, table.c.origin == Origin.IMPORTED.value)
    columns = [table.c[column.name] for column in CHARGE_SESSION.c]
    return [session_of(row) for row in await connection.execute(select(*columns).where(*outlet))]


async def _drop(connection: AsyncConnection, table: Table, ids: Sequence[str]) -> None:
    await connection.execute(delete(table).where(table.c.id.in_(ids)))


async def _sessions(connection: AsyncConnection, table: Table, ids: Sequence[str]) -> list[ChargeSession]:
    found: list[ChargeSession] = []
    columns = [table.c[column.name] for column in CHARGE_SESSION.c]
    for start in range(0, len(ids), _AT_ONCE):
        wanted = select(*columns).where(table.c.id.in_(ids[start : start + _AT_ONCE]))
        found += map(session_of, await connection.execute(wanted))
    return found


async def _in_force(connection: AsyncConnection) -> list[SessionCorrection]:
    rows = await connection.execute(select(SESSION_CORRECTION).where(_C.withdrawn_at_utc.is_(None)).order_by(_C.id))
    return [_correction(row) for row in rows.mappings()]


def _row(correction: SessionCorrection) -> dict[str, Any]:
    said = {name: getattr(correction, name) for name in _SAID}
    return {**said, "kind": correction.kind.value, "others": list(correction.others)}


def _correction(row: RowMapping) -> SessionCorrection:
    return SessionCorrection(**{**row, "kind": CorrectionKind(row["kind"]), "others": tuple(row["others"])})
