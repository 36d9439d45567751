"""Certificates of the service and of charge points."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.ledger import types

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "certificate",
        sa.Column("station", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("serial_number", sa.String(), nullable=False),
        sa.Column("valid_from_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("valid_to_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("pem", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("noted_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("finding", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("station", "purpose", "fingerprint", name=op.f("pk_certificate")),
    )
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certificate_valid_to_utc"), ["valid_to_utc"], unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certificate_valid_to_utc"))
    op.drop_table("certificate")
