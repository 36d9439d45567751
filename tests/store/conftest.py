"""Opened stores. A further backend joins the contract suite as one more parameter here."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from core.ports import Clock
from store.influx.timeseries import InfluxTimeSeries
from store.journal.database import DatabaseJournal
from store.journal.files import FileJournal
from store.ledger.ledger import SqlLedger
from store.open import Stores, open_embedded
from store.points.columns import to_utc
from store.points.timeseries import TimeSeries
from store.settings import InfluxSettings
from tests.influx_server import Influxd
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


Published = tuple[datetime, dict[str, str], dict[str, float | str | bool]]
SERIES = ("embedded", pytest.param("influxdb", marks=pytest.mark.influxdb))


@pytest.fixture(params=SERIES)
async def readings(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[TimeSeries | InfluxTimeSeries]:
    """Yield an empty time series; its type opens it again at the same place."""
    if request.param == "embedded":
        opened: TimeSeries | InfluxTimeSeries = await TimeSeries.open(tmp_path / "timeseries.duckdb", NOW)
        yield opened
        await opened.close()
        return
    server: Influxd = request.getfixturevalue("influxd")
    database = server.create()
    opened = await on_influxdb(server, database).open(tmp_path / "timeseries.duckdb", NOW)
    yield opened
    await opened.close()
    server.drop(database)


def on_influxdb(server: Influxd, database: str) -> Any:
    """Return the type of time series in this database that is opened as the embedded one is."""

    class Placed(InfluxTimeSeries):
        @classmethod
        async def open(cls, path: Path, now_utc: datetime) -> Placed:  # type: ignore[override]
            settings = InfluxSettings(url=server.url, database=database)
            return await super().open(settings, path.parent / "spool", lambda: now_utc)  # type: ignore[return-value]

    return Placed


@pytest.fixture
async def spans(readings: TimeSeries | InfluxTimeSeries) -> TimeSeries | InfluxTimeSeries:
    """Return an empty time series that keeps intervals, too."""
    return readings


@pytest.fixture
def published(
    request: pytest.FixtureRequest, spans: TimeSeries | InfluxTimeSeries
) -> Callable[[str], Awaitable[list[Published]]]:
    """Return how the facts of a measurement are read back: instant, tags and fields of each, by instant."""
    if isinstance(spans, TimeSeries):
        return lambda measurement: spans.read(partial(_published, measurement=measurement))
    return partial(_published_there, request.getfixturevalue("influxd"), spans)


def _published(connection: DuckDBPyConnection, measurement: str) -> list[Published]:
    found: dict[tuple[datetime, str], dict[str, float | str | bool]] = {}
    for at, tags, field, kind, number, text in connection.execute(
        "select f.ts, s.tags, s.field, s.kind, f.number, f.text from fact f"
        " join fact_series s on s.id = f.series_id where s.measurement = ? order by f.ts, s.tags",
        [measurement],
    ).fetchall():
        value = text if kind == "text" else bool(number) if kind == "truth" else number
        found.setdefault((at.replace(tzinfo=UTC), tags), {})[field] = value
    return [(at, json.loads(tags), fields) for (at, tags), fields in found.items()]


async def _published_there(server: Influxd, spans: InfluxTimeSeries, measurement: str) -> list[Published]:
    await spans.sender.emptied()
    database = spans._server.settings.database
    found: list[Published] = []
    for series in await asyncio.to_thread(server.ask, f'SELECT * FROM "{measurement}" GROUP BY *', database):
        names = series["columns"][1:]
        tags = {key: value for key, value in series.get("tags", {}).items() if value}
        for at_ms, *values in series["values"]:
            fields = {name: value for name, value in zip(names, values, strict=True) if value is not None}
            found.append((to_utc(at_ms), tags, fields))
    return sorted(found, key=lambda row: (row[0], sorted(row[1].items())))


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


JOURNALS = ("files", pytest.param("postgresql", marks=pytest.mark.postgresql))


@pytest.fixture(params=JOURNALS)
def journal_type(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Yield what opens an empty journal."""
    if request.param == "files":
        yield FileJournal
        return
    cluster: Cluster = request.getfixturevalue("postgresql")
    url: str = request.getfixturevalue("tables")
    yield in_database(url)
    cluster.execute("drop table journal_frame, station_socket, service_process", url.rpartition("/")[2])


@pytest.fixture
async def journal(journal_type: Any, tmp_path: Path) -> AsyncIterator[FileJournal | DatabaseJournal]:
    """Yield an empty journal; its type opens it again at the same place."""
    opened = await journal_type.open(tmp_path / "journal")
    yield opened
    await opened.close()


def in_database(url: str) -> Any:
    """Return the type of journal in this database that is opened as one in files is."""

    class Placed(DatabaseJournal):
        @classmethod
        async def open(cls, _folder: Path) -> Placed:  # type: ignore[override]
            return await super().open(url)  # type: ignore[return-value]

    return Placed
