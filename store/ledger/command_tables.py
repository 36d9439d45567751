"""The ledger's table of what was asked of charge points."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table

from store.ledger.metadata import COUNTED, METADATA
from store.ledger.types import UtcDateTime

COMMAND = Table(
    "command",
    METADATA,
    Column("id", COUNTED, primary_key=True, autoincrement=True),
    Column("station", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("request", JSON, nullable=False),
    Column("asked_by", String, nullable=False),
    Column("asked_at_utc", UtcDateTime, nullable=False),
    Column("expires_at_utc", UtcDateTime, nullable=False),
    Column("state", String, nullable=False),
    Column("not_before_utc", UtcDateTime),
    Column("when_idle", Boolean, nullable=False),
    Column("group", String, nullable=False),
    Column("connector", Integer),
    Column("sent_at_utc", UtcDateTime),
    Column("finished_at_utc", UtcDateTime),
    Column("answer", JSON, nullable=False),
    Column("finding", JSON(none_as_null=True)),
    Index(None, "station", "id"),
    Index(None, "state", "id"),
    Index(None, "group"),
    Index(None, "asked_at_utc"),
    sqlite_autoincrement=True,
)
