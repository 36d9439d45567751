"""What happened: sessions, states, rejections, discoveries, audit.

Facts are values. They are made by pure code, kept by the ledger, and shown as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.people import Role
from core.quantities import Quantity
from core.readings import ReadingQuality
from core.texts import Finding


class Origin(StrEnum):
    """Whether a fact comes from a real message, from the demo's generator, or from another system's file."""

    RECORDED = "recorded"
    GENERATED = "generated"
    IMPORTED = "imported"


class Protocol(StrEnum):
    """An OCPP version as people write it."""

    OCPP_16 = "1.6"
    OCPP_201 = "2.0.1"
    OCPP_21 = "2.1"


class SessionState(StrEnum):
    """Whether a session still runs."""

    OPEN = "open"
    ENDED = "ended"


class TagVerdict(StrEnum):
    """What was answered to the tag; energy is recorded whatever it was."""

    ACCEPTED = "accepted"
    BLOCKED = "blocked"
    EXPIRED = "expired"
    INVALID = "invalid"
    NONE = "none"
    NOT_HERE = "not_here"
    NOT_NOW = "not_now"
    NO_CREDIT = "no_credit"
    CONCURRENT = "concurrent"
    NOT_THIS_OUTLET = "not_this_outlet"


class ConnectorStatus(StrEnum):
    """OCPP's connector states, 1.6 and 2.0.1 together."""

    AVAILABLE = "available"
    PREPARING = "preparing"
    CHARGING = "charging"
    SUSPENDED_EV = "suspended_ev"
    SUSPENDED_EVSE = "suspended_evse"
    FINISHING = "finishing"
    OCCUPIED = "occupied"
    RESERVED = "reserved"
    UNAVAILABLE = "unavailable"
    FAULTED = "faulted"


def source_of(station: str, connector: int) -> str:
    """Return the source id of the readings of an outlet."""
    return f"station:{station}/{connector}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeSession:
    """One transaction at an outlet: meter truth only, assembled from journal frames.

    `id` is stable over replays. `energy_wh` is None while it cannot be computed; `findings`
    say why, and name every repair. Instants are the station's own where it gave any.
    `first_frame` and `last_frame` are journal ids (0 for generated or imported history). `idle_s` is how long the
    vehicle stood there after energy had flowed for the last time, `skew_s` how much the station's clock was ahead
    (behind: negative); None: not known.
    """

    id: str
    station: str
    connector: int
    protocol: Protocol
    transaction: str
    state: SessionState
    begun_at_utc: datetime
    ended_at_utc: datetime | None = None
    tag: str | None = None
    tag_verdict: TagVerdict = TagVerdict.NONE
    register_start_wh: float | None = None
    register_stop_wh: float | None = None
    energy_wh: float | None = None
    peak_power_w: float | None = None
    samples: int = 0
    stop_reason: str | None = None
    quality: ReadingQuality = ReadingQuality.MEASURED
    findings: tuple[Finding, ...] = ()
    origin: Origin = Origin.RECORDED
    first_frame: int = 0
    last_frame: int = 0
    idle_s: float | None = None
    skew_s: float | None = None

    @property
    def source(self) -> str:
        """Return the source id of the outlet's readings."""
        return source_of(self.station, self.connector)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSpan:
    """Of a charge session where and when it was and what it took: what its quarter hours are shared out by."""

    id: str
    station: str
    connector: int
    begun_at_utc: datetime
    ended_at_utc: datetime | None
    energy_wh: float | None

    @property
    def source(self) -> str:
        """Return the source id of the outlet's readings."""
        return source_of(self.station, self.connector)


@dataclass(frozen=True, slots=True, kw_only=True)
class StationStatus:
    """The last state a station reported of an outlet; connector 0 is the whole station."""

    station: str
    connector: int
    status: ConnectorStatus
    at_utc: datetime
    received_at_utc: datetime
    error_code: str = ""
    info: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StationLink:
    """What is known of a station's connection, and what it said of itself at boot."""

    station: str
    connected: bool
    since_utc: datetime
    last_frame_at_utc: datetime | None = None
    protocol: Protocol | None = None
    maker: str = ""
    model: str = ""
    firmware: str = ""
    serial_number: str = ""
    booted_at_utc: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A message that was not used, kept whole (secrets, positions, VINs redacted) and replayable.

    `channel` is `mqtt:<broker>` or `ocpp`; `subject` is the topic or the station id.
    `id` is 0 until the ledger has given one.
    """

    channel: str
    subject: str
    reason: Finding
    payload: bytes
    received_at_utc: datetime
    id: int = 0
    replayed_at_utc: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """A topic or a station that nobody configured; `count` messages or attempts seen so far.

    `sample` is the last payload (redacted, at most 1 kB), `hint` the format it looks like.
    """

    channel: str
    subject: str
    first_seen_utc: datetime
    last_seen_utc: datetime
    count: int = 1
    sample: bytes = b""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something odd about a source that cost no reading: a clock that is wrong, a repaired field.

    Kept once per (source, code) with its count and the newest finding.
    """

    source: str
    finding: Finding
    first_seen_utc: datetime
    last_seen_utc: datetime
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LastValue:
    """The newest reading of one series and when it was received."""

    source: str
    quantity: Quantity
    at_utc: datetime
    value: float
    quality: ReadingQuality
    received_at_utc: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person who signs in. `password_hash` is argon2 or empty (sign-in by link only)."""

    name: str
    role: Role
    sites: frozenset[str] | None = None
    language: str = "de"
    password_hash: str = field(default="", repr=False)
    created_at_utc: datetime
    disabled_at_utc: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A program's access. Only the digest of its secret is kept; `role` and `sites` are its scope."""

    name: str
    digest: str = field(repr=False)
    role: Role
    sites: frozenset[str] | None = None
    created_by: str
    created_at_utc: datetime
    expires_at_utc: datetime
    revoked_at_utc: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change, by whom, when; `digest` = SHA-256 over the previous digest and this entry's content."""

    number: int
    at_utc: datetime
    actor: str
    action: str
    subject: str
    detail: str
    digest: str


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The newest entry of the audit chain (0 and empty: there is none).

    Kept outside, it later proves that no entry up to it has been changed or removed.
    """

    number: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedSpan:
    """A span of a source's history that the demo generated, so that nobody takes it for measured."""

    source: str
    start_utc: datetime
    end_utc: datetime
    seed: int
