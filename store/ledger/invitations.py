"""The book of invitations of unknown stations."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update

from core.adoption import Invitation, InvitationKind
from store.ledger.database import Database
from store.ledger.invitation_tables import INVITATION

_C = INVITATION.c
_NAMES = tuple(column.name for column in _C)


class Invitations:
    """`core.adoption.InvitationBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def invite(self, invitation: Invitation) -> Invitation:
        """Keep a new invitation; return it with its id."""
        row: dict[str, Any] = {name: getattr(invitation, name) for name in _NAMES if name != "id"}
        async with self._database.writing() as connection:
            id = (await connection.execute(INVITATION.insert().values(row).returning(_C.id))).scalar_one()  # noqa: A001
        return replace(invitation, id=id)

    async def invitations(self) -> tuple[Invitation, ...]:
        """Return all that are kept, newest first."""
        async with self._database.reading() as connection:
            rows = (await connection.execute(select(INVITATION).order_by(_C.id.desc()))).mappings().all()
        return tuple(Invitation(**{**row, "kind": InvitationKind(row["kind"])}) for row in rows)

    async def claim_invitation(self, id: int, now_utc: datetime) -> bool:  # noqa: A002
        """Use an invitation once; return whether it was still open."""
        arrived = update(INVITATION).where(*_open(id, now_utc)).values(arrived=_C.arrived + 1)
        async with self._database.writing() as connection:
            return bool((await connection.execute(arrived)).rowcount)

    async def close_invitation(self, id: int, now_utc: datetime) -> bool:  # noqa: A002
        """Close an invitation; return whether it was open."""
        closed = update(INVITATION).where(*_open(id, now_utc)).values(closed_at_utc=now_utc)
        async with self._database.writing() as connection:
            return bool((await connection.execute(closed)).rowcount)


def _open(id: int, now_utc: datetime) -> tuple[ColumnElement[bool], ...]:  # noqa: A002
    return _C.id == id, _C.closed_at_utc.is_(None), _C.arrived < _C.most, _C.until_utc > now_utc
