"""What may be asked about firmware, logs and certificates of stations."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from core.command_requests import InstallCertificate, ListCertificates, UnpublishFirmware
from core.command_words import HashAlgorithm, LogKind
from operations.stations.requests.targets import Targets


@dataclass(frozen=True, kw_only=True)
class AskFirmware(Targets):
    """Has firmware loaded and installed: a file of the library, or from an address; at once if no instant is said."""

    file_url: str = ""
    file: int | None = None
    retrieve_at_utc: datetime | None = None
    install_at_utc: datetime | None = None
    retries: int | None = None
    retry_interval_s: int | None = None
    signing_certificate: str = field(default="", metadata={"file": True})
    signature: str = ""


@dataclass(frozen=True, kw_only=True)
class AskPublished(Targets):
    """Has a local controller offer firmware (2.x): a file of the library, or from an address with its checksum."""

    file_url: str = ""
    checksum: str = ""
    file: int | None = None
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
