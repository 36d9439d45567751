"""The book of certificates: each once for each place it is at."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import RowMapping, select

from core.certificates import CertificateFacts, CertificatePurpose, CertificateRecord, CertificateState
from store.ledger.certificate_tables import CERTIFICATE
from store.ledger.database import Database, finding_of, finding_row, insert

_C = CERTIFICATE.c
_FACTS = tuple(each.name for each in fields(CertificateFacts))
_PLAIN = ("station", "noted_at_utc", "changed_at_utc", "tries")


class Certificates:
    """`core.certificates.CertificateBook` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save_certificates(self, records: Sequence[CertificateRecord]) -> None:
        """Insert certificates, or replace them by station, purpose and fingerprint; all or none."""
        keys = [column.name for column in CERTIFICATE.primary_key]
        async with self._database.writing() as connection:
            for record in records:
                added = insert(connection, CERTIFICATE).values(_row(record))
                changed = {column.name: added.excluded[column.name] for column in _C if column.name not in keys}
                await connection.execute(added.on_conflict_do_update(index_elements=keys, set_=changed))

    async def certificates(
        self, stations: Collection[str] | None = None, purposes: Collection[CertificatePurpose] | None = None
    ) -> tuple[CertificateRecord, ...]:
        """Return certificates (of these stations, for these purposes), those that end first at the front."""
        wanted = select(CERTIFICATE).order_by(_C.valid_to_utc, _C.station, _C.purpose, _C.fingerprint)
        if stations is not None:
            wanted = wanted.where(_C.station.in_(sorted(stations)))
        if purposes is not None:
            wanted = wanted.where(_C.purpose.in_(sorted(each.value for each in purposes)))
        async with self._database.reading() as connection:
            return tuple(_record(row) for row in (await connection.execute(wanted)).mappings())


def _row(record: CertificateRecord) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(record, name) for name in _PLAIN}
    row |= {name: getattr(record.facts, name) for name in _FACTS}
    return row | {
        "purpose": record.purpose.value,
        "state": record.state.value,
        "finding": None if record.finding is None else finding_row(record.finding),
    }


def _record(row: RowMapping) -> CertificateRecord:
    return CertificateRecord(
        **{name: row[name] for name in _PLAIN},
        purpose=CertificatePurpose(row["purpose"]),
        facts=CertificateFacts(**{name: row[name] for name in _FACTS}),
        state=CertificateState(row["state"]),
        finding=None if row["finding"] is None else finding_of(row["finding"]),
    )
