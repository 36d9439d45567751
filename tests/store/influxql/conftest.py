"""The same world in our store and in an InfluxDB."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from core.ports import InfluxQlRequest
from store.influxql.endpoint import EmbeddedInfluxQl
from store.points.timeseries import TimeSeries
from tests.influx_server import Influxd
from tests.store.influxql import world

Ask = Callable[..., dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Ours:
    """Our endpoint over the world's data, on an event loop of its own."""

    endpoint: EmbeddedInfluxQl
    series: TimeSeries
    run: Callable[[Awaitable[Any]], Any]

    def __call__(self, text: str, database: str = world.DATABASE, epoch: str = "ms", **more: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.run(
            self.endpoint.ask(InfluxQlRequest(text=text, database=database, epoch=epoch, **more))
        )
        return answer


@pytest.fixture(scope="session")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ours]:
    with asyncio.Runner() as runner:
        path = tmp_path_factory.mktemp("influxql") / "timeseries.duckdb"
        series = runner.run(TimeSeries.open(path, world.NOW))
        runner.run(world.fill_embedded(series))
        endpoint = EmbeddedInfluxQl(series, lambda: world.INVENTORY, lambda: world.NOW)
        yield Ours(endpoint, series, runner.run)  # type: ignore[arg-type]
        runner.run(series.close())


@pytest.fixture(scope="session")
def theirs(influxd: Influxd) -> Iterator[Ask]:
    database = influxd.create()
    client = httpx.Client(base_url=influxd.url, trust_env=False, timeout=20)
    written = client.post(
        "/write", params={"db": database, "precision": "ms"}, content="\n".join(world.lines()).encode()
    )
    assert written.status_code == 204, written.text

    def ask(text: str, epoch: str = "ms") -> dict[str, Any]:
        answer: dict[str, Any] = client.get("/query", params={"db": database, "q": text, "epoch": epoch}).json()
        return answer

    yield ask
    client.close()
    influxd.drop(database)
