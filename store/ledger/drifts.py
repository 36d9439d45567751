"""The book of differences between charge points and their profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, func, or_, select, update

from core.drift import Drift, DriftChange, DriftedSetting, DriftFilter
from core.ports import Page
from store.ledger.database import Database, as_cursor, place_of
from store.ledger.database import replace as put
from store.ledger.drift_tables import DRIFT, DRIFT_CHECK

_C = DRIFT.c
_SETTING = ("key", "term", "origin", "wanted", "found")


class Drifts:
    """`core.drift.DriftBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record_drift(self, station: str, found: Sequence[DriftedSetting], at_utc: datetime) -> DriftChange:
        """Note what a station differs in at an instant: what is new is opened, what is gone is closed."""
        there = {(each.key, each.term): each for each in found}
        still = select(_C.id, _C.key, _C.term).where(_C.station == station, _C.closed_at_utc.is_(None))
        async with self._database.writing() as connection:
            known = {(row.key, row.term): row.id for row in await connection.execute(still)}
            gone = [known[name] for name in known.keys() - there.keys()]
            if gone:
                over = update(DRIFT).where(_C.id.in_(gone)).values(closed_at_utc=at_utc, seen_utc=at_utc)
                await connection.execute(over)
            for name in sorted(known.keys() & there.keys()):
                values = {**asdict(there[name]), "seen_utc": at_utc}
                await connection.execute(update(DRIFT).where(_C.id == known[name]).values(values))
            opened = [there[name] for name in sorted(there.keys() - known.keys())]
            if opened:
                rows = [
                    {**asdict(each), "station": station, "since_utc": at_utc, "seen_utc": at_utc} for each in opened
                ]
                await connection.execute(DRIFT.insert(), rows)
            await put(connection, DRIFT_CHECK, [{"station": station, "checked_at_utc": at_utc}])
        return DriftChange(opened=len(opened), closed=len(gone))

    async def drift_unread(self, stations: Sequence[str], at_utc: datetime) -> None:
        """Note that stations were to be compared and told nothing; what they differ in stays as it was."""
        rows = [{"station": station, "checked_at_utc": at_utc} for station in stations]
        async with self._database.writing() as connection:
            await put(connection, DRIFT_CHECK, rows)

    async def drifts(self, wanted: DriftFilter) -> Page[Drift]:
        """Return differences, newest first; with an instant those that began or ended since then."""
        conditions = _conditions(wanted)
        before = [] if wanted.cursor is None else [_C.id < place_of(wanted.cursor, int)[0]]
        page = select(DRIFT).where(*conditions, *before).order_by(_C.id.desc()).limit(wanted.limit + 1)
        async with self._database.reading() as connection:
            total = await connection.scalar(select(func.count()).select_from(DRIFT).where(*conditions))
            found = [_drift(row) for row in (await connection.execute(page)).mappings()]
        items = tuple(found[: wanted.limit])
        more = len(found) > wanted.limit
        return Page(items=items, total=total or 0, next_cursor=as_cursor(items[-1].id) if more else None)

    async def drift(self, id: int) -> Drift | None:  # noqa: A002
        """Return one, None if there is none."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(DRIFT).where(_C.id == id))).mappings().one_or_none()
        return None if row is None else _drift(row)

    async def drift_checks(self) -> Mapping[str, datetime]:
        """Return when each station was last compared, or asked in vain."""
        async with self._database.reading() as connection:
            rows = (await connection.execute(select(DRIFT_CHECK))).all()
        return {row.station: row.checked_at_utc for row in rows}


def _conditions(wanted: DriftFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.stations is not None:
        conditions.append(_C.station.in_(sorted(wanted.stations)))
    if wanted.still:
        conditions.append(_C.closed_at_utc.is_(None))
    if wanted.since_utc is not None:
        conditions.append(or_(_C.since_utc >= wanted.since_utc, _C.closed_at_utc >= wanted.since_utc))
    return conditions


def _drift(row: RowMapping) -> Drift:
    plain: dict[str, Any] = {name: row[name] for name in ("id", "station", "since_utc", "seen_utc", "closed_at_utc")}
    return Drift(**plain, setting=DriftedSetting(**{name: row[name] for name in _SETTING}))
