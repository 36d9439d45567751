"""What a station shows, watches and tells of people, and what makers say in words of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.command_requests.upkeep import CertificateHash
from core.command_words import (
    MessageFormat,
    MessagePriority,
    MessageState,
    MonitorCriterion,
    MonitoringBase,
    MonitorKind,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataTransfer:
    """Send a maker's own message."""

    vendor: str
    message: str = ""
    data: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMessage:
    """Show a text on a display (2.x), the whole station's or that of an outlet."""

    number: int
    text: str
    language: str = "de"
    format: MessageFormat = MessageFormat.UTF8
    priority: MessagePriority = MessagePriority.NORMAL
    state: MessageState | None = None
    from_utc: datetime | None = None
    until_utc: datetime | None = None
    session: str = ""
    connector: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetMessages:
    """Ask for the texts that a station has for its display (2.x)."""

    numbers: tuple[int, ...] = ()
    priority: MessagePriority | None = None
    state: MessageState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearMessage:
    """Take a text off a display (2.x)."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor:
    """What is watched: 0 is the worst `severity`, 9 the least. `number` replaces the monitor that has it."""

    key: str
    kind: MonitorKind
    value: float
    severity: int
    during_sessions_only: bool = False
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMonitoring:
    """Set monitors on variables (2.x)."""

    monitors: tuple[Monitor, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearMonitoring:
    """Take monitors away (2.x)."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMonitoringBase:
    """Turn a whole set of monitors on (2.x)."""

    base: MonitoringBase


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMonitoringLevel:
    """Report only what is at least that bad (2.x): 0 is the worst, 9 is everything."""

    severity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestMonitoringReport:
    """Ask which monitors are set (2.x)."""

    criteria: tuple[MonitorCriterion, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerInformation:
    """Make a station tell, or forget, what it knows of a customer (2.x): by one of tag, identifier, certificate."""

    report: bool
    clear: bool
    tag: str = ""
    customer: str = ""
    certificate: CertificateHash | None = None
