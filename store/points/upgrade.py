"""How a file of an older version becomes one of this: step by step, all steps of a version at once or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from duckdb import DuckDBPyConnection

from store.facts import tables as fact_tables
from store.points import schema
from store.spans import tables as interval_tables

UPGRADES: Final[Mapping[int, Sequence[str]]] = {
    # Instants in milliseconds take a quarter less; a third table, so that days and months can be sorted in slices.
    1: (
        "drop view point",
        "alter table point_hot rename to point_hot_1",
        "alter table point_cold rename to point_cold_1",
        *schema.CREATE_POINTS,
        "insert into point_hot by name select * from point_hot_1",
        "insert into point_hot by name select * from point_cold_1",
        "drop table point_hot_1",
        "drop table point_cold_1",
        "alter table event rename to event_1",
        schema.CREATE_EVENT,
        "insert into event by name select * from event_1",
        "drop table event_1",
        *interval_tables.CREATE,
        *fact_tables.CREATE,
    ),
}
"""What makes a file of a version one of the next; a step is never changed once it has been released."""


def upgrade(connection: DuckDBPyConnection, found: int, since: datetime) -> None:
    """Bring a file from the version that was found to `schema.VERSION`, in the transaction that is open.

    `since` is the present instant in UTC, without saying so.
    """
    for version in range(found, schema.VERSION):
        for statement in UPGRADES[version]:
            connection.execute(statement)
        connection.execute(f"insert into {schema.META} (version, since) values (?, ?)", [version + 1, since])
