"""Opened stores. A further backend joins the contract suite as one more parameter here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.ports import Clock
from store.journal import FileJournal
from store.ledger.ledger import SqlLedger
from store.open import Stores, open_embedded
from store.timeseries import TimeSeries

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


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


@pytest.fixture(params=["sqlite"])
async def ledger(tmp_path: Path) -> AsyncIterator[SqlLedger]:
    opened = await SqlLedger.open(tmp_path / "ledger.sqlite")
    yield opened
    await opened.close()


@pytest.fixture(params=["files"])
async def journal(tmp_path: Path) -> AsyncIterator[FileJournal]:
    opened = await FileJournal.open(tmp_path / "journal")
    yield opened
    await opened.close()
