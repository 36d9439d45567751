"""The book of statements: versions are added, none is changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, exists, func, literal, select

from core.ports import Page
from core.statements import Statement, StatementDraft, StatementFilter, StatementKey, as_read, read_body, write_body
from store.ledger.database import Database, as_cursor, place_of
from store.ledger.statement_tables import STATEMENT

_C = STATEMENT.c


class Statements:
    """`core.statements.StatementBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def state(self, draft: StatementDraft) -> Statement:
        """Keep a draft as the next version and return it; what the newest version says already is not kept again."""
        body = write_body(draft.body)
        digest = draft.digest_with(body)
        newest = select(STATEMENT).where(*_about(draft.key)).order_by(_C.version.desc()).limit(1)
        async with self._database.writing() as connection:
            before = (await connection.execute(newest)).mappings().one_or_none()
            if before is not None and before["digest"] == digest:
                return _statement(before)
            version = 1 if before is None else before["version"] + 1
            await connection.execute(STATEMENT.insert().values(_row(draft, version, body, digest)))
        return _stated(draft, version, digest)

    async def statement(self, key: StatementKey, version: int | None = None) -> Statement | None:
        """Return a version (None: the newest) of a statement, None if there is none."""
        wanted = select(STATEMENT).where(*_about(key)).order_by(_C.version.desc()).limit(1)
        if version is not None:
            wanted = wanted.where(_C.version == version)
        async with self._database.reading() as connection:
            row = (await connection.execute(wanted)).mappings().one_or_none()
        return None if row is None else _statement(row)

    async def statements(self, wanted: StatementFilter) -> Page[Statement]:
        """Return statements, last kept first."""
        matching = and_(*_conditions(wanted))
        rows = select(*_columns(with_body=wanted.with_body)).where(matching).order_by(_C.id.desc())
        if wanted.cursor is not None:
            (behind,) = place_of(wanted.cursor, int)
            rows = rows.where(_C.id < behind)
        async with self._database.reading() as connection:
            total = await connection.scalar(select(func.count()).select_from(STATEMENT).where(matching))
            found = (await connection.execute(rows.limit(wanted.limit + 1))).mappings().all()
        shown = found[: wanted.limit]
        more = len(found) > wanted.limit and shown
        return Page(tuple(map(_statement, shown)), total or 0, as_cursor(shown[-1]["id"]) if more else None)


def _columns(*, with_body: bool) -> list[ColumnElement[Any]]:
    return [literal("{}").label("body") if each is _C.body and not with_body else each for each in STATEMENT.columns]


def _about(key: StatementKey) -> list[ColumnElement[bool]]:
    return [_C.kind == key.kind, _C.period == key.period, _C.scope == key.scope]


def _conditions(wanted: StatementFilter) -> list[ColumnElement[bool]]:
    asked = {"kind": wanted.kind, "period": wanted.period, "scope": wanted.scope}
    conditions = [_C.id > 0, *(_C[name] == value for name, value in asked.items() if value is not None)]
    return conditions if wanted.all_versions else [*conditions, ~_replaced()]


def _replaced() -> ColumnElement[bool]:
    newer = STATEMENT.alias("newer").c
    same = and_(newer.kind == _C.kind, newer.period == _C.period, newer.scope == _C.scope)
    return exists().where(same, newer.version > _C.version)


def _row(draft: StatementDraft, version: int, body: str, digest: str) -> dict[str, Any]:
    key = draft.key
    return {
        "kind": key.kind,
        "period": key.period,
        "scope": key.scope,
        "version": version,
        "body": body,
        "inputs_digest": draft.inputs_digest,
        "digest": digest,
        "reason": draft.reason,
        "made_by": draft.made_by,
        "made_at_utc": draft.made_at_utc,
    }


def _stated(draft: StatementDraft, version: int, digest: str) -> Statement:
    """Return a draft as it was kept; to read it again would take as long as to write it."""
    return Statement(
        key=draft.key,
        version=version,
        body=as_read(draft.body),
        inputs_digest=draft.inputs_digest,
        digest=digest,
        reason=draft.reason,
        made_by=draft.made_by,
        made_at_utc=draft.made_at_utc,
    )


def _body(text: str) -> dict[str, Any]:
    """Return a body, an empty one for what is none: whoever compares digests sees that it was tampered with."""
    try:
        body: Any = read_body(text)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _statement(row: RowMapping) -> Statement:
    return Statement(
        key=StatementKey(row["kind"], row["period"], row["scope"]),
        version=row["version"],
        body=_body(row["body"]),
        inputs_digest=row["inputs_digest"],
        digest=row["digest"],
        reason=row["reason"],
        made_by=row["made_by"],
        made_at_utc=row["made_at_utc"],
    )
