"""What stations may be asked to show, to watch and to tell of people, and what is in words of makers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from core.command_requests import (
    ClearMessage,
    ClearMonitoring,
    GetMessages,
    RequestMonitoringReport,
    SetMonitoringBase,
    SetMonitoringLevel,
)
from core.command_words import MessageFormat, MessagePriority, MessageState, MonitorKind
from operations.stations.requests.targets import Targets


@dataclass(frozen=True, kw_only=True)
class AskTransfer(Targets):
    """Sends a maker's own message."""

    vendor: str
    message: str = ""
    vendor_data: str = ""


@dataclass(frozen=True, kw_only=True)
class AskDisplay(Targets):
    """Shows a text on displays (2.x)."""

    number: int
    shown_text: str
    text_language: str = "de"
    text_format: MessageFormat = MessageFormat.UTF8
    priority: MessagePriority = MessagePriority.NORMAL
    state: MessageState | None = None
    from_utc: datetime | None = None
    until_utc: datetime | None = None
    session: str = ""
    connector: int | None = None


@dataclass(frozen=True, kw_only=True)
class AskDisplayed(Targets, GetMessages):
    """Asks for the texts of displays (2.x)."""


@dataclass(frozen=True, kw_only=True)
class AskNoDisplay(Targets, ClearMessage):
    """Takes a text off displays (2.x)."""


@dataclass(frozen=True, kw_only=True)
class AskMonitor(Targets):
    """Sets a monitor on a variable (2.x)."""

    key: str
    monitor: MonitorKind
    value: float
    severity: int
    during_sessions_only: bool = False
    number: int | None = None


@dataclass(frozen=True, kw_only=True)
class AskNoMonitor(Targets, ClearMonitoring):
    """Takes monitors away (2.x)."""


@dataclass(frozen=True, kw_only=True)
class AskMonitoringBase(Targets, SetMonitoringBase):
    """Turns a set of monitors on (2.x)."""


@dataclass(frozen=True, kw_only=True)
class AskMonitoringLevel(Targets, SetMonitoringLevel):
    """Says from which severity on monitors report (2.x)."""


@dataclass(frozen=True, kw_only=True)
class AskMonitors(Targets, RequestMonitoringReport):
    """Asks which monitors are set (2.x)."""


@dataclass(frozen=True, kw_only=True)
class AskCustomer(Targets):
    """Makes stations tell (`report`) or forget (`clear`) what they know of a customer (2.x)."""

    report: bool = False
    clear: bool = False
    tag: str = ""
    customer: str = field(default="", metadata={"personal": True})
