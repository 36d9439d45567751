"""What was asked of charge points, and how it went."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.ledger import types

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_command_station_id", ["station", "id"]),
    ("ix_command_state_id", ["state", "id"]),
    ("ix_command_group", ["group"]),
    ("ix_command_asked_at_utc", ["asked_at_utc"]),
)


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "command",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("station", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("not_before_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("when_idle", sa.Boolean(), nullable=False),
        sa.Column("group", sa.String(), nullable=False),
        sa.Column("connector", sa.Integer(), nullable=True),
        sa.Column("sent_at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("finished_at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("finding", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_command")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("command", schema=None) as batch_op:
        for name, columns in _INDEXES:
            batch_op.create_index(batch_op.f(name), columns, unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("command", schema=None) as batch_op:
        for name, _ in reversed(_INDEXES):
            batch_op.drop_index(batch_op.f(name))
    op.drop_table("command")
