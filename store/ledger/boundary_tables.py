"""The ledger's tables of boundaries. A change needs a migration, as in `store.ledger.tables`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from store.ledger.metadata import COUNTED, METADATA
from store.ledger.types import IsoDay, UtcDateTime

BOUNDARY_EDITION = Table(
    "boundary_edition",
    METADATA,
    Column("id", COUNTED, primary_key=True, autoincrement=True),
    Column("name", String, nullable=False),
    Column("valid_on", IsoDay, nullable=False),
    Column("source", Text, nullable=False),
    Column("file", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("epsg", Integer, nullable=False),
    Column("areas", Integer, nullable=False),
    Column("imported_by", String, nullable=False),
    Column("imported_at_utc", UtcDateTime, nullable=False),
    Column("withdrawn_at_utc", UtcDateTime),
    Column("withdrawn_by", String, nullable=False),
    Column("withdrawn_reason", Text, nullable=False),
    sqlite_autoincrement=True,
)
IN_FORCE = BOUNDARY_EDITION.c.withdrawn_at_utc.is_(None)
THE_SAME = ("digest", "valid_on")
"""By what an edition is known while it is in force."""
Index(
    None,
    *(BOUNDARY_EDITION.c[name] for name in THE_SAME),
    unique=True,
    sqlite_where=IN_FORCE,
    postgresql_where=IN_FORCE,
)

BOUNDARY_AREA = Table(
    "boundary_area",
    METADATA,
    Column("edition", BigInteger, primary_key=True, autoincrement=False),
    Column("key", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("state", String, nullable=False),
    Column("shape_wkb", LargeBinary, nullable=False),
)
