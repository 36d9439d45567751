"""Certificates that the service and its charge points stand on: whose they are, until when, and how they fare.

A certificate is public; keys are never here. Each stands once for each place it is at: the same root in two stations
is two rows.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from core.texts import Finding

OURS = ""
"""The station of a certificate that the service itself uses."""


class CertificatePurpose(StrEnum):
    """What a certificate is for. The first three are the service's own, the others are in stations."""

    AUTHORITY = "authority"
    """Signs what stations ask for."""
    SERVER = "server"
    """Proves the service at the encrypted port."""
    CLIENT_AUTHORITY = "client_authority"
    """An authority of others whose certificates are taken from stations."""
    STATION = "station"
    """Proves a station; signed by our authority."""
    CENTRAL_ROOT = "central_root"
    """Installed in a station: by it the station knows the service."""
    MAKER_ROOT = "maker_root"
    """Installed in a station: by it the station knows firmware."""
    OTHER_ROOT = "other_root"
    """Installed in a station for contracts and vehicles (ISO 15118), which is not ours to use."""


ROOTS = frozenset({CertificatePurpose.CENTRAL_ROOT, CertificatePurpose.MAKER_ROOT, CertificatePurpose.OTHER_ROOT})
"""What is installed in stations by command."""


class CertificateState(StrEnum):
    """How a certificate fares. Only the first three are still of use."""

    IN_USE = "in_use"
    """By the service itself, or by a station that accepted it."""
    ISSUED = "issued"
    """Signed, or asked to be installed, and not yet sent."""
    SENT = "sent"
    """Sent, and not answered."""
    REJECTED = "rejected"
    DELETED = "deleted"
    SUPERSEDED = "superseded"
    """A newer one took its place."""

    @property
    def counts(self) -> bool:
        """Return whether its end matters to anybody."""
        return self in (CertificateState.IN_USE, CertificateState.ISSUED, CertificateState.SENT)


class Urgency(StrEnum):
    """How soon somebody must see to a certificate."""

    FINE = "fine"
    SOON = "soon"
    URGENT = "urgent"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiryDays:
    """How many days before a certificate's end people are told, and told again."""

    soon: int = 30
    urgent: int = 7

    def urgency(self, valid_to_utc: datetime, now_utc: datetime) -> Urgency:
        """Return how soon somebody must see to a certificate that ends then."""
        left = valid_to_utc - now_utc
        if left <= timedelta():
            return Urgency.OVER
        if left <= timedelta(days=self.urgent):
            return Urgency.URGENT
        return Urgency.SOON if left <= timedelta(days=self.soon) else Urgency.FINE


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """What a certificate says. `fingerprint` is its SHA-256, `serial_number` its number, both hexadecimal."""

    fingerprint: str
    subject: str
    issuer: str
    serial_number: str
    valid_from_utc: datetime
    valid_to_utc: datetime
    pem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRecord:
    """A certificate at a station (or `OURS`), and how it fares since `changed_at_utc`; `finding` says why.

    `tries` counts how often it was sent.
    """

    station: str
    purpose: CertificatePurpose
    facts: CertificateFacts
    state: CertificateState
    noted_at_utc: datetime
    changed_at_utc: datetime
    tries: int = 0
    finding: Finding | None = None


class CertificateBook(Protocol):
    """Keeps certificates."""

    async def save_certificates(self, records: Sequence[CertificateRecord]) -> None:
        """Insert certificates, or replace them by station, purpose and fingerprint; all or none."""
        ...

    async def certificates(
        self, stations: Collection[str] | None = None, purposes: Collection[CertificatePurpose] | None = None
    ) -> tuple[CertificateRecord, ...]:
        """Return certificates (of these stations, for these purposes), those that end first at the front."""
        ...
