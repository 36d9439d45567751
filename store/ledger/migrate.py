"""Brings a ledger to the layout this code knows."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from core.errors import StoreError
from store.ledger.database import Database

HEAD = "0002"
"""The newest revision in `store/migrations/versions`; a test compares."""

SCRIPTS = Path(__file__).parent.parent / "migrations"


async def upgrade(database: Database) -> None:
    """Apply the migrations that are missing. Raises `StoreError` if the ledger belongs to a newer release."""
    async with database.reading("store.ledger_unreadable") as connection:
        found = await connection.run_sync(_revision)
    if found != HEAD:
        async with database.writing() as connection:
            await connection.run_sync(_migrate, database.name)


def _revision(connection: Connection) -> str | None:
    """Return the revision by a plain query: importing Alembic costs a quarter of a second."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("select version_num from alembic_version"))
    return found


def _migrate(connection: Connection, file: str) -> None:
    from alembic import command  # noqa: PLC0415 - needed at the first start and after an update only
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StoreError("store.file_too_new", file=file) from error
