"""The words in which things are asked of charge points. Each version's own words stand in `chargepoints.commands`."""

from __future__ import annotations

from enum import StrEnum


class ResetWay(StrEnum):
    """How a station restarts."""

    IMMEDIATE = "immediate"
    """At once; sessions end properly (1.6 Soft, 2.x Immediate)."""
    HARD = "hard"
    """At once, the whole device, even where it hangs (1.6 Hard; 2.x knows Immediate only)."""
    ON_IDLE = "on_idle"
    """When nobody charges (2.x OnIdle). A 1.6 station does not wait by itself: who sends it waits until it is idle."""
    RESUME = "resume"
    """At once, and sessions go on afterwards (2.1 ImmediateAndResume)."""


class LimitPurpose(StrEnum):
    """What a limit is for."""

    STATION = "station"
    """The whole station, always (1.6 ChargePointMaxProfile, 2.x ChargingStationMaxProfile)."""
    DEFAULT = "default"
    """Every session that has no limit of its own (TxDefaultProfile)."""
    SESSION = "session"
    """One running session (TxProfile)."""
    EXTERNAL = "external"
    """Set by somebody else, such as the grid operator; can be asked for and never set (2.x)."""


class LimitTime(StrEnum):
    """From when the steps of a limit count."""

    ABSOLUTE = "absolute"
    RELATIVE = "relative"
    """From the begin of each session; not for a whole station."""
    DAILY = "daily"
    WEEKLY = "weekly"


class LimitSource(StrEnum):
    """Who set a limit (2.x ChargingLimitSource)."""

    ENERGY_MANAGEMENT = "energy_management"
    GRID_OPERATOR = "grid_operator"
    CENTRAL_SYSTEM = "central_system"
    OTHER = "other"


class RateUnit(StrEnum):
    """In which unit a schedule is told."""

    WATT = "W"
    AMPERE = "A"


class ReportBase(StrEnum):
    """Which whole report of a station's variables (2.x)."""

    CONFIGURATION = "configuration"
    """What can be set."""
    FULL = "full"
    SUMMARY = "summary"
    """What is available, and what is wrong."""


class ReportCriterion(StrEnum):
    """Which components a report takes (2.x ComponentCriterion)."""

    ACTIVE = "active"
    AVAILABLE = "available"
    ENABLED = "enabled"
    PROBLEM = "problem"


class Triggered(StrEnum):
    """Which message a station is asked to send now."""

    BOOT = "boot"
    HEARTBEAT = "heartbeat"
    STATUS = "status"
    METER_VALUES = "meter_values"
    TRANSACTION = "transaction"
    FIRMWARE_STATUS = "firmware_status"
    LOG_STATUS = "log_status"
    DIAGNOSTICS_STATUS = "diagnostics_status"
    PUBLISH_FIRMWARE_STATUS = "publish_firmware_status"
    CERTIFICATE_REQUEST = "certificate_request"
    """A request to sign the station's own certificate."""
    CERTIFICATE_REQUEST_V2G = "certificate_request_v2g"
    CERTIFICATE_REQUEST_COMBINED = "certificate_request_combined"


class ListUpdate(StrEnum):
    """Whether a list of tags replaces the station's or changes it."""

    FULL = "full"
    DIFFERENTIAL = "differential"


class ListStatus(StrEnum):
    """What a station's list says of a tag."""

    ACCEPTED = "accepted"
    BLOCKED = "blocked"
    EXPIRED = "expired"
    INVALID = "invalid"


class LogKind(StrEnum):
    """Which log a station uploads."""

    DIAGNOSTICS = "diagnostics"
    SECURITY = "security"
    DATA_COLLECTOR = "data_collector"
    """2.1 only."""


class CertificateUse(StrEnum):
    """What a certificate in a station is for."""

    CENTRAL_ROOT = "central_root"
    """Proves the central system (1.6 CentralSystemRootCertificate, 2.x CSMSRootCertificate)."""
    MAKER_ROOT = "maker_root"
    """Proves firmware (ManufacturerRootCertificate)."""
    V2G_ROOT = "v2g_root"
    CONTRACT_ROOT = "contract_root"
    """Proves contracts (MORootCertificate)."""
    VEHICLE_ROOT = "vehicle_root"
    """Proves vehicles (2.1 OEMRootCertificate)."""
    V2G_CHAIN = "v2g_chain"
    """The station's own towards vehicles; can be listed only."""


class SignedUse(StrEnum):
    """What a certificate that a station asked for is for."""

    STATION = "station"
    V2G = "v2g"
    BOTH = "both"
    """2.1 only: V2G20Certificate."""


class HashAlgorithm(StrEnum):
    """By which hashes a certificate is named."""

    SHA256 = "SHA256"
    SHA384 = "SHA384"
    SHA512 = "SHA512"


class MessagePriority(StrEnum):
    """How a text stands on a station's display."""

    ALWAYS_FRONT = "always_front"
    IN_FRONT = "in_front"
    NORMAL = "normal"


class MessageState(StrEnum):
    """In which state of a station a text is shown."""

    CHARGING = "charging"
    FAULTED = "faulted"
    IDLE = "idle"
    UNAVAILABLE = "unavailable"


class MessageFormat(StrEnum):
    """What a text for a display is written in."""

    ASCII = "ASCII"
    UTF8 = "UTF8"
    HTML = "HTML"
    URI = "URI"


class MonitorKind(StrEnum):
    """When a monitor reports (2.x MonitorEnum)."""

    UPPER_THRESHOLD = "upper_threshold"
    LOWER_THRESHOLD = "lower_threshold"
    DELTA = "delta"
    PERIODIC = "periodic"
    PERIODIC_CLOCK_ALIGNED = "periodic_clock_aligned"


class MonitorCriterion(StrEnum):
    """Which monitors a report takes (2.x MonitoringCriterion)."""

    THRESHOLD = "threshold"
    DELTA = "delta"
    PERIODIC = "periodic"


class MonitoringBase(StrEnum):
    """Which set of monitors is on (2.x)."""

    ALL = "all"
    FACTORY_DEFAULT = "factory_default"
    HARD_WIRED = "hard_wired"
