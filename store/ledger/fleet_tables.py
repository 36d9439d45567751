"""The ledger's tables of the fleet. A change needs a migration, as in `store.ledger.tables`."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from store.ledger.metadata import COUNTED, METADATA
from store.ledger.types import ExactDecimal, IsoDay, UtcDateTime

PRESENCE = Table(
    "presence",
    METADATA,
    Column("vehicle", String, primary_key=True),
    Column("since_utc", UtcDateTime, primary_key=True),
    Column("site", String),
)

VOUCHER = Table(
    "voucher",
    METADATA,
    Column("id", COUNTED, primary_key=True, autoincrement=True),
    Column("kind", String, nullable=False),
    Column("vehicle", String, nullable=False),
    Column("at_utc", UtcDateTime, nullable=False),
    Column("number", String, nullable=False),
    Column("fuel", String),
    Column("fuel_l", ExactDecimal),
    Column("energy_wh", ExactDecimal),
    Column("place", String),
    Column("distance_m", ExactDecimal),
    Column("odometer_m", ExactDecimal),
    Column("amount_eur", ExactDecimal),
    Column("file_import", BigInteger),
    Column("entered_by", String, nullable=False),
    Column("entered_at_utc", UtcDateTime, nullable=False),
    Column("withdrawn_at_utc", UtcDateTime),
    Column("withdrawn_by", String, nullable=False),
    Column("withdrawn_reason", Text, nullable=False),
    Index(None, "at_utc"),
    Index(None, "file_import"),
    sqlite_autoincrement=True,
)
IN_FORCE = VOUCHER.c.withdrawn_at_utc.is_(None)
THE_SAME = ("vehicle", "kind", "at_utc", "number")
"""By what a voucher is known while it is in force."""
Index(None, *(VOUCHER.c[name] for name in THE_SAME), unique=True, sqlite_where=IN_FORCE, postgresql_where=IN_FORCE)

VEHICLE_DAY = Table(
    "vehicle_day",
    METADATA,
    Column("vehicle", String, primary_key=True),
    Column("day", IsoDay, primary_key=True),
    Column("distance_m", ExactDecimal),
    Column("distance_share", String, nullable=False),
    Column("odometer_end_m", ExactDecimal),
    Column("checked_distance_m", ExactDecimal),
    Column("own_charged_wh", ExactDecimal, nullable=False),
    Column("elsewhere_charged_wh", ExactDecimal, nullable=False),
    Column("battery_charged_wh", ExactDecimal),
    Column("driven_wh", ExactDecimal),
    Column("soc_begin_percent", ExactDecimal),
    Column("soc_end_percent", ExactDecimal),
    Column("standby_percent", ExactDecimal),
    Column("parked_s", Integer),
    Column("away_s", Integer),
    Column("dwell_s", JSON, nullable=False),
    Column("fuel_l", ExactDecimal),
    Column("findings", JSON, nullable=False),
    Index(None, "day"),
)

VEHICLE_MONTH = Table(
    "vehicle_month",
    METADATA,
    Column("vehicle", String, primary_key=True),
    Column("month", IsoDay, primary_key=True),
    Column("days", Integer, nullable=False),
    Column("distance_days", Integer, nullable=False),
    Column("driven_days", Integer, nullable=False),
    Column("distance_m", ExactDecimal),
    Column("odometer_end_m", ExactDecimal),
    Column("own_charged_wh", ExactDecimal, nullable=False),
    Column("elsewhere_charged_wh", ExactDecimal, nullable=False),
    Column("battery_charged_wh", ExactDecimal),
    Column("driven_wh", ExactDecimal),
    Column("fuel_l", ExactDecimal),
)

SESSION_VALUATION = Table(
    "session_valuation",
    METADATA,
    Column("session", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("vehicle", String),
    Column("basis", String, nullable=False),
    Column("confidence", ExactDecimal, nullable=False),
    Column("begun_at_utc", UtcDateTime, nullable=False),
    Column("energy_wh", ExactDecimal),
    Column("pv_wh", ExactDecimal),
    Column("grid_wh", ExactDecimal),
    Column("battery_wh", ExactDecimal),
    Column("soc_rise_percent", ExactDecimal),
    Column("findings", JSON, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_by", String, nullable=False),
    Column("made_at_utc", UtcDateTime, nullable=False),
    Index(None, "begun_at_utc"),
)

SENDING = Table(
    "sending",
    METADATA,
    Column("id", COUNTED, primary_key=True, autoincrement=True),
    Column("report", String, nullable=False),
    Column("period", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("recipient", String, nullable=False),
    Column("message_id", String, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("letter_digest", String, nullable=False),
    Column("answer", Text, nullable=False),
    Column("created_at_utc", UtcDateTime, nullable=False),
    Column("last_attempt_at_utc", UtcDateTime),
    Column("next_attempt_at_utc", UtcDateTime),
    Column("letter", LargeBinary),
    Index(None, "message_id", unique=True),
    sqlite_autoincrement=True,
)

FLEET_ACTION = Table(
    "fleet_action",
    METADATA,
    Column("id", COUNTED, primary_key=True, autoincrement=True),
    Column("code", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("owner", String, nullable=False),
    Column("due", IsoDay),
    Column("done_at_utc", UtcDateTime),
    Column("made_by", String, nullable=False),
    Column("made_at_utc", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
)
