"""The ledger's tables of alarms and of the letters about them."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, String, Table, Text

from store.ledger.metadata import METADATA
from store.ledger.types import UtcDateTime

ALARM = Table(
    "alarm",
    METADATA,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("site", String),
    Column("finding", JSON, nullable=False),
    Column("since_utc", UtcDateTime, nullable=False),
    Column("seen_at_utc", UtcDateTime, nullable=False),
    Column("raised_at_utc", UtcDateTime),
    Column("absent_since_utc", UtcDateTime),
    Column("cleared_at_utc", UtcDateTime),
    Column("acknowledged_at_utc", UtcDateTime),
    Column("acknowledged_by", String, nullable=False),
    Column("note", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
    Index(None, "raised_at_utc", "id"),
    Index(None, "cleared_at_utc"),
)

LETTER = Table(
    "letter",
    METADATA,
    Column("key", String, primary_key=True),
    Column("recipient", String, nullable=False),
    Column("alarm", String, nullable=False),
    Column("event", String, nullable=False),
    Column("written_at_utc", UtcDateTime, nullable=False),
    Column("due_at_utc", UtcDateTime, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("ended_at_utc", UtcDateTime),
    Column("finding", JSON(none_as_null=True)),
    Index(None, "state", "due_at_utc"),
    Index(None, "recipient", "ended_at_utc"),
)
