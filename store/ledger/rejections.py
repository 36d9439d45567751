"""The book of what could not be used, what nobody configured, and what was odd."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, case, func, select, update

from core.books import RejectionFilter
from core.facts import Discovery, Notice, Rejection
from core.ports import Page
from store.ledger.database import Database, as_cursor, finding_of, finding_row, insert, place_of
from store.ledger.tables import DISCOVERY, NOTICE, REJECTION

_AT_ONCE = 500


class Rejections:
    """`core.books.RejectionBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reject(self, rejections: Sequence[Rejection]) -> None:
        """Keep rejected messages; the ledger numbers them."""
        rows = [
            {
                "channel": each.channel,
                "subject": each.subject,
                "reason": finding_row(each.reason),
                "payload": each.payload,
                "received_at_utc": each.received_at_utc,
                "replayed_at_utc": each.replayed_at_utc,
            }
            for each in rejections
        ]
        if rows:
            async with self._database.writing() as connection:
                await connection.execute(REJECTION.insert(), rows)

    async def rejections(self, wanted: RejectionFilter) -> Page[Rejection]:
        """Return rejections, newest first."""
        matching = and_(*_conditions(wanted))
        rows = select(REJECTION).where(matching).order_by(REJECTION.c.id.desc())
        if wanted.cursor is not None:
            (behind,) = place_of(wanted.cursor, int)
            rows = rows.where(REJECTION.c.id < behind)
        async with self._database.reading() as connection:
            total = await connection.scalar(select(func.count()).select_from(REJECTION).where(matching))
            found = (await connection.execute(rows.limit(wanted.limit + 1))).mappings().all()
        items = tuple(_rejection(row) for row in found[: wanted.limit])
        more = len(found) > wanted.limit
        return Page(items, total or 0, as_cursor(items[-1].id) if more and items else None)

    async def rejection(self, id: int) -> Rejection | None:  # noqa: A002
        """Return one rejection, None if there is none."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(REJECTION).where(REJECTION.c.id == id))).mappings().one_or_none()
        return None if row is None else _rejection(row)

    async def mark_replayed(self, ids: Collection[int], at_utc: datetime) -> None:
        """Remember that these messages have since been decoded and stored."""
        listed = sorted(ids)
        async with self._database.writing() as connection:
            for start in range(0, len(listed), _AT_ONCE):
                some = REJECTION.c.id.in_(listed[start : start + _AT_ONCE])
                await connection.execute(update(REJECTION).where(some).values(replayed_at_utc=at_utc))

    async def discover(self, discoveries: Sequence[Discovery]) -> None:
        """Add to the counts of unknown topics or stations; the newest sample and hint stay."""
        rows = [{column.name: getattr(each, column.name) for column in DISCOVERY.c} for each in discoveries]
        if rows:
            async with self._database.writing() as connection:
                statement = insert(connection, DISCOVERY)
                added = _seen_again(DISCOVERY, statement, ("sample", "hint"))
                await connection.execute(
                    statement.on_conflict_do_update(index_elements=["channel", "subject"], set_=added), rows
                )

    async def discoveries(self, channel: str | None = None) -> tuple[Discovery, ...]:
        """Return what was discovered, last seen first."""
        wanted = select(DISCOVERY).order_by(DISCOVERY.c.last_seen_utc.desc(), DISCOVERY.c.subject)
        if channel is not None:
            wanted = wanted.where(DISCOVERY.c.channel == channel)
        async with self._database.reading() as connection:
            return tuple(Discovery(**row) for row in (await connection.execute(wanted)).mappings())

    async def notice(self, notices: Sequence[Notice]) -> None:
        """Add to the counts of odd things about sources; the newest finding stays."""
        rows = [
            {
                "source": each.source,
                "code": each.finding.code,
                "finding": finding_row(each.finding),
                "first_seen_utc": each.first_seen_utc,
                "last_seen_utc": each.last_seen_utc,
                "count": each.count,
            }
            for each in notices
        ]
        if rows:
            async with self._database.writing() as connection:
                statement = insert(connection, NOTICE)
                added = _seen_again(NOTICE, statement, ("finding",))
                await connection.execute(
                    statement.on_conflict_do_update(index_elements=["source", "code"], set_=added), rows
                )

    async def notices(self, sources: Collection[str] | None = None) -> tuple[Notice, ...]:
        """Return what was odd, last seen first."""
        wanted = select(NOTICE).order_by(NOTICE.c.last_seen_utc.desc(), NOTICE.c.source, NOTICE.c.code)
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted)).mappings().all()
        among = None if sources is None else frozenset(sources)
        return tuple(_notice(row) for row in rows if among is None or row["source"] in among)


def _seen_again(table: Any, statement: Any, newest: Sequence[str]) -> dict[str, ColumnElement[Any]]:
    """Return what changes when a thing is seen again: counts add up, the span widens, what is newest stays."""
    known, fresh = table.c, statement.excluded
    later = fresh.last_seen_utc >= known.last_seen_utc
    return {
        "count": known.count + fresh.count,
        "first_seen_utc": case(
            (fresh.first_seen_utc < known.first_seen_utc, fresh.first_seen_utc), else_=known.first_seen_utc
        ),
        "last_seen_utc": case((later, fresh.last_seen_utc), else_=known.last_seen_utc),
        **{name: case((later, fresh[name]), else_=known[name]) for name in newest},
    }


def _conditions(wanted: RejectionFilter) -> list[ColumnElement[bool]]:
    conditions = [REJECTION.c.id > 0]
    if wanted.channel is not None:
        conditions.append(REJECTION.c.channel == wanted.channel)
    if wanted.query:
        conditions.append(REJECTION.c.subject.icontains(wanted.query, autoescape=True))
    return conditions


def _rejection(row: RowMapping) -> Rejection:
    return Rejection(**{**row, "reason": finding_of(row["reason"])})


def _notice(row: RowMapping) -> Notice:
    kept = {name: value for name, value in row.items() if name != "code"}
    return Notice(**{**kept, "finding": finding_of(row["finding"])})
