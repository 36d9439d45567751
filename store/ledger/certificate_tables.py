"""The ledger's table of certificates."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, String, Table, Text

from store.ledger.metadata import METADATA
from store.ledger.types import UtcDateTime

CERTIFICATE = Table(
    "certificate",
    METADATA,
    Column("station", String, primary_key=True),
    Column("purpose", String, primary_key=True),
    Column("fingerprint", String, primary_key=True),
    Column("subject", String, nullable=False),
    Column("issuer", String, nullable=False),
    Column("serial_number", String, nullable=False),
    Column("valid_from_utc", UtcDateTime, nullable=False),
    Column("valid_to_utc", UtcDateTime, nullable=False),
    Column("pem", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("noted_at_utc", UtcDateTime, nullable=False),
    Column("changed_at_utc", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("finding", JSON(none_as_null=True)),
    Index(None, "valid_to_utc"),
)
