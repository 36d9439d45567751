"""Opening: what is damaged, held or newer is refused with a finding, and nothing is changed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest
from sqlalchemy import text

from core.errors import StoreError
from core.periods import Period
from core.ports import Batch, Clock
from core.quantities import Quantity
from core.readings import Reading
from store.open import Stores, open_embedded
from store.points import schema
from store.points.timeseries import TimeSeries


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.glob("*.*") if "-shm" not in path.name}


def run(program: str, path: Path) -> str:
    command = [sys.executable, "-c", program, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@contextmanager
def shell_on(path: Path) -> Iterator[None]:
    program = "import duckdb, sys; connection = duckdb.connect(sys.argv[1]); print('open', flush=True); input()"
    command = [sys.executable, "-c", program, str(path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, text=True, **pipes) as shell:
        assert shell.stdout is not None
        assert shell.stdout.readline() == "open\n"
        yield
        shell.kill()


async def refusal(folder: Path, clock: Clock) -> StoreError:
    before = contents(folder)
    with pytest.raises(StoreError) as refused:
        await open_embedded(folder, clock)
    assert contents(folder) == before
    return refused.value


@pytest.fixture
async def folder(stores: Stores, clock: Clock, tmp_path: Path) -> Path:
    await stores.readings.put(Batch([Reading("meter:a", Quantity.POWER_W, clock(), 1.0)], clock()))
    await stores.ledger.audit("anna", "a", "s", "", clock())
    await stores.close()
    return tmp_path / "data"


async def test_what_was_stored_is_there_again(folder: Path, clock: Clock) -> None:
    stores = await open_embedded(folder, clock)
    assert await stores.readings.count() == {"meter": 1}
    assert (await stores.ledger.audit_entries()).total == 1
    await stores.close()


async def test_closing_twice_is_closing_once(stores: Stores, clock: Clock) -> None:
    await stores.close()
    await stores.close()
    with pytest.raises(StoreError) as refused:
        await stores.readings.put(Batch([Reading("meter:a", Quantity.POWER_W, clock(), 1.0)], clock()))
    assert refused.value.finding.code == "store.closed"


async def test_a_second_process_is_told_who_holds_the_folder(stores: Stores, clock: Clock, tmp_path: Path) -> None:
    program = (
        "import asyncio, sys, pathlib, datetime\n"
        "from core.errors import StoreError\n"
        "from store.open import open_embedded\n"
        "try:\n"
        "    asyncio.run(open_embedded(pathlib.Path(sys.argv[1]), lambda: None))\n"
        "except StoreError as error:\n"
        "    print(error)\n"
    )
    assert run(program, tmp_path / "data") == f"store.locked folder={tmp_path / 'data'} process={os.getpid()}"
    await stores.readings.put(Batch([Reading("meter:a", Quantity.POWER_W, clock(), 1.0)], clock()))


async def test_a_database_shell_left_open_is_named(folder: Path, clock: Clock) -> None:
    with shell_on(folder / "timeseries.duckdb"):
        error = await refusal(folder, clock)
    assert error.finding.code == "store.file_held"
    assert "timeseries.duckdb" in str(error)


@pytest.mark.parametrize(
    ("name", "code"),
    [("timeseries.duckdb", "store.timeseries_unreadable"), ("ledger.sqlite", "store.ledger_unreadable")],
)
async def test_a_damaged_file_is_named_and_left_as_it_is(folder: Path, clock: Clock, name: str, code: str) -> None:
    (folder / name).write_bytes(b"garbage " * 2000)
    error = await refusal(folder, clock)
    assert error.finding.code == code
    assert str(folder / name) in str(error)


async def test_a_damaged_wal_is_named_and_after_moving_it_aside_the_rest_is_there(folder: Path, clock: Clock) -> None:
    path = folder / "timeseries.duckdb"
    wal = path.with_name("timeseries.duckdb.wal")
    program = (
        "import duckdb, os, sys; connection = duckdb.connect(sys.argv[1]);"
        f"connection.execute('insert into {schema.POINT_HOT} select now()::timestamp, 0, range, 0, now()::timestamp"
        " from range(2000)'); os._exit(0)"
    )
    run(program, path)
    content = bytearray(wal.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 4096] = os.urandom(4096)
    wal.write_bytes(content)
    error = await refusal(folder, clock)
    assert error.finding.code == "store.timeseries_unreadable"
    assert dict(error.finding.params)["wal"] == str(wal)
    wal.rename(folder / "aside")
    stores = await open_embedded(folder, clock)
    assert await stores.readings.count() == {"meter": 1}
    await stores.close()


async def test_a_damaged_block_is_named_when_it_is_read_and_costs_only_what_stood_in_it(
    tmp_path: Path, clock: Clock
) -> None:
    path = tmp_path / "t.duckdb"
    start_ms = int((clock() - timedelta(days=300)).timestamp() * 1000)
    series = await TimeSeries.open(path, clock())
    for number in range(20):
        values = np.random.default_rng(number).random(20_000)
        await series.put_series(
            f"meter:m{number}", Quantity.POWER_W, start_ms + np.arange(20_000) * 1000, values, clock()
        )
    await series.close()
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(os.urandom(4096))
    series = await TimeSeries.open(path, clock())
    ever = Period(clock() - timedelta(days=400), clock())
    codes = []
    for number in range(20):
        try:
            found = await series.samples([(f"meter:m{number}", Quantity.POWER_W)], ever)
            assert [len(samples) for samples in found.values()] == [20_000]
        except StoreError as error:
            codes.append(error.finding.code)
    assert set(codes) == {"store.timeseries_damaged"}
    assert len(codes) < 10
    await series.put(Batch([Reading("meter:a", Quantity.POWER_W, clock(), 1.0)], clock()))
    await series.close()


async def test_files_of_a_newer_release_are_refused(folder: Path, clock: Clock) -> None:
    with duckdb.connect(folder / "timeseries.duckdb") as connection:
        connection.execute(f"update {schema.META} set version = {schema.VERSION + 1}")
    assert (await refusal(folder, clock)).finding.code == "store.file_too_new"


async def test_a_ledger_of_a_newer_release_is_refused(folder: Path, clock: Clock) -> None:
    stores = await open_embedded(folder, clock)
    async with stores.ledger._database.writing() as connection:
        await connection.execute(text("update alembic_version set version_num = '9999'"))
    await stores.close()
    error = await refusal(folder, clock)
    assert error.finding.code == "store.file_too_new"
    assert "ledger.sqlite" in str(error)


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError) as refused:
        await open_embedded(tmp_path / "file" / "data", clock)
    assert refused.value.finding.code == "store.folder_unusable"


async def test_a_refused_opening_lets_go_of_the_folder(folder: Path, clock: Clock) -> None:
    kept = (folder / "timeseries.duckdb").read_bytes()
    (folder / "timeseries.duckdb").write_bytes(b"garbage " * 2000)
    await refusal(folder, clock)
    (folder / "timeseries.duckdb").write_bytes(kept)
    stores = await open_embedded(folder, clock)
    assert await stores.readings.count() == {"meter": 1}
    await stores.close()
