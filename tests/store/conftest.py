"""Opened stores. A further backend joins the contract suite as one more parameter here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.ports import Clock
from store.journal import FileJournal
from store.ledger.ledger import SqlLedger
from store.open import Stores, open_embedded
from store.timeseries import TimeSeries
from tests.postgres_server import Cluster

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
LEDGERS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql))


@pytest.fixture
def clock() -> Clock:
    return lambda: NOW


@pytest.fixture
async def stores(tmp_path: Path, clock: Clock) -> AsyncIterator[Stores]:
    opened = await open_embedded(tmp_path / "data", clock)
    yield opened
    await opened.close()


@pytest.fixture(params=["embedded"])
async def readings(tmp_path: Path) -> AsyncIterator[TimeSeries]:
    opened = await TimeSeries.open(tmp_path / "timeseries.duckdb", NOW)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def tables(postgresql: Cluster) -> str:
    """Return the URL of a database with the present tables."""
    url = postgresql.create()

    async def migrate() -> None:
        await (await SqlLedger.open(url)).close()

    asyncio.run(migrate())
    return url


@pytest.fixture(params=LEDGERS)
def ledger_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | str]:
    """Where an empty ledger is: a file, or a database."""
    if request.param == "sqlite":
        yield tmp_path / "ledger.sqlite"
        return
    cluster: Cluster = request.getfixturevalue("postgresql")
    url: str = request.getfixturevalue("tables")
    yield url
    cluster.empty(url)


@pytest.fixture
async def ledger(ledger_place: Path | str) -> AsyncIterator[SqlLedger]:
    opened = await SqlLedger.open(ledger_place)
    yield opened
    await opened.close()


@pytest.fixture(params=["files"])
async def journal(tmp_path: Path) -> AsyncIterator[FileJournal]:
    opened = await FileJournal.open(tmp_path / "journal")
    yield opened
    await opened.close()
