"""Jobs and what they work off: runs, leases, dirty spans, register states, bookings; and the books that keep them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from core.intervals import SeriesKey
from core.periods import Period
from core.ports import Page
from core.quantities import Quantity
from core.texts import Finding


class JobState(StrEnum):
    """How a run of a job stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ABANDONED = "abandoned"
    """The process that ran it is gone; the run is made again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRun:
    """One attempt at a job for a period (`2026-10`, `2026-11-22`, `2026-11-22T10:15Z`; what the job's cadence says).

    `result` is the job's own short account as JSON; `finding` says why it failed, or why there was
    nothing to do. `id` is 0 until the ledger has given one.
    """

    job: str
    period: str
    state: JobState
    begun_at_utc: datetime
    ended_at_utc: datetime | None = None
    attempt: int = 1
    fraction: float = 0.0
    doing: Finding | None = None
    finding: Finding | None = None
    result: str = ""
    started_by: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """Which runs; newest first."""

    job: str | None = None
    state: JobState | None = None
    limit: int = 50
    cursor: str | None = None


class JobBook(Protocol):
    """Keeps job runs and the lease of whoever may run jobs."""

    async def save_run(self, run: JobRun) -> JobRun:
        """Insert a run (id 0) or replace it by id; return it with its id."""
        ...

    async def run(self, id: int) -> JobRun | None:  # noqa: A002
        """Return one run, None if there is none."""
        ...

    async def runs(self, wanted: JobFilter) -> Page[JobRun]:
        """Return runs, newest first."""
        ...

    async def done_periods(self, job: str) -> frozenset[str]:
        """Return the periods for which the job is done."""
        ...

    async def take_lease(self, name: str, owner: str, now_utc: datetime, until_utc: datetime) -> bool:
        """Return whether `owner` holds the lease now: free, expired, or already theirs. Atomic over processes."""
        ...

    async def drop_lease(self, name: str, owner: str) -> None:
        """Give the lease back if `owner` holds it."""
        ...


class JobRunner(Protocol):
    """Runs jobs in this process."""

    async def run(
        self, job: str, period: str, *, started_by: str, progress: Callable[[float, Finding], None]
    ) -> JobRun:
        """Run a job for a period and return how it ended; a run that failed says why in its `finding`.

        Raises `NotFoundError` for an unknown job, `RequestError` for a period that it does not have,
        and `ConflictError` while it runs already or another process has the right to run jobs.
        """
        ...

    async def cancel(self, id: int, by: str) -> JobRun:  # noqa: A002
        """Stop a run and return it once it has ended. Raises `NotFoundError` unless it runs in this process."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DirtySpan:
    """A span of a series whose intervals must be computed again; `reason` is late, booking, rewritten, rule or import.

    `id` is 0 until the ledger has given one.
    """

    source: str
    quantity: Quantity
    period: Period
    reason: str
    id: int = 0


class DirtyBook(Protocol):
    """Keeps what must be computed again. A span is marked before the change it stands for is made."""

    async def mark_dirty(self, spans: Sequence[DirtySpan]) -> None:
        """Add spans."""
        ...

    async def dirty_spans(self, limit: int = 10_000) -> tuple[DirtySpan, ...]:
        """Return spans, oldest first."""
        ...

    async def settle(self, ids: Collection[int]) -> None:
        """Drop spans that have been computed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterCheckpoint:
    """Where the counting of a series stood at `at_utc`, as `energy.standing.Standing` writes it.

    Counting goes on from there, so that neither all history nor deleted readings are needed.
    `intervals_until_utc` is how far its intervals are known, `rules` the digest of what it was counted by
    (`energy.source_rules.rules_digest`; empty: not known).
    """

    source: str
    quantity: Quantity
    at_utc: datetime
    state: str
    intervals_until_utc: datetime
    rules: str = ""


class CheckpointBook(Protocol):
    """Keeps where counting stood, a few instants per series (the newest, and the begin of each local month)."""

    async def save_checkpoints(
        self, checkpoints: Sequence[RegisterCheckpoint], instead_of: Sequence[tuple[SeriesKey, datetime]] = ()
    ) -> None:
        """Forget those at the instants of `instead_of`, insert or replace these by (source, quantity, instant)."""
        ...

    async def checkpoints(self, before: Sequence[tuple[SeriesKey, datetime]]) -> dict[SeriesKey, RegisterCheckpoint]:
        """Return of each series its newest checkpoint at or before an instant; series without one are left out."""
        ...

    async def drop_checkpoints(self, key: SeriesKey, after_utc: datetime) -> None:
        """Forget a series' checkpoints after an instant, because what lies before them has changed."""
        ...


class MeterEventKind(StrEnum):
    """What a person booked about a register."""

    EXCHANGE = "exchange"
    """The old register ended at `end_value`, the new one began at `start_value`."""
    MANUAL = "manual"
    """The dial was read: `start_value`."""
    BILLING = "billing"
    """The dial was read on a billing date: `start_value`. Counts as a reading; statements name it first."""
    RESET = "reset"
    """The register began again at `start_value`; `amount` is what it had counted since it was last read."""
    ROLLOVER = "rollover"
    """The register passed its width, `end_value`, and went on from 0."""
    CORRECTION = "correction"
    """`amount` is added evenly from `at_utc` until `until_utc`, taken away if negative."""
    INTERRUPTION = "interruption"
    """Nobody knows what was counted since the register was last read; it goes on at `start_value`."""

    @property
    def is_reading(self) -> bool:
        """Return whether somebody read the dial."""
        return self in {MeterEventKind.MANUAL, MeterEventKind.BILLING}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterEvent:
    """A booking about a register; what its values mean says its kind.

    Values are in the quantity's unit. Bookings are never changed, only withdrawn. `id` is 0 until
    the ledger has given one.
    """

    source: str
    quantity: Quantity
    kind: MeterEventKind
    at_utc: datetime
    start_value: float = 0.0
    end_value: float | None = None
    reason: str = ""
    booked_by: str
    booked_at_utc: datetime
    withdrawn_at_utc: datetime | None = None
    id: int = 0
    until_utc: datetime | None = None
    amount: float | None = None
    withdrawn_by: str = ""
    withdrawn_reason: str = ""


class BookingBook(Protocol):
    """Keeps bookings."""

    async def book(self, event: MeterEvent) -> MeterEvent:
        """Keep a booking, mark what it touches as dirty in the same transaction, and return it with its id."""
        ...

    async def withdraw(self, id: int, at_utc: datetime, by: str = "", reason: str = "") -> None:  # noqa: A002
        """Withdraw a booking; what it touched becomes dirty."""
        ...

    async def bookings(self, sources: Collection[str] | None = None) -> tuple[MeterEvent, ...]:
        """Return the bookings in force, by instant."""
        ...

    async def booking(self, id: int) -> MeterEvent | None:  # noqa: A002
        """Return one booking, withdrawn or not, None if there is none."""
        ...

    async def bookings_made(self, source: str) -> tuple[MeterEvent, ...]:
        """Return all bookings about a source, those that were withdrawn too, by instant."""
        ...
