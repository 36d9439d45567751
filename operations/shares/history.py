"""Revisions of settlements and accounts: what each changed of the one before, and why."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from core.statements import Statement
from operations.house import Call, House
from operations.shares.keeping import ACCOUNTS, account_changes, read_shares, read_year, scope_of, statements
from operations.shares.rows import ShareChange, ShareVersion
from operations.shares.shares import Year, account_in, plant_in, settled_years
from renewables.accounts import ShareAccount
from renewables.changes import differences
from renewables.statement import PLANT, SHARES


@dataclass(frozen=True, slots=True, kw_only=True)
class ListShareHistory:
    """Whose revisions: of `municipality:<id>`, `operator:<id>` or `plant:<id>`, of a `year` (the newest settled)."""

    id: str
    year: Year | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareHistory:
    """All revisions, the newest first, each with what it changed and why."""

    scope: str
    year: int
    items: tuple[ShareVersion, ...]


async def list_share_history(house: House, request: ListShareHistory, _call: Call) -> ShareHistory:
    """Return the revisions of an account or of a plant's settlement. Raises `NotFoundError` without any."""
    year = request.year or next(iter(await settled_years(house, SHARES)), 0)
    found = await read_year(house, year)
    if request.id.startswith(PLANT):
        scope = f"{PLANT}{plant_in(found, request.id).shares.plant.id}"
        versions = [each async for each in _plant_versions(house, SHARES, str(year), scope)]
    else:
        account = account_in(found, request.id)
        scope, versions = scope_of(account), [each async for each in _account_versions(house, account)]
    return ShareHistory(scope=scope, year=year, items=tuple(versions))


async def _plant_versions(house: House, kind: str, period: str, scope: str) -> AsyncIterator[ShareVersion]:
    kept = await _all_versions(house, kind, period, scope)
    for now, before in zip(kept, (*kept[1:], None), strict=True):
        shares, former = read_shares(now), read_shares(before) if before else None
        changes = differences(former, shares) if former and shares else ()
        yield ShareVersion(
            version=now.version,
            made_at_utc=now.made_at_utc,
            made_by=now.made_by,
            reason=now.reason,
            digest=now.digest,
            draft=shares is None or shares.draft,
            changes=tuple(
                ShareChange(figure=f"{kind}/{period}/{scope}/{name}", before_eur=then, after_eur=today)
                for name, then, today in changes
            ),
        )


async def _account_versions(house: House, account: ShareAccount) -> AsyncIterator[ShareVersion]:
    kept = await _all_versions(house, ACCOUNTS, str(account.year), scope_of(account))
    for now, before in zip(kept, (*kept[1:], None), strict=True):
        changes = account_changes(account, before, now) if before else ()
        yield ShareVersion(
            version=now.version,
            made_at_utc=now.made_at_utc,
            made_by=now.made_by,
            reason=now.reason,
            digest=now.digest,
            draft=account.draft and now is kept[0],
            changes=tuple(
                ShareChange(figure=each.figure, before_eur=each.before_eur, after_eur=each.after_eur)
                for each in changes
            ),
        )


async def _all_versions(house: House, kind: str, period: str, scope: str) -> Sequence[Statement]:
    kept = [each async for each in statements(house, kind, period, scope=scope, all_versions=True)]
    return sorted(kept, key=lambda each: -each.version)
