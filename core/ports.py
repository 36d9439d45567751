"""What the parts need from each other, as small protocols, each named after its use.

`store` implements them all; nobody but `dashboards` and `cli` imports `store`. A method that
returns has done it durably. All raise `StoreError` when the disk or database fails.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, NamedTuple, Protocol, TypeVar

from core.facts import (
    ApiToken,
    AuditEntry,
    ChargeSession,
    Discovery,
    GeneratedSpan,
    LastValue,
    Notice,
    Rejection,
    StationLink,
    StationStatus,
    User,
)
from core.periods import Period
from core.quantities import Quantity
from core.readings import Reading
from core.texts import Finding

Clock = Callable[[], datetime]
"""Returns the present instant in UTC; made once in `cli/wire.py` and handed down."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`items` in the order asked for, how many there are in all, and where the next page begins (None: the end)."""

    items: tuple[T, ...]
    total: int
    next_cursor: str | None = None


class Receipt(NamedTuple):
    """Names one delivery of an MQTT message, so that its redelivery is known."""

    broker: str
    client: str
    packet: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """Readings with the receipts of the messages that carried them; stored together or not at all."""

    readings: Sequence[Reading]
    received_at_utc: datetime
    receipts: Sequence[Receipt] = ()


class ReadingSink(Protocol):
    """Where readings go."""

    async def put(self, batch: Batch) -> None:
        """Return once the batch is durable. Writing the same (source, quantity, instant) again replaces it."""
        ...


class ReceiptBook(Protocol):
    """Remembers which messages were stored but perhaps not yet acknowledged."""

    async def receipts(self, broker: str, client: str) -> frozenset[Receipt]:
        """Return the receipts of a session that were stored and not forgotten."""
        ...

    async def forget(self, receipts: Collection[Receipt]) -> None:
        """Drop receipts whose messages have been acknowledged."""
        ...


class Query(Protocol):
    """Reads the time series."""

    async def last(self, sources: Collection[str] | None = None) -> tuple[LastValue, ...]:
        """Return the newest value of each series (of these sources, or of all), by source and quantity."""
        ...

    async def readings(self, source: str, quantity: Quantity, period: Period) -> tuple[Reading, ...]:
        """Return the readings of one series in `period`, by instant."""
        ...

    async def count(self) -> dict[str, int]:
        """Return how many readings there are per kind of source, e.g. `{"meter": 12, "station": 3}`."""
        ...


class Direction(StrEnum):
    """Which way a frame went, seen from us."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Frame:
    """One OCPP message in the journal. `id` grows along the journal, 0 until it is written.

    `payload` holds the bytes as received, tags and secrets replaced by tokens; of a frame that
    could not be parsed (`sealed`) it holds the encrypted whole.
    """

    station: str
    connection: str
    direction: Direction
    at_utc: datetime
    protocol: str
    payload: bytes
    sealed: bool = False
    id: int = 0


class Journal(Protocol):
    """The append-only record of all OCPP frames."""

    async def append(self, frame: Frame) -> int:
        """Return the frame's id once it is on disk; writes of a few milliseconds are committed together."""
        ...

    async def append_all(self, frames: Sequence[Frame]) -> None:
        """Return once all frames are on disk, in their order, with a single wait."""
        ...

    def frames(self, after: int = 0, station: str | None = None) -> AsyncIterator[Frame]:
        """Yield the frames with an id above `after`, in order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFilter:
    """Which sessions; newest first."""

    stations: frozenset[str] | None = None
    state: str | None = None
    period: Period | None = None
    limit: int = 50
    cursor: str | None = None


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

    async def links(self) -> tuple[StationLink, ...]:
        """Return the connection state of every station ever seen."""
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

    async def audit_entries(self, limit: int = 50, cursor: str | None = None) -> Page[AuditEntry]:
        """Return entries, newest first."""
        ...


class HistoryBook(Protocol):
    """Keeps which spans of history were generated by the demo."""

    async def mark_generated(self, spans: Sequence[GeneratedSpan]) -> None:
        """Remember generated spans."""
        ...

    async def generated_spans(self) -> tuple[GeneratedSpan, ...]:
        """Return all generated spans."""
        ...


class Ledger(SessionBook, StationBook, RejectionBook, PeopleBook, HistoryBook, Protocol):
    """All books together; parts ask only for the book they need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a part of the service is. `finding` says what is wrong; `figures` are its counters for /metrics."""

    name: str
    ok: bool
    finding: Finding | None = None
    figures: Mapping[str, float] = field(default_factory=dict)


class Daemon(Protocol):
    """A part that runs until it is cancelled; on cancellation it finishes what it has begun."""

    @property
    def name(self) -> str:
        """Return the name the supervisor, health page and metrics use."""
        ...

    async def serve(self) -> None:
        """Run; an exception makes the supervisor start it again after a pause."""
        ...

    def health(self) -> Health:
        """Return how it is, at once."""
        ...


class BulkSink(Protocol):
    """Takes long columns of history at once, for imports and the demo."""

    async def put_series(
        self, source: str, quantity: Quantity, at_ms: Iterable[int], values: Iterable[float], received_at_utc: datetime
    ) -> int:
        """Store one series (numpy int64 epoch milliseconds, float64 values); return how many were stored."""
        ...
