"""Resets, rollovers and corrections; who withdrew a booking; steps that wait for one; links to tell readings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.ledger import types

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    with op.batch_alter_table("meter_event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("until_utc", types.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("amount", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_by", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("withdrawn_reason", sa.Text(), server_default="", nullable=False))

    op.create_table(
        "meter_proposal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("quantity", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("from_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("from_value", sa.Float(), nullable=False),
        sa.Column("to_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("to_value", sa.Float(), nullable=False),
        sa.Column("found_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("dismissed_at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("dismissed_by", sa.String(), nullable=False),
        sa.Column("dismissed_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meter_proposal")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("meter_proposal", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_meter_proposal_source_quantity_from_utc_to_utc"),
            ["source", "quantity", "from_utc", "to_utc"],
            unique=True,
        )

    op.create_table(
        "reading_link",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("quantity", sa.String(), nullable=False),
        sa.Column("issued_by", sa.String(), nullable=False),
        sa.Column("issued_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("lasting", sa.Boolean(), nullable=False),
        sa.Column("last_used_at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_reading_link")),
    )
    with op.batch_alter_table("reading_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reading_link_source"), ["source"], unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("reading_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reading_link_source"))

    op.drop_table("reading_link")
    with op.batch_alter_table("meter_proposal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meter_proposal_source_quantity_from_utc_to_utc"))

    op.drop_table("meter_proposal")
    with op.batch_alter_table("meter_event", schema=None) as batch_op:
        for name in ("withdrawn_reason", "withdrawn_by", "amount", "until_utc"):
            batch_op.drop_column(name)
