"""Files of older versions, as their release made them, become files of this one with everything in them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from core.errors import StoreError
from core.periods import Period
from core.ports import Batch, Receipt
from core.quantities import Quantity
from core.readings import Reading, ReadingQuality
from store.points import schema
from store.points.receipts import ReceiptRow
from store.points.timeseries import TimeSeries
from store.points.upgrade import UPGRADES

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
EVER = Period(NOW - timedelta(days=9), NOW + timedelta(days=9))
RECEIPT = Receipt("b", "c", 7, b"d")

_POINT_1 = (
    "ts timestamp not null, series_id integer not null, value double not null, quality utinyint not null,"
    " ingested timestamp not null"
)
VERSION_1 = (
    "create table meta (version integer not null, since timestamp not null)",
    "create table series (series_id integer not null, source varchar not null, quantity varchar not null)",
    f"create table point_hot ({_POINT_1})",
    f"create table point_cold ({_POINT_1})",
    "create view point as select * from point_hot union all by name select * from point_cold",
    f"create table event (kind varchar not null, {_POINT_1}, noted timestamp not null)",
    "create table receipt (id bigint not null, broker varchar not null, client varchar not null, deliveries blob)",
    "insert into meta values (1, timestamp '2026-11-01')",
    "insert into series values (0, 'meter:a', 'power_w'), (1, 'meter:b', 'energy_import_wh')",
    (
        "insert into point_hot values"
        " (timestamp '2026-11-22 10:00:00.001', 0, 1.5, 0, timestamp '2026-11-22 10:00:01'),"
        " (timestamp '2026-11-22 10:01:00', 0, 2.5, 5, timestamp '2026-11-22 10:01:01')"
    ),
    "insert into point_cold values (timestamp '2026-11-21', 1, 8e12, 0, timestamp '2026-11-21 00:00:01')",
    (
        "insert into event values ('rewritten', timestamp '2026-11-22 10:01:00', 0, 2.0, 0,"
        " timestamp '2026-11-22 10:01:01', timestamp '2026-11-22 10:02:00')"
    ),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "timeseries.duckdb"


@pytest.fixture
def version_1(path: Path) -> Path:
    with duckdb.connect(path) as connection:
        for statement in VERSION_1:
            connection.execute(statement)
        connection.execute("insert into receipt values (?, ?, ?, ?)", ReceiptRow(3, [RECEIPT]).columns)
    return path


def shape(path: Path) -> set[tuple[Any, ...]]:
    """Return all tables, views and columns."""
    with duckdb.connect(path, read_only=True) as connection:
        columns = "select table_name, column_name, data_type, is_nullable from duckdb_columns() where not internal"
        views = "select view_name, 'view', sql, true from duckdb_views() where not internal"
        return {*connection.execute(columns).fetchall(), *connection.execute(views).fetchall()}


async def test_a_file_of_version_1_is_brought_forward_with_its_data(version_1: Path) -> None:
    series = await TimeSeries.open(version_1, NOW)
    await series.put(Batch([Reading("meter:a", Quantity.POWER_W, NOW, 3.5)], NOW))
    await series.close()
    series = await TimeSeries.open(version_1, NOW)
    assert await series.readings("meter:a", Quantity.POWER_W, EVER) == (
        Reading("meter:a", Quantity.POWER_W, NOW, 3.5),
        Reading("meter:a", Quantity.POWER_W, NOW + timedelta(milliseconds=1), 1.5),
        Reading("meter:a", Quantity.POWER_W, NOW + timedelta(minutes=1), 2.5, ReadingQuality.MANUAL),
    )
    assert [each.value for each in await series.last()] == [2.5, 8e12]
    assert await series.receipts("b", "c") == {RECEIPT}
    await series.close()
    with duckdb.connect(version_1, read_only=True) as connection:
        events = connection.execute(f"select kind, value, epoch_ms(ts) from {schema.EVENT}").fetchall()
        versions = connection.execute(f"select version from {schema.META} order by since").fetchall()
    assert events == [(schema.REWRITTEN, 2.0, 1795341660000)]
    assert versions == [(1,), (schema.VERSION,)]


async def test_a_file_brought_forward_has_the_shape_of_a_new_one(version_1: Path, tmp_path: Path) -> None:
    for path in (version_1, tmp_path / "new.duckdb"):
        await (await TimeSeries.open(path, NOW)).close()
    assert shape(version_1) == shape(tmp_path / "new.duckdb")


def test_there_is_a_step_from_every_version() -> None:
    assert sorted(UPGRADES) == list(range(1, schema.VERSION))


async def test_a_step_that_fails_leaves_the_file_as_it_was(version_1: Path) -> None:
    with duckdb.connect(version_1) as connection:
        connection.execute("create table settled (mine integer)")
    before = shape(version_1)
    with pytest.raises(StoreError) as refused:
        await TimeSeries.open(version_1, NOW)
    assert refused.value.finding.code == "store.timeseries_unreadable"
    assert shape(version_1) == before
