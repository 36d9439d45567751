"""The spool: what was acknowledged is there after kills, late readings are marked, sources keep their places."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import StoreError
from core.inventory import Inventory, Medium, Meter, MeterRole
from core.periods import Period
from core.ports import Batch, Receipt
from core.quantities import Quantity
from core.readings import Reading
from core.work import DirtySpan
from energy.series import Amounts, Means
from store.influx.spans import differing, fields_of, read, written
from store.influx.spool import FILE
from store.influx.timeseries import InfluxTimeSeries
from store.settings import InfluxSettings
from tests.influx_server import Influxd

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
AWAY = InfluxSettings(url="http://127.0.0.1:9")
POWER = Quantity.POWER_W
ROWS = 100


def batch(*seconds: int, source: str = "meter:a", value: float = 1.5) -> Batch:
    return Batch([Reading(source, POWER, NOW + timedelta(seconds=second), value) for second in seconds], NOW)


def bodies(folder: Path) -> list[str]:
    """Return the lines that wait in a closed spool."""
    with sqlite3.connect(folder / FILE) as connection:
        found = connection.execute("select body from entry order by id").fetchall()
    connection.close()
    return [line for (body,) in found for line in body.decode().splitlines()]


def write_until_killed(folder: Path, server: Influxd, database: str, first: int, seconds: float) -> list[int]:
    program = Path(__file__).with_name("writing_program.py")
    arguments = [sys.executable, program, folder, server.url, database, str(first)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as writing:
        assert writing.stdout is not None
        said = [writing.stdout.readline()]
        time.sleep(seconds)
        writing.kill()
        said += writing.stdout.readlines()
    return [int(line) for line in said if line.endswith("\n") and line.strip().isdigit()]  # the log speaks too


@pytest.mark.kill
async def test_nothing_acknowledged_is_lost_over_kills_and_a_stopped_server(influxd: Influxd, tmp_path: Path) -> None:
    database = influxd.create()
    acknowledged: list[int] = []
    for kill in range(4):
        if kill == 1:
            influxd.stop(kill=True)
        if kill == 3:
            influxd.start()
        acknowledged += write_until_killed(tmp_path, influxd, database, kill * 10_000, 0.4)
    settings = InfluxSettings(url=influxd.url, database=database)
    series = await InfluxTimeSeries.open(settings, tmp_path, lambda: NOW)
    await series.sender.emptied(30)
    (counted,) = influxd.ask("SELECT count(power_w) FROM reading", database)
    stored = {
        int((each.at_utc - NOW).total_seconds())
        for each in await series.readings("meter:m7", POWER, Period(NOW, NOW + timedelta(days=1)))
    }
    assert set(acknowledged) <= stored
    assert len(stored) - len(acknowledged) <= 4  # each kill may have cut off one word of thanks
    assert counted["values"][0][1] == len(stored) * ROWS
    assert {int(receipt.digest) for receipt in await series.receipts("own", "ingest")} == stored
    assert len(acknowledged) > 20
    await series.close()
    influxd.drop(database)


class Marks:
    """Takes note of dirty spans, and of what was in the spool then."""

    def __init__(self) -> None:
        self.spans: list[DirtySpan] = []
        self.series: InfluxTimeSeries | None = None
        self.depths: list[int] = []

    async def mark_dirty(self, spans: Sequence[DirtySpan]) -> None:
        assert self.series is not None
        self.depths.append(self.series._spool.depth.points)
        self.spans += spans


async def test_late_readings_are_marked_before_they_are_stored(tmp_path: Path) -> None:
    marks = Marks()
    series = marks.series = await InfluxTimeSeries.open(AWAY, tmp_path, lambda: NOW, dirty=marks)  # type: ignore[arg-type]
    await series.put(batch(10, 12, 11))
    await series.put(batch(13))
    await series.put(batch(13))
    assert marks.spans == []
    await series.put(batch(5, 7, 20))
    await series.put(batch(20, value=9.0))
    found = [((each.period.start_utc - NOW).total_seconds(), each.period.duration, each.reason) for each in marks.spans]
    assert found == [
        (5, timedelta(seconds=2, milliseconds=1), "late"),
        (20, timedelta(milliseconds=1), "late"),
    ]
    assert marks.depths == [5, 8]
    await series.close()


async def test_a_source_that_moves_keeps_its_old_tags_for_what_was_before(tmp_path: Path) -> None:
    def at(site: str) -> Inventory:
        meter = Meter(
            id="a",
            name="A",
            valid_from=date(2020, 1, 1),
            site=site,
            medium=Medium.ELECTRICITY,
            role=MeterRole.SUPPLY,
        )
        return Inventory(meters={"a": meter})

    places = [at("school")]
    for second in (1, 2):
        series = await InfluxTimeSeries.open(AWAY, tmp_path, lambda: NOW, inventory=lambda: places[0])
        await series.put(batch(second))
        await series.close()
        places[0] = at("depot")
    series = await InfluxTimeSeries.open(AWAY, tmp_path, lambda: NOW, inventory=lambda: places[0])
    await series.put(batch(1, 3))
    await series.close()
    found = [(line.partition("site=")[2].partition(",")[0], int(line.split()[-1])) for line in bodies(tmp_path)]
    start_ms = int(NOW.timestamp() * 1000)
    assert [(site, at_ms - start_ms) for site, at_ms in found] == [
        ("school", 1000),
        ("depot", 2000),
        ("school", 1000),
        ("depot", 3000),
    ]


async def test_a_damaged_spool_is_an_error_and_nothing_is_overwritten(tmp_path: Path) -> None:
    damaged = b"this was a spool once" * 1000
    (tmp_path / FILE).write_bytes(damaged)
    with pytest.raises(StoreError) as raised:
        await InfluxTimeSeries.open(AWAY, tmp_path, lambda: NOW)
    assert raised.value.finding.code == "influx.spool_unreadable"
    assert (tmp_path / FILE).read_bytes() == damaged


async def test_a_torn_tail_of_the_log_is_passed_over(tmp_path: Path) -> None:
    series = await InfluxTimeSeries.open(AWAY, tmp_path, lambda: NOW)
    await series.put(batch(1))
    log = tmp_path / f"{FILE}-wal"
    whole = log.read_bytes()
    await series.put(batch(2))
    torn = log.read_bytes()[: len(whole) + 50]
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / FILE).write_bytes((tmp_path / FILE).read_bytes())
    (copy / f"{FILE}-wal").write_bytes(torn)
    await series.close()
    again = await InfluxTimeSeries.open(AWAY, copy, lambda: NOW)
    assert again._spool.depth.points == 1
    await again.close()


async def test_forgotten_receipts_stay_forgotten(tmp_path: Path) -> None:
    some = Receipt("own", "ingest", 1, b"x"), Receipt("own", "ingest", 2, b"y")
    series = await InfluxTimeSeries.open(AWAY, tmp_path, lambda: NOW)
    await series.put(Batch((), NOW, some))
    await series.forget(some[:1])
    await series.close()
    again = await InfluxTimeSeries.open(AWAY, tmp_path, lambda: NOW)
    assert await again.receipts("own", "ingest") == {some[1]}
    await again.close()


seconds = st.lists(st.integers(0, 18_000), min_size=5, max_size=5)


@given(st.lists(st.tuples(st.integers(-(2**62), 2**62), seconds, st.integers(0, 4), st.integers(0, 4)), max_size=9))
def test_amounts_come_back_to_the_thousandth_and_the_second(rows: list[tuple[int, list[int], int, int]]) -> None:
    made = Amounts(
        np.arange(len(rows), dtype=np.int64) * 900_000,
        np.array([row[0] for row in rows], np.int64),
        np.array([row[1] for row in rows], np.int32).reshape(-1, 5),
        np.array([row[2] for row in rows], np.uint8),
        np.array([row[3] for row in rows], np.uint8),
    )
    back = read(Amounts, Quantity.ENERGY_IMPORT_WH, columns(made, Quantity.ENERGY_IMPORT_WH))
    assert not len(differing(made, back))
    assert back.thousandths.tolist() == [row[0] for row in rows]
    assert back.seconds.tolist() == [row[1] for row in rows]


@given(st.lists(st.tuples(*[st.floats(allow_nan=False, allow_infinity=False)] * 3, seconds), max_size=9))
def test_means_come_back_as_they_were(rows: list[tuple[float, float, float, list[int]]]) -> None:
    values = (np.array([row[place] for row in rows], np.float64) for place in range(3))
    parts = np.array([row[3] for row in rows], np.int32).reshape(-1, 5)
    made = Means(np.arange(len(rows), dtype=np.int64), *values, parts)
    back = read(Means, POWER, columns(made, POWER))
    assert [getattr(back, name).tolist() for name in Means.__slots__] == [
        getattr(made, name).tolist() for name in Means.__slots__
    ]


def columns(rows: Amounts | Means, quantity: Quantity) -> dict[str, list[float]]:
    """Return what InfluxDB would give back for the lines of these rows."""
    found: dict[str, list[float]] = {name: [] for name in ("time", *fields_of(type(rows), quantity))}
    for at_ms, fields in written(rows, quantity):
        found["time"].append(at_ms)
        for pair in fields.split(","):
            name, _, value = pair.partition("=")
            found[name].append(float(value))
    return found
