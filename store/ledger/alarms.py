"""The book of alarms."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.alarms import Alarm, AlarmChange, AlarmFilter, AlarmState
from core.errors import RequestError
from core.ports import Page
from store.ledger.alarm_tables import ALARM
from store.ledger.database import Database, as_cursor, finding_of, finding_row, insert, place_of
from store.ledger.letters import queue

_C = ALARM.c
_AT_ONCE = 500
_NEVER_REPLACED = frozenset({"id", "acknowledged_at_utc", "acknowledged_by", "note"})
_NAMES = tuple(field.name for field in fields(Alarm))

_IS: dict[AlarmState, ColumnElement[bool]] = {
    AlarmState.PENDING: and_(_C.cleared_at_utc.is_(None), _C.raised_at_utc.is_(None)),
    AlarmState.ACTIVE: and_(_C.cleared_at_utc.is_(None), _C.acknowledged_at_utc.is_(None)),
    AlarmState.ACKNOWLEDGED: and_(_C.cleared_at_utc.is_(None), _C.acknowledged_at_utc.is_not(None)),
    AlarmState.CLEARED: _C.cleared_at_utc.is_not(None),
}
"""What a state is, of alarms that were raised."""


class Alarms:
    """`core.alarms.AlarmBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open_alarms(self) -> tuple[Alarm, ...]:
        """Return all that are not cleared, those not yet raised too."""
        wanted = select(ALARM).where(_C.cleared_at_utc.is_(None)).order_by(_C.since_utc, _C.id)
        async with self._database.reading() as connection:
            return tuple(_alarm(row) for row in (await connection.execute(wanted)).mappings())

    async def save_alarms(self, change: AlarmChange) -> None:
        """Keep alarms by id, forget the dropped, queue the letters: all of it or nothing."""
        if not (change.saved or change.dropped or change.letters):
            return
        dropped = sorted(change.dropped)
        async with self._database.writing() as connection:
            await _save(connection, [_row(alarm) for alarm in change.saved])
            for start in range(0, len(dropped), _AT_ONCE):
                await connection.execute(delete(ALARM).where(_C.id.in_(dropped[start : start + _AT_ONCE])))
            await queue(connection, change.letters)

    async def alarm(self, id: str) -> Alarm | None:  # noqa: A002
        """Return one alarm, None if there is none."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(ALARM).where(_C.id == id))).mappings().one_or_none()
        return None if row is None else _alarm(row)

    async def alarms(self, wanted: AlarmFilter) -> Page[Alarm]:
        """Return alarms that were raised, newest first."""
        matching = and_(*_conditions(wanted))
        rows = select(ALARM).where(matching).order_by(_C.raised_at_utc.desc(), _C.id.desc())
        if wanted.cursor is not None:
            rows = rows.where(_behind(wanted.cursor))
        async with self._database.reading() as connection:
            total = await connection.scalar(select(func.count()).select_from(ALARM).where(matching))
            found = (await connection.execute(rows.limit(wanted.limit + 1))).mappings().all()
        items = tuple(_alarm(row) for row in found[: wanted.limit])
        more = len(found) > wanted.limit and items
        return Page(items, total or 0, _cursor(items[-1]) if more else None)

    async def acknowledge_alarm(self, id: str, by: str, note: str, at_utc: datetime) -> Alarm | None:  # noqa: A002
        """Remember that a person has seen an alarm, and return it; the first to do so stays. None: no such alarm."""
        known = update(ALARM).where(_C.id == id)
        first = known.where(_C.acknowledged_at_utc.is_(None)).values(acknowledged_at_utc=at_utc, acknowledged_by=by)
        async with self._database.writing() as connection:
            await connection.execute(first)
            noted = known.values(note=note or _C.note).returning(*_C)
            row = (await connection.execute(noted)).mappings().one_or_none()
        return None if row is None else _alarm(row)


async def _save(connection: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    if rows:
        statement = insert(connection, ALARM)
        fresh = {name: statement.excluded[name] for name in _NAMES if name not in _NEVER_REPLACED}
        await connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=fresh), rows)


def _conditions(wanted: AlarmFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [_C.raised_at_utc.is_not(None)]
    if wanted.states is not None:
        conditions.append(or_(*(_IS[state] for state in sorted(wanted.states))))
    if wanted.sites is not None:
        conditions.append(_C.site.in_(sorted(wanted.sites)))
    if wanted.kinds is not None:
        conditions.append(_C.kind.in_(sorted(wanted.kinds)))
    if wanted.subject is not None:
        conditions.append(_C.subject == wanted.subject)
    return conditions


def _behind(cursor: str) -> ColumnElement[bool]:
    at, alarm = place_of(cursor, str, str)
    try:
        at_utc = datetime.fromisoformat(at)
    except ValueError as error:
        raise RequestError("store.cursor_invalid") from error
    return or_(_C.raised_at_utc < at_utc, and_(_C.raised_at_utc == at_utc, _C.id < alarm))


def _cursor(alarm: Alarm) -> str:
    assert alarm.raised_at_utc is not None  # noqa: S101 - by the condition of every list
    return as_cursor(alarm.raised_at_utc.isoformat(), alarm.id)


def _row(alarm: Alarm) -> dict[str, Any]:
    return {name: getattr(alarm, name) for name in _NAMES} | {"finding": finding_row(alarm.finding)}


def _alarm(row: RowMapping) -> Alarm:
    return Alarm(**{**row, "finding": finding_of(row["finding"])})
