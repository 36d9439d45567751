"""Who changed what, when."""

from __future__ import annotations

from dataclasses import dataclass

from core.facts import AuditEntry
from core.ports import Page
from operations.house import Call, House
from operations.values import Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAudit:
    """All entries, newest first."""

    limit: Limit = 50
    cursor: str | None = None


async def list_audit(house: House, request: ListAudit, _call: Call) -> Page[AuditEntry]:
    """Return the entries of the audit chain, newest first."""
    return await house.ledger.audit_entries(request.limit, request.cursor)
