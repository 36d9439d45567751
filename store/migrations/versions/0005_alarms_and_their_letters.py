"""Alarms and their letters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.ledger import types

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "alarm",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("site", sa.String(), nullable=True),
        sa.Column("finding", sa.JSON(), nullable=False),
        sa.Column("since_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("seen_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("raised_at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("absent_since_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("cleared_at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
    )
    with op.batch_alter_table("alarm", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alarm_cleared_at_utc"), ["cleared_at_utc"], unique=False)
        batch_op.create_index(batch_op.f("ix_alarm_raised_at_utc_id"), ["raised_at_utc", "id"], unique=False)

    op.create_table(
        "letter",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("alarm", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("written_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("ended_at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("finding", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_letter")),
    )
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_letter_recipient_ended_at_utc"), ["recipient", "ended_at_utc"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_letter_state_due_at_utc"), ["state", "due_at_utc"], unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_letter_state_due_at_utc"))
        batch_op.drop_index(batch_op.f("ix_letter_recipient_ended_at_utc"))

    op.drop_table("letter")
    with op.batch_alter_table("alarm", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alarm_raised_at_utc_id"))
        batch_op.drop_index(batch_op.f("ix_alarm_cleared_at_utc"))

    op.drop_table("alarm")
