"""The tables of statements and of what they stand on. A change needs a migration, as in `store.ledger.tables`."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from store.ledger.metadata import COUNTED, METADATA
from store.ledger.types import UtcDateTime

STATEMENT = Table(
    "statement",
    METADATA,
    Column("id", COUNTED, primary_key=True, autoincrement=True),
    Column("kind", String, nullable=False),
    Column("period", String, nullable=False),
    Column("scope", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("inputs_digest", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_by", String, nullable=False),
    Column("made_at_utc", UtcDateTime, nullable=False),
    Index(None, "kind", "period", "scope", "version", unique=True),
    sqlite_autoincrement=True,
)
