"""What the embedded time series takes and gives, beside InfluxDB 1.6.7 with the same readings.

Twenty million readings in order of time and ten series of a year: bulk appends and rewrites, daemon
batches, opening, sorting, bytes per reading in closed months, and queries warm, as medians.
`--minutes` and `--days` shorten it; monthly totals from days are in `bench.queries`.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
from duckdb import DuckDBPyConnection

import pyarrow as pa  # isort: skip - before duckdb it would bring pandas in
from bench.dataset import (
    MINUTES,
    START_UTC,
    YEAR_MINUTES,
    YEAR_START_UTC,
    Block,
    Series,
    blocks,
    district,
    long_running,
)
from bench.influxdb import Baseline
from bench.result import Result, report
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading
from store.points import schema
from store.points.columns import to_utc
from store.points.timeseries import TimeSeries

LONG_AFTER = START_UTC + timedelta(days=200)
BLOCK_ROWS = 491_520
REWRITTEN_BLOCKS = 2
ROUNDS = 9
DAEMON_ROWS, DAEMON_BATCHES = 2_000, 60
YEAR_OF_ONE = (
    "select time_bucket(interval '15 minutes', ts) as slot, avg(value) from {table}"
    " where series_id = ? and ts >= ? and ts < ? group by slot order by slot"
)
MONTH_OF_ALL = "select series_id, max(value) - min(value) from {table} where ts >= ? group by series_id"


def main() -> int:
    """Print the figures; return 0 if all goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--minutes", type=int, default=MINUTES)
    parser.add_argument("--days", type=int, default=YEAR_MINUTES // 1440)
    parser.add_argument("--without-influxdb", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "timeseries.duckdb"
        results = asyncio.run(_measure(path, options.minutes, options.days * 1440))
    if not options.without_influxdb:
        figures = {result.name: result.value for result in results}
        with Baseline.running() as baseline:
            results += _compared(figures, baseline, options.minutes, options.days * 1440)
    return report(results, as_json=options.json)


async def _measure(path: Path, minutes: int, year_minutes: int) -> list[Result]:
    store = await TimeSeries.open(path, START_UTC, late=_heard)
    results = [await _append(store, minutes, year_minutes)]
    results.append(await _daemon(store, minutes))
    await store.close()
    begun = time.perf_counter()
    store = await TimeSeries.open(path, START_UTC, late=_heard)
    results.append(Result("open_unsorted", (time.perf_counter() - begun) * 1000, "ms"))
    results += await _sort(store)
    results.append(Result("file_bytes_per_reading", _size_bytes(path) / sum((await store.count()).values()), "B"))
    results += await _queries(store)
    results += [await _elsewhere(store, name, value, shift_ms) for name, value, shift_ms in ELSEWHERE]
    await store.close()
    begun = time.perf_counter()
    store = await TimeSeries.open(path, START_UTC, late=_heard)
    results.append(Result("open", (time.perf_counter() - begun) * 1000, "ms"))
    await store.close()
    return [*results, _at_most("memory", _peak_mb(), "MB", 600)]


async def _heard(_: object) -> None:
    """Stand for the ledger, which is told what changes in the past."""


async def _append(store: TimeSeries, minutes: int, year_minutes: int) -> Result:
    count, spent_s = 0, 0.0
    for series in long_running():
        column = series.column(YEAR_START_UTC, year_minutes)
        begun = time.perf_counter()
        count += await store.put_series(*column, START_UTC)
        spent_s += time.perf_counter() - begun
    for block in blocks(district(), START_UTC, minutes, BLOCK_ROWS):
        table = table_of(block)
        begun = time.perf_counter()
        count += await store.put_table(table, START_UTC)
        spent_s += time.perf_counter() - begun
    return _at_least("bulk_append", count / spent_s, "1/s", 1_000_000)


ELSEWHERE = (("bulk_rewrite", 1.0, 0), ("bulk_between", 0.0, 10_000))
"""What is written once more: with other values at the same instants, and between those there are."""


async def _elsewhere(store: TimeSeries, name: str, more: float, shift_ms: int) -> Result:
    count, spent_s = 0, 0.0
    for place, block in enumerate(blocks(district(), START_UTC, 1440, BLOCK_ROWS)):
        if place == REWRITTEN_BLOCKS:
            break
        table = table_of(Block(block.series, block.at_ms + shift_ms, block.value + more))
        begun = time.perf_counter()
        count += await store.put_table(table, START_UTC)
        spent_s += time.perf_counter() - begun
    return _at_least(name, count / spent_s, "1/s", 400_000)


async def _daemon(store: TimeSeries, minutes: int) -> Result:
    after = START_UTC + timedelta(minutes=-(-minutes // 240) * 240)
    batches = list(_batches(blocks(district(), after, 240, DAEMON_ROWS)))
    begun = time.perf_counter()
    for batch in batches:
        await store.put(batch)
    return _at_least("daemon_batches", DAEMON_ROWS * len(batches) / (time.perf_counter() - begun), "1/s", 50_000)


def _batches(some: Iterator[Block]) -> Iterator[Batch]:
    series = district()
    for _, block in zip(range(DAEMON_BATCHES), some, strict=False):
        rows = zip(block.series.tolist(), block.at_ms.tolist(), block.value.tolist(), strict=True)
        readings = [Reading(series[of].source, series[of].quantity, to_utc(at), value) for of, at, value in rows]
        yield Batch(readings, readings[-1].at_utc)


async def _sort(store: TimeSeries) -> list[Result]:
    begun = time.perf_counter()
    done = await store.compact(LONG_AFTER, lambda _: None)
    spent_s = time.perf_counter() - begun
    rows, cold_bytes = await store.read(_cold_bytes)
    return [
        Result("sorting", done.readings / spent_s, "1/s"),
        Result("sorting_median_slice", spent_s / max(done.slices, 1) / 2 * 1000, "ms"),
        Result("sorting_longest_slice", done.longest_s * 1000, "ms"),
        _at_most("bytes_per_reading", cold_bytes / rows, "B", 5),
    ]


def _cold_bytes(connection: DuckDBPyConnection) -> tuple[int, int]:
    (rows,) = connection.execute(f"select count(*) from {schema.POINT_COLD}").fetchone() or (0,)
    (blocks_used,) = connection.execute(
        "select count(distinct block) from (select unnest(list_append(additional_block_ids, block_id)) as block"
        f" from pragma_storage_info('{schema.POINT_COLD}')) where block >= 0"
    ).fetchone() or (0,)
    (block_bytes,) = connection.execute(
        "select block_size from pragma_database_size() where database_name = current_database()"
    ).fetchone() or (0,)
    return rows, blocks_used * block_bytes


async def _queries(store: TimeSeries) -> list[Result]:
    one = _one_power()
    number = store.numbers()[one.source, one.quantity]
    year = [number, _plain(YEAR_START_UTC), _plain(START_UTC)]
    return [
        _at_most("year_of_one_ms", await _median_ms(store, YEAR_OF_ONE, year), "ms", 20),
        Result("month_from_raw_ms", await _median_ms(store, MONTH_OF_ALL, [_plain(START_UTC)]), "ms"),
        _at_most("last_values_ms", await _last_ms(store), "ms", 20),
    ]


async def _median_ms(store: TimeSeries, query: str, parameters: Sequence[object]) -> float:
    def ask(connection: DuckDBPyConnection) -> object:
        return connection.execute(query.format(table=schema.POINT), parameters).fetchnumpy()

    spent = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        await store.read(ask)
        spent.append(time.perf_counter() - begun)
    return statistics.median(spent) * 1000


async def _last_ms(store: TimeSeries) -> float:
    spent = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        await store.last()
        spent.append(time.perf_counter() - begun)
    return statistics.median(spent) * 1000


def _compared(ours: dict[str, float], baseline: Baseline, minutes: int, year_minutes: int) -> list[Result]:
    years = (_as_block(place, each, year_minutes) for place, each in enumerate(long_running()))
    rate = baseline.append(long_running(), years)
    rate = baseline.append(district(), blocks(district(), START_UTC, minutes, BLOCK_ROWS)) if minutes else rate
    one = _one_power()
    year_ms = baseline.median_ms(partial(baseline.year_of_one, one, YEAR_START_UTC, START_UTC), ROUNDS)
    month_ms = baseline.median_ms(partial(baseline.month_of_all, START_UTC), 3)
    last_ms = baseline.median_ms(baseline.last_values, 3)
    return [
        _against("bulk_append_vs_influxdb", ours["bulk_append"], "1/s", rate, ours["bulk_append"] / rate, 2),
        _against("year_vs_influxdb", ours["year_of_one_ms"], "ms", year_ms, year_ms / ours["year_of_one_ms"], 5),
        _against(
            "month_vs_influxdb", ours["month_from_raw_ms"], "ms", month_ms, month_ms / ours["month_from_raw_ms"], 8
        ),
        _against("last_values_vs_influxdb", ours["last_values_ms"], "ms", last_ms, last_ms / ours["last_values_ms"]),
        _against("bytes_vs_influxdb", ours["bytes_per_reading"], "B", baseline.bytes_per_reading()),
    ]


def _one_power() -> Series:
    return next(series for series in long_running() if series.quantity is Quantity.POWER_W)


def _as_block(place: int, series: Series, minutes: int) -> Block:
    column = series.column(YEAR_START_UTC, minutes)
    return Block(np.full(len(column.at_ms), place, np.int32), column.at_ms, column.value)


_SERIES = district()
_SOURCES = pa.array([series.source for series in _SERIES])
_QUANTITIES = pa.array([quantity.value for quantity in Quantity])
_QUANTITY_OF = np.array([list(Quantity).index(series.quantity) for series in _SERIES], np.int32)


def table_of(block: Block) -> pa.Table:
    """Return a block of the district as a table."""
    return pa.table(
        {
            "source": pa.DictionaryArray.from_arrays(pa.array(block.series), _SOURCES),
            "quantity": pa.DictionaryArray.from_arrays(pa.array(_QUANTITY_OF[block.series]), _QUANTITIES),
            "at_ms": pa.array(block.at_ms),
            "value": pa.array(block.value),
        }
    )


def _at_least(name: str, value: float, unit: str, goal: float) -> Result:
    return Result(name, value, unit, goal=goal, ok=value >= goal)


def _at_most(name: str, value: float, unit: str, goal: float) -> Result:
    return Result(name, value, unit, goal=goal, ok=value <= goal)


def _against(
    name: str, value: float, unit: str, baseline: float, ratio: float | None = None, goal: float | None = None
) -> Result:
    ok = None if ratio is None or goal is None else ratio >= goal
    return Result(name, value, unit, baseline, ratio, goal, ok)


def _plain(at_utc: datetime) -> datetime:
    return at_utc.replace(tzinfo=None)


def _size_bytes(path: Path) -> int:
    return path.stat().st_size


def _peak_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1000


if __name__ == "__main__":
    sys.exit(main())
