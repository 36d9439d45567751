"""The ledger's migrations, in Alembic's layout."""
