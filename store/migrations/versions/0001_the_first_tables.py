"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.ledger import types

revision: str = "0001"
down_revision: str | None = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "answer",
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request_digest", sa.String(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("actor", "key", name=op.f("pk_answer")),
    )
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_at_utc"), ["at_utc"], unique=False)

    op.create_table(
        "api_token",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("sites", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_api_token")),
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_token_digest"), ["digest"], unique=True)

    op.create_table(
        "audit_entry",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_entry")),
    )
    op.create_table(
        "charge_session",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("station", sa.String(), nullable=False),
        sa.Column("connector", sa.Integer(), nullable=False),
        sa.Column("protocol", sa.String(), nullable=False),
        sa.Column("transaction", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("begun_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("tag", sa.String(), nullable=True),
        sa.Column("tag_verdict", sa.String(), nullable=False),
        sa.Column("register_start_wh", sa.Float(), nullable=True),
        sa.Column("register_stop_wh", sa.Float(), nullable=True),
        sa.Column("energy_wh", sa.Float(), nullable=True),
        sa.Column("peak_power_w", sa.Float(), nullable=True),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("stop_reason", sa.String(), nullable=True),
        sa.Column("quality", sa.String(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("first_frame", sa.BigInteger(), nullable=False),
        sa.Column("last_frame", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge_session")),
    )
    with op.batch_alter_table("charge_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_charge_session_begun_at_utc_id"), ["begun_at_utc", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_charge_session_state"), ["state"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_charge_session_station_begun_at_utc"), ["station", "begun_at_utc"], unique=False
        )

    op.create_table(
        "discovery",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("first_seen_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_seen_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("sample", sa.LargeBinary(), nullable=False),
        sa.Column("hint", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "subject", name=op.f("pk_discovery")),
    )
    op.create_table(
        "generated_span",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("start_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("end_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "start_utc", name=op.f("pk_generated_span")),
    )
    op.create_table(
        "mark",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mark")),
    )
    op.create_table(
        "notice",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("finding", sa.JSON(), nullable=False),
        sa.Column("first_seen_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_seen_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "code", name=op.f("pk_notice")),
    )
    op.create_table(
        "person",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("sites", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("created_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("disabled_at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_person")),
    )
    op.create_table(
        "rejection",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("reason", sa.JSON(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("received_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("replayed_at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejection")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("rejection", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rejection_channel_id"), ["channel", "id"], unique=False)

    op.create_table(
        "secret",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("expires_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "digest", name=op.f("pk_secret")),
    )
    with op.batch_alter_table("secret", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_secret_subject"), ["subject"], unique=False)

    op.create_table(
        "station_link",
        sa.Column("station", sa.String(), nullable=False),
        sa.Column("connected", sa.Boolean(), nullable=False),
        sa.Column("since_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_frame_at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("protocol", sa.String(), nullable=True),
        sa.Column("maker", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("firmware", sa.String(), nullable=False),
        sa.Column("serial_number", sa.String(), nullable=False),
        sa.Column("booted_at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("station", name=op.f("pk_station_link")),
    )
    op.create_table(
        "station_status",
        sa.Column("station", sa.String(), nullable=False),
        sa.Column("connector", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("received_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("error_code", sa.String(), nullable=False),
        sa.Column("info", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("station", "connector", name=op.f("pk_station_status")),
    )
    op.create_table(
        "transaction_number",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("station", sa.String(), nullable=False),
        sa.Column("natural_key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_transaction_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("transaction_number", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_transaction_number_station_natural_key"), ["station", "natural_key"], unique=True
        )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("transaction_number", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_transaction_number_station_natural_key"))

    op.drop_table("transaction_number")
    op.drop_table("station_status")
    op.drop_table("station_link")
    with op.batch_alter_table("secret", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_secret_subject"))

    op.drop_table("secret")
    with op.batch_alter_table("rejection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rejection_channel_id"))

    op.drop_table("rejection")
    op.drop_table("person")
    op.drop_table("notice")
    op.drop_table("mark")
    op.drop_table("generated_span")
    op.drop_table("discovery")
    with op.batch_alter_table("charge_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_charge_session_station_begun_at_utc"))
        batch_op.drop_index(batch_op.f("ix_charge_session_state"))
        batch_op.drop_index(batch_op.f("ix_charge_session_begun_at_utc_id"))

    op.drop_table("charge_session")
    op.drop_table("audit_entry")
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_token_digest"))

    op.drop_table("api_token")
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answer_at_utc"))

    op.drop_table("answer")
