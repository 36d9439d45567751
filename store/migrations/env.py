"""Run by Alembic: migrates over the connection that `store.ledger.migrate` hands in."""

from __future__ import annotations

from alembic import context

from store.ledger import (  # noqa: F401 - they fill METADATA
    alarm_tables,
    bill_tables,
    boundary_tables,
    certificate_tables,
    command_tables,
    drift_tables,
    feed_in_tables,
    firmware_tables,
    fleet_tables,
    import_tables,
    invitation_tables,
    meter_tables,
    report_tables,
    rollout_tables,
    statement_tables,
    station_tables,
    tables,
)
from store.ledger.metadata import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=True,
    user_module_prefix="types.",
    transactional_ddl=False,  # the caller has begun the transaction that all of it belongs to
)
with context.begin_transaction():
    context.run_migrations()
