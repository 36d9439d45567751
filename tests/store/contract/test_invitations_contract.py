"""What every book of invitations must do."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from core.adoption import Invitation, InvitationKind

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
WINDOW = Invitation(
    kind=InvitationKind.WINDOW, site="lra", until_utc=NOW + timedelta(hours=1), made_by="anna", made_at_utc=NOW, most=3
)


async def test_invitations_are_kept_whole_newest_first(ledger: Any) -> None:
    password = replace(WINDOW, kind=InvitationKind.PASSWORD, station="WB-8", digest="d" * 64, most=1)
    kept = [await ledger.invite(each) for each in (WINDOW, password)]
    assert await ledger.invitations() == (kept[1], kept[0])
    assert replace(kept[1], id=0) == password


async def test_of_many_at_once_only_so_many_are_let_in(ledger: Any) -> None:
    kept = await ledger.invite(WINDOW)
    claimed = await asyncio.gather(*(ledger.claim_invitation(kept.id, NOW) for _ in range(8)))
    assert sum(claimed) == 3
    assert (await ledger.invitations())[0].arrived == 3


async def test_what_is_over_or_closed_lets_nobody_in(ledger: Any) -> None:
    kept = await ledger.invite(WINDOW)
    assert not await ledger.claim_invitation(kept.id, WINDOW.until_utc)
    assert await ledger.close_invitation(kept.id, NOW)
    assert not await ledger.close_invitation(kept.id, NOW)
    assert not await ledger.claim_invitation(kept.id, NOW)
    assert (await ledger.invitations())[0].closed_at_utc == NOW
