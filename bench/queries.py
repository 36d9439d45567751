"""What pages and dashboards ask of intervals: courses, totals and shares, warm medians.

The example year: 40 meters with all slots of a year, put day by day as the job does it and sorted as
closed months are, and 1,000 series with all days of the year. Asked through `core.ports.Query`, so
the answer's values are counted in.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from bench.dataset import SEED
from bench.result import Result, report
from core.intervals import SLOT_S, Resolution
from core.periods import Period, local_month
from core.quantities import Quantity
from energy.days import days_of
from energy.series import SHARE_NUMBERS, Amounts, Instants
from store.points.timeseries import TimeSeries

ZONE = ZoneInfo("Europe/Berlin")
YEAR = Period(local_month(2025, 11, ZONE).start_utc, local_month(2026, 10, ZONE).end_utc)
MONTH = local_month(2026, 10, ZONE)
ENERGY = Quantity.ENERGY_IMPORT_WH
METERS, SERIES, PER_GROUP = 40, 1000, 25
TOTALS_MS, DASHBOARD_MS, COURSE_MS = 100.0, 50.0, 20.0

Ask = Callable[[], Awaitable[object]]


def main() -> int:
    """Print the figures; return 0 if all goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--meters", type=int, default=METERS)
    parser.add_argument("--series", type=int, default=SERIES)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = asyncio.run(_measure(Path(folder), options.meters, options.series, options.rounds))
    return report(results, as_json=options.json)


async def _measure(folder: Path, meters: int, series: int, rounds: int) -> list[Result]:
    store = await TimeSeries.open(folder / "timeseries.duckdb", YEAR.end_utc)
    try:
        slots, days = [f"meter:slots-{n:02}" for n in range(meters)], [f"meter:days-{n:04}" for n in range(series)]
        results = [await _fill_slots(store, slots), await _fill_days(store, days)]
        sorted_ = await store.compact(YEAR.end_utc, lambda _: None)
        results.append(Result("longest slice of sorting", sorted_.longest_s * 1000, "ms"))
        for name, goal_ms, ask in _questions(store, slots, days):
            results.append(await _timed(name, goal_ms, ask, rounds))
        return results
    finally:
        await store.close()


def _questions(store: TimeSeries, slots: list[str], days: list[str]) -> list[tuple[str, float, Ask]]:
    week = Period(MONTH.end_utc - timedelta(days=7), MONTH.end_utc)
    begun = Period(MONTH.start_utc, MONTH.end_utc + timedelta(days=20, hours=7))
    groups = {f"{first}": days[first : first + PER_GROUP] for first in range(0, len(days), PER_GROUP)}
    each, silent = {source: [source] for source in days}, [*days, *(f"meter:silent-{n}" for n in range(20))]
    by_building = {f"{first}": slots[first : first + 4] for first in range(0, len(slots), 4)}
    day, month, hour, slot = Resolution.DAY, Resolution.MONTH, Resolution.HOUR, Resolution.SLOT
    totals, series = store.totals, store.series
    return [
        ("month of 1,000 series, one by one", TOTALS_MS, lambda: totals(each, ENERGY, MONTH, ZONE)),
        ("12 months of 1,000 series, one by one", TOTALS_MS, lambda: totals(each, ENERGY, YEAR, ZONE, month)),
        ("12 months of 1,000 series, 40 groups", TOTALS_MS, lambda: totals(groups, ENERGY, YEAR, ZONE, month)),
        ("month of 1,020 series, 20 silent", DASHBOARD_MS, lambda: totals({"": silent}, ENERGY, MONTH, ZONE)),
        ("month by day of 1,000 series", DASHBOARD_MS, lambda: totals({"": days}, ENERGY, MONTH, ZONE, day)),
        ("7 weeks to a morning, 1,000 series", DASHBOARD_MS, lambda: totals({"": days}, ENERGY, begun, ZONE)),
        ("year of slots, 1 meter", COURSE_MS, lambda: series(slots[:1], ENERGY, YEAR, slot, ZONE)),
        ("year of hours, 1 meter", DASHBOARD_MS, lambda: series(slots[:1], ENERGY, YEAR, hour, ZONE)),
        ("year of days, 40 meters", DASHBOARD_MS, lambda: series(slots, ENERGY, YEAR, day, ZONE)),
        (
            "year of months, 40 meters, by building",
            DASHBOARD_MS,
            lambda: totals(by_building, ENERGY, YEAR, ZONE, month),
        ),
        ("week of slots, 40 meters", DASHBOARD_MS, lambda: series(slots, ENERGY, week, slot, ZONE)),
        ("month of hours, 40 meters", DASHBOARD_MS, lambda: series(slots, ENERGY, MONTH, hour, ZONE)),
        ("shares of a month, 40 meters", DASHBOARD_MS, lambda: store.shares(slots, ENERGY, MONTH)),
        ("shares of the year, 40 meters", DASHBOARD_MS, lambda: store.shares(slots, ENERGY, YEAR)),
    ]


async def _timed(name: str, goal_ms: float, ask: Ask, rounds: int) -> Result:
    await ask()
    spent_ms = []
    for _ in range(rounds):
        begun = time.perf_counter()
        await ask()
        spent_ms.append((time.perf_counter() - begun) * 1000)
    median_ms = statistics.median(spent_ms)
    return Result(name, median_ms, "ms", goal=goal_ms, ok=median_ms <= goal_ms)


async def _fill_slots(store: TimeSeries, sources: list[str]) -> Result:
    """Put the year day by day, all meters at once, and its days at the end."""
    rows = {source: _amounts(number, _starts(YEAR)) for number, source in enumerate(sources)}
    begun, longest_s, count = time.perf_counter(), 0.0, 0
    per_day = 86_400 // SLOT_S
    for first in range(0, len(rows[sources[0]]), per_day):
        day = {(source, ENERGY): amounts.take(slice(first, first + per_day)) for source, amounts in rows.items()}
        started = time.perf_counter()
        count += await store.put_amounts(Resolution.SLOT, day)
        longest_s = max(longest_s, time.perf_counter() - started)
    spent_s = time.perf_counter() - begun
    await store.put_amounts(
        Resolution.DAY, {(source, ENERGY): days_of(amounts, ZONE) for source, amounts in rows.items()}
    )
    print(f"longest put of a day: {longest_s * 1000:.0f} ms", file=sys.stderr)
    return Result("slots written", count / spent_s, "1/s")


async def _fill_days(store: TimeSeries, sources: list[str]) -> Result:
    slots = _amounts(0, _starts(YEAR))
    days = days_of(slots, ZONE)
    begun, count = time.perf_counter(), 0
    for first in range(0, len(sources), 100):
        changes = {(source, ENERGY): days for source in sources[first : first + 100]}
        count += await store.put_amounts(Resolution.DAY, changes)
    return Result("days written", count / (time.perf_counter() - begun), "1/s")


def _starts(period: Period) -> Instants:
    start_s, end_s = int(period.start_utc.timestamp()), int(period.end_utc.timestamp())
    return np.arange(start_s, end_s, SLOT_S, dtype=np.int64) * 1000


def _amounts(number: int, starts: Instants) -> Amounts:
    """Return slots as they are: mostly measured, some bridged."""
    chance = np.random.default_rng((SEED, number))
    seconds = np.zeros((len(starts), len(SHARE_NUMBERS)), np.int32)
    bridged = chance.random(len(starts)) < 0.01
    seconds[~bridged, 0], seconds[bridged, 2] = SLOT_S, SLOT_S
    borders = bridged.astype(np.uint8) * 2
    return Amounts(starts, chance.integers(0, 5_000_000, len(starts)), seconds, borders, borders)


if __name__ == "__main__":
    sys.exit(main())
