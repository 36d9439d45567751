"""What the parts need from each other, as small protocols, each named after its use.

`store` implements them all; nobody but `dashboards` and `cli` imports `store`. A method that
returns has done it durably. All raise `StoreError` when the disk or database fails.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, runtime_checkable
from zoneinfo import ZoneInfo

from core.facts import LastValue
from core.intervals import Amount, Course, Resolution, Shares
from core.periods import Period
from core.quantities import Quantity
from core.readings import Reading
from core.texts import Finding

Clock = Callable[[], datetime]
"""Returns the present instant in UTC; made once in `cli/wire.py` and handed down."""

T = TypeVar("T")

ALWAYS: Mapping[str, Period] = MappingProxyType({})
"""Of no source a period in which alone it is valid."""


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


class Arrival(NamedTuple):
    """A reading with the instant it was received at; None where that is no longer kept."""

    reading: Reading
    received_at_utc: datetime | None


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

    async def arrivals(self, source: str, quantity: Quantity, period: Period) -> tuple[Arrival, ...]:
        """Return the readings of one series in `period`, by instant, with when each was received."""
        ...

    async def count(self) -> dict[str, int]:
        """Return how many readings there are per kind of source, e.g. `{"meter": 12, "station": 3}`."""
        ...

    async def series(
        self, sources: Collection[str], quantity: Quantity, period: Period, resolution: Resolution, zone: ZoneInfo
    ) -> tuple[Course, ...]:
        """Return the course of each source that has one, by source; hours, days and months are those of `zone`."""
        ...

    async def totals(
        self,
        groups: Mapping[str, Collection[str]],
        quantity: Quantity,
        period: Period,
        zone: ZoneInfo,
        each: Resolution | None = None,
        valid: Mapping[str, Period] = ALWAYS,
    ) -> dict[str, tuple[Amount, ...]]:
        """Return what the sources of each group counted together: once for `period`, or per day or month of it.

        Outside of its `valid` period nothing is missing of a source.
        """
        ...

    async def shares(self, sources: Collection[str], quantity: Quantity, period: Period) -> dict[str, Shares]:
        """Return what the slots of each source stand on; time without slots is missing."""
        ...


class Direction(StrEnum):
    """Which way a frame went, seen from us."""

    IN = "in"
    OUT = "out"


class Frame(NamedTuple):
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

    async def frames_during(self, station: str, period: Period) -> tuple[Frame, ...]:
        """Return the frames of a station in `period`, in order."""
        ...


Written = Callable[[int, Exception | None], None]
"""Is told a frame's id once the frame is on disk, or why it is not."""


@runtime_checkable
class PromptJournal(Protocol):
    """A journal that needs nobody to wait for it."""

    def append_then(self, frame: Frame, written: Written) -> None:
        """Have a frame written; `written` is called when that is done, in the order of ids. It must not raise.

        Raises `StoreError` if the journal is closed.
        """
        ...


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


class TableSink(Protocol):
    """Takes history of many series at once."""

    async def put_table(self, table: Any, received_at_utc: datetime) -> int:
        """Store an Arrow table; return how many rows it has.

        Its columns are source, quantity, at_ms, value and perhaps quality; names best as dictionaries.
        Raises `ReadingError`, and stores nothing, where a row is no reading.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FactPoint:
    """A fact as the time series shows it: one row of `measurement` with `tags`, at an instant.

    Text that is free or personal is a field, never a tag.
    """

    measurement: str
    tags: Mapping[str, str]
    at_utc: datetime
    fields: Mapping[str, float | str | bool]


class FactSink(Protocol):
    """Publishes facts to the time series; only the latest version of each is there."""

    async def publish(self, points: Sequence[FactPoint]) -> None:
        """Return once all are durable. The same (measurement, tags, instant) again replaces all its fields."""
        ...

    async def withdraw_facts(self, measurement: str, period: Period, but: Sequence[FactPoint] = ()) -> None:
        """Take away all rows of a measurement in `period` except those at the places (tags, instant) of `but`."""
        ...


class Rewrite(NamedTuple):
    """A value that a reading had before another one came for the same instant, and when that one came."""

    source: str
    quantity: Quantity
    at_utc: datetime
    former_value: float
    noted_at_utc: datetime


class RewriteBook(Protocol):
    """Keeps the values that were replaced."""

    async def rewrites(self, noted: Period) -> tuple[Rewrite, ...]:
        """Return what was replaced in a period, in that order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class InfluxQlRequest:
    """One call of `/query`: statements in InfluxQL over `sites` (None: all), bound `params`.

    `epoch` is ns, u, ms, s, m or h; empty asks for RFC 3339 times.
    """

    text: str
    database: str
    epoch: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    sites: frozenset[str] | None = None


class InfluxQlEndpoint(Protocol):
    """Answers InfluxDB 1.x's `/query`."""

    async def ask(self, request: InfluxQlRequest) -> dict[str, Any]:
        """Return `{"results": [...]}` as InfluxDB 1.x does. Raises `RequestError` for what cannot be parsed."""
        ...


class StationCredentials(Protocol):
    """Keeps how stations prove themselves while that changes: several passwords, and the security profile."""

    async def offer(self, station: str) -> str | None:
        """Return a new password, good beside the one before from now on; None where none can be kept."""
        ...

    async def refused(self, station: str) -> None:
        """Forget the newest password: the station did not take it."""
        ...

    async def shown(self, station: str, password: bytes) -> None:
        """Forget the passwords before the one that a station has come with, unless that is the oldest."""
        ...

    async def came_by(self, station: str, profile: int) -> None:
        """Enter the security profile that a station came by, if it had taken it on from us."""
        ...


class Worker(Protocol):
    """Runs heavy pure calculation outside of the daemons' process."""

    async def run(self, function: Callable[..., T], *arguments: object) -> T:
        """Return what an importable function returns; arguments and result are copied.

        Raises what the function raises, `UnavailableError` if the process died over it. Cancelling
        the caller ends the calculation.
        """
        ...
