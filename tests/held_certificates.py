"""Certificates as the ledger may hold them."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.certificates import OURS, CertificateFacts, CertificatePurpose, CertificateRecord, CertificateState

PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


def held(
    now_utc: datetime,
    station: str = OURS,
    purpose: CertificatePurpose = CertificatePurpose.AUTHORITY,
    state: CertificateState = CertificateState.IN_USE,
    days: float = 400,
) -> CertificateRecord:
    """Return a certificate that is good for so many days more."""
    facts = CertificateFacts(
        fingerprint=f"{station or 'own'}-{purpose}-{days:g}",
        subject=f"CN={station or 'Ladestationen'}",
        issuer="CN=Ladestationen",
        serial_number="0a1b2c",
        valid_from_utc=now_utc - timedelta(days=1),
        valid_to_utc=now_utc + timedelta(days=days),
        pem=PEM,
    )
    return CertificateRecord(
        station=station, purpose=purpose, facts=facts, state=state, noted_at_utc=now_utc, changed_at_utc=now_utc
    )
