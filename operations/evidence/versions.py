"""What was frozen of a scope and period: the versions of its statement, with the ids of their figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.statements import Statement, StatementFilter, StatementKey
from operations.evidence.freezing import names_in
from operations.house import House

VERSIONS_SHOWN: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenVersion:
    """A version of a statement and the ids of its figures."""

    version: int
    made_at_utc: datetime
    made_by: str
    reason: str
    digest: str
    figures: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenFigures:
    """The version that holds the figures of a scope now, and whether it was made by this."""

    scope: str
    period: str
    is_new: bool
    version: int
    made_at_utc: datetime
    made_by: str
    reason: str
    digest: str
    figures: tuple[str, ...]


def frozen_figures(statement: Statement, *, is_new: bool) -> FrozenFigures:
    """Return what freezing came to."""
    return FrozenFigures(
        scope=statement.key.scope,
        period=statement.key.period,
        is_new=is_new,
        version=statement.version,
        made_at_utc=statement.made_at_utc,
        made_by=statement.made_by,
        reason=statement.reason,
        digest=statement.digest,
        figures=_ids(statement.key, names_in(statement), statement.version),
    )


async def versions_of(house: House, key: StatementKey) -> tuple[FrozenVersion, ...]:
    """Return the versions of a statement, the last made first."""
    wanted = StatementFilter(kind=key.kind, period=key.period, scope=key.scope, all_versions=True, limit=VERSIONS_SHOWN)
    return tuple(
        FrozenVersion(
            version=each.version,
            made_at_utc=each.made_at_utc,
            made_by=each.made_by,
            reason=each.reason,
            digest=each.digest,
            figures=_ids(each.key, names_in(each), each.version),
        )
        for each in (await house.ledger.statements(wanted)).items
    )


def _ids(key: StatementKey, names: Iterable[str], version: int) -> tuple[str, ...]:
    return tuple(f"{key.kind}/{key.period}/{key.scope}/{name}@r{version}" for name in sorted(names))
