"""The ledger's tables of what people booked about charge sessions."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, Index, String, Table, Text

from store.ledger.metadata import COUNTED, METADATA
from store.ledger.tables import CHARGE_SESSION
from store.ledger.types import UtcDateTime

SESSION_TOLD = Table(
    "session_told",
    METADATA,
    *(
        Column(each.name, each.type, primary_key=each.primary_key, nullable=each.nullable)
        for each in CHARGE_SESSION.columns
    ),
)
"""Sessions about which something is booked, as they were told; `charge_session` has them as they are booked."""

SESSION_CORRECTION = Table(
    "session_correction",
    METADATA,
    Column("id", COUNTED, primary_key=True, autoincrement=True),
    Column("kind", String, nullable=False),
    Column("session", String, nullable=False),
    Column("others", JSON, nullable=False),
    Column("begun_at_utc", UtcDateTime),
    Column("ended_at_utc", UtcDateTime),
    Column("at_utc", UtcDateTime),
    Column("energy_wh", Float),
    Column("reason", Text, nullable=False),
    Column("booked_by", String, nullable=False),
    Column("booked_at_utc", UtcDateTime, nullable=False),
    Column("withdrawn_at_utc", UtcDateTime),
    Column("withdrawn_by", String, nullable=False),
    Column("withdrawn_reason", Text, nullable=False),
    Index(None, "session"),
    sqlite_autoincrement=True,
)
