"""Brings a ledger to the layout this code knows."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from core.errors import StoreError
from store.ledger.database import Database
from store.ledger.suitability import must_suit, sort_by_code_point

HEAD = "0023"
"""The newest revision in `store/migrations/versions`; a test compares."""

SCRIPTS = Path(__file__).parent.parent / "migrations"


async def upgrade(database: Database) -> None:
    """Apply the migrations that are missing, all or none.

    Raises `StoreError` if the ledger belongs to a newer release, or the database is none for a ledger.
    """
    async with database.reading("store.ledger_unreadable") as connection:
        if database.served:
            await connection.run_sync(must_suit, database.name)
        found = await connection.run_sync(_revision)
    if found != HEAD:
        async with database.writing(however_long=True) as connection:
            await connection.run_sync(migrate, database.name)


def migrate(connection: Connection, name: str, revision: str = "head") -> None:
    """Bring the database called `name` to a revision, in the transaction of `connection`."""
    from alembic import command  # noqa: PLC0415 - needed at the first start and after an update only
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        raise StoreError("store.file_too_new", file=name) from error
    if connection.dialect.name == "postgresql":
        sort_by_code_point(connection)


def _revision(connection: Connection) -> str | None:
    """Return the revision by a plain query: importing Alembic costs a quarter of a second."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("select version_num from alembic_version"))
    return found
