"""What people book about charge sessions, how long vehicles stood idle, and how wrong clocks were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.ledger import types

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    with op.batch_alter_table("charge_session", schema=None, recreate="never") as batch_op:
        batch_op.add_column(sa.Column("idle_s", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("skew_s", sa.Float(), nullable=True))
    op.create_table(
        "session_told",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("station", sa.String(), nullable=False),
        sa.Column("connector", sa.Integer(), nullable=False),
        sa.Column("protocol", sa.String(), nullable=False),
        sa.Column("transaction", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("begun_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("tag", sa.String(), nullable=True),
        sa.Column("tag_verdict", sa.String(), nullable=False),
        sa.Column("register_start_wh", sa.Float(), nullable=True),
        sa.Column("register_stop_wh", sa.Float(), nullable=True),
        sa.Column("energy_wh", sa.Float(), nullable=True),
        sa.Column("peak_power_w", sa.Float(), nullable=True),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("stop_reason", sa.String(), nullable=True),
        sa.Column("quality", sa.String(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("first_frame", sa.BigInteger(), nullable=False),
        sa.Column("last_frame", sa.BigInteger(), nullable=False),
        sa.Column("idle_s", sa.Float(), nullable=True),
        sa.Column("skew_s", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_told")),
    )
    op.create_table(
        "session_correction",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("others", sa.JSON(), nullable=False),
        sa.Column("begun_at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("energy_wh", sa.Float(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("booked_by", sa.String(), nullable=False),
        sa.Column("booked_at_utc", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at_utc", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_correction")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("session_correction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_correction_session"), ["session"], unique=False)


def downgrade() -> None:
    """Go back: sessions are then as they were told."""
    told = sa.Table("session_told", sa.MetaData(), autoload_with=op.get_bind())
    names = ", ".join(f'"{column.name}"' for column in told.columns if column.name not in ("idle_s", "skew_s"))
    op.execute(
        "delete from charge_session where id in (select id from session_told)"
        " or exists (select 1 from session_correction where kind = 'split'"
        " and charge_session.id = session_correction.session || '-t' || session_correction.id)"
    )
    op.execute(f"insert into charge_session ({names}) select {names} from session_told")
    with op.batch_alter_table("session_correction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_correction_session"))
    op.drop_table("session_correction")
    op.drop_table("session_told")
    with op.batch_alter_table("charge_session", schema=None, recreate="never") as batch_op:
        batch_op.drop_column("skew_s")
        batch_op.drop_column("idle_s")
