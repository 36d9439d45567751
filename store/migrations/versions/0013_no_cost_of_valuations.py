"""Valuations of sessions without a cost: it is looked up when it is asked for, and was never kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.ledger import types

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    with op.batch_alter_table("session_valuation", schema=None, recreate="never") as batch_op:
        batch_op.drop_column("cost_eur")


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("session_valuation", schema=None, recreate="never") as batch_op:
        batch_op.add_column(sa.Column("cost_eur", types.ExactDecimal(), nullable=True))
