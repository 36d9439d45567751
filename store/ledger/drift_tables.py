"""The ledger's tables of differences between charge points and their profiles."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, Text

from store.ledger.metadata import COUNTED, METADATA
from store.ledger.types import UtcDateTime

DRIFT = Table(
    "drift",
    METADATA,
    Column("id", COUNTED, primary_key=True, autoincrement=True),
    Column("station", String, nullable=False),
    Column("key", String, nullable=False),
    Column("term", String, nullable=False),
    Column("origin", String, nullable=False),
    Column("wanted", Text),
    Column("found", Text),
    Column("since_utc", UtcDateTime, nullable=False),
    Column("seen_utc", UtcDateTime, nullable=False),
    Column("closed_at_utc", UtcDateTime),
    Index(None, "station", "closed_at_utc"),
    sqlite_autoincrement=True,
)
DRIFT_CHECK = Table(
    "drift_check",
    METADATA,
    Column("station", String, primary_key=True),
    Column("checked_at_utc", UtcDateTime, nullable=False),
)
