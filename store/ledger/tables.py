"""The ledger's tables, but for those of one subject in `*_tables`. A change needs a migration; a test compares."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from store.ledger.metadata import COUNTED, METADATA
from store.ledger.types import UtcDateTime

CHARGE_SESSION = Table(
    "charge_session",
    METADATA,
    Column("id", String, primary_key=True),
    Column("station", String, nullable=False),
    Column("connector", Integer, nullable=False),
    Column("protocol", String, nullable=False),
    Column("transaction", String, nullable=False),
    Column("state", String, nullable=False),
    Column("begun_at_utc", UtcDateTime, nullable=False),
    Column("ended_at_utc", UtcDateTime),
    Column("tag", String),
    Column("tag_verdict", String, nullable=False),
    Column("register_start_wh", Float),
    Column("register_stop_wh", Float),
    Column("energy_wh", Float),
    Column("peak_power_w", Float),
    Column("samples", Integer, nullable=False),
    Column("stop_reason", String),
    Column("quality", String, nullable=False),
    Column("findings", JSON, nullable=False),
    Column("origin", String, nullable=False),
    Column("first_frame", BigInteger, nullable=False),
    Column("last_frame", BigInteger, nullable=False),
    Column("idle_s", Float),
    Column("skew_s", Float),
    Index(None, "begun_at_utc", "id"),
    Index(None, "station", "begun_at_utc"),
    Index(None, "state"),
)
TRANSACTION_NUMBER = Table(
    "transaction_number",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("station", String, nullable=False),
    Column("natural_key", String, nullable=False),
    Index(None, "station", "natural_key", unique=True),
    sqlite_autoincrement=True,  # never a number again, even after deletions
)
MARK = Table(
    "mark",
    METADATA,
    Column("name", String, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
STATION_STATUS = Table(
    "station_status",
    METADATA,
    Column("station", String, primary_key=True),
    Column("connector", Integer, primary_key=True, autoincrement=False),
    Column("status", String, nullable=False),
    Column("at_utc", UtcDateTime, nullable=False),
    Column("received_at_utc", UtcDateTime, nullable=False),
    Column("error_code", String, nullable=False),
    Column("info", Text, nullable=False),
)
STATION_LINK = Table(
    "station_link",
    METADATA,
    Column("station", String, primary_key=True),
    Column("connected", Boolean, nullable=False),
    Column("since_utc", UtcDateTime, nullable=False),
    Column("last_frame_at_utc", UtcDateTime),
    Column("protocol", String),
    Column("maker", String, nullable=False),
    Column("model", String, nullable=False),
    Column("firmware", String, nullable=False),
    Column("serial_number", String, nullable=False),
    Column("booted_at_utc", UtcDateTime),
)
REJECTION = Table(
    "rejection",
    METADATA,
    Column("id", COUNTED, primary_key=True, autoincrement=True),
    Column("channel", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("reason", JSON, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("received_at_utc", UtcDateTime, nullable=False),
    Column("replayed_at_utc", UtcDateTime),
    Index(None, "channel", "id"),
    sqlite_autoincrement=True,
)
DISCOVERY = Table(
    "discovery",
    METADATA,
    Column("channel", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("first_seen_utc", UtcDateTime, nullable=False),
    Column("last_seen_utc", UtcDateTime, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("sample", LargeBinary, nullable=False),
    Column("hint", String, nullable=False),
)
NOTICE = Table(
    "notice",
    METADATA,
    Column("source", String, primary_key=True),
    Column("code", String, primary_key=True),
    Column("finding", JSON, nullable=False),
    Column("first_seen_utc", UtcDateTime, nullable=False),
    Column("last_seen_utc", UtcDateTime, nullable=False),
    Column("count", BigInteger, nullable=False),
)
PERSON = Table(
    "person",
    METADATA,
    Column("name", String, primary_key=True),
    Column("role", String, nullable=False),
    Column("sites", JSON(none_as_null=True)),
    Column("language", String, nullable=False),
    Column("password_hash", String, nullable=False),
    Column("created_at_utc", UtcDateTime, nullable=False),
    Column("disabled_at_utc", UtcDateTime),
)
API_TOKEN = Table(
    "api_token",
    METADATA,
    Column("name", String, primary_key=True),
    Column("digest", String, nullable=False),
    Column("role", String, nullable=False),
    Column("sites", JSON(none_as_null=True)),
    Column("created_by", String, nullable=False),
    Column("created_at_utc", UtcDateTime, nullable=False),
    Column("expires_at_utc", UtcDateTime, nullable=False),
    Column("revoked_at_utc", UtcDateTime),
    Index(None, "digest", unique=True),
)
SECRET = Table(
    "secret",
    METADATA,
    Column("kind", String, primary_key=True),
    Column("digest", String, primary_key=True),
    Column("subject", String, nullable=False),
    Column("expires_at_utc", UtcDateTime, nullable=False),
    Index(None, "subject"),
)
ANSWER = Table(
    "answer",
    METADATA,
    Column("actor", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("request_digest", String, nullable=False),
    Column("answer", Text, nullable=False),
    Column("at_utc", UtcDateTime, nullable=False),
    Index(None, "at_utc"),
)
AUDIT_ENTRY = Table(
    "audit_entry",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at_utc", UtcDateTime, nullable=False),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("digest", String, nullable=False),
)
GENERATED_SPAN = Table(
    "generated_span",
    METADATA,
    Column("source", String, primary_key=True),
    Column("start_utc", UtcDateTime, primary_key=True),
    Column("end_utc", UtcDateTime, nullable=False),
    Column("seed", BigInteger, nullable=False),
)
JOB_RUN = Table(
    "job_run",
    METADATA,
    Column("id", COUNTED, primary_key=True, autoincrement=True),
    Column("job", String, nullable=False),
    Column("period", String, nullable=False),
    Column("state", String, nullable=False),
    Column("begun_at_utc", UtcDateTime, nullable=False),
    Column("ended_at_utc", UtcDateTime),
    Column("attempt", Integer, nullable=False),
    Column("fraction", Float, nullable=False),
    Column("doing", JSON(none_as_null=True)),
    Column("finding", JSON(none_as_null=True)),
    Column("result", Text, nullable=False),
    Column("started_by", String, nullable=False),
    Index(None, "job", "state", "period"),
    Index(None, "state"),
    sqlite_autoincrement=True,
)
LEASE = Table(
    "lease",
    METADATA,
    Column("name", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("until_utc", UtcDateTime, nullable=False),
)
DELETION = Table(
    "deletion",
    METADATA,
    Column("id", COUNTED, primary_key=True, autoincrement=True),
    Column("rule", String, nullable=False),
    Column("keep", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("before_utc", UtcDateTime, nullable=False),
    Column("begun_at_utc", UtcDateTime, nullable=False),
    Column("count", BigInteger, nullable=False),
    Index(None, "rule", "before_utc"),
    sqlite_autoincrement=True,
)
