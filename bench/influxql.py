"""How soon a dashboard's queries are answered over a year, from the embedded store and from InfluxDB 1.6.7.

Twelve sources with a year of quarter hours each, in both; each query is asked as Grafana asks it (over
13 months, grouped as a panel of 1,500 points groups), warm, the median of several rounds. Ours is
measured up to the JSON that leaves the service.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import orjson
from duckdb import DuckDBPyConnection

from bench.result import Result, report
from core.inventory import Inventory
from core.measurements import tags_of
from core.ports import InfluxQlRequest
from core.quantities import Quantity
from store.influxql.endpoint import EmbeddedInfluxQl
from store.points.timeseries import TimeSeries
from store.spans import tables as interval_tables
from tests.influx_server import Influxd, running_influxd

SOURCES = tuple(f"meter:haus-{number:02d}" for number in range(12))
SLOTS = 365 * 96
START_MS = int(datetime(2025, 10, 1, tzinfo=UTC).timestamp()) * 1000
END_MS = START_MS + SLOTS * 900_000
NOW = datetime(2026, 11, 1, tzinfo=UTC)
GOAL_MS = 50.0
RANGE = f"time >= {START_MS - 30 * 86_400_000}ms and time <= {END_MS}ms"
ONE = "\"source\" = 'meter:haus-03'"

SLOTS_OF_ALL = f'FROM "interval_15m" WHERE {RANGE}'
SLOTS_OF_ONE = f'FROM "interval_15m" WHERE {ONE} AND {RANGE}'
LAST_WEEKS = f"time >= {END_MS - 14 * 86_400_000}ms"
BY_SOURCE = f'SELECT mean("power_w") AS "p" {SLOTS_OF_ALL} GROUP BY time(6h), "source"'
BAND = 'mean("power_w"), min("power_w_min"), max("power_w_max")'

QUERIES = {
    "year_of_one": f'SELECT sum("energy_import_wh") {SLOTS_OF_ONE} GROUP BY time(6h) fill(null)',
    "year_of_all": f'SELECT sum("energy_import_wh") {SLOTS_OF_ALL} GROUP BY time(6h), "source" fill(none)',
    "days_of_all": f'SELECT sum("energy_import_wh") {SLOTS_OF_ALL} GROUP BY time(1d), "source" tz(\'Europe/Berlin\')',
    "peak": f'SELECT max("power_w_max") {SLOTS_OF_ALL} GROUP BY "source"',
    "band": f"SELECT {BAND} {SLOTS_OF_ONE} GROUP BY time(6h) fill(null)",
    "top_10": f'SELECT top("power_w_max", 10) {SLOTS_OF_ALL}',
    "total_power": f'SELECT sum("p") FROM ({BY_SOURCE}) WHERE {RANGE} GROUP BY time(6h) fill(null)',
    "quality": f'SELECT mean("quality_power_w_measured") {SLOTS_OF_ALL} GROUP BY time(1d), "source"',
    "two_weeks_raw": f'SELECT "power_w" FROM "interval_15m" WHERE {ONE} AND {LAST_WEEKS}',
    "values_of_a_variable": 'SHOW TAG VALUES FROM "interval_15m" WITH KEY = "source"',
}


def main() -> int:
    """Print the figures; return 0 if all goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with running_influxd() as server, tempfile.TemporaryDirectory() as folder:
        database = server.create()
        _fill_influxdb(server, database)
        theirs = _their_times_ms(server, database, options.rounds)
        ours = asyncio.run(_our_times_ms(Path(folder), options.rounds))
    results = [
        Result(name, ours[name], "ms", theirs[name], theirs[name] / ours[name], GOAL_MS, ours[name] <= GOAL_MS)
        for name in QUERIES
    ]
    return report(results, as_json=options.json)


def _columns(number: int) -> tuple[np.ndarray[Any, Any], ...]:
    chance = np.random.default_rng(number)
    at_ms = START_MS + np.arange(SLOTS) * 900_000
    mean = np.round(2000 + 1500 * np.sin(np.arange(SLOTS) / 15.3 + number) + chance.uniform(0, 500, SLOTS), 1)
    return at_ms, np.round(mean * 250).astype(np.int64), mean, mean - 100.5, mean + 300.25


async def _our_times_ms(folder: Path, rounds: int) -> dict[str, float]:
    series = await TimeSeries.open(folder / "timeseries.duckdb", NOW)
    keys = [(source, quantity) for source in SOURCES for quantity in (Quantity.ENERGY_IMPORT_WH, Quantity.POWER_W)]
    numbers = dict(await series.number(keys))
    for number, source in enumerate(SOURCES):
        await series.change(partial(_write, columns=_columns(number), source=source, numbers=numbers))
    inventory = Inventory()
    endpoint = EmbeddedInfluxQl(series, lambda: inventory, lambda: NOW)

    async def ask(text: str) -> None:
        orjson.dumps(await endpoint.ask(InfluxQlRequest(text=text, database="kreiswatt", epoch="ms")))

    found = {name: await _median_ms(partial(ask, text), rounds) for name, text in QUERIES.items()}
    await series.close()
    return found


def _write(connection: DuckDBPyConnection, columns: Any, source: str, numbers: Any) -> None:
    at_ms, whole, mean, least, greatest = columns
    incoming = {"ts": (at_ms * 1000).view("M8[us]"), "w": whole, "m": mean, "l": least, "g": greatest}
    connection.register("year", incoming)
    shares = "900, 0, 0, 0, 0"
    amount, power = numbers[source, Quantity.ENERGY_IMPORT_WH], numbers[source, Quantity.POWER_W]
    connection.execute(
        f"insert into {interval_tables.SLOT_AMOUNT_COLD} select {amount}, ts, w, {shares}, 0, 0 from year"
    )
    connection.execute(f"insert into {interval_tables.SLOT_MEAN_COLD} select {power}, ts, m, l, g, {shares} from year")
    connection.unregister("year")


async def _median_ms(ask: Callable[[], Awaitable[None]], rounds: int) -> float:
    figures = []
    for _ in range(rounds + 1):
        begun = time.perf_counter()
        await ask()
        figures.append((time.perf_counter() - begun) * 1000)
    return statistics.median(figures[1:])


def _lines(number: int, source: str) -> Iterator[str]:
    tags = "".join(f",{key}={value}" for key, value in sorted(tags_of(source, Inventory()).items()))
    shares = "quality_power_w_measured=1,quality_energy_import_wh_measured=1"
    for at_ms, whole, mean, least, greatest in zip(*(column.tolist() for column in _columns(number)), strict=True):
        yield (
            f"interval_15m{tags} energy_import_wh={whole / 1000},power_w={mean},power_w_min={least},"
            f"power_w_max={greatest},{shares} {at_ms}"
        )


def _fill_influxdb(server: Influxd, database: str) -> None:
    params = {"db": database, "precision": "ms"}
    with httpx.Client(base_url=server.url, trust_env=False, timeout=120) as client:
        for number, source in enumerate(SOURCES):
            lines = list(_lines(number, source))
            for start in range(0, len(lines), 10_000):
                body = "\n".join(lines[start : start + 10_000]).encode()
                assert client.post("/write", params=params, content=body).status_code == 204


def _their_times_ms(server: Influxd, database: str, rounds: int) -> dict[str, float]:
    found = {}
    with httpx.Client(base_url=server.url, trust_env=False, timeout=120) as client:
        for name, text in QUERIES.items():
            figures = []
            for _ in range(rounds + 1):
                begun = time.perf_counter()
                client.get("/query", params={"db": database, "epoch": "ms", "q": text}).raise_for_status()
                figures.append((time.perf_counter() - begun) * 1000)
            found[name] = statistics.median(figures[1:])
    return found


if __name__ == "__main__":
    sys.exit(main())
