"""The ledger's tables of mappings and of files that were imported."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from store.ledger.metadata import COUNTED, METADATA
from store.ledger.types import UtcDateTime

FILE_MAPPING = Table(
    "file_mapping",
    METADATA,
    Column("name", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("saved_at_utc", UtcDateTime, nullable=False),
    Column("saved_by", String, nullable=False),
    Column("body", JSON, nullable=False),
)

ABOUT = "about"
"""What the body of a mapping has that is not of readings: what it is of."""

FILE_IMPORT = Table(
    "file_import",
    METADATA,
    Column("id", COUNTED, primary_key=True, autoincrement=True),
    Column("digest", String, nullable=False),
    Column("file", String, nullable=False),
    Column("mapping", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("made_by", String, nullable=False),
    Column("made_at_utc", UtcDateTime, nullable=False),
    Column("sites", JSON, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("added", BigInteger, nullable=False),
    Column("known", BigInteger, nullable=False),
    Column("left_out", BigInteger, nullable=False),
    Column("first_utc", UtcDateTime),
    Column("last_utc", UtcDateTime),
    Column("problems", JSON, nullable=False),
    Column("notes", JSON, nullable=False),
    Column("withdrawn_at_utc", UtcDateTime),
    Column("withdrawn_by", String, nullable=False),
    Column("withdrawn_reason", Text, nullable=False),
    Index(None, "digest"),
    sqlite_autoincrement=True,
)

FILE_IMPORT_PART = Table(
    "file_import_part",
    METADATA,
    Column("import_id", COUNTED, primary_key=True, autoincrement=False),
    Column("source", String, primary_key=True),
    Column("quantity", String, primary_key=True),
    Column("instants", LargeBinary, nullable=False),
    Column("bookings", JSON, nullable=False),
    Column("leans_on", JSON, nullable=False),
    Column("total", BigInteger),
)
