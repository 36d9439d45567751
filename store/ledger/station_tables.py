"""The ledger's tables of what happened at charge points, and of planned work there."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, String, Table, Text

from store.ledger.metadata import COUNTED, METADATA
from store.ledger.types import UtcDateTime

STATION_EVENT = Table(
    "station_event",
    METADATA,
    Column("id", String, primary_key=True),
    Column("station", String, nullable=False),
    Column("connector", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("at_utc", UtcDateTime, nullable=False),
    Column("received_at_utc", UtcDateTime, nullable=False),
    Column("code", String, nullable=False),
    Column("info", Text, nullable=False),
    Column("finding", JSON(none_as_null=True)),
    Column("count", BigInteger, nullable=False),
    Column("frame", BigInteger, nullable=False),
    Column("last_frame", BigInteger, nullable=False),
    Index(None, "received_at_utc", "id"),
    Index(None, "station", "received_at_utc"),
    Index(None, "station", "connector", "kind", "at_utc"),
    Index(None, "kind", "at_utc"),
    Index(None, "last_frame"),
)

MAINTENANCE = Table(
    "maintenance",
    METADATA,
    Column("id", COUNTED, primary_key=True, autoincrement=True),
    Column("station", String),
    Column("site", String),
    Column("start_utc", UtcDateTime, nullable=False),
    Column("end_utc", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("added_by", String, nullable=False),
    Column("added_at_utc", UtcDateTime, nullable=False),
    Column("cancelled_by", String, nullable=False),
    Column("cancelled_at_utc", UtcDateTime),
    Index(None, "end_utc"),
    sqlite_autoincrement=True,
)
