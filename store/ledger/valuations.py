"""The book of whose session it was: versions are added, none is changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, String, bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.fleet import MatchBasis, RoofPart, RoofSession, SessionValuation
from core.packed import Packed
from core.periods import Period
from store.ledger.database import Database, execute_many, finding_row, insert
from store.ledger.fleet_tables import SESSION_VALUATION
from store.ledger.packed import Rows, maker, packed, raw_columns
from store.ledger.session_tables import SESSION_TOLD
from store.ledger.tables import CHARGE_SESSION

_C = SESSION_VALUATION.c
_NAMES = tuple(column.name for column in _C)
_RAW = raw_columns(_C)
_valuations = maker(SessionValuation, tuple(_C), {"basis": MatchBasis})
_ROOF_COLUMNS = tuple(_C[field.name] for field in fields(RoofSession))
_ROOF = raw_columns(_ROOF_COLUMNS)
_roof_sessions = maker(RoofSession, _ROOF_COLUMNS, {"basis": MatchBasis})
_AT_ONCE = 500
_NOT_SAID = frozenset({"version", "reason", "made_by", "made_at_utc"})
_SAID = tuple(column.name for column in _C if column.name not in _NOT_SAID)
_SESSION = _SAID.index("session")
_NO_FINDINGS: list[Any] = []
_ROOF_SAID = ("pv_wh", "grid_wh", "findings", "made_by", "made_at_utc")
_said = itemgetter(*_SAID)
_told = attrgetter(*_NAMES)


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
                version, before = newest.get(valuation.session, (0, None))
                fresh = _row(valuation) | {"version": version + 1}
                said = _said(fresh)
                if said != before:
                    newest[valuation.session] = version + 1, said
                    rows.append(fresh)
            if rows:
                await connection.execute(SESSION_VALUATION.insert(), rows)
        return len(rows)

    async def value_roof_power(self, parts: Sequence[RoofPart]) -> int:
        """Keep what of sessions was roof power as their next versions; return of how many that is so."""
        if not parts:
            return 0
        rows = [
            {
                "of": part.session,
                "newest": part.version,
                "pv_wh": part.pv_wh,
                "grid_wh": part.grid_wh,
                "findings": [finding_row(finding) for finding in part.findings] if part.findings else _NO_FINDINGS,
                "made_by": part.made_by,
                "made_at_utc": part.made_at_utc,
            }
            for part in parts
        ]
        async with self._database.writing() as connection:
            kept = insert(connection, SESSION_VALUATION).from_select(_NAMES, _ROOF_POWER)
            kept = kept.on_conflict_do_nothing(index_elements=["session", "version"])  # there is a newer one
            return await execute_many(connection, kept, rows)

    async def valuations(self, period: Period, vehicles: Collection[str] | None = None) -> tuple[SessionValuation, ...]:
        """Return the newest valuation of each session begun in `period`, by instant."""
        return (await self.packed_valuations(period, vehicles)).facts()

    async def packed_valuations(
        self, period: Period, vehicles: Collection[str] | None = None
    ) -> Packed[SessionValuation]:
        """Return the same, not made out yet."""
        wanted = _newest_begun_in(period, _RAW)
        if vehicles is not None:
            wanted = wanted.where(_C.vehicle.in_(list(vehicles)))
        async with self._database.reading() as connection:
            return await packed(connection, wanted, valuations_of_rows)

    async def roof_sessions(self, period: Period, *, again: bool) -> tuple[RoofSession, ...]:
        """Return of the same what their roof power is told by, without `again` only where none is told yet."""
        wanted = _newest_begun_in(period, _ROOF)
        if not again:
            wanted = wanted.where(_C.pv_wh.is_(None))
        async with self._database.reading() as connection:
            return (await packed(connection, wanted, _roof_sessions)).facts()

    async def valuations_of(self, session: str) -> tuple[SessionValuation, ...]:
        """Return all versions of one session's valuation, newest first."""
        wanted = select(*_RAW).where(_C.session == session).order_by(_C.version.desc())
        async with self._database.reading() as connection:
            return (await packed(connection, wanted, valuations_of_rows)).facts()


def valuations_of_rows(rows: Rows) -> tuple[SessionValuation, ...]:
    """Return the valuations of rows as they lie in the database."""
    return _valuations(rows)


async def _newest_of(connection: AsyncConnection, sessions: Sequence[str]) -> dict[str, tuple[int, Any]]:
    """Return the newest version of each session, and what it says."""
    found: dict[str, tuple[int, Any]] = {}
    wanted = select(_C.version, *(_C[name] for name in _SAID))
    for start in range(0, len(sessions), _AT_ONCE):
        some = _C.session.in_(sessions[start : start + _AT_ONCE])
        for version, *said in await connection.execute(wanted.where(some, ~_replaced())):
            found[said[_SESSION]] = version, tuple(said)
    return found


def _newest_begun_in(period: Period, columns: list[Any]) -> Select[Any]:
    begun = (_C.begun_at_utc >= period.start_utc, _C.begun_at_utc < period.end_utc)
    return select(*columns).where(*begun, ~_replaced(), ~_gone()).order_by(_C.begun_at_utc, _C.session)


def _replaced() -> ColumnElement[bool]:
    newer = SESSION_VALUATION.alias("newer").c
    return exists().where(newer.session == _C.session, newer.version > _C.version)


def _gone() -> ColumnElement[bool]:
    """Return whether a session is none any more, by what people booked."""
    there = select(CHARGE_SESSION.c.id).where(CHARGE_SESSION.c.id == SESSION_TOLD.c.id)
    return _C.session.in_(select(SESSION_TOLD.c.id).where(~there.exists()))


def _next_with_roof_power() -> Select[Any]:
    """Return the next version of a valuation, made of the one before: nothing has to be read for that."""
    told = {name: bindparam(name, type_=_C[name].type) for name in _ROOF_SAID} | {"version": _C.version + 1}
    before = (_C.session == bindparam("of", type_=String), _C.version == bindparam("newest", type_=Integer))
    return select(*(told.get(name, _C[name]) for name in _NAMES)).where(*before)


def _row(valuation: SessionValuation) -> dict[str, Any]:
    row: dict[str, Any] = dict(zip(_NAMES, _told(valuation), strict=True))
    row["findings"] = [finding_row(finding) for finding in valuation.findings]
    return row


_ROOF_POWER = _next_with_roof_power()
