"""The migrations make exactly the tables that the code names."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from store.ledger.ledger import SqlLedger
from store.ledger.migrate import HEAD, SCRIPTS
from store.ledger.tables import METADATA


async def test_migrating_from_nothing_gives_the_tables_of_the_code(ledger: SqlLedger) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": METADATA})
        return list(compare_metadata(context, METADATA))

    async with ledger._database.reading() as connection:
        assert await connection.run_sync(differences) == []


def test_the_known_revision_is_the_newest_script() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


async def test_the_database_is_durable_and_checks_references(ledger: SqlLedger) -> None:
    async with ledger._database.reading() as connection:
        found = [
            await connection.scalar(text(f"pragma {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert found == ["wal", 2, 1, 5000]
