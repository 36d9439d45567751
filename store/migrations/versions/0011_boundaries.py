"""Boundaries of municipalities, in editions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.ledger import types

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "boundary_area",
        sa.Column("edition", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("shape_wkb", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("edition", "key", name=op.f("pk_boundary_area")),
    )
    op.create_table(
        "boundary_edition",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("valid_on", types.IsoDay(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("epsg", sa.Integer(), nullable=False),
        sa.Column("areas", sa.Integer(), nullable=False),
        sa.Column("imported_by", sa.String(), nullable=False),
        sa.Column("imported_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boundary_edition")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("boundary_edition", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_boundary_edition_digest_valid_on"),
            ["digest", "valid_on"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at_utc IS NULL"),
            postgresql_where=sa.text("withdrawn_at_utc IS NULL"),
        )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("boundary_edition", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_boundary_edition_digest_valid_on"),
            sqlite_where=sa.text("withdrawn_at_utc IS NULL"),
            postgresql_where=sa.text("withdrawn_at_utc IS NULL"),
        )

    op.drop_table("boundary_edition")
    op.drop_table("boundary_area")
