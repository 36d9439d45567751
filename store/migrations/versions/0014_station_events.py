"""What happened at charge points, and planned work there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.ledger import types

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_station_event_received_at_utc_id", ["received_at_utc", "id"]),
    ("ix_station_event_station_received_at_utc", ["station", "received_at_utc"]),
    ("ix_station_event_station_connector_kind_at_utc", ["station", "connector", "kind", "at_utc"]),
    ("ix_station_event_kind_at_utc", ["kind", "at_utc"]),
    ("ix_station_event_last_frame", ["last_frame"]),
)


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "station_event",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("station", sa.String(), nullable=False),
        sa.Column("connector", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("received_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("info", sa.Text(), nullable=False),
        sa.Column("finding", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("frame", sa.BigInteger(), nullable=False),
        sa.Column("last_frame", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station_event")),
    )
    with op.batch_alter_table("station_event", schema=None) as batch_op:
        for name, columns in _INDEXES:
            batch_op.create_index(batch_op.f(name), columns, unique=False)
    op.create_table(
        "maintenance",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("station", sa.String(), nullable=True),
        sa.Column("site", sa.String(), nullable=True),
        sa.Column("start_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("end_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("cancelled_by", sa.String(), nullable=False),
        sa.Column("cancelled_at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("maintenance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_maintenance_end_utc"), ["end_utc"], unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("maintenance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_maintenance_end_utc"))
    op.drop_table("maintenance")
    with op.batch_alter_table("station_event", schema=None) as batch_op:
        for name, _ in reversed(_INDEXES):
            batch_op.drop_index(batch_op.f(name))
    op.drop_table("station_event")
