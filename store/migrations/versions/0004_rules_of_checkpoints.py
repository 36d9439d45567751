"""By which rules counting came to a checkpoint."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    with op.batch_alter_table("register_checkpoint", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rules", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("register_checkpoint", schema=None) as batch_op:
        batch_op.drop_column("rules")
