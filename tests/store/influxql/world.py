"""The same small data in an InfluxDB and in our store: series over both changes of the clock, gaps, single points."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from duckdb import DuckDBPyConnection

from core.inventory import Connector, Inventory, Medium, Meter, MeterRole, Site, SiteKind, Station
from core.measurements import quality_field, tags_of
from core.quantities import Quantity
from core.readings import SlotShare
from store.facts import tables as fact_tables
from store.points.timeseries import TimeSeries
from store.spans import tables as interval_tables

SINCE: Final = date(2024, 1, 1)
NOW: Final = datetime(2026, 11, 22, 10, tzinfo=UTC)
DATABASE: Final = "kreiswatt"
MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
SPRING_MS: Final = int(datetime(2026, 3, 28, 12, tzinfo=UTC).timestamp()) * 1000
AUTUMN_MS: Final = int(datetime(2026, 10, 24, 12, tzinfo=UTC).timestamp()) * 1000
Values = Mapping[int, float]


def _meter(name: str, site: str, medium: Medium = Medium.ELECTRICITY, **more: Any) -> Meter:
    return Meter(id=name, name=name, valid_from=SINCE, site=site, medium=medium, role=MeterRole.SUPPLY, **more)


INVENTORY: Final = Inventory(
    sites={
        name: Site(id=name, name=name, valid_from=SINCE, kind=SiteKind.OFFICE, municipality="m")
        for name in ("rathaus", "bauhof", "bad")
    },
    meters={
        meter.id: meter
        for meter in (
            _meter("rathaus-strom", "rathaus", building="haus-a"),
            _meter("rathaus-pv", "rathaus"),
            _meter("bauhof-strom", "bauhof", building="halle"),
            _meter("bad-wasser", "bad", Medium.WATER),
            _meter("bad-einmal", "bad"),
        )
    },
    stations={
        "bh-01": Station(
            id="bh-01",
            name="bh-01",
            valid_from=SINCE,
            site="bauhof",
            maker="Alfen",
            model="Eve",
            connectors=tuple(Connector(number=number, max_power_w=22000.0, plug="Type 2") for number in (1, 2)),
        )
    },
)


def _wave(start_ms: int, count: int, every_min: int, low: float, high: float, seed: int) -> dict[int, float]:
    chance = np.random.default_rng(seed)
    values = np.round(chance.uniform(low, high, count), 2)
    return {start_ms + n * every_min * MINUTE_MS: float(value) for n, value in enumerate(values)}


def _register(start_ms: int, count: int, every_min: int, seed: int) -> dict[int, float]:
    steps = np.random.default_rng(seed).integers(0, 400, count).cumsum() + 1_000_000
    return {start_ms + n * every_min * MINUTE_MS: float(value) for n, value in enumerate(steps)}


def _without(values: dict[int, float], start_ms: int, end_ms: int) -> dict[int, float]:
    return {at: value for at, value in values.items() if not start_ms <= at < end_ms}


READINGS: Final[dict[tuple[str, Quantity], Values]] = {
    ("meter:rathaus-strom", Quantity.POWER_W): _wave(SPRING_MS, 288, 10, 100, 9000, 1),
    ("meter:rathaus-strom", Quantity.ENERGY_IMPORT_WH): _register(SPRING_MS, 192, 15, 2),
    ("meter:rathaus-strom", Quantity.VOLTAGE_V): {SPRING_MS + n * 30 * MINUTE_MS: 230.0 for n in range(40)},
    ("meter:rathaus-pv", Quantity.POWER_W): _without(
        _wave(SPRING_MS + 7 * MINUTE_MS, 180, 15, -5000, 40, 3), SPRING_MS + 9 * HOUR_MS, SPRING_MS + 17 * HOUR_MS
    ),
    ("meter:bauhof-strom", Quantity.POWER_W): _wave(AUTUMN_MS + 3 * MINUTE_MS, 96, 30, 0, 500, 4),
    ("meter:bauhof-strom", Quantity.ENERGY_IMPORT_WH): _register(AUTUMN_MS, 96, 30, 5),
    ("meter:bad-wasser", Quantity.VOLUME_M3): {AUTUMN_MS + n * 6 * HOUR_MS: 10.0 + n // 3 for n in range(9)},
    ("meter:bad-einmal", Quantity.TEMPERATURE_C): {SPRING_MS + 13 * HOUR_MS + 42 * MINUTE_MS: 21.5},
    ("station:bh-01/1", Quantity.POWER_W): _wave(SPRING_MS + 3 * MINUTE_MS, 40, 11, 0, 22000, 6),
    ("station:bh-01/2", Quantity.POWER_W): _wave(AUTUMN_MS + 5 * MINUTE_MS, 70, 19, 0, 22000, 7),
}
"""Values by series and instant."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One published row."""

    measurement: str
    tags: Mapping[str, str]
    at_ms: int
    fields: Mapping[str, float | str | bool]


def _sessions() -> Iterator[Fact]:
    for number in range(24):
        tags = {"station": f"bh-0{number % 2 + 1}", "site": "bauhof" if number % 3 else "bad"}
        fields: dict[str, float | str | bool] = {"energy_wh": 5000.0 + 777.25 * (number * 7 % 11)}
        if number % 4:
            fields["vehicle"] = ("erz e-1", "bauhof,2", "größer=3")[number % 3]
        if number % 5:
            fields["paid"] = number % 2 == 0
        yield Fact("session", tags, AUTUMN_MS + number * 2 * HOUR_MS + number * 7 * MINUTE_MS, fields)


FACTS: Final = (*_sessions(), Fact("statement_fleet", {}, SPRING_MS, {"co2_g": -12.5}))
SLOTS: Final = {"meter:rathaus-strom": (SPRING_MS, 192), "meter:bauhof-strom": (AUTUMN_MS, 192)}
"""Sources with slots of energy and power: the first slot, and how many."""


def slot_rows(source: str) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Return amounts and means of a source: (ts in ms, …) as the tables have them."""
    start_ms, count = SLOTS[source]
    chance = np.random.default_rng(len(source))
    amounts, means = [], []
    for number in range(count):
        at_ms, whole = start_ms + number * 15 * MINUTE_MS, int(chance.integers(0, 500_000))
        measured = 900 - 90 * (number % 4)
        shares = (measured, 0, 900 - measured, 0, 0)
        amounts.append((at_ms, whole, *shares, 0, 0))
        if number % 5:
            mean = round(float(chance.uniform(10, 4000)), 1)
            means.append((at_ms, mean, mean - 5.5, mean + 70.25, *shares))
    return amounts, means


async def fill_embedded(series: TimeSeries) -> None:
    """Write everything into our store."""
    for (source, quantity), values in READINGS.items():
        await series.put_series(source, quantity, list(values), list(values.values()), NOW)
    keys = [(source, quantity) for source in SLOTS for quantity in (Quantity.ENERGY_IMPORT_WH, Quantity.POWER_W)]
    await series.number(keys)
    await series.change(partial(_write_slots, numbers=dict(series.numbers())))
    await series.change(_write_facts)


def _write_slots(connection: DuckDBPyConnection, numbers: Mapping[Any, int]) -> None:
    for source in SLOTS:
        amounts, means = slot_rows(source)
        for quantity, table, rows in (
            (Quantity.ENERGY_IMPORT_WH, interval_tables.SLOT_AMOUNT_HOT, amounts),
            (Quantity.POWER_W, interval_tables.SLOT_MEAN_HOT, means),
        ):
            marks = ", ".join("?" for _ in rows[0][1:])
            for at_ms, *values in rows:
                place = f"{numbers[source, quantity]}, make_timestamp({at_ms * 1000})"
                connection.execute(f"insert into {table} values ({place}, {marks})", values)


def _write_facts(connection: DuckDBPyConnection) -> None:
    series: dict[tuple[str, str, str], int] = {}
    for fact in FACTS:
        tags = json.dumps(dict(sorted(fact.tags.items())), ensure_ascii=False, separators=(",", ":"))
        for field, value in fact.fields.items():
            key = (fact.measurement, tags, field)
            if key not in series:
                series[key] = len(series)
                kind = {bool: fact_tables.TRUTH, float: fact_tables.NUMBER, str: fact_tables.TEXT}[type(value)]
                row = [series[key], *key, kind]
                connection.execute(f"insert into {fact_tables.FACT_SERIES} values (?, ?, ?, ?, ?)", row)
            number, text = (None, value) if isinstance(value, str) else (float(value), None)
            connection.execute(
                f"insert into {fact_tables.FACT} values (?, make_timestamp(?), ?, ?)",
                [series[key], fact.at_ms * 1000, number, text],
            )


def lines() -> Iterator[str]:
    """Yield everything as InfluxDB's line protocol, times in milliseconds."""
    for (source, quantity), values in READINGS.items():
        for at_ms, value in values.items():
            yield f"reading{_tags(tags_of(source, INVENTORY))} {quantity.value}={value!r} {at_ms}"
    for source in SLOTS:
        yield from _slot_lines(source)
    for fact in FACTS:
        yield f"{fact.measurement}{_tags(fact.tags)} {_fields(fact.fields)} {fact.at_ms}"


def _slot_lines(source: str) -> Iterator[str]:
    tags = _tags(tags_of(source, INVENTORY))
    amounts, means = slot_rows(source)
    for at_ms, whole, *rest in amounts:
        fields = {"energy_import_wh": whole / 1000.0, **_shares(Quantity.ENERGY_IMPORT_WH, rest)}
        yield f"interval_15m{tags} {_fields(fields)} {at_ms}"
    for at_ms, mean, least, greatest, *rest in means:
        fields = {"power_w": mean, "power_w_min": least, "power_w_max": greatest, **_shares(Quantity.POWER_W, rest)}
        yield f"interval_15m{tags} {_fields(fields)} {at_ms}"


def _shares(quantity: Quantity, seconds: list[Any]) -> dict[str, float]:
    return {quality_field(quantity, share): part / 900 for share, part in zip(SlotShare, seconds, strict=False)}


def _tags(tags: Mapping[str, str]) -> str:
    return "".join(f",{key}={value}" for key, value in sorted(tags.items()) if value)


def _fields(fields: Mapping[str, float | str | bool]) -> str:
    return ",".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in fields.items())


def same(one: object, other: object) -> bool:
    """Return whether two parts of an answer are equal, numbers to 1e-9 of their size."""
    match one, other:
        case bool() | str() | None, _:
            return type(one) is type(other) and one == other
        case ((int() | float()), (int() | float())) if not isinstance(other, bool):
            return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)  # type: ignore[arg-type]
        case dict(), dict():
            return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)  # type: ignore[attr-defined,index]
        case list() | tuple(), list() | tuple():
            return len(one) == len(other) and all(map(same, one, other))  # type: ignore[arg-type]
    return False


__all__ = ["DATABASE", "INVENTORY", "NOW", "Path", "fill_embedded", "lines", "same"]
