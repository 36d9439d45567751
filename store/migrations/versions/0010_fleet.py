"""Where vehicles stood, what papers say of them, their days and months, whose sessions are theirs, what was sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.ledger import types

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "fleet_action",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("due", types.IsoDay(), nullable=True),
        sa.Column("done_at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fleet_action")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "presence",
        sa.Column("vehicle", sa.String(), nullable=False),
        sa.Column("since_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("site", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("vehicle", "since_utc", name=op.f("pk_presence")),
    )
    op.create_table(
        "sending",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("letter_digest", sa.String(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("created_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_attempt_at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("next_attempt_at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("letter", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sending")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("sending", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sending_message_id"), ["message_id"], unique=True)

    op.create_table(
        "session_valuation",
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("vehicle", sa.String(), nullable=True),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("confidence", types.ExactDecimal(), nullable=False),
        sa.Column("begun_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("energy_wh", types.ExactDecimal(), nullable=True),
        sa.Column("pv_wh", types.ExactDecimal(), nullable=True),
        sa.Column("grid_wh", types.ExactDecimal(), nullable=True),
        sa.Column("battery_wh", types.ExactDecimal(), nullable=True),
        sa.Column("soc_rise_percent", types.ExactDecimal(), nullable=True),
        sa.Column("cost_eur", types.ExactDecimal(), nullable=True),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("session", "version", name=op.f("pk_session_valuation")),
    )
    with op.batch_alter_table("session_valuation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_valuation_begun_at_utc"), ["begun_at_utc"], unique=False)

    op.create_table(
        "vehicle_day",
        sa.Column("vehicle", sa.String(), nullable=False),
        sa.Column("day", types.IsoDay(), nullable=False),
        sa.Column("distance_m", types.ExactDecimal(), nullable=True),
        sa.Column("distance_share", sa.String(), nullable=False),
        sa.Column("odometer_end_m", types.ExactDecimal(), nullable=True),
        sa.Column("checked_distance_m", types.ExactDecimal(), nullable=True),
        sa.Column("own_charged_wh", types.ExactDecimal(), nullable=False),
        sa.Column("elsewhere_charged_wh", types.ExactDecimal(), nullable=False),
        sa.Column("battery_charged_wh", types.ExactDecimal(), nullable=True),
        sa.Column("driven_wh", types.ExactDecimal(), nullable=True),
        sa.Column("soc_begin_percent", types.ExactDecimal(), nullable=True),
        sa.Column("soc_end_percent", types.ExactDecimal(), nullable=True),
        sa.Column("standby_percent", types.ExactDecimal(), nullable=True),
        sa.Column("parked_s", sa.Integer(), nullable=True),
        sa.Column("away_s", sa.Integer(), nullable=True),
        sa.Column("dwell_s", sa.JSON(), nullable=False),
        sa.Column("fuel_l", types.ExactDecimal(), nullable=True),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("vehicle", "day", name=op.f("pk_vehicle_day")),
    )
    with op.batch_alter_table("vehicle_day", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vehicle_day_day"), ["day"], unique=False)

    op.create_table(
        "vehicle_month",
        sa.Column("vehicle", sa.String(), nullable=False),
        sa.Column("month", types.IsoDay(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("distance_days", sa.Integer(), nullable=False),
        sa.Column("driven_days", sa.Integer(), nullable=False),
        sa.Column("distance_m", types.ExactDecimal(), nullable=True),
        sa.Column("odometer_end_m", types.ExactDecimal(), nullable=True),
        sa.Column("own_charged_wh", types.ExactDecimal(), nullable=False),
        sa.Column("elsewhere_charged_wh", types.ExactDecimal(), nullable=False),
        sa.Column("battery_charged_wh", types.ExactDecimal(), nullable=True),
        sa.Column("driven_wh", types.ExactDecimal(), nullable=True),
        sa.Column("fuel_l", types.ExactDecimal(), nullable=True),
        sa.PrimaryKeyConstraint("vehicle", "month", name=op.f("pk_vehicle_month")),
    )
    op.create_table(
        "voucher",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("vehicle", sa.String(), nullable=False),
        sa.Column("at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("fuel", sa.String(), nullable=True),
        sa.Column("fuel_l", types.ExactDecimal(), nullable=True),
        sa.Column("energy_wh", types.ExactDecimal(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("distance_m", types.ExactDecimal(), nullable=True),
        sa.Column("odometer_m", types.ExactDecimal(), nullable=True),
        sa.Column("amount_eur", types.ExactDecimal(), nullable=True),
        sa.Column("file_import", sa.BigInteger(), nullable=True),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("entered_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("voucher", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_voucher_at_utc"), ["at_utc"], unique=False)
        batch_op.create_index(batch_op.f("ix_voucher_file_import"), ["file_import"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_voucher_vehicle_kind_at_utc_number"),
            ["vehicle", "kind", "at_utc", "number"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at_utc IS NULL"),
            postgresql_where=sa.text("withdrawn_at_utc IS NULL"),
        )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("voucher", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_voucher_vehicle_kind_at_utc_number"),
            sqlite_where=sa.text("withdrawn_at_utc IS NULL"),
            postgresql_where=sa.text("withdrawn_at_utc IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_voucher_file_import"))
        batch_op.drop_index(batch_op.f("ix_voucher_at_utc"))

    op.drop_table("voucher")
    op.drop_table("vehicle_month")
    with op.batch_alter_table("vehicle_day", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vehicle_day_day"))

    op.drop_table("vehicle_day")
    with op.batch_alter_table("session_valuation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_valuation_begun_at_utc"))

    op.drop_table("session_valuation")
    with op.batch_alter_table("sending", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sending_message_id"))

    op.drop_table("sending")
    op.drop_table("presence")
    op.drop_table("fleet_action")
