"""The ledger's tables of roll-outs: of firmware, and of settings."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table, Text

from store.ledger.metadata import COUNTED, METADATA
from store.ledger.types import UtcDateTime

ROLLOUT = Table(
    "rollout",
    METADATA,
    Column("id", COUNTED, primary_key=True, autoincrement=True),
    Column("firmware", String, nullable=False),
    Column("url", Text, nullable=False),
    Column("signing_certificate", Text, nullable=False),
    Column("signature", Text, nullable=False),
    Column("pause_s", Integer, nullable=False),
    Column("within_s", Integer, nullable=False),
    Column("stop_after", Integer, nullable=False),
    Column("when_idle", Boolean, nullable=False),
    Column("started_by", String, nullable=False),
    Column("started_at_utc", UtcDateTime, nullable=False),
    Column("changed_by", String, nullable=False),
    Column("changed_at_utc", UtcDateTime, nullable=False),
    Column("state", String, nullable=False),
    Column("forgiven", Integer, nullable=False),
    Column("finding", JSON(none_as_null=True)),
    Column("turn", Integer, nullable=False),
    Column("file", COUNTED),
    Column("kind", String, nullable=False, server_default="firmware"),
    Column("plan", String, nullable=False, server_default=""),
    Column("reverses", COUNTED),
    Index(None, "state"),
    sqlite_autoincrement=True,
)
ROLLOUT_STATION = Table(
    "rollout_station",
    METADATA,
    Column("rollout", COUNTED, primary_key=True, autoincrement=False),
    Column("station", String, primary_key=True),
    Column("wave", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("since_utc", UtcDateTime, nullable=False),
    Column("command", COUNTED),
    Column("finding", JSON(none_as_null=True)),
    Column("changes", JSON(none_as_null=True)),
)
