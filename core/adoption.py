"""How unknown charge points come in: while somebody lets them, or with a password that was made for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class InvitationKind(StrEnum):
    """How a station is invited."""

    WINDOW = "window"
    """Whatever station comes for a while."""
    PASSWORD = "password"  # noqa: S105 - a kind, not a password
    """Who shows a password that was made for one station."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """An invitation to a site until an instant, for `most` stations of which `arrived` have come.

    `station` is the one name that may use it, empty for any. Of a password only its digest is kept. `id` is 0 until the
    ledger has given one.
    """

    kind: InvitationKind
    site: str
    until_utc: datetime
    made_by: str
    made_at_utc: datetime
    station: str = ""
    digest: str = field(default="", repr=False)
    most: int = 1
    arrived: int = 0
    closed_at_utc: datetime | None = None
    id: int = 0

    def is_open(self, now_utc: datetime) -> bool:
        """Return whether a station may still come by it."""
        return self.closed_at_utc is None and self.arrived < self.most and now_utc < self.until_utc


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """An unknown station at the door: its `name` in the path, and the password it showed together with that name."""

    name: str
    password: bytes | None = field(default=None, repr=False)
    encrypted: bool = False
    address: str = ""


class InvitationBook(Protocol):
    """Keeps invitations."""

    async def invite(self, invitation: Invitation) -> Invitation:
        """Keep a new invitation; return it with its id."""
        ...

    async def invitations(self) -> tuple[Invitation, ...]:
        """Return all that are kept, newest first."""
        ...

    async def claim_invitation(self, id: int, now_utc: datetime) -> bool:  # noqa: A002
        """Use an invitation once; return whether it was still open. Of two at once, one has the last use."""
        ...

    async def close_invitation(self, id: int, now_utc: datetime) -> bool:  # noqa: A002
        """Close an invitation; return whether it was open."""
        ...


def best_of(
    invitations: Sequence[Invitation], newcomer: Newcomer, digests: frozenset[str], now_utc: datetime
) -> Invitation | None:
    """Return the invitation of a newcomer: one of the password it showed (its `digests`), else a window."""
    there = [each for each in invitations if each.is_open(now_utc)]
    named = [each for each in there if each.station.casefold() in ("", newcomer.name.casefold())]
    by_password = [each for each in named if each.kind is InvitationKind.PASSWORD and each.digest in digests]
    windows = [each for each in named if each.kind is InvitationKind.WINDOW]
    return next(iter(by_password or windows), None)
