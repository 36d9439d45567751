"""The table of reports with their bytes. A change needs a migration, as in `store.ledger.tables`."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Text

from store.ledger.metadata import COUNTED, METADATA
from store.ledger.types import UtcDateTime

REPORT = Table(
    "report",
    METADATA,
    Column("id", COUNTED, primary_key=True, autoincrement=True),
    Column("kind", String, nullable=False),
    Column("period", String, nullable=False),
    Column("scope", String, nullable=False),
    Column("site", String, nullable=True),
    Column("format", String, nullable=False),
    Column("language", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("file_name", String, nullable=False),
    Column("size_byte", Integer, nullable=False),
    Column("digest", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_by", String, nullable=False),
    Column("made_at_utc", UtcDateTime, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Index(None, "kind", "period", "scope", "format", "language", "version", unique=True),
    sqlite_autoincrement=True,
)
