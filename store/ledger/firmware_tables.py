"""The ledger's table of firmware files; their bytes lie in the data folder."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, String, Table, Text

from store.ledger.metadata import COUNTED, METADATA
from store.ledger.types import UtcDateTime

FIRMWARE = Table(
    "firmware",
    METADATA,
    Column("id", COUNTED, primary_key=True, autoincrement=True),
    Column("name", String, nullable=False),
    Column("maker", String, nullable=False),
    Column("model", String, nullable=False),
    Column("version", String, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", String, nullable=False),
    Column("added_by", String, nullable=False),
    Column("added_at_utc", UtcDateTime, nullable=False),
    Column("signing_certificate", Text, nullable=False),
    Column("signature", Text, nullable=False),
    sqlite_autoincrement=True,
)
