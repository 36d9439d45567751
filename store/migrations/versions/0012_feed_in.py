"""What operators state of their plants, month by month."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.ledger import types

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "feed_in",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("plant", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("fed_in_wh", sa.BigInteger(), nullable=True),
        sa.Column("unavailable_wh", sa.BigInteger(), nullable=True),
        sa.Column("curtailed_wh", sa.BigInteger(), nullable=True),
        sa.Column("other_fictitious_wh", sa.BigInteger(), nullable=True),
        sa.Column("negative_wh", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("file_import", sa.BigInteger(), nullable=True),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("entered_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_in")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("feed_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feed_in_file_import"), ["file_import"], unique=False)
        batch_op.create_index(batch_op.f("ix_feed_in_plant_month"), ["plant", "month"], unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("feed_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feed_in_plant_month"))
        batch_op.drop_index(batch_op.f("ix_feed_in_file_import"))

    op.drop_table("feed_in")
