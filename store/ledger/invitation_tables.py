"""The ledger's table of invitations of unknown stations."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table

from store.ledger.metadata import COUNTED, METADATA
from store.ledger.types import UtcDateTime

INVITATION = Table(
    "invitation",
    METADATA,
    Column("id", COUNTED, primary_key=True, autoincrement=True),
    Column("kind", String, nullable=False),
    Column("site", String, nullable=False),
    Column("station", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("most", Integer, nullable=False),
    Column("arrived", Integer, nullable=False),
    Column("until_utc", UtcDateTime, nullable=False),
    Column("made_by", String, nullable=False),
    Column("made_at_utc", UtcDateTime, nullable=False),
    Column("closed_at_utc", UtcDateTime),
    sqlite_autoincrement=True,
)
