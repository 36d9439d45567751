"""Bills of suppliers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.ledger import types

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "supplier_bill",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("meter", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("first_day", types.IsoDay(), nullable=False),
        sa.Column("last_day", types.IsoDay(), nullable=False),
        sa.Column("used", types.ExactDecimal(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("net_eur", types.ExactDecimal(), nullable=False),
        sa.Column("gross_eur", types.ExactDecimal(), nullable=True),
        sa.Column("begin_reading", types.ExactDecimal(), nullable=True),
        sa.Column("end_reading", types.ExactDecimal(), nullable=True),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_bill")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("supplier_bill", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supplier_bill_site_last_day"), ["site", "last_day"], unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("supplier_bill", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_supplier_bill_site_last_day"))

    op.drop_table("supplier_bill")
