"""What only a database server can do to us: stop, vanish, refuse, sort in German, be read by others."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from core.errors import StoreError
from core.facts import User
from core.people import Role
from core.ports import Clock
from store.ledger import database as ledger_database
from store.ledger import suitability
from store.ledger.ledger import SqlLedger
from store.ledger.tables import PERSON
from store.open import open_stores
from store.settings import StoreSettings
from tests.postgres_server import Cluster

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
SECRET = "g3h31m"
MANUAL = (Path(__file__).parents[2] / "docs" / "postgresql.md").read_text(encoding="utf-8")
SORTED_OTHERWISE = """
    select count(*) from pg_attribute
    join pg_class c on c.oid = attrelid
    join pg_collation l on l.oid = attcollation
    where relnamespace = 'public'::regnamespace and relkind = 'r' and not attisdropped and collname <> 'C'
"""
HOW_MANY = select(func.count()).select_from(PERSON)


@pytest.fixture
def database(postgresql: Cluster) -> Iterator[str]:
    url = postgresql.create()
    yield url
    postgresql.drop(url)


@pytest.fixture
async def ledger(database: str) -> AsyncIterator[SqlLedger]:
    opened = await SqlLedger.open(database)
    yield opened
    await opened.close()


def user(name: str) -> User:
    return User(name=name, role=Role.VIEWER, created_at_utc=NOW)


async def failure(awaited: Any) -> StoreError:
    with pytest.raises(StoreError) as failed:
        await awaited
    return failed.value


async def test_a_server_that_stops_is_said_so_and_one_that_comes_back_is_used(
    ledger: SqlLedger, postgresql: Cluster
) -> None:
    await ledger.save_user(user("before"))
    postgresql.stop()
    try:
        for _ in range(2):
            error = await failure(ledger.save_user(user("lost")))
            assert error.finding.code == "store.database_unreachable"
            assert (await failure(ledger.users())).finding.code == "store.database_unreachable"
            assert (ledger.health().ok, ledger.health().finding) == (False, error.finding)
    finally:
        postgresql.start()
    await ledger.save_user(user("after"))
    assert [each.name for each in await ledger.users()] == ["after", "before"]
    assert (ledger.health().ok, ledger.health().figures) == (True, {"failures": 4.0})


@pytest.mark.soak
async def test_a_server_that_is_frozen_does_not_freeze_us(
    ledger: SqlLedger, postgresql: Cluster, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_database, "PATIENCE_S", 0.5)
    await ledger.save_user(user("before"))
    name = database.rpartition("/")[2]
    processes = [pid for (pid,) in postgresql.execute(f"select pid from pg_stat_activity where datname = '{name}'")]
    for pid in processes:
        os.kill(pid, signal.SIGSTOP)
    try:
        error = await failure(asyncio.wait_for(ledger.save_user(user("lost")), 20))
    finally:
        for pid in processes:
            os.kill(pid, signal.SIGCONT)
    assert error.finding.code == "store.database_unreachable"
    await ledger.save_user(user("after"))
    assert [each.name for each in await ledger.users()] == ["after", "before"]


async def test_what_was_being_written_when_the_connection_broke_is_there_whole_or_not_at_all(
    ledger: SqlLedger, postgresql: Cluster, database: str
) -> None:
    async with asyncio.TaskGroup() as group:
        changes = [group.create_task(_told(ledger.audit("anna", "a", str(n), "", NOW))) for n in range(50)]
        await asyncio.sleep(0.02)
        name = database.rpartition("/")[2]
        postgresql.execute(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")
    kept = [change.result() for change in changes]
    assert await ledger.broken_entry() is None
    subjects = {entry.subject for entry in (await ledger.audit_entries(limit=100)).items}
    assert subjects >= {str(number) for number, stored in enumerate(kept) if stored}


async def _told(change: Any) -> bool:
    try:
        await change
    except StoreError:
        return False
    return True


async def test_a_message_names_server_and_database_but_neither_user_nor_password(postgresql: Cluster) -> None:
    url = postgresql.url("nothing_here", "somebody", SECRET)
    error = await failure(SqlLedger.open(url))
    assert error.finding.code == "store.database_unreachable"
    assert dict(error.finding.params)["database"] == f"postgresql://127.0.0.1:{postgresql.port}/nothing_here"
    assert SECRET not in repr(error) + str(error.__cause__) + repr(StoreSettings(ledger_url=url))


async def test_a_user_without_rights_is_told_what_is_refused(postgresql: Cluster, database: str) -> None:
    name = database.rpartition("/")[2]
    postgresql.execute("drop role if exists guest")
    postgresql.execute("create role guest login")
    error = await failure(SqlLedger.open(postgresql.url(name, "guest")))
    assert error.finding.code == "store.database_refused"
    assert "permission denied" in str(error)


async def test_the_least_rights_that_the_manual_names_are_enough(postgresql: Cluster) -> None:
    postgresql.execute("drop database if exists kreiswatt")
    postgresql.execute("drop role if exists kreiswatt")
    for statement in MANUAL.partition("```sql\n")[2].partition("```")[0].split(";\n"):
        if statement.strip():
            postgresql.execute(statement)
    ledger = await SqlLedger.open(postgresql.url("kreiswatt", "kreiswatt"))
    await ledger.save_user(user("anna"))
    await ledger.close()
    (rights,) = postgresql.execute(
        "select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = 'kreiswatt'"
    )
    assert rights == (False, False, False)
    guest = postgresql.execute("select has_database_privilege('public', 'kreiswatt', 'connect')")
    assert guest == [(False,)]
    postgresql.execute("drop database kreiswatt")


async def test_a_database_that_cannot_hold_every_character_is_refused(postgresql: Cluster) -> None:
    url = postgresql.create("encoding latin1 locale 'C' locale_provider libc")
    error = await failure(SqlLedger.open(url))
    assert error.finding.code == "store.database_encoding"
    tables = postgresql.execute("select count(*) from pg_tables where schemaname = 'public'", url.rpartition("/")[2])
    postgresql.drop(url)
    assert tables == [(0,)]


async def test_an_older_server_is_refused(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suitability, "OLDEST_SERVER", 99)
    error = await failure(SqlLedger.open(database))
    assert error.finding.code == "store.server_too_old"


async def test_all_text_sorts_by_code_point_in_a_german_database(
    ledger: SqlLedger, postgresql: Cluster, database: str
) -> None:
    del ledger
    german = postgresql.execute(SORTED_OTHERWISE, database.rpartition("/")[2])
    assert german == [(0,)]


async def test_two_processes_that_start_together_make_the_tables_once(database: str) -> None:
    ledgers = await asyncio.gather(*(SqlLedger.open(database) for _ in range(4)))
    await asyncio.gather(*(ledger.audit("anna", "a", "s", "", NOW) for ledger in ledgers))
    assert await ledgers[0].broken_entry() is None
    for ledger in ledgers:
        await ledger.close()


async def test_a_reader_sees_one_state_while_others_write(ledger: SqlLedger) -> None:
    await ledger.save_user(user("a"))
    async with ledger._database.reading() as connection:
        before = await connection.scalar(HOW_MANY)
        await ledger.save_user(user("b"))
        assert await connection.scalar(HOW_MANY) == before == 1
    assert len(await ledger.users()) == 2


async def test_the_stores_of_a_folder_open_with_the_ledger_elsewhere(
    database: str, tmp_path: Path, clock: Clock
) -> None:
    stores = await open_stores(StoreSettings(ledger_url=database), tmp_path / "data", clock)
    await stores.ledger.save_user(user("anna"))
    await stores.close()
    assert not (tmp_path / "data" / "ledger.sqlite").exists()
    again = await open_stores(StoreSettings(ledger_url=database), tmp_path / "data", clock)
    assert [each.name for each in await again.ledger.users()] == ["anna"]
    await again.close()
