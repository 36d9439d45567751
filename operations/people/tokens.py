"""API tokens: access for programs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Annotated

from annotated_types import Ge, Le

from core.errors import ConflictError, NotFoundError, RequestError
from core.facts import ApiToken
from core.people import Role
from core.ports import Page
from operations.house import Call, House
from operations.people.access import TOKEN_MARK, digest, new_secret
from operations.people.users import NAME, sites_of
from operations.values import Limit, page_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTokens:
    """All tokens by name, revoked and expired ones too."""

    limit: Limit = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddToken:
    """A new token for a program; without `sites` all sites are in scope."""

    name: str
    role: Role = Role.VIEWER
    sites: tuple[str, ...] | None = None
    days: Annotated[int, Ge(1), Le(1830)] = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeToken:
    """Ends a token for good."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """A token without its secret; `active` is whether it still opens anything."""

    name: str
    role: Role
    sites: tuple[str, ...] | None
    active: bool
    created_by: str
    created_at_utc: datetime
    expires_at_utc: datetime
    revoked_at_utc: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A token with its secret, which is shown only here."""

    token: TokenRow
    secret: str = field(repr=False)


async def list_tokens(house: House, request: ListTokens, call: Call) -> Page[TokenRow]:
    """Return all tokens by name."""
    rows = [_row(token, call.now_utc) for token in await house.ledger.tokens()]
    return page_of(rows, [row.name for row in rows], request.limit, request.cursor)


async def add_token(house: House, request: AddToken, call: Call) -> NewToken:
    """Make a token and return its secret. Raises `ConflictError` if the name was ever used."""
    if not NAME.match(request.name):
        raise RequestError("tokens.name_invalid", name=request.name[:80])
    if any(token.name == request.name for token in await house.ledger.tokens()):
        raise ConflictError("tokens.exists", name=request.name)
    secret = TOKEN_MARK + new_secret()
    token = ApiToken(
        name=request.name,
        digest=digest(secret),
        role=request.role,
        sites=sites_of(house, request.sites),
        created_by=call.actor.name,
        created_at_utc=call.now_utc,
        expires_at_utc=call.now_utc + timedelta(days=request.days),
    )
    await house.ledger.save_token(token)
    return NewToken(token=_row(token, call.now_utc), secret=secret)


async def revoke_token(house: House, request: RevokeToken, call: Call) -> TokenRow:
    """End a token and return it; ending it twice changes nothing. Raises `NotFoundError`."""
    token = next((token for token in await house.ledger.tokens() if token.name == request.name), None)
    if token is None:
        raise NotFoundError("tokens.unknown", name=request.name)
    revoked = replace(token, revoked_at_utc=token.revoked_at_utc or call.now_utc)
    await house.ledger.save_token(revoked)
    return _row(revoked, call.now_utc)


def _row(token: ApiToken, now_utc: datetime) -> TokenRow:
    return TokenRow(
        name=token.name,
        role=token.role,
        sites=None if token.sites is None else tuple(sorted(token.sites)),
        active=token.revoked_at_utc is None and token.expires_at_utc > now_utc,
        created_by=token.created_by,
        created_at_utc=token.created_at_utc,
        expires_at_utc=token.expires_at_utc,
        revoked_at_utc=token.revoked_at_utc,
    )
