"""What each kind of command carries: one class per `CommandKind`, in words that no OCPP version owns.

All fields become JSON (`Command.request`). A tag is its pseudonym; its uid is looked up where the command
is sent. `connector` is an outlet as sessions name it: the connector of 1.6, the EVSE of 2.x; None or 0 is
the whole station. `plug` is the connector within an EVSE of 2.x. `session` is a charge session's id.
Settings are named as `core.variable_names` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.command_words import (
    CertificateUse,
    HashAlgorithm,
    LimitPurpose,
    LimitSource,
    LimitTime,
    ListStatus,
    ListUpdate,
    LogKind,
    MessageFormat,
    MessagePriority,
    MessageState,
    MonitorCriterion,
    MonitoringBase,
    MonitorKind,
    RateUnit,
    ReportBase,
    ReportCriterion,
    ResetWay,
    SignedUse,
    Triggered,
)
from core.commands import CommandKind


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCharging:
    """Start a session for a tag, at most at a power or a current if one is given; `parent_tag` is the tag's group."""

    connector: int
    tag: str
    power_w: float | None = None
    current_a: float | None = None
    phases: int | None = None
    parent_tag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopCharging:
    """End a running session."""

    session: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetStation:
    """Restart a station, or one EVSE of it (2.x)."""

    way: ResetWay = ResetWay.IMMEDIATE
    connector: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlockConnector:
    """Release a locked plug."""

    connector: int
    plug: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAvailability:
    """Take an outlet, or the whole station, in or out of service."""

    operative: bool
    connector: int | None = None
    plug: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveOutlet:
    """Keep an outlet, or any of the station, for a tag until then. `number` names the reservation ever after."""

    number: int
    tag: str
    until_utc: datetime
    connector: int | None = None
    parent_tag: str = ""
    connector_type: str = ""
    """Of any outlet, one with such a plug, as OCPP 2.x calls it, e.g. `sType2` or `cCCS2`; 1.6 knows no types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelReservation:
    """Give a reserved outlet free."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitStep:
    """A limit from `start_s` on, counted from the begin of its schedule: a power or a current."""

    start_s: int
    power_w: float | None = None
    current_a: float | None = None
    phases: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitPower:
    """Limit power or current, constantly or by `steps`. `profile` is the limit's number at the station.

    `from_utc` is the begin of the schedule, the time of sending where there is none; the limit ends at
    `until_utc`. Of several limits for the same purpose the one with the highest `stack_level` counts.
    """

    power_w: float | None = None
    current_a: float | None = None
    phases: int | None = None
    steps: tuple[LimitStep, ...] = ()
    connector: int | None = None
    purpose: LimitPurpose = LimitPurpose.STATION
    time: LimitTime = LimitTime.ABSOLUTE
    from_utc: datetime | None = None
    until_utc: datetime | None = None
    stack_level: int = 0
    profile: int | None = None
    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearLimit:
    """Take away limits: the one of this number, or all that fit."""

    profile: int | None = None
    connector: int | None = None
    purpose: LimitPurpose | None = None
    stack_level: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetLimits:
    """Ask for the limits a station has (2.x)."""

    connector: int | None = None
    purpose: LimitPurpose | None = None
    stack_level: int | None = None
    profiles: tuple[int, ...] = ()
    sources: tuple[LimitSource, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositeSchedule:
    """Ask what all limits together allow in the next `duration_s`."""

    connector: int = 0
    duration_s: int = 86_400
    unit: RateUnit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetConfiguration:
    """Ask for settings by name, all if none is named."""

    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A setting's name and value."""

    key: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetConfiguration:
    """Change settings; 1.6 takes one at a time."""

    settings: tuple[Setting, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReport:
    """Ask for a report of variables (2.x): a whole one, or what fits criteria and names."""

    base: ReportBase | None = None
    criteria: tuple[ReportCriterion, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetNetworkProfile:
    """Tell a station how it may reach us (2.x), in one of its slots."""

    slot: int
    url: str
    security_profile: int
    interface: str = "Wired0"
    timeout_s: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerMessage:
    """Ask a station to send a message now."""

    message: Triggered
    connector: int | None = None
    plug: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearCache:
    """Make a station forget the tags it learnt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListVersion:
    """Ask for the version of a station's list of tags."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry:
    """A tag of a station's list; without a status a differential update takes it out.

    `card_group` is the name of the tag's group as answers say it (parentIdTag, groupIdToken).
    """

    tag: str
    status: ListStatus | None = ListStatus.ACCEPTED
    until_utc: datetime | None = None
    parent_tag: str = ""
    card_group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendList:
    """Replace or change a station's list of tags."""

    version: int
    update: ListUpdate = ListUpdate.FULL
    entries: tuple[ListEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateFirmware:
    """Load and install firmware, signed where signature and certificate (PEM) are given."""

    url: str
    retrieve_at_utc: datetime
    install_at_utc: datetime | None = None
    retries: int | None = None
    retry_interval_s: int | None = None
    signing_certificate: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishFirmware:
    """Make a local controller offer firmware to its stations (2.x). `checksum` is MD5 over the file."""

    url: str
    checksum: str
    retries: int | None = None
    retry_interval_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpublishFirmware:
    """End that offer."""

    checksum: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLog:
    """Make a station upload a log to `url`, the part of it between two instants if they are given."""

    url: str
    kind: LogKind = LogKind.DIAGNOSTICS
    from_utc: datetime | None = None
    to_utc: datetime | None = None
    retries: int | None = None
    retry_interval_s: int | None = None
    by_get_log: bool = False
    """Ask a 1.6 station by GetLog of the security whitepaper for diagnostics, too; for a security log it always is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallCertificate:
    """Give a station a root certificate (PEM)."""

    use: CertificateUse
    certificate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateHash:
    """What names a certificate without being it; hexadecimal."""

    issuer_name_hash: str
    issuer_key_hash: str
    serial_number: str
    algorithm: HashAlgorithm = HashAlgorithm.SHA256


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteCertificate:
    """Take a certificate out of a station."""

    certificate: CertificateHash


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCertificates:
    """Ask which certificates a station has; 1.6 takes one use at a time."""

    uses: tuple[CertificateUse, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateSigned:
    """Give a station the certificate (PEM chain) that it asked to be signed. `request` is 2.1's number of it."""

    chain: str
    use: SignedUse = SignedUse.STATION
    request: int | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionStatus:
    """Ask whether a session runs, and whether messages still wait at the station (2.x)."""

    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostUpdated:
    """Tell a station what a session has cost so far (2.x)."""

    session: str
    total_eur: Decimal


REQUESTS: Mapping[CommandKind, type] = {
    CommandKind.START: StartCharging,
    CommandKind.STOP: StopCharging,
    CommandKind.RESET: ResetStation,
    CommandKind.UNLOCK: UnlockConnector,
    CommandKind.AVAILABILITY: ChangeAvailability,
    CommandKind.RESERVE: ReserveOutlet,
    CommandKind.CANCEL_RESERVATION: CancelReservation,
    CommandKind.LIMIT: LimitPower,
    CommandKind.CLEAR_LIMIT: ClearLimit,
    CommandKind.GET_LIMITS: GetLimits,
    CommandKind.COMPOSITE_SCHEDULE: CompositeSchedule,
    CommandKind.GET: GetConfiguration,
    CommandKind.SET: SetConfiguration,
    CommandKind.REPORT: RequestReport,
    CommandKind.NETWORK_PROFILE: SetNetworkProfile,
    CommandKind.TRIGGER: TriggerMessage,
    CommandKind.CLEAR_CACHE: ClearCache,
    CommandKind.LIST_VERSION: ListVersion,
    CommandKind.SEND_LIST: SendList,
    CommandKind.FIRMWARE: UpdateFirmware,
    CommandKind.PUBLISH_FIRMWARE: PublishFirmware,
    CommandKind.UNPUBLISH_FIRMWARE: UnpublishFirmware,
    CommandKind.LOG: RequestLog,
    CommandKind.INSTALL_CERTIFICATE: InstallCertificate,
    CommandKind.DELETE_CERTIFICATE: DeleteCertificate,
    CommandKind.LIST_CERTIFICATES: ListCertificates,
    CommandKind.CERTIFICATE_SIGNED: CertificateSigned,
    CommandKind.DATA_TRANSFER: DataTransfer,
    CommandKind.SET_MESSAGE: SetMessage,
    CommandKind.GET_MESSAGES: GetMessages,
    CommandKind.CLEAR_MESSAGE: ClearMessage,
    CommandKind.SET_MONITORING: SetMonitoring,
    CommandKind.CLEAR_MONITORING: ClearMonitoring,
    CommandKind.MONITORING_BASE: SetMonitoringBase,
    CommandKind.MONITORING_LEVEL: SetMonitoringLevel,
    CommandKind.MONITORING_REPORT: RequestMonitoringReport,
    CommandKind.CUSTOMER_INFORMATION: CustomerInformation,
    CommandKind.TRANSACTION_STATUS: TransactionStatus,
    CommandKind.COST_UPDATED: CostUpdated,
}
"""The class whose fields the request of a kind has."""
