"""The stores that settings name: an InfluxDB, a copy beside the embedded store, and a disk that is full."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.ports import Batch, Receipt
from core.quantities import Quantity
from core.readings import Reading
from store.influx.timeseries import InfluxTimeSeries
from store.open import open_stores
from store.points.timeseries import TimeSeries
from store.settings import InfluxSettings, StoreSettings
from tests.store.influx.fake_server import TOKEN, fake_influxdb

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def batch(*seconds: int) -> Batch:
    rows = [Reading("meter:a", Quantity.POWER_W, NOW + timedelta(seconds=second), 1.0) for second in seconds]
    return Batch(rows, NOW, [Receipt("own", "ingest", 1, b"x")])


async def test_3_core_gets_a_copy_and_the_embedded_store_keeps_everything(tmp_path: Path) -> None:
    async with fake_influxdb(version="3.2.0", build="Core", bucket="kreiswatt") as fake:
        influxdb = InfluxSettings(url=fake.url, version=3, core=True, token=TOKEN)
        stores = await open_stores(StoreSettings(influxdb=influxdb), tmp_path, lambda: NOW)
        assert isinstance(stores.readings, TimeSeries)
        await stores.readings.put(batch(0, 1))
        await stores.readings.put_series("meter:b", Quantity.POWER_W, [1, 2, 3], [1.0, 2.0, 3.0], NOW)
        assert await stores.readings.count() == {"meter": 5}
        assert len(await stores.readings.receipts("own", "ingest")) == 1
        assert [daemon.name for daemon in stores.daemons] == ["influxdb"]
        await stores.close()
        assert len(fake.points) == 5


async def test_late_readings_are_marked_in_the_ledger(tmp_path: Path) -> None:
    settings = StoreSettings(influxdb=InfluxSettings(url="http://127.0.0.1:9"))
    stores = await open_stores(settings, tmp_path, lambda: NOW)
    assert isinstance(stores.readings, InfluxTimeSeries)
    await stores.readings.put(batch(5))
    await stores.readings.put(batch(2))
    (span,) = await stores.ledger.dirty_spans()
    assert (span.source, span.reason, span.period.start_utc) == ("meter:a", "late", NOW + timedelta(seconds=2))
    await stores.close()


def test_a_full_disk_is_an_error_for_each_put_and_no_end(tmp_path: Path) -> None:
    program = Path(__file__).with_name("full_disk_program.py")
    answer = subprocess.run(
        [sys.executable, program, tmp_path], capture_output=True, text=True, check=False, timeout=60
    )
    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout.splitlines()[-1])
    assert found["codes"] == ["store.write_failed"]
    assert 1 < found["done"] < 20
    assert found["full"] == found["done"] * 1000
    assert found["reopened"] == (found["done"] + 1) * 1000
