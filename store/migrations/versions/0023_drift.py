"""Differences between charge points and their profiles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.ledger import types

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels = None
depends_on = None

_COUNTED = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "drift",
        sa.Column("id", _COUNTED, autoincrement=True, nullable=False),
        sa.Column("station", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=True),
        sa.Column("found", sa.Text(), nullable=True),
        sa.Column("since_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("seen_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("closed_at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drift")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("drift", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drift_station_closed_at_utc"), ["station", "closed_at_utc"], unique=False)
    op.create_table(
        "drift_check",
        sa.Column("station", sa.String(), nullable=False),
        sa.Column("checked_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("station", name=op.f("pk_drift_check")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("drift_check")
    with op.batch_alter_table("drift", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_drift_station_closed_at_utc"))
    op.drop_table("drift")
