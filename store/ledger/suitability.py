"""What a PostgreSQL database must be like to hold a ledger, and what is put right by itself."""

from __future__ import annotations

from sqlalchemy import Connection, text

from core.errors import StoreError

OLDEST_SERVER = 15
ENCODING = "UTF8"

_SORTED_OTHERWISE = text("""
    select c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    join pg_collation l on l.oid = a.attcollation
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
      and a.attnum > 0 and not a.attisdropped and l.collname <> 'C'
    order by c.relname, a.attnum
""")


def must_suit(connection: Connection, database: str) -> None:
    """Raise `StoreError` if the server is too old, or if the database cannot hold every character."""
    found = int((connection.dialect.server_version_info or (0,))[0])
    if found < OLDEST_SERVER:
        raise StoreError("store.server_too_old", database=database, found=found, wanted=OLDEST_SERVER)
    encoding = connection.scalar(text("show server_encoding"))
    if encoding != ENCODING:
        raise StoreError("store.database_encoding", database=database, found=str(encoding), wanted=ENCODING)


def sort_by_code_point(connection: Connection) -> None:
    """Let all text columns sort as SQLite does, whatever the database's language: pages and cursors stand on it."""
    quote = connection.dialect.identifier_preparer.quote
    for table, column, kind in connection.execute(_SORTED_OTHERWISE).all():
        place = f"alter table {quote(table)} alter column {quote(column)}"
        connection.exec_driver_sql(f'{place} type {kind} collate "C"')
