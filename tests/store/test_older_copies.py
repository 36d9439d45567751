"""Copies of older stores are brought forward, those of newer ones refused."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest

from core.errors import StoreError
from core.quantities import Quantity
from core.statements import StatementFilter
from store.backup.point_copies import PointFiller, PointSnapshot
from store.ledger.copies import LedgerFiller
from store.ledger.ledger import SqlLedger
from store.points.pointfile import attached
from store.points.timeseries import TimeSeries
from tests.store.backups import (
    FOREVER,
    NOW,
)
from tests.store.test_upgrades import VERSION_1


async def test_a_copy_of_an_older_time_series_is_brought_forward(tmp_path: Path) -> None:
    old = attached(tmp_path / "old.duckdb")
    for statement in VERSION_1:
        old.execute(statement)
    snapshot = PointSnapshot(old, tmp_path / "old.duckdb")
    filler = PointFiller(tmp_path / "new.duckdb", snapshot.layout())
    for name in snapshot.sizes():
        for part in snapshot.parts(name):
            assert filler.fill(name, part.data) == part.rows
    filler.close()
    snapshot.close()
    series = await TimeSeries.open(tmp_path / "new.duckdb", NOW)
    try:
        assert await series.count() == {"meter": 3}
        (reading,) = await series.readings("meter:b", Quantity.ENERGY_IMPORT_WH, FOREVER)
        assert reading.value == 8e12
    finally:
        await series.close()


async def test_a_copy_of_an_older_ledger_is_brought_forward(tmp_path: Path) -> None:
    columns = [("name", "text"), ("role", "text"), ("sites", "json"), ("language", "text"), ("password_hash", "text")]
    columns += [("created_at_utc", "instant"), ("disabled_at_utc", "instant")]
    head = {"table": "person", "columns": columns, "following": 0}
    row = ["vera", "viewer", ["schule"], "de", "", "2025-01-01T00:00:00+00:00", None]
    data = zlib.compress(f"{json.dumps(head)}\n{json.dumps(row)}".encode())
    async with LedgerFiller.into(tmp_path / "ledger.sqlite", "0001") as filler:
        assert await filler.fill(data) == 1
    ledger = await SqlLedger.open(tmp_path / "ledger.sqlite")
    try:
        vera = await ledger.user("vera")
        assert vera is not None
        assert vera.sites == frozenset({"schule"})
        assert vera.disabled_at_utc is None
        assert (await ledger.statements(StatementFilter())).total == 0
    finally:
        await ledger.close()


async def test_a_copy_of_a_newer_ledger_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as refused:
        async with LedgerFiller.into(tmp_path / "ledger.sqlite", "9999"):
            pass
    assert refused.value.finding.code == "store.file_too_new"
