"""The tables of what is counted and booked about meters. A change needs a migration, as in `store.ledger.tables`."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Index,
    String,
    Table,
    Text,
)

from store.ledger.metadata import COUNTED, METADATA
from store.ledger.types import UtcDateTime

DIRTY_SPAN = Table(
    "dirty_span",
    METADATA,
    Column("id", COUNTED, primary_key=True, autoincrement=True),
    Column("source", String, nullable=False),
    Column("quantity", String, nullable=False),
    Column("start_utc", UtcDateTime, nullable=False),
    Column("end_utc", UtcDateTime, nullable=False),
    Column("reason", String, nullable=False),
    sqlite_autoincrement=True,  # an id that was settled never means another span
)
REGISTER_CHECKPOINT = Table(
    "register_checkpoint",
    METADATA,
    Column("source", String, primary_key=True),
    Column("quantity", String, primary_key=True),
    Column("at_utc", UtcDateTime, primary_key=True),
    Column("state", Text, nullable=False),
    Column("intervals_until_utc", UtcDateTime, nullable=False),
    Column("rules", String, nullable=False, server_default=""),
)
METER_EVENT = Table(
    "meter_event",
    METADATA,
    Column("id", COUNTED, primary_key=True, autoincrement=True),
    Column("source", String, nullable=False),
    Column("quantity", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("at_utc", UtcDateTime, nullable=False),
    Column("start_value", Float, nullable=False),
    Column("end_value", Float),
    Column("reason", Text, nullable=False),
    Column("booked_by", String, nullable=False),
    Column("booked_at_utc", UtcDateTime, nullable=False),
    Column("withdrawn_at_utc", UtcDateTime),
    Column("until_utc", UtcDateTime),
    Column("amount", Float),
    Column("withdrawn_by", String, nullable=False, server_default=""),
    Column("withdrawn_reason", Text, nullable=False, server_default=""),
    Index(None, "source", "at_utc"),
    sqlite_autoincrement=True,
)
METER_PROPOSAL = Table(
    "meter_proposal",
    METADATA,
    Column("id", COUNTED, primary_key=True, autoincrement=True),
    Column("source", String, nullable=False),
    Column("quantity", String, nullable=False),
    Column("step", String, nullable=False),
    Column("from_utc", UtcDateTime, nullable=False),
    Column("from_value", Float, nullable=False),
    Column("to_utc", UtcDateTime, nullable=False),
    Column("to_value", Float, nullable=False),
    Column("found_at_utc", UtcDateTime, nullable=False),
    Column("dismissed_at_utc", UtcDateTime),
    Column("dismissed_by", String, nullable=False),
    Column("dismissed_reason", Text, nullable=False),
    Index(None, "source", "quantity", "from_utc", "to_utc", unique=True),
    sqlite_autoincrement=True,
)
READING_LINK = Table(
    "reading_link",
    METADATA,
    Column("digest", String, primary_key=True),
    Column("source", String, nullable=False),
    Column("quantity", String, nullable=False),
    Column("issued_by", String, nullable=False),
    Column("issued_at_utc", UtcDateTime, nullable=False),
    Column("expires_at_utc", UtcDateTime, nullable=False),
    Column("lasting", Boolean, nullable=False),
    Column("last_used_at_utc", UtcDateTime),
    Index(None, "source"),
)
