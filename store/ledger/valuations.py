"""The book of whose session it was: versions are added, none is changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.fleet import MatchBasis, SessionValuation
from core.periods import Period
from store.ledger.database import Database, finding_of, finding_row
from store.ledger.fleet_tables import SESSION_VALUATION

_C = SESSION_VALUATION.c
_AT_ONCE = 500
_NOT_SAID = frozenset({"version", "reason", "made_by", "made_at_utc"})
_SAID = tuple(column.name for column in _C if column.name not in _NOT_SAID)


class Valuations:
    """`core.fleet.ValuationBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def value_sessions(self, valuations: Sequence[SessionValuation]) -> int:
        """Keep those that say something else than the newest version of their session; return how many.

        The version is given here, whatever it says.
        """
        rows: list[dict[str, Any]] = []
        async with self._database.writing() as connection:
            newest = await _newest_of(connection, sorted({valuation.session for valuation in valuations}))
            for valuation in valuations:
                before = newest.get(valuation.session)
                fresh = _row(replace(valuation, version=1 if before is None else before["version"] + 1))
                if before is None or any(before[name] != fresh[name] for name in _SAID):
                    newest[valuation.session] = fresh
                    rows.append(fresh)
            if rows:
                await connection.execute(SESSION_VALUATION.insert(), rows)
        return len(rows)

    async def valuations(self, period: Period, vehicles: Collection[str] | None = None) -> tuple[SessionValuation, ...]:
        """Return the newest valuation of each session begun in `period`, by instant."""
        wanted = select(SESSION_VALUATION).where(
            _C.begun_at_utc >= period.start_utc, _C.begun_at_utc < period.end_utc, ~_replaced()
        )
        if vehicles is not None:
            wanted = wanted.where(_C.vehicle.in_(list(vehicles)))
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted.order_by(_C.begun_at_utc, _C.session))).mappings()
            return tuple(_valuation(row) for row in rows)

    async def valuations_of(self, session: str) -> tuple[SessionValuation, ...]:
        """Return all versions of one session's valuation, newest first."""
        wanted = select(SESSION_VALUATION).where(_C.session == session).order_by(_C.version.desc())
        async with self._database.reading() as connection:
            return tuple(_valuation(row) for row in (await connection.execute(wanted)).mappings())


async def _newest_of(connection: AsyncConnection, sessions: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for start in range(0, len(sessions), _AT_ONCE):
        some = _C.session.in_(sessions[start : start + _AT_ONCE])
        rows: Iterable[RowMapping] = (
            await connection.execute(select(SESSION_VALUATION).where(some, ~_replaced()))
        ).mappings()
        found |= {row["session"]: row for row in rows}
    return found


def _replaced() -> ColumnElement[bool]:
    newer = SESSION_VALUATION.alias("newer").c
    return exists().where(newer.session == _C.session, newer.version > _C.version)


def _row(valuation: SessionValuation) -> dict[str, Any]:
    row: dict[str, Any] = {column.name: getattr(valuation, column.name) for column in _C}
    return row | {"findings": [finding_row(finding) for finding in valuation.findings]}


def _valuation(row: RowMapping) -> SessionValuation:
    words = {
        "basis": MatchBasis(row["basis"]),
        "findings": tuple(finding_of(finding) for finding in row["findings"]),
    }
    return SessionValuation(**{**row, **words})
