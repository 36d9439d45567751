"""The ledger's table of suppliers' bills."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, Text

from store.ledger.metadata import COUNTED, METADATA
from store.ledger.types import ExactDecimal, IsoDay, UtcDateTime

SUPPLIER_BILL = Table(
    "supplier_bill",
    METADATA,
    Column("id", COUNTED, primary_key=True, autoincrement=True),
    Column("site", String, nullable=False),
    Column("meter", String, nullable=False),
    Column("number", String, nullable=False),
    Column("first_day", IsoDay, nullable=False),
    Column("last_day", IsoDay, nullable=False),
    Column("used", ExactDecimal, nullable=False),
    Column("unit", String, nullable=False),
    Column("net_eur", ExactDecimal, nullable=False),
    Column("gross_eur", ExactDecimal),
    Column("begin_reading", ExactDecimal),
    Column("end_reading", ExactDecimal),
    Column("document", String, nullable=False),
    Column("note", Text, nullable=False),
    Column("added_by", String, nullable=False),
    Column("added_at_utc", UtcDateTime, nullable=False),
    Column("withdrawn_at_utc", UtcDateTime),
    Column("withdrawn_by", String, nullable=False),
    Column("withdrawn_reason", Text, nullable=False),
    Index(None, "site", "last_day"),
    sqlite_autoincrement=True,
)
