"""People who sign in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated

from annotated_types import Len

from core.errors import ConflictError, NotFoundError, RequestError
from core.facts import User
from core.people import Role
from core.ports import Page
from core.texts import Language
from operations.house import Call, House
from operations.people.access import hash_password, issue_link
from operations.values import Limit, page_of

NAME = re.compile(r"[a-z][a-z0-9._-]{0,62}\Z")
Password = Annotated[str, Len(12, 1024)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListUsers:
    """All users by name."""

    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowUser:
    """One user by name."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddUser:
    """A new user; without `sites` all sites are in scope, without `language` it is the console's."""

    name: str
    role: Role
    sites: tuple[str, ...] | None = None
    language: Language | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeUser:
    """What is given is changed; `all_sites` lifts the limit to some sites, `enabled` lets a disabled user in again."""

    name: str
    role: Role | None = None
    sites: tuple[str, ...] | None = None
    all_sites: bool = False
    language: Language | None = None
    enabled: bool = False
    password: Password | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableUser:
    """Locks a user out and ends all sessions and links."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkUser:
    """Makes a new one-time sign-in link."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOwnPassword:
    """The new password of whoever asks; all other sessions end."""

    password: Password = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRow:
    """A user; `sites` None means all sites."""

    name: str
    role: Role
    sites: tuple[str, ...] | None
    language: str
    has_password: bool
    created_at_utc: datetime
    disabled_at_utc: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedUser:
    """A user with a sign-in link that is good once, until `expires_at_utc`; it is shown only here."""

    user: UserRow
    link: str = field(repr=False)
    expires_at_utc: datetime


async def list_users(house: House, request: ListUsers, _call: Call) -> Page[UserRow]:
    """Return all users by name, disabled ones too."""
    rows = [user_row(user) for user in await house.ledger.users()]
    return page_of(rows, [row.name for row in rows], request.limit, request.cursor)


async def show_user(house: House, request: ShowUser, _call: Call) -> UserRow:
    """Return one user. Raises `NotFoundError`."""
    return user_row(await _known(house, request.name))


async def add_user(house: House, request: AddUser, call: Call) -> LinkedUser:
    """Add a user and return a sign-in link. Raises `ConflictError` if the name was ever used."""
    if not NAME.match(request.name):
        raise RequestError("users.name_invalid", name=request.name[:80])
    if await house.ledger.user(request.name):
        raise ConflictError("users.exists", name=request.name)
    user = User(
        name=request.name,
        role=request.role,
        sites=sites_of(house, request.sites),
        language=request.language or house.language,
        created_at_utc=call.now_utc,
    )
    await house.ledger.save_user(user)
    return await _linked(house, user, call)


async def change_user(house: House, request: ChangeUser, _call: Call) -> UserRow:
    """Change a user and return it. A narrower role or scope holds from the next request on."""
    user = await _known(house, request.name)
    changed = replace(
        user,
        role=request.role or user.role,
        sites=None if request.all_sites else sites_of(house, request.sites) or user.sites,
        language=request.language or user.language,
        disabled_at_utc=None if request.enabled else user.disabled_at_utc,
        password_hash=await hash_password(request.password) if request.password else user.password_hash,
    )
    await _keep_an_admin(house, user, changed)
    await house.ledger.save_user(changed)
    if request.password:
        await house.ledger.drop_secrets_of(user.name)
    return user_row(changed)


async def disable_user(house: House, request: DisableUser, call: Call) -> UserRow:
    """Lock a user out at once. Raises `ConflictError` for the last administrator."""
    user = await _known(house, request.name)
    disabled = replace(user, disabled_at_utc=user.disabled_at_utc or call.now_utc)
    await _keep_an_admin(house, user, disabled)
    await house.ledger.save_user(disabled)
    await house.ledger.drop_secrets_of(user.name)
    return user_row(disabled)


async def link_user(house: House, request: LinkUser, call: Call) -> LinkedUser:
    """Return a new sign-in link for a user. Raises `ConflictError` for a disabled one."""
    user = await _known(house, request.name)
    if user.disabled_at_utc:
        raise ConflictError("users.disabled", name=user.name)
    return await _linked(house, user, call)


async def set_own_password(house: House, request: SetOwnPassword, call: Call) -> UserRow:
    """Set the password of the asking user and end all sessions. Raises `NotFoundError` for programs."""
    user = await _known(house, call.actor.name)
    changed = replace(user, password_hash=await hash_password(request.password))
    await house.ledger.save_user(changed)
    await house.ledger.drop_secrets_of(user.name)
    return user_row(changed)


def sites_of(house: House, sites: tuple[str, ...] | None) -> frozenset[str] | None:
    """Return the scope. Raises `NotFoundError` for a site that does not exist, `RequestError` for an empty scope."""
    if sites is None:
        return None
    if not sites:
        raise RequestError("users.scope_empty")
    for site in sites:
        if site not in house.inventory().sites:
            raise NotFoundError("sites.unknown", id=site)
    return frozenset(sites)


def user_row(user: User) -> UserRow:
    """Return the row of a user, without the password's hash."""
    return UserRow(
        name=user.name,
        role=user.role,
        sites=None if user.sites is None else tuple(sorted(user.sites)),
        language=user.language,
        has_password=bool(user.password_hash),
        created_at_utc=user.created_at_utc,
        disabled_at_utc=user.disabled_at_utc,
    )


async def _known(house: House, name: str) -> User:
    user = await house.ledger.user(name)
    if user is None:
        raise NotFoundError("users.unknown", name=name)
    return user


async def _linked(house: House, user: User, call: Call) -> LinkedUser:
    link = await issue_link(house.ledger, user.name, call.now_utc)
    return LinkedUser(user=user_row(user), link=house.public_url + link.path, expires_at_utc=link.expires_at_utc)


async def _keep_an_admin(house: House, before: User, after: User) -> None:
    """Refuse to leave the district without anybody who may add users."""
    if not _administers(before) or _administers(after):
        return
    if not any(_administers(user) for user in await house.ledger.users() if user.name != before.name):
        raise ConflictError("users.last_admin", name=before.name)


def _administers(user: User) -> bool:
    return user.role is Role.ADMIN and user.sites is None and user.disabled_at_utc is None
