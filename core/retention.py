"""What has been deleted by rule, and the book that remembers it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class RecordKind(StrEnum):
    """What the ledger keeps for a while only."""

    REJECTIONS = "rejections"
    DISCOVERIES = "discoveries"
    NOTICES = "notices"
    JOB_RUNS = "job_runs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """What one run deleted by one rule: `count` rows older than `before_utc`.

    `keep` and `reason` are the rule's words at that time, so that they can still be said after the
    rule has changed. It is written before anything is deleted (`count` 0), so that nothing is
    missing without a word. `id` is 0 until the ledger has given one.
    """

    rule: str
    keep: str
    reason: str
    before_utc: datetime
    begun_at_utc: datetime
    count: int = 0
    id: int = 0


class DeletionBook(Protocol):
    """Remembers what was deleted by rule, and deletes records of the ledger itself."""

    async def save_deletion(self, deletion: Deletion) -> Deletion:
        """Insert a deletion (id 0) or replace it by id; return it with its id."""
        ...

    async def deletions(self, rule: str | None = None) -> tuple[Deletion, ...]:
        """Return deletions (by this rule), newest first."""
        ...

    async def forget_records(self, kind: RecordKind, before_utc: datetime, limit: int = 5000) -> int:
        """Delete up to `limit` records last touched before an instant; return how many. Running jobs stay.

        Of the runs of a job for one period the newest that is done stays too, for as long as it is
        among the job's 100 newest periods: it is what keeps the period from being made again.
        """
        ...
