"""Firmware for many charge points, in waves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.ledger import types

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels = None
depends_on = None

_COUNTED = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "rollout",
        sa.Column("id", _COUNTED, autoincrement=True, nullable=False),
        sa.Column("firmware", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("signing_certificate", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("pause_s", sa.Integer(), nullable=False),
        sa.Column("within_s", sa.Integer(), nullable=False),
        sa.Column("stop_after", sa.Integer(), nullable=False),
        sa.Column("when_idle", sa.Boolean(), nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("started_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("changed_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("forgiven", sa.Integer(), nullable=False),
        sa.Column("finding", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollout")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("rollout", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rollout_state"), ["state"], unique=False)
    op.create_table(
        "rollout_station",
        sa.Column("rollout", _COUNTED, autoincrement=False, nullable=False),
        sa.Column("station", sa.String(), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("command", _COUNTED, nullable=True),
        sa.Column("finding", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("rollout", "station", name=op.f("pk_rollout_station")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("rollout_station")
    with op.batch_alter_table("rollout", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rollout_state"))
    op.drop_table("rollout")
