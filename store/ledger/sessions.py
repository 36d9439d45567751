"""The book of charge sessions."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select

from core.books import SessionFilter
from core.facts import ChargeSession, Origin, Protocol, SessionState, TagVerdict
from core.ports import Page
from core.readings import ReadingQuality
from store.ledger.database import Database, as_cursor, finding_of, finding_row, insert, place_of, replace
from store.ledger.filling import filler
from store.ledger.pseudonyms import key_without_erased, without_erased
from store.ledger.tables import CHARGE_SESSION, MARK, TRANSACTION_NUMBER
from store.points.columns import from_us, to_us

_APPLIED_FRAME = "applied_frame"
_C = CHARGE_SESSION.c
_NAMES = tuple(column.name for column in _C)
_FINDINGS = _NAMES.index("findings")
_KINDS: tuple[tuple[str, type[StrEnum]], ...] = (
    ("protocol", Protocol),
    ("state", SessionState),
    ("tag_verdict", TagVerdict),
    ("quality", ReadingQuality),
    ("origin", Origin),
)
_WORDS = tuple((_NAMES.index(name), {word.value: word for word in kind}) for name, kind in _KINDS)
_fill = filler(ChargeSession, _NAMES)


class Sessions:
    """`core.books.SessionBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save_sessions(self, sessions: Sequence[ChargeSession]) -> None:
        """Insert or replace sessions by id; what was erased of them stays erased."""
        async with self._database.writing() as connection:
            kept = await without_erased(connection, sessions)
            await replace(connection, CHARGE_SESSION, [_row(session) for session in kept])

    async def session(self, id: str) -> ChargeSession | None:  # noqa: A002
        """Return one session, None if there is none."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(CHARGE_SESSION).where(_C.id == id))).one_or_none()
        return None if row is None else _session(row)

    async def sessions(self, wanted: SessionFilter) -> Page[ChargeSession]:
        """Return the sessions that began in the period, newest first."""
        matching = and_(*_conditions(wanted))
        rows = select(CHARGE_SESSION).where(matching).order_by(_C.begun_at_utc.desc(), _C.id.desc())
        if wanted.cursor is not None:
            rows = rows.where(_behind(wanted.cursor))
        async with self._database.reading() as connection:
            total = await connection.scalar(select(func.count()).select_from(CHARGE_SESSION).where(matching))
            found = (await connection.execute(rows.limit(wanted.limit + 1))).all()
        items = tuple(_session(row) for row in found[: wanted.limit])
        more = len(found) > wanted.limit
        return Page(items, total or 0, _cursor(items[-1]) if more and items else None)

    async def open_sessions(self) -> tuple[ChargeSession, ...]:
        """Return all sessions that have not ended, oldest first."""
        running = select(CHARGE_SESSION).where(_C.state == SessionState.OPEN.value).order_by(_C.begun_at_utc, _C.id)
        async with self._database.reading() as connection:
            return tuple(map(_session, await connection.execute(running)))

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


def _conditions(wanted: SessionFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [_C.id.is_not(None)]
    if wanted.stations is not None:
        conditions.append(_C.station.in_(sorted(wanted.stations)))
    if wanted.state is not None:
        conditions.append(_C.state == wanted.state)
    if wanted.period is not None:
        conditions += [_C.begun_at_utc >= wanted.period.start_utc, _C.begun_at_utc < wanted.period.end_utc]
    return conditions


def _cursor(session: ChargeSession) -> str:
    return as_cursor(to_us(session.begun_at_utc), session.id)


def _behind(cursor: str) -> ColumnElement[bool]:
    at_us, session_id = place_of(cursor, int, str)
    at_utc = from_us(at_us)
    return or_(_C.begun_at_utc < at_utc, and_(_C.begun_at_utc == at_utc, _C.id < session_id))


def _row(session: ChargeSession) -> dict[str, Any]:
    row: dict[str, Any] = {column.name: getattr(session, column.name) for column in CHARGE_SESSION.c}
    row["findings"] = [finding_row(finding) for finding in session.findings]
    return row


def _session(row: Row[Any]) -> ChargeSession:
    """Return the session of a row with all columns in their order: a year of a large fleet is read by this."""
    told = list(row)
    for place, words in _WORDS:
        told[place] = words[told[place]]
    told[_FINDINGS] = tuple(map(finding_of, told[_FINDINGS]))
    return _fill(told)
