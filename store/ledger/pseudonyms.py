"""The book of erased cards: their pseudonyms are replaced, and cannot come back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace as changed
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, LargeBinary, Text, cast, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.erasure import ERASED_TAG, LedgerPlace
from core.facts import ChargeSession
from store.ledger.command_tables import COMMAND
from store.ledger.database import Database, finding_of, finding_row, insert
from store.ledger.fleet_tables import SESSION_VALUATION
from store.ledger.rollout_tables import ROLLOUT_STATION
from store.ledger.session_tables import SESSION_CORRECTION, SESSION_TOLD
from store.ledger.tables import CHARGE_SESSION, DISCOVERY, MARK, NOTICE, REJECTION, TRANSACTION_NUMBER
from store.points.columns import to_us

_MARK: Final = "erased:"
_PSEUDONYM: Final = re.compile(r"tag:[0-9a-f]{20}")
_AT_ONCE: Final = 500

_TEXTS: Final[dict[LedgerPlace, Sequence[Column[Any]]]] = {
    LedgerPlace.SESSIONS: (
        CHARGE_SESSION.c.tag,
        CHARGE_SESSION.c.findings,
        SESSION_TOLD.c.tag,
        SESSION_TOLD.c.findings,
        SESSION_CORRECTION.c.reason,
    ),
    LedgerPlace.TRANSACTIONS: (TRANSACTION_NUMBER.c.natural_key,),
    LedgerPlace.VALUATIONS: (SESSION_VALUATION.c.findings, SESSION_VALUATION.c.reason),
    LedgerPlace.REJECTIONS: (REJECTION.c.reason, REJECTION.c.payload),
    LedgerPlace.NOTICES: (NOTICE.c.finding,),
    LedgerPlace.COMMANDS: (COMMAND.c.request, COMMAND.c.answer, ROLLOUT_STATION.c.finding),
}
"""The columns in which a pseudonym may stand; discoveries have it as their name, and go whole."""


class Pseudonyms:
    """`core.erasure.PseudonymBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count_pseudonym(self, tag: str) -> dict[LedgerPlace, int]:
        """Return in how many rows of each place a pseudonym stands."""
        async with self._database.reading(however_long=True) as connection:
            counts = {
                place: len({row for column in columns for row, _ in await _found(connection, column, tag)})
                for place, columns in _TEXTS.items()
            }
            named = select(func.count()).select_from(DISCOVERY).where(DISCOVERY.c.subject == tag)
            return {**counts, LedgerPlace.DISCOVERIES: await connection.scalar(named) or 0}

    async def erase_pseudonym(self, tag: str, at_utc: datetime) -> dict[LedgerPlace, int]:
        """Put `ERASED_TAG` in its place everywhere, all at once, and return in how many rows."""
        async with self._database.writing(however_long=True) as connection:
            await _remember(connection, tag, at_utc)
            counts = {
                place: len({row for column in columns for row in await _replace(connection, column, tag)})
                for place, columns in _TEXTS.items()
            }
            gone = await connection.execute(delete(DISCOVERY).where(DISCOVERY.c.subject == tag))
            return {**counts, LedgerPlace.DISCOVERIES: gone.rowcount}


async def without_erased(connection: AsyncConnection, sessions: Sequence[ChargeSession]) -> list[ChargeSession]:
    """Return sessions without the pseudonyms of cards that were erased after the sessions began."""
    erased = await _erased(connection, {session.tag for session in sessions if session.tag})
    return [
        _nobodys(session, session.tag)
        if session.tag in erased and to_us(session.begun_at_utc) < erased[session.tag]
        else session
        for session in sessions
    ]


def _nobodys(session: ChargeSession, tag: str) -> ChargeSession:
    findings = tuple(finding_of(_without(finding_row(finding), tag)) for finding in session.findings)
    return changed(session, tag=ERASED_TAG, findings=findings)


async def key_without_erased(connection: AsyncConnection, natural_key: str) -> str:
    """Return the key of a transaction as it stands since its card was erased; else as it is."""
    erased = await _erased(connection, set(_PSEUDONYM.findall(natural_key)))
    for tag in erased:
        natural_key = natural_key.replace(tag, ERASED_TAG)
    return natural_key


async def _erased(connection: AsyncConnection, tags: Iterable[str]) -> dict[str, int]:
    """Return when cards were erased (microseconds since 1970), of those that were."""
    names = {_mark(tag): tag for tag in sorted(tags)}
    found: dict[str, int] = {}
    listed = list(names)
    for start in range(0, len(listed), _AT_ONCE):
        wanted = select(MARK.c.name, MARK.c.value).where(MARK.c.name.in_(listed[start : start + _AT_ONCE]))
        found |= {names[name]: value for name, value in await connection.execute(wanted)}
    return found


async def _remember(connection: AsyncConnection, tag: str, at_utc: datetime) -> None:
    mark = insert(connection, MARK).values(name=_mark(tag), value=to_us(at_utc))
    await connection.execute(
        mark.on_conflict_do_update(index_elements=["name"], set_={"value": mark.excluded["value"]})
    )


def _mark(tag: str) -> str:
    """Return the name under which a pseudonym is remembered: a digest, as it shall not be read there either."""
    return _MARK + sha256(tag.encode()).hexdigest()


async def _replace(connection: AsyncConnection, column: Column[Any], tag: str) -> list[tuple[Any, ...]]:
    """Replace a pseudonym in a column, and return the keys of the rows in which it stood."""
    found = await _found(connection, column, tag)
    keys = list(column.table.primary_key)
    for row, value in found:
        here = [key == part for key, part in zip(keys, row, strict=True)]
        await connection.execute(update(column.table).where(*here).values({column: _without(value, tag)}))
    return [row for row, _ in found]


def _without(value: Any, tag: str) -> Any:
    if isinstance(value, bytes):
        return value.replace(tag.encode(), ERASED_TAG.encode())
    if isinstance(value, str):
        return value.replace(tag, ERASED_TAG)
    return json.loads(json.dumps(value, ensure_ascii=False).replace(tag, ERASED_TAG))


async def _found(connection: AsyncConnection, column: Column[Any], tag: str) -> list[tuple[tuple[Any, ...], Any]]:
    """Return the keys of the rows in whose column a pseudonym stands, with what stands there."""
    rows = select(*column.table.primary_key, column).where(_may_stand(column, tag))
    return [(tuple(row[:-1]), row[-1]) async for row in await connection.stream(rows) if _stands(row[-1], tag)]


def _may_stand(column: Column[Any], tag: str) -> ColumnElement[bool]:
    """Return what the database can say of it: bytes are searched by each in a way of its own."""
    if isinstance(column.type, LargeBinary):
        return column.is_not(None)
    if column is CHARGE_SESSION.c.tag or column is SESSION_TOLD.c.tag:
        return column == tag
    return cast(column, Text).contains(tag, autoescape=True)


def _stands(value: Any, tag: str) -> bool:
    if isinstance(value, bytes):
        return tag.encode() in value
    return tag in (value if isinstance(value, str) else json.dumps(value))
