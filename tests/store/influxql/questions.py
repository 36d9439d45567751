"""Queries drawn from a grammar, the same ones in every run: each function with each fill, zone and kind of data."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product
from typing import Final

from tests.store.influxql.world import AUTUMN_MS, HOUR_MS, SPRING_MS

PLAIN: Final = ("count", "sum", "mean", "median", "mode", "spread", "stddev", "min", "max", "first", "last")
FUNCTIONS: Final = (
    *(f"{name}({{}})" for name in PLAIN),
    "percentile({}, 90)",
    "percentile({}, 50)",
    "integral({}, 1h)",
)
STEPS: Final = (
    "derivative({}, 1h)",
    "derivative({})",
    "non_negative_derivative({}, 15m)",
    "difference({})",
    "non_negative_difference({})",
    "moving_average({}, 3)",
    "cumulative_sum({})",
    "elapsed({}, 1m)",
)
FILLS: Final = ("", " fill(null)", " fill(none)", " fill(previous)", " fill(linear)", " fill(0)", " fill(-2.5)")
ZONES: Final = ("", " tz('Europe/Berlin')", " tz('America/New_York')")
EVERY: Final = ("1h", "1d", "6h", "30m", "1h, 15m", "2h", "1w", "90m", "12h", "1d, 6h")
DATA: Final = {
    "spring": ("reading", "power_w", "site = 'rathaus'", SPRING_MS, SPRING_MS + 48 * HOUR_MS),
    "autumn": ("reading", "power_w", "site =~ /bauhof/", AUTUMN_MS, AUTUMN_MS + 48 * HOUR_MS),
    "register": ("reading", "energy_import_wh", "kind = 'meter'", AUTUMN_MS, AUTUMN_MS + 50 * HOUR_MS),
    "gap": ("reading", "power_w", "source = 'meter:rathaus-pv'", SPRING_MS + 8 * HOUR_MS, SPRING_MS + 20 * HOUR_MS),
    "single": ("reading", "temperature_c", "site = 'bad'", SPRING_MS, SPRING_MS + 30 * HOUR_MS),
    "equal": ("reading", "voltage_v", "site != ''", SPRING_MS, SPRING_MS + 20 * HOUR_MS),
    "empty": ("reading", "power_w", "site = 'rathaus'", SPRING_MS - 99 * HOUR_MS, SPRING_MS - 50 * HOUR_MS),
    "slots": ("interval_15m", "power_w", "building = 'haus-a'", SPRING_MS, SPRING_MS + 40 * HOUR_MS),
    "facts": ("session", "energy_wh", "station = 'bh-01'", AUTUMN_MS, AUTUMN_MS + 60 * HOUR_MS),
}
"""Measurement, field, condition and range of each kind of data."""


def questions() -> Iterator[str]:
    """Yield all queries."""
    chance = random.Random(3)
    yield from _windowed(chance)
    yield from _stepped(chance)
    yield from _whole(chance)
    yield from _raw(chance)
    yield from _mixed(chance)
    yield from _subqueries(chance)


def _windowed(chance: random.Random) -> Iterator[str]:
    for function, fill, zone in product(FUNCTIONS, FILLS, ZONES):
        yield _grouped(chance, function, fill, zone, _often(chance))


def _stepped(chance: random.Random) -> Iterator[str]:
    for step, fill, zone in product(STEPS, FILLS, ZONES[:2]):
        inner = f"{chance.choice(PLAIN[:3] + PLAIN[7:])}({{}})"
        yield _grouped(chance, step.format(inner), fill, zone, _often(chance))
    for step, kind in product(STEPS, DATA):
        measurement, field, condition, start_ms, end_ms = DATA[kind]
        where = f"WHERE {condition} AND time >= {start_ms}ms AND time < {end_ms}ms"
        yield f"SELECT {step.format(field)} FROM {measurement} {where} GROUP BY source, station{_tail(chance)}"


def _whole(chance: random.Random) -> Iterator[str]:
    for function, kind in product((*FUNCTIONS, "distinct({})", "count(distinct({}))"), DATA):
        measurement, field, condition, start_ms, end_ms = DATA[kind]
        times = chance.choice(("", f" AND time >= {start_ms}ms", f" AND time >= {start_ms}ms AND time <= {end_ms}ms"))
        by = chance.choice(("", " GROUP BY source", " GROUP BY site, source", " GROUP BY *", " GROUP BY nothing"))
        yield f"SELECT {function.format(field)} FROM {measurement} WHERE {condition}{times}{by}"


def _raw(chance: random.Random) -> Iterator[str]:
    fields = ("power_w", "power_w, source", "power_w, voltage_v", "*", "power_w::field, site::tag", "/^power/, kind")
    tests = (
        "power_w > 4000",
        "power_w < 0 OR voltage_v = 230",
        "(power_w >= 10.5 AND power_w <= 3000) AND site =~ /^(rathaus|bad)$/",
        "power_w / 1000 > 5",
        "power_w != 1 AND site !~ /hof/",
        "source = 'meter:rathaus-pv' OR power_w > 8000",
        "nothing = 'x'",
        "nothing != 'x'",
        "site = ''",
        "building = ''",
        "energy_import_wh > 1000000 AND power_w > 5000",
    )
    for shown, test in product(fields, tests):
        # by source, as InfluxDB leaves open in which order rows of several series with one instant come
        yield f"SELECT {shown} FROM reading WHERE {test} GROUP BY source{_tail(chance)}"
    for shown, test in product(
        ("*", "vehicle, paid", "energy_wh::integer", "vehicle"),
        ("paid = true", "paid != true", "vehicle =~ /(?i)BAUHOF/", "vehicle = 'erz e-1'", "energy_wh > 8000"),
    ):
        yield f"SELECT {shown} FROM session WHERE {test}{_tail(chance)}"


def _mixed(chance: random.Random) -> Iterator[str]:
    pairs = (
        "mean(power_w), max(power_w)",
        "mean(power_w) AS a, mean(voltage_v) AS b",
        "last(power_w) - first(power_w)",
        "(max(power_w) - min(power_w)) / mean(power_w) * 100 AS p",
        "derivative(mean(power_w), 1h), count(voltage_v)",
        "sum(power_w) / 0",
        "-mean(power_w) + 1",
        "count(*)",
        "mean(/^(power|volt)/)",
        "count(power_w) / 3, count(voltage_v) % 2",
        "round(mean(power_w)), abs(min(power_w)), floor(max(power_w))",
        "mean(power_w), mean(nothing)",
        "top(power_w, 2)",
        "bottom(power_w, source, 3)",
        "top(power_w, kind, 2), voltage_v",
        "max(power_w), voltage_v, source",
        "first(power_w), site",
    )
    for shown, fill in product(pairs, FILLS):
        for kind in ("spring", "autumn"):
            yield _grouped(
                chance,
                shown,
                fill if "(power_w, " not in shown and "source" not in shown and "site" not in shown else "",
                chance.choice(ZONES),
                kind,
            )
    for number, zone in product(range(12), ZONES):
        yield _grouped(chance, "distinct({})", "", zone, list(DATA)[number % len(DATA)])


def _subqueries(chance: random.Random) -> Iterator[str]:
    for outer, inner, fill in product(("mean", "max", "sum", "count", "last"), ("mean", "sum", "first"), FILLS):
        kind = chance.choice(("spring", "autumn", "gap", "slots"))
        measurement, field, condition, start_ms, end_ms = DATA[kind]
        times = f"time >= {start_ms}ms AND time < {end_ms}ms"
        within = f"SELECT {inner}({field}) AS x FROM {measurement} WHERE {condition} GROUP BY time(30m), source"
        test = chance.choice(("", " AND x > 100", " AND source =~ /strom/"))
        by = chance.choice(("", ", source"))
        zone = chance.choice(ZONES)
        yield f"SELECT {outer}(x) FROM ({within}) WHERE {times}{test} GROUP BY time(3h){by}{fill}{zone}"
    for inner in ("sum(power_w) AS x", "max(power_w) AS x, site"):
        where = f"WHERE time >= {SPRING_MS}ms AND time < {SPRING_MS + 9 * HOUR_MS}ms"
        by = "source" if "site" in inner else "time(1h), source"
        yield f"SELECT x, source FROM (SELECT {inner} FROM reading {where} GROUP BY {by}) GROUP BY source"
        yield f"SELECT mean(x) * 2 FROM (SELECT {inner} FROM reading {where} GROUP BY {by}) GROUP BY source LIMIT 2"


def _grouped(chance: random.Random, shown: str, fill: str, zone: str, kind: str) -> str:
    measurement, field, condition, start_ms, end_ms = DATA[kind]
    every = chance.choice(EVERY)
    tags = chance.choice(("", ", source", ", site", ", site, station", ", *"))
    order = chance.choice(("", "", "", " ORDER BY time DESC"))
    kept_whole = any(name in shown for name in ("percentile", "top", "bottom"))
    limit = (
        ""
        if kept_whole
        else chance.choice(("", "", "", " LIMIT 5", " LIMIT 3 OFFSET 2", " SLIMIT 1", " SLIMIT 1 SOFFSET 1"))
    )
    bounds = f"time >= {start_ms}ms AND time < {end_ms}ms"
    where = f"WHERE {condition} AND {bounds}"
    rest = f"GROUP BY time({every}){tags}{fill}{order}{limit}{zone}"
    return f"SELECT {shown.format(field)} FROM {measurement} {where} {rest}"


def _often(chance: random.Random) -> str:
    return chance.choice((*DATA, "spring", "autumn", "spring", "autumn"))


def _tail(chance: random.Random) -> str:
    return chance.choice(("", "", " ORDER BY time DESC", " LIMIT 7", " LIMIT 4 OFFSET 3", " SLIMIT 2"))
