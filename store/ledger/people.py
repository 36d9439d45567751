"""The book of users, API tokens, secrets of sign-in, and answers kept under idempotency keys."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, delete, select

from core.facts import ApiToken, User
from core.people import Role
from store.ledger.database import Database, replace
from store.ledger.tables import ANSWER, API_TOKEN, PERSON, SECRET

_ANSWERS_KEPT = timedelta(days=1)


class People:
    """The part of `core.books.PeopleBook` that is not the audit."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save_user(self, user: User) -> None:
        """Insert or replace a user by name."""
        row = {column.name: getattr(user, column.name) for column in PERSON.c}
        async with self._database.writing() as connection:
            await replace(connection, PERSON, [row | {"sites": _listed(user.sites)}])

    async def user(self, name: str) -> User | None:
        """Return one user, None if there is none."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(PERSON).where(PERSON.c.name == name))).mappings().one_or_none()
        return None if row is None else User(**_scoped(row))

    async def users(self) -> tuple[User, ...]:
        """Return all users by name."""
        async with self._database.reading() as connection:
            rows = (await connection.execute(select(PERSON).order_by(PERSON.c.name))).mappings().all()
        return tuple(User(**_scoped(row)) for row in rows)

    async def save_token(self, token: ApiToken) -> None:
        """Insert or replace a token by name."""
        row = {column.name: getattr(token, column.name) for column in API_TOKEN.c}
        async with self._database.writing() as connection:
            await replace(connection, API_TOKEN, [row | {"sites": _listed(token.sites)}])

    async def tokens(self) -> tuple[ApiToken, ...]:
        """Return all tokens by name, revoked and expired ones too."""
        async with self._database.reading() as connection:
            rows = (await connection.execute(select(API_TOKEN).order_by(API_TOKEN.c.name))).mappings().all()
        return tuple(ApiToken(**_scoped(row)) for row in rows)

    async def token_by_digest(self, digest: str) -> ApiToken | None:
        """Return the token with this digest of its secret, None if there is none."""
        wanted = select(API_TOKEN).where(API_TOKEN.c.digest == digest)
        async with self._database.reading() as connection:
            row = (await connection.execute(wanted)).mappings().one_or_none()
        return None if row is None else ApiToken(**_scoped(row))

    async def save_secret(self, kind: str, digest: str, subject: str, expires_at_utc: datetime) -> None:
        """Keep the digest of a sign-in link or browser session."""
        row = {"kind": kind, "digest": digest, "subject": subject, "expires_at_utc": expires_at_utc}
        async with self._database.writing() as connection:
            await replace(connection, SECRET, [row])

    async def secret_subject(self, kind: str, digest: str, now_utc: datetime) -> str | None:
        """Return whose secret this is, None if unknown or expired; an expired one takes all expired with it."""
        wanted = select(SECRET).where(SECRET.c.kind == kind, SECRET.c.digest == digest)
        async with self._database.reading() as connection:
            row = (await connection.execute(wanted)).one_or_none()
        if row is None:
            return None
        if row.expires_at_utc <= now_utc:
            async with self._database.writing() as connection:
                await connection.execute(delete(SECRET).where(SECRET.c.expires_at_utc <= now_utc))
            return None
        return str(row.subject)

    async def drop_secret(self, kind: str, digest: str) -> bool:
        """Forget a secret; return whether it was there."""
        async with self._database.writing() as connection:
            gone = await connection.execute(delete(SECRET).where(SECRET.c.kind == kind, SECRET.c.digest == digest))
        return gone.rowcount > 0

    async def drop_secrets_of(self, subject: str) -> None:
        """Forget all links and sessions of a user."""
        async with self._database.writing() as connection:
            await connection.execute(delete(SECRET).where(SECRET.c.subject == subject))

    async def remembered_answer(self, actor: str, key: str) -> tuple[str, str] | None:
        """Return (request digest, answer JSON) kept under an idempotency key, None if there is none."""
        wanted = select(ANSWER.c.request_digest, ANSWER.c.answer).where(ANSWER.c.actor == actor, ANSWER.c.key == key)
        async with self._database.reading() as connection:
            row = (await connection.execute(wanted)).one_or_none()
        return None if row is None else (row.request_digest, row.answer)

    async def remember_answer(self, actor: str, key: str, request_digest: str, answer: str, at_utc: datetime) -> None:
        """Keep the answer to an idempotency key; those older than a day are dropped on the way."""
        row = {"actor": actor, "key": key, "request_digest": request_digest, "answer": answer, "at_utc": at_utc}
        async with self._database.writing() as connection:
            await connection.execute(delete(ANSWER).where(ANSWER.c.at_utc < at_utc - _ANSWERS_KEPT))
            await replace(connection, ANSWER, [row])


def _listed(sites: frozenset[str] | None) -> list[str] | None:
    return None if sites is None else sorted(sites)


def _scoped(row: RowMapping) -> dict[str, Any]:
    sites = row["sites"]
    return {**row, "role": Role(row["role"]), "sites": None if sites is None else frozenset(sites)}
