"""Proofs of who somebody is: one-time links, browser sessions, passwords, API tokens.

All secrets are random (256 bit); the ledger keeps only their SHA-256. Passwords, which people
choose, are kept as argon2id.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.books import PeopleBook
from core.facts import User
from core.people import Actor

LINK_LIFE = timedelta(hours=24)
SESSION_IDLE = timedelta(hours=12)
SESSION_LIFE = timedelta(days=7)
TOKEN_MARK = "kw_"  # noqa: S105 - a mark that secret scanners can look for, not a secret


@dataclass(frozen=True, slots=True)
class SignInLink:
    """A one-time link for a person to sign in."""

    user: str
    path: str = field(repr=False)
    expires_at_utc: datetime


def new_secret() -> str:
    """Return 256 random bits as text."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Return the digest under which the ledger keeps a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same(secret: str, other: str) -> bool:
    """Return whether two secrets are equal, in a time that does not depend on where they differ."""
    return hmac.compare_digest(secret.encode(), other.encode())


async def issue_link(people: PeopleBook, user: str, now_utc: datetime) -> SignInLink:
    """Return a new sign-in link, good once and for a day."""
    secret, expires_at_utc = new_secret(), now_utc + LINK_LIFE
    await people.save_secret("link", digest(secret), user, expires_at_utc)
    return SignInLink(user, f"/signin/{secret}", expires_at_utc)


async def redeem_link(people: PeopleBook, secret: str, now_utc: datetime) -> User | None:
    """Return whose link it is and use it up; None if it is unknown, used, expired, or the user is disabled."""
    name = await people.secret_subject("link", digest(secret), now_utc)
    if name is None or not await people.drop_secret("link", digest(secret)):
        return None
    return await active_user(people, name)


async def begin_session(people: PeopleBook, user: str, now_utc: datetime) -> str:
    """Return the secret of a new browser session; when it began is part of it and so cannot be changed."""
    secret = f"{int(now_utc.timestamp())}.{new_secret()}"
    await keep_session(people, secret, user, now_utc)
    return secret


async def keep_session(people: PeopleBook, secret: str, user: str, now_utc: datetime) -> None:
    """Let a session live for another twelve hours, never longer than a week in all."""
    expires_at_utc = min(now_utc + SESSION_IDLE, _begun(secret) + SESSION_LIFE)
    await people.save_secret("session", digest(secret), user, expires_at_utc)


async def session_user(people: PeopleBook, secret: str, now_utc: datetime) -> User | None:
    """Return whose session it is, None if unknown, expired, or the user is disabled."""
    name = await people.secret_subject("session", digest(secret), now_utc)
    return await active_user(people, name) if name else None


async def end_session(people: PeopleBook, secret: str) -> None:
    """Forget a browser session."""
    await people.drop_secret("session", digest(secret))


async def token_actor(people: PeopleBook, secret: str, now_utc: datetime) -> Actor | None:
    """Return the program a token stands for, None if unknown, revoked or expired."""
    wanted = digest(secret)
    token = await people.token_by_digest(wanted)
    if token is None or not same(token.digest, wanted):
        return None
    if token.revoked_at_utc is not None or token.expires_at_utc <= now_utc:
        return None
    return Actor(f"token:{token.name}", token.role, token.sites)


async def password_user(people: PeopleBook, name: str, password: str) -> User | None:
    """Return the user if name and password are right; an unknown name takes as long as a wrong password."""
    user = await active_user(people, name)
    kept = user.password_hash if user and user.password_hash else await asyncio.to_thread(_nobody)
    right = await asyncio.to_thread(_verify, kept, password)
    return user if right and user and user.password_hash else None


async def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    return await asyncio.to_thread(_hasher().hash, password)


async def active_user(people: PeopleBook, name: str) -> User | None:
    """Return a user who may sign in, None if unknown or disabled."""
    user = await people.user(name)
    return user if user and user.disabled_at_utc is None else None


def actor_of(user: User) -> Actor:
    """Return the user as an actor."""
    return Actor(user.name, user.role, user.sites)


def _begun(secret: str) -> datetime:
    return datetime.fromtimestamp(int(secret.partition(".")[0]), UTC)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobody() -> str:
    return _hasher().hash(new_secret())


def _verify(kept: str, password: str) -> bool:
    try:
        return _hasher().verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False
