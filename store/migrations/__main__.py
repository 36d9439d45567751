"""`python -m store.migrations 0002 "what changes and why"` drafts a migration from `store/ledger/tables.py`."""

from __future__ import annotations

import sys

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from store.ledger.migrate import SCRIPTS

number, message = sys.argv[1:]
with create_engine("sqlite://").connect() as connection:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    command.revision(config, message, autogenerate=True, rev_id=number)
