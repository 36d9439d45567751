"""The audit: an append-only chain in which every entry's digest covers the entry before it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import func, select

from core.facts import AuditEntry, AuditHead
from core.ports import Page
from store.ledger.database import Database, as_cursor, insert, place_of
from store.ledger.engines import keepable
from store.ledger.tables import AUDIT_ENTRY, MARK

_HEAD = "audit"
_FIRST_DIGEST = ""
_AT_ONCE = 1000


class Audit:
    """The audit part of `core.books.PeopleBook`, and its verification."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def audit(self, actor: str, action: str, subject: str, detail: str, at_utc: datetime) -> AuditEntry:
        """Append an entry to the chain and return it."""
        async with self._database.writing() as connection:
            # raising the mark locks it, so that entries of other writers come before or after this one
            head = insert(connection, MARK).values(name=_HEAD, value=1)
            raised = head.on_conflict_do_update(index_elements=["name"], set_={"value": MARK.c.value + 1})
            number = (await connection.execute(raised.returning(MARK.c.value))).scalar_one()
            before = await connection.scalar(select(AUDIT_ENTRY.c.digest).where(AUDIT_ENTRY.c.number == number - 1))
            entry = AuditEntry(
                number=number,
                at_utc=at_utc.astimezone(UTC),
                actor=keepable(actor),
                action=keepable(action),
                subject=keepable(subject),
                detail=keepable(detail),
                digest="",
            )
            entry = replace(entry, digest=_digest(before or _FIRST_DIGEST, entry))
            await connection.execute(
                AUDIT_ENTRY.insert().values({column.name: getattr(entry, column.name) for column in AUDIT_ENTRY.c})
            )
        return entry

    async def audit_entries(
        self, limit: int = 50, cursor: str | None = None, actions: Collection[str] = ()
    ) -> Page[AuditEntry]:
        """Return entries, newest first; with `actions` only theirs."""
        rows = select(AUDIT_ENTRY).order_by(AUDIT_ENTRY.c.number.desc()).limit(limit + 1)
        counted = select(func.count()).select_from(AUDIT_ENTRY)
        if actions:
            rows, counted = (each.where(AUDIT_ENTRY.c.action.in_(actions)) for each in (rows, counted))
        if cursor is not None:
            (behind,) = place_of(cursor, int)
            rows = rows.where(AUDIT_ENTRY.c.number < behind)
        async with self._database.reading() as connection:
            total = await connection.scalar(counted)
            found = [AuditEntry(**row) for row in (await connection.execute(rows)).mappings()]
        items = tuple(found[:limit])
        return Page(items, total or 0, as_cursor(items[-1].number) if len(found) > limit and items else None)

    async def audit_head(self, number: int | None = None) -> AuditHead | None:
        """Return the head of the chain, or what it was at entry `number`; None if there is no such entry."""
        wanted = select(AUDIT_ENTRY.c.number, AUDIT_ENTRY.c.digest).order_by(AUDIT_ENTRY.c.number.desc()).limit(1)
        if number is not None:
            wanted = wanted.where(AUDIT_ENTRY.c.number == number)
        async with self._database.reading() as connection:
            found = (await connection.execute(wanted)).one_or_none()
        return None if found is None else AuditHead(found.number, found.digest)

    async def broken_entry(self, reached: Callable[[int], None] = lambda _number: None) -> int | None:
        """Return the number of the first entry that is missing or does not fit the one before; None: all is whole.

        What is appended meanwhile is looked at too.
        """
        digest, number = _FIRST_DIGEST, 0
        while True:
            entries, last = await self._entries_after(number)
            for entry in entries:
                number += 1
                digest = _digest(digest, entry)
                if entry.number != number or entry.digest != digest:
                    return number
            reached(number)
            if not entries:
                return number + 1 if last != number else None

    async def _entries_after(self, number: int) -> tuple[list[AuditEntry], int]:
        """Return the next entries, and how many there must be in all at this very moment."""
        behind = select(AUDIT_ENTRY).where(AUDIT_ENTRY.c.number > number).order_by(AUDIT_ENTRY.c.number)
        async with self._database.reading() as connection:
            entries = [AuditEntry(**row) for row in (await connection.execute(behind.limit(_AT_ONCE))).mappings()]
            last = await connection.scalar(select(MARK.c.value).where(MARK.c.name == _HEAD))
        return entries, last or 0


def _digest(before: str, entry: AuditEntry) -> str:
    """Return SHA-256 over the previous digest and the entry's content, written as one JSON array."""
    at_utc = entry.at_utc.astimezone(UTC).isoformat()
    content = [before, entry.number, at_utc, entry.actor, entry.action, entry.subject, entry.detail]
    return sha256(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
