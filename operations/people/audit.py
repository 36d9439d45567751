"""Who changed what, when; and whether that has been left as it was written."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.books import PeopleBook
from core.errors import RequestError
from core.facts import AuditEntry, AuditHead
from core.ports import Page
from core.texts import Finding
from operations.house import Call, House
from operations.values import Limit, Told

EMPTY = AuditHead(0, "")
_HEAD = re.compile(r"(?:(\d{1,18}):([0-9a-f]{64})|0:)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAudit:
    """All entries, newest first."""

    limit: Limit = 50
    cursor: str | None = None


async def list_audit(house: House, request: ListAudit, _call: Call) -> Page[AuditEntry]:
    """Return the entries of the audit chain, newest first."""
    return await house.ledger.audit_entries(request.limit, request.cursor)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyAudit:
    """The whole chain; a `head` that was noted earlier (`NUMBER:DIGEST`) must still be in it."""

    head: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditVerified:
    """Whether all entries are as they were written, how many, and the head to be noted outside.

    `broken` is the first entry that has been changed or removed.
    """

    whole: bool
    finding: Told
    entries: int
    head: str
    broken: int | None


async def verify_audit(house: House, request: VerifyAudit, call: Call) -> AuditVerified:
    """Compute the digest of every entry again and compare; compare a noted head too.

    Without a noted head it does not show if the newest entries were removed, or all digests from
    some entry on computed anew, by somebody who can write to the ledger. Raises `RequestError` for
    a head that is none.
    """
    noted = _read_head(request.head)
    head = await house.ledger.audit_head() or EMPTY

    def reached(number: int) -> None:
        call.progress(number / max(head.number, number, 1), Finding.of("audit.verifying", done=number))

    broken = await house.ledger.broken_entry(reached)
    finding = Finding.of("audit.broken", number=broken) if broken else await _compared(house.ledger, noted)
    head = await house.ledger.audit_head() or EMPTY
    return AuditVerified(
        whole=finding is None,
        finding=Told.of(finding or Finding.of("audit.whole", count=head.number)),
        entries=head.number,
        head=f"{head.number}:{head.digest}",
        broken=broken,
    )


def _read_head(text: str) -> AuditHead:
    if not text:
        return EMPTY
    found = _HEAD.fullmatch(text.strip().casefold())
    if found is None:
        raise RequestError("audit.head_unreadable", head=text[:80])
    number, digest = found.groups()
    return AuditHead(int(number), digest) if number else EMPTY


async def _compared(ledger: PeopleBook, noted: AuditHead) -> Finding | None:
    """Return how a chain that is whole differs from what was noted, None if it does not."""
    if noted == EMPTY:
        return None
    found = await ledger.audit_head(noted.number)
    if found is None:
        return Finding.of("audit.end_missing", number=noted.number)
    return None if found == noted else Finding.of("audit.rewritten", number=noted.number)
