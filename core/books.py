"""The ledger's books as small protocols: what each part keeps in it, named after its use.

`store` implements them all. A method that returns has done it durably; all raise `StoreError`
when the database fails.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.adoption import InvitationBook
from core.alarms import AlarmBook
from core.bills import BillBook
from core.certificates import CertificateBook
from core.commands import CommandBook
from core.documents import ReportBook
from core.drift import DriftBook
from core.erasure import PseudonymBook
from core.facts import (
    ApiToken,
    AuditEntry,
    AuditHead,
    ChargeSession,
    Discovery,
    GeneratedSpan,
    Notice,
    Rejection,
    SessionSpan,
    StationLink,
    StationStatus,
    User,
)
from core.firmware import FirmwareBook
from core.fleet import FleetBooks
from core.imports import ImportBook
from core.inputs import InputBook
from core.letters import OutboxBook
from core.meter_life import ProposalBook, ReadingLinkBook
from core.periods import Period
from core.ports import Page
from core.retention import DeletionBook
from core.rollouts import RolloutBook
from core.session_corrections import SessionCorrectionBook
from core.shares import BoundaryBook, FeedInBook
from core.statements import StatementBook
from core.station_events import MaintenanceBook, StationEventBook
from core.voucher_files import VoucherMappingBook
from core.work import BookingBook, CheckpointBook, DirtyBook, JobBook


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFilter:
    """Which sessions; newest first."""

    stations: frozenset[str] | None = None
    state: str | None = None
    period: Period | None = None
    limit: int = 50
    cursor: str | None = None
    tag: str | None = None


class SessionBook(Protocol):
    """Keeps charge sessions."""

    async def save_sessions(self, sessions: Sequence[ChargeSession]) -> None:
        """Insert or replace sessions by id."""
        ...

    async def session(self, id: str) -> ChargeSession | None:  # noqa: A002
        """Return one session, None if there is none."""
        ...

    async def sessions(self, wanted: SessionFilter) -> Page[ChargeSession]:
        """Return sessions, newest first."""
        ...

    async def sessions_begun(self, period: Period) -> tuple[ChargeSession, ...]:
        """Return all sessions that began in a period, oldest first: a month of a large fleet has thousands."""
        ...

    async def session_spans(self, period: Period) -> tuple[SessionSpan, ...]:
        """Return when and where the same sessions were, in the same order."""
        ...

    async def open_sessions(self) -> tuple[ChargeSession, ...]:
        """Return all sessions that have not ended."""
        ...

    async def transaction_number(self, station: str, natural_key: str) -> int:
        """Return a transaction's number: positive, unique over stations and restarts, the same for the same key."""
        ...

    async def applied_frame(self) -> int:
        """Return the journal id up to which everything has been assembled and stored."""
        ...

    async def set_applied_frame(self, frame: int) -> None:
        """Remember that everything up to this frame has been assembled and stored."""
        ...


class StationBook(Protocol):
    """Keeps what stations report of themselves."""

    async def save_statuses(self, statuses: Sequence[StationStatus]) -> None:
        """Keep the newest status per outlet, by the station's own instant."""
        ...

    async def statuses(self) -> tuple[StationStatus, ...]:
        """Return the newest status of every outlet."""
        ...

    async def save_link(self, link: StationLink) -> None:
        """Keep the connection state of a station."""
        ...

    async def save_links(self, links: Sequence[StationLink]) -> None:
        """Keep the connection states of several stations at once."""
        ...

    async def links(self, stations: Collection[str] | None = None) -> tuple[StationLink, ...]:
        """Return the connection state of every station ever seen (or of these)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectionFilter:
    """Which rejections; newest first. `query` matches the subject by substring."""

    channel: str | None = None
    query: str | None = None
    limit: int = 50
    cursor: str | None = None


class RejectionBook(Protocol):
    """Keeps what could not be used, what nobody configured, and what was odd."""

    async def reject(self, rejections: Sequence[Rejection]) -> None:
        """Keep rejected messages."""
        ...

    async def rejections(self, wanted: RejectionFilter) -> Page[Rejection]:
        """Return rejections, newest first."""
        ...

    async def rejection(self, id: int) -> Rejection | None:  # noqa: A002
        """Return one rejection, None if there is none."""
        ...

    async def mark_replayed(self, ids: Collection[int], at_utc: datetime) -> None:
        """Remember that these messages have since been decoded and stored."""
        ...

    async def discover(self, discoveries: Sequence[Discovery]) -> None:
        """Add to the counts of unknown topics or stations."""
        ...

    async def discoveries(self, channel: str | None = None) -> tuple[Discovery, ...]:
        """Return what was discovered, last seen first."""
        ...

    async def notice(self, notices: Sequence[Notice]) -> None:
        """Add to the counts of odd things about sources."""
        ...

    async def notices(self, sources: Collection[str] | None = None) -> tuple[Notice, ...]:
        """Return what was odd, last seen first."""
        ...


class PeopleBook(Protocol):
    """Keeps users, API tokens, sign-in links, sessions, answers to idempotency keys, and the audit chain."""

    async def save_user(self, user: User) -> None:
        """Insert or replace a user by name."""
        ...

    async def user(self, name: str) -> User | None:
        """Return one user, None if there is none."""
        ...

    async def users(self) -> tuple[User, ...]:
        """Return all users by name."""
        ...

    async def save_token(self, token: ApiToken) -> None:
        """Insert or replace a token by name."""
        ...

    async def tokens(self) -> tuple[ApiToken, ...]:
        """Return all tokens by name, revoked and expired ones too."""
        ...

    async def token_by_digest(self, digest: str) -> ApiToken | None:
        """Return the token with this digest of its secret, None if there is none."""
        ...

    async def save_secret(self, kind: str, digest: str, subject: str, expires_at_utc: datetime) -> None:
        """Keep the digest of a sign-in link (`link`) or browser session (`session`) of user `subject`."""
        ...

    async def secret_subject(self, kind: str, digest: str, now_utc: datetime) -> str | None:
        """Return whose secret this is, None if unknown or expired."""
        ...

    async def drop_secret(self, kind: str, digest: str) -> bool:
        """Forget a secret; return whether it was there (so a one-time link works once)."""
        ...

    async def drop_secrets_of(self, subject: str) -> None:
        """Forget all links and sessions of a user."""
        ...

    async def remembered_answer(self, actor: str, key: str) -> tuple[str, str] | None:
        """Return (request digest, answer JSON) kept under an idempotency key, None if there is none."""
        ...

    async def remember_answer(self, actor: str, key: str, request_digest: str, answer: str, at_utc: datetime) -> None:
        """Keep the answer to an idempotency key for a day."""
        ...

    async def audit(self, actor: str, action: str, subject: str, detail: str, at_utc: datetime) -> AuditEntry:
        """Append an entry to the hash chain and return it."""
        ...

    async def audit_entries(
        self, limit: int = 50, cursor: str | None = None, actions: Collection[str] = ()
    ) -> Page[AuditEntry]:
        """Return entries, newest first."""
        ...

    async def audit_head(self, number: int | None = None) -> AuditHead | None:
        """Return the head of the chain, or what it was at entry `number`; None if there is no such entry."""
        ...

    async def broken_entry(self, reached: Callable[[int], None] = ...) -> int | None:
        """Compute the whole chain again: the first entry that is missing or has been changed, None if none is.

        `reached` is told now and then up to which entry all is whole.
        """
        ...


class HistoryBook(Protocol):
    """Keeps which spans of history were generated by the demo."""

    async def mark_generated(self, spans: Sequence[GeneratedSpan]) -> None:
        """Remember generated spans."""
        ...

    async def generated_spans(self) -> tuple[GeneratedSpan, ...]:
        """Return all generated spans."""
        ...


class Ledger(
    SessionBook,
    SessionCorrectionBook,
    StationBook,
    RejectionBook,
    PeopleBook,
    HistoryBook,
    JobBook,
    DirtyBook,
    CheckpointBook,
    BookingBook,
    ProposalBook,
    ReadingLinkBook,
    DeletionBook,
    StatementBook,
    AlarmBook,
    OutboxBook,
    ImportBook,
    BillBook,
    ReportBook,
    FleetBooks,
    VoucherMappingBook,
    PseudonymBook,
    BoundaryBook,
    FeedInBook,
    InputBook,
    StationEventBook,
    MaintenanceBook,
    CommandBook,
    CertificateBook,
    RolloutBook,
    FirmwareBook,
    InvitationBook,
    DriftBook,
    Protocol,
):
    """All books together; parts ask only for the book they need."""
