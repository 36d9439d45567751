"""The ledger's table of what operators state. A change needs a migration, as in `store.ledger.tables`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from store.ledger.metadata import COUNTED, METADATA
from store.ledger.types import UtcDateTime

FEED_IN = Table(
    "feed_in",
    METADATA,
    Column("id", COUNTED, primary_key=True, autoincrement=True),
    Column("plant", String, nullable=False),
    Column("month", String, nullable=False),
    Column("fed_in_wh", BigInteger),
    Column("unavailable_wh", BigInteger),
    Column("curtailed_wh", BigInteger),
    Column("other_fictitious_wh", BigInteger),
    Column("negative_wh", BigInteger),
    Column("number", String, nullable=False),
    Column("file_import", BigInteger),
    Column("entered_by", String, nullable=False),
    Column("entered_at_utc", UtcDateTime, nullable=False),
    Column("withdrawn_at_utc", UtcDateTime),
    Column("withdrawn_by", String, nullable=False),
    Column("withdrawn_reason", Text, nullable=False),
    Index(None, "plant", "month"),
    Index(None, "file_import"),
    sqlite_autoincrement=True,
)
