"""What people may ask of charge points: the fields of each kind of command, with which stations and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final

from annotated_types import Ge, Le

from core.command_requests import (
    CancelReservation,
    ChangeAvailability,
    ClearCache,
    ClearLimit,
    ClearMessage,
    ClearMonitoring,
    CompositeSchedule,
    CostUpdated,
    GetConfiguration,
    GetLimits,
    GetMessages,
    InstallCertificate,
    ListCertificates,
    ListVersion,
    RequestMonitoringReport,
    RequestReport,
    ResetStation,
    SetMonitoringBase,
    SetMonitoringLevel,
    StartCharging,
    TransactionStatus,
    TriggerMessage,
    UnlockConnector,
    UnpublishFirmware,
)
from core.command_words import (
    HashAlgorithm,
    LimitPurpose,
    LimitTime,
    ListUpdate,
    LogKind,
    MessageFormat,
    MessagePriority,
    MessageState,
    MonitorKind,
)
from core.commands import CommandKind

Wait = Annotated[float, Ge(0), Le(600)]


@dataclass(frozen=True, kw_only=True)
class Targets:
    """Of which stations, and when: `id` is a station, several parted by commas, or all of a site (`site:lra`).

    With `when_idle` or `at_utc` a command waits until `expires_utc`, a day if that is not said; else a minute. The
    answer of a station is waited for `answer_within_s`, what it leads to for at most `wait_s`: then it is told how far
    it is, and goes on.
    """

    id: str
    when_idle: bool = False
    at_utc: datetime | None = None
    expires_utc: datetime | None = None
    answer_within_s: Wait | None = None
    wait_s: Wait = 30.0


@dataclass(frozen=True, kw_only=True)
class AskStart(Targets, StartCharging):
    """`tag` is a card's id or pseudonym."""


@dataclass(frozen=True, kw_only=True)
class AskStop(Targets):
    """Ends the session, or the one that runs at an outlet, or all of the stations."""

    session: str | None = None
    connector: int | None = None


@dataclass(frozen=True, kw_only=True)
class AskReset(Targets, ResetStation):
    """Restarts stations, or an EVSE."""


@dataclass(frozen=True, kw_only=True)
class AskUnlock(Targets, UnlockConnector):
    """Releases a plug."""


@dataclass(frozen=True, kw_only=True)
class AskAvailability(Targets, ChangeAvailability):
    """Takes outlets in or out of service."""


@dataclass(frozen=True, kw_only=True)
class AskReservation(Targets):
    """Keeps an outlet for a card until then; without a `number` one is given."""

    tag: str
    until_utc: datetime
    connector: int | None = None
    number: int | None = None
    parent_tag: str = ""


@dataclass(frozen=True, kw_only=True)
class AskNoReservation(Targets, CancelReservation):
    """Gives a reserved outlet free."""


@dataclass(frozen=True, kw_only=True)
class AskLimit(Targets):
    """Limits power or current; `steps` are texts like `3600=11000`: from that second on so many watts (or ampere)."""

    power_w: float | None = None
    current_a: float | None = None
    phases: int | None = None
    steps: tuple[str, ...] = ()
    connector: int | None = None
    purpose: LimitPurpose = LimitPurpose.STATION
    time: LimitTime = LimitTime.ABSOLUTE
    from_utc: datetime | None = None
    until_utc: datetime | None = None
    stack_level: int = 0
    profile: int | None = None
    session: str = ""


@dataclass(frozen=True, kw_only=True)
class AskNoLimit(Targets, ClearLimit):
    """Takes limits away."""


@dataclass(frozen=True, kw_only=True)
class AskLimits(Targets, GetLimits):
    """Asks which limits there are (2.x)."""


@dataclass(frozen=True, kw_only=True)
class AskSchedule(Targets, CompositeSchedule):
    """Asks what all limits together allow."""


@dataclass(frozen=True, kw_only=True)
class AskSettings(Targets, GetConfiguration):
    """Asks for settings, all of them where no `keys` are named."""


@dataclass(frozen=True, kw_only=True)
class AskChange(Targets):
    """Changes settings, each written `name=value`."""

    settings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AskReport(Targets, RequestReport):
    """Asks for a report of variables (2.x)."""


@dataclass(frozen=True, kw_only=True)
class AskNetwork(Targets):
    """Tells stations how they may reach us (2.x)."""

    slot: int
    csms_url: str
    security_profile: int
    interface: str = "Wired0"
    timeout_s: int = 30


@dataclass(frozen=True, kw_only=True)
class AskMessage(Targets, TriggerMessage):
    """Asks stations to send a message now."""


@dataclass(frozen=True, kw_only=True)
class AskClearCache(Targets, ClearCache):
    """Makes stations forget the cards they learnt."""


@dataclass(frozen=True, kw_only=True)
class AskListVersion(Targets, ListVersion):
    """Asks for the version of the list of cards."""


@dataclass(frozen=True, kw_only=True)
class AskList(Targets):
    """Replaces or changes the list of cards: `tags` by id or pseudonym, `removed` (differential) those that go."""

    version: int
    update: ListUpdate = ListUpdate.FULL
    tags: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AskFirmware(Targets):
    """Has firmware loaded and installed."""

    file_url: str
    retrieve_at_utc: datetime
    install_at_utc: datetime | None = None
    retries: int | None = None
    retry_interval_s: int | None = None
    signing_certificate: str = field(default="", metadata={"file": True})
    signature: str = ""


@dataclass(frozen=True, kw_only=True)
class AskPublished(Targets):
    """Has a local controller offer firmware (2.x)."""

    file_url: str
    checksum: str
    retries: int | None = None
    retry_interval_s: int | None = None


@dataclass(frozen=True, kw_only=True)
class AskUnpublished(Targets, UnpublishFirmware):
    """Ends that offer."""


@dataclass(frozen=True, kw_only=True)
class AskLog(Targets):
    """Has a log uploaded: to us, each station under an address of its own, if no address is given."""

    file_url: str = ""
    kind: LogKind = LogKind.DIAGNOSTICS
    from_utc: datetime | None = None
    to_utc: datetime | None = None
    retries: int | None = None
    retry_interval_s: int | None = None
    by_get_log: bool = False


@dataclass(frozen=True, kw_only=True)
class AskCertificates(Targets, ListCertificates):
    """Asks which certificates there are."""


@dataclass(frozen=True, kw_only=True)
class AskInstall(Targets, InstallCertificate):
    """Gives stations a root certificate (PEM, or `@FILE`)."""

    certificate: str = field(metadata={"file": True})


@dataclass(frozen=True, kw_only=True)
class AskNoCertificate(Targets):
    """Takes a certificate out of stations, named by its hashes."""

    issuer_name_hash: str
    issuer_key_hash: str
    serial_number: str
    algorithm: HashAlgorithm = HashAlgorithm.SHA256


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


@dataclass(frozen=True, kw_only=True)
class AskTransaction(Targets, TransactionStatus):
    """Asks whether a session runs, and whether messages wait (2.x)."""


@dataclass(frozen=True, kw_only=True)
class AskCost(Targets, CostUpdated):
    """Tells what a session has cost so far (2.x)."""


RENAMED: Final[Mapping[str, str]] = {
    "file_url": "url",
    "csms_url": "url",
    "vendor_data": "data",
    "shown_text": "text",
    "text_language": "language",
    "text_format": "format",
}
"""Fields that the command line could not tell from its own options, and what they are called in the command."""

PLAIN: Final[Mapping[type[Any], CommandKind]] = {
    AskReset: CommandKind.RESET,
    AskUnlock: CommandKind.UNLOCK,
    AskAvailability: CommandKind.AVAILABILITY,
    AskNoReservation: CommandKind.CANCEL_RESERVATION,
    AskNoLimit: CommandKind.CLEAR_LIMIT,
    AskLimits: CommandKind.GET_LIMITS,
    AskSchedule: CommandKind.COMPOSITE_SCHEDULE,
    AskSettings: CommandKind.GET,
    AskReport: CommandKind.REPORT,
    AskNetwork: CommandKind.NETWORK_PROFILE,
    AskMessage: CommandKind.TRIGGER,
    AskClearCache: CommandKind.CLEAR_CACHE,
    AskListVersion: CommandKind.LIST_VERSION,
    AskFirmware: CommandKind.FIRMWARE,
    AskPublished: CommandKind.PUBLISH_FIRMWARE,
    AskUnpublished: CommandKind.UNPUBLISH_FIRMWARE,
    AskLog: CommandKind.LOG,
    AskCertificates: CommandKind.LIST_CERTIFICATES,
    AskInstall: CommandKind.INSTALL_CERTIFICATE,
    AskTransfer: CommandKind.DATA_TRANSFER,
    AskDisplay: CommandKind.SET_MESSAGE,
    AskDisplayed: CommandKind.GET_MESSAGES,
    AskNoDisplay: CommandKind.CLEAR_MESSAGE,
    AskNoMonitor: CommandKind.CLEAR_MONITORING,
    AskMonitoringBase: CommandKind.MONITORING_BASE,
    AskMonitoringLevel: CommandKind.MONITORING_LEVEL,
    AskMonitors: CommandKind.MONITORING_REPORT,
    AskTransaction: CommandKind.TRANSACTION_STATUS,
    AskCost: CommandKind.COST_UPDATED,
}
"""Requests whose fields are those of the command."""
