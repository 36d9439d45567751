"""Roll-outs of settings, beside those of firmware."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels = None
depends_on = None

_COUNTED = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go to this revision."""
    with op.batch_alter_table("rollout", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(), nullable=False, server_default="firmware"))
        batch_op.add_column(sa.Column("plan", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("reverses", _COUNTED, nullable=True))
    with op.batch_alter_table("rollout_station", schema=None) as batch_op:
        batch_op.add_column(sa.Column("changes", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("rollout_station", schema=None) as batch_op:
        batch_op.drop_column("changes")
    with op.batch_alter_table("rollout", schema=None) as batch_op:
        batch_op.drop_column("reverses")
        batch_op.drop_column("plan")
        batch_op.drop_column("kind")
