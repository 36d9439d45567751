"""The book of charge sessions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from core.books import SessionFilter
from core.facts import ChargeSession, SessionSpan, SessionState
from core.periods import Period
from core.ports import Page
from store.ledger.database import Database, as_cursor, insert, place_of, replace
from store.ledger.packed import packed, raw_columns
from store.ledger.pseudonyms import key_without_erased, without_erased
from store.ledger.session_corrections import put
from store.ledger.session_rows import SPAN_COLUMNS, session_of, sessions_of_rows, spans_of_rows
from store.ledger.tables import CHARGE_SESSION, MARK, TRANSACTION_NUMBER
from store.points.columns import from_us, to_us

_APPLIED_FRAME = "applied_frame"
_C = CHARGE_SESSION.c
_RAW = raw_columns(_C)
_SPAN = raw_columns(SPAN_COLUMNS)


class Sessions:
    """`core.books.SessionBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save_sessions(self, sessions: Sequence[ChargeSession]) -> None:
        """Insert or replace sessions by id; what was erased of them stays erased, what is booked of them booked."""
        async with self._database.writing() as connection:
            await put(connection, await without_erased(connection, sessions))

    async def session(self, id: str) -> ChargeSession | None:  # noqa: A002
        """Return one session, None if there is none."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(CHARGE_SESSION).where(_C.id == id))).one_or_none()
        return None if row is None else session_of(row)

    async def sessions(self, wanted: SessionFilter) -> Page[ChargeSession]:
        """Return the sessions that began in the period, newest first."""
        matching = and_(*_conditions(wanted))
        rows = select(CHARGE_SESSION).where(matching).order_by(_C.begun_at_utc.desc(), _C.id.desc())
        if wanted.cursor is not None:
            rows = rows.where(_behind(wanted.cursor))
        async with self._database.reading() as connection:
            total = await connection.scalar(select(func.count()).select_from(CHARGE_SESSION).where(matching))
            found = (await connection.execute(rows.limit(wanted.limit + 1))).all()
        items = tuple(session_of(row) for row in found[: wanted.limit])
        more = len(found) > wanted.limit
        return Page(items, total or 0, _cursor(items[-1]) if more and items else None)

    async def sessions_begun(self, period: Period) -> tuple[ChargeSession, ...]:
        """Return all sessions that began in a period, oldest first."""
        async with self._database.reading() as connection:
            return (await packed(connection, _begun_in(period, _RAW), sessions_of_rows)).facts()

    async def session_spans(self, period: Period) -> tuple[SessionSpan, ...]:
        """Return when and where all sessions were that began in a period, oldest first."""
        async with self._database.reading() as connection:
            return (await packed(connection, _begun_in(period, _SPAN), spans_of_rows)).facts()

    async def open_sessions(self) -> tuple[ChargeSession, ...]:
        """Return all sessions that have not ended, oldest first."""
        running = select(CHARGE_SESSION).where(_C.state == SessionState.OPEN.value).order_by(_C.begun_at_utc, _C.id)
        async with self._database.reading() as connection:
            return tuple(map(session_of, await connection.execute(running)))

    async def transaction_number(self, station: str, natural_key: str) -> int:
        """Return a transaction's number: positive, never given twice, the same for the same key."""
        table = TRANSACTION_NUMBER
        async with self._database.writing() as connection:
            keys = {natural_key, await key_without_erased(connection, natural_key)}
            known = select(table.c.number).where(table.c.station == station, table.c.natural_key.in_(sorted(keys)))
            number: int | None = await connection.scalar(known.order_by(table.c.number))
            if number is None:
                fresh = insert(connection, table).values(station=station, natural_key=natural_key)
                await connection.execute(fresh.on_conflict_do_nothing(index_elements=["station", "natural_key"]))
                number = (await connection.execute(known)).scalar_one()
        return number

    async def applied_frame(self) -> int:
        """Return the journal id up to which everything has been assembled and stored; 0 at the beginning."""
        async with self._database.reading() as connection:
            value = await connection.scalar(select(MARK.c.value).where(MARK.c.name == _APPLIED_FRAME))
        return value or 0

    async def set_applied_frame(self, frame: int) -> None:
        """Remember that everything up to this frame has been assembled and stored."""
        async with self._database.writing() as connection:
            await replace(connection, MARK, [{"name": _APPLIED_FRAME, "value": frame}])


def _begun_in(period: Period, columns: list[Any]) -> Select[Any]:
    begun = (_C.begun_at_utc >= period.start_utc, _C.begun_at_utc < period.end_utc)
    return select(*columns).where(*begun).order_by(_C.begun_at_utc, _C.id)


def _conditions(wanted: SessionFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [_C.id.is_not(None)]
    if wanted.stations is not None:
        conditions.append(_C.station.in_(sorted(wanted.stations)))
    if wanted.state is not None:
        conditions.append(_C.state == wanted.state)
    if wanted.tag is not None:
        conditions.append(_C.tag == wanted.tag)
    if wanted.period is not None:
        conditions += [_C.begun_at_utc >= wanted.period.start_utc, _C.begun_at_utc < wanted.period.end_utc]
    return conditions


def _cursor(session: ChargeSession) -> str:
    return as_cursor(to_us(session.begun_at_utc), session.id)


def _behind(cursor: str) -> ColumnElement[bool]:
    at_us, session_id = place_of(cursor, int, str)
    at_utc = from_us(at_us)
    return or_(_C.begun_at_utc < at_utc, and_(_C.begun_at_utc == at_utc, _C.id < session_id))
