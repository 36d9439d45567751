"""The journal in a database, as several processes share it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import StoreError
from core.ports import Direction, Frame
from store.journal.database import DatabaseJournal
from store.journal.files import FileJournal
from tests.postgres_server import Cluster

pytestmark = pytest.mark.postgresql
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def url(postgresql: Cluster) -> Iterator[str]:
    made = postgresql.create()
    yield made
    postgresql.drop(made)


def frame(station: str) -> Frame:
    return Frame(station, "c1", Direction.IN, NOW, "ocpp1.6", b'[2,"1","Heartbeat",{}]')


async def test_who_read_up_to_an_id_has_read_all_below_it_whoever_wrote(url: str) -> None:
    one, other = await DatabaseJournal.open(url), await DatabaseJournal.open(url)
    try:
        writing = asyncio.gather(*(journal.append(frame("lra-01")) for _ in range(200) for journal in (one, other)))
        seen: list[int] = []
        while not writing.done():
            seen += [each.id async for each in one.frames(seen[-1] if seen else 0)]
            await asyncio.sleep(0)
        seen += [each.id async for each in other.frames(seen[-1] if seen else 0)]
        assert seen == sorted(await writing)
    finally:
        await asyncio.gather(one.close(), other.close())


async def test_a_journal_goes_on_after_its_connection_was_cut(url: str, postgresql: Cluster) -> None:
    journal = await DatabaseJournal.open(url)
    try:
        before = await journal.append(frame("lra-01"))
        cut = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = "
        postgresql.execute(f"{cut} '{url.rpartition('/')[2]}'")
        with pytest.raises(StoreError, match=r"store\.database_unreachable"):
            await journal.append(frame("lra-01"))
        assert await journal.append(frame("lra-01")) > before
    finally:
        await journal.close()


async def test_frames_kept_in_files_move_there_under_their_ids_and_new_ones_come_behind(
    postgresql: Cluster, tmp_path: Path
) -> None:
    url = postgresql.create()
    files, journal = await FileJournal.open(tmp_path), await DatabaseJournal.open(url)
    try:
        await files.append_all([frame(f"cp-{number}") for number in range(1200)])
        await journal.take_over(files.frames())
        await journal.take_over(files.frames())  # a crash before the folder was renamed
        assert [each async for each in journal.frames()] == [each async for each in files.frames()]
        assert await journal.append(frame("cp-1")) == 1201
    finally:
        await asyncio.gather(files.close(), journal.close())
    postgresql.drop(url)
