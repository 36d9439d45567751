"""The outbox: letters about alarms until they have arrived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.letters import Letter, LetterState, Mailbox
from store.ledger.alarm_tables import LETTER
from store.ledger.database import Database, finding_of, finding_row, insert

_C = LETTER.c
_NAMES = tuple(field.name for field in fields(Letter))
_SETTLED = ("due_at_utc", "state", "attempts", "ended_at_utc", "finding")
_WAITING = _C.state == LetterState.WAITING.value


class Letters:
    """`core.letters.OutboxBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take_letters(self, now_utc: datetime, until_utc: datetime, limit: int = 500) -> tuple[Letter, ...]:
        """Return waiting letters that are due, the oldest first, and let nobody else have them before `until_utc`."""
        due = select(LETTER).where(_WAITING, _C.due_at_utc <= now_utc).order_by(_C.written_at_utc, _C.key).limit(limit)
        async with self._database.reading() as connection:
            if (await connection.execute(due.limit(1))).first() is None:
                return ()
        async with self._database.writing() as connection:
            letters = [_letter(row) for row in (await connection.execute(due)).mappings()]
            mine = _C.key.in_([letter.key for letter in letters])
            await connection.execute(update(LETTER).where(mine).values(due_at_utc=until_utc))
        return tuple(letters)

    async def settle_letters(self, letters: Sequence[Letter]) -> None:
        """Keep how sending went."""
        if letters:
            settled = update(LETTER).where(_C.key == bindparam("its_key"))
            settled = settled.values({name: bindparam(f"its_{name}", type_=_C[name].type) for name in _SETTLED})
            rows = [{f"its_{name}": value for name, value in _row(letter).items()} for letter in letters]
            wanted = {"its_key", *(f"its_{name}" for name in _SETTLED)}
            async with self._database.writing() as connection:
                await connection.execute(settled, [{n: v for n, v in row.items() if n in wanted} for row in rows])

    async def mailboxes(self) -> Mapping[str, Mailbox]:
        """Return how it stands with each recipient that ever had a letter."""
        counts = select(_C.recipient, _C.state, func.count()).group_by(_C.recipient, _C.state)
        newest = select(_C.recipient, func.max(_C.ended_at_utc).label("at")).group_by(_C.recipient).subquery()
        its = (LETTER.c.recipient == newest.c.recipient) & (LETTER.c.ended_at_utc == newest.c.at)
        last = select(LETTER).join(newest, its).order_by(_C.key)
        found: dict[str, Mailbox] = {}
        async with self._database.reading() as connection:
            for recipient, state, count in (await connection.execute(counts)).all():
                found[recipient] = replace(found.get(recipient, Mailbox()), **{state: count})
            for row in (await connection.execute(last)).mappings():
                letter = _letter(row)
                found[letter.recipient] = replace(
                    found[letter.recipient],
                    last_state=letter.state,
                    last_at_utc=letter.ended_at_utc,
                    finding=letter.finding,
                )
        return found

    async def revive_letters(self, recipient: str, now_utc: datetime) -> int:
        """Let what was given up for a recipient be tried again, and return how many that are."""
        dead = update(LETTER).where(_C.recipient == recipient, _C.state == LetterState.DEAD.value)
        again = {"state": LetterState.WAITING.value, "attempts": 0, "due_at_utc": now_utc, "ended_at_utc": None}
        async with self._database.writing() as connection:
            return (await connection.execute(dead.values(again))).rowcount

    async def forget_letters(self, before_utc: datetime) -> int:
        """Delete letters that ended before an instant; return how many."""
        async with self._database.writing() as connection:
            return (await connection.execute(delete(LETTER).where(_C.ended_at_utc < before_utc))).rowcount


async def queue(connection: AsyncConnection, letters: Sequence[Letter]) -> None:
    """Put letters into the outbox; one that is there already stays as it is."""
    if letters:
        statement = insert(connection, LETTER).on_conflict_do_nothing(index_elements=["key"])
        await connection.execute(statement, [_row(letter) for letter in letters])


def _row(letter: Letter) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(letter, name) for name in _NAMES}
    return row | {"state": letter.state.value, "finding": letter.finding and finding_row(letter.finding)}


def _letter(row: RowMapping) -> Letter:
    words = {"state": LetterState(row["state"]), "finding": row["finding"] and finding_of(row["finding"])}
    return Letter(**{**row, **words})
