"""The book of certificates, over every ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from core.certificates import OURS, CertificateFacts, CertificatePurpose, CertificateRecord, CertificateState
from core.retention import RecordKind
from core.texts import Finding
from store.ledger.ledger import SqlLedger

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def record(station: str = "cp1", days: int = 400, **given: Any) -> CertificateRecord:
    facts = CertificateFacts(
        fingerprint="ab" * 32,
        subject=f"CN={station}",
        issuer="CN=Ladestationen",
        serial_number="0a1b",
        valid_from_utc=NOW,
        valid_to_utc=NOW + timedelta(days=days),
        pem="-----BEGIN CERTIFICATE-----",
    )
    made = CertificateRecord(
        station=station,
        purpose=CertificatePurpose.STATION,
        facts=facts,
        state=CertificateState.ISSUED,
        noted_at_utc=NOW,
        changed_at_utc=NOW,
    )
    return replace(made, **given)


async def test_a_certificate_stands_once_for_each_place_and_is_replaced_as_it_fares(ledger: SqlLedger) -> None:
    await ledger.save_certificates([record(), record("cp2")])
    refused = record(state=CertificateState.REJECTED, tries=3, finding=Finding.of("commands.refused"))
    await ledger.save_certificates([refused])
    assert await ledger.certificates() == (refused, record("cp2"))


async def test_certificates_come_by_their_end_of_stations_and_for_purposes(ledger: SqlLedger) -> None:
    late, soon = record(days=300), record("cp2", days=30)
    own = record(OURS, days=7000, purpose=CertificatePurpose.AUTHORITY, state=CertificateState.IN_USE)
    await ledger.save_certificates([own, late, soon])
    assert await ledger.certificates() == (soon, late, own)
    assert await ledger.certificates({OURS}) == (own,)
    assert await ledger.certificates(purposes={CertificatePurpose.STATION}) == (soon, late)
    assert await ledger.certificates(set()) == ()


async def test_only_what_ended_long_ago_is_forgotten(ledger: SqlLedger) -> None:
    await ledger.save_certificates([record(days=-1), record("cp2", days=1)])
    assert await ledger.forget_records(RecordKind.CERTIFICATES, NOW) == 1
    assert [each.station for each in await ledger.certificates()] == ["cp2"]
