"""Firmware, logs and certificates of a station."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.command_words import CertificateUse, HashAlgorithm, LogKind, SignedUse


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
