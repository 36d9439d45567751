"""From bytes on a topic to rows that are still there when the files are opened again."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.books import RejectionFilter
from core.periods import Period
from core.quantities import Quantity
from ingest.daemon import Ingest
from ingest.settings import BrokerSettings
from store.open import Stores, open_embedded
from tests.ingest.rig import INVENTORY, Device, Mosquitto, now, running, until

pytestmark = pytest.mark.mosquitto

DAY = Period(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))


def daemon_on(stores: Stores, settings: BrokerSettings) -> Ingest:
    return Ingest(
        settings,
        inventory=lambda: INVENTORY,
        sink=stores.readings,
        receipts=stores.readings,
        rejections=stores.ledger,
        clock=now,
    )


async def test_what_was_acknowledged_is_in_the_files(mosquitto: Mosquitto, device: Device, tmp_path: Path) -> None:
    stores = await open_embedded(tmp_path / "data", now)
    daemon = daemon_on(stores, mosquitto.settings())
    messages: list[tuple[str, bytes | str]] = [
        (
            "tele/tasmota_sound/SENSOR",
            f'{{"Time":"2026-11-01T{number // 60:02}:{number % 60:02}:00+00:00","SML":{{"Total_in":{number}}}}}',
        )
        for number in range(600)
    ]
    async with running(daemon):
        await asyncio.to_thread(
            device.send_all, [*messages, ("nobody/knows", "1"), ("shellypro3em-1/status/em:0", "x")]
        )
        await until(lambda: daemon.health().figures["messages"] == 602)
    await stores.close()
    again = await open_embedded(tmp_path / "data", now)
    readings = await again.readings.readings("meter:sound", Quantity.ENERGY_IMPORT_WH, DAY)
    assert [reading.value for reading in readings] == [number * 1000.0 for number in range(600)]
    rejected = await again.ledger.rejections(RejectionFilter())
    assert [(item.subject, item.payload) for item in rejected.items] == [("shellypro3em-1/status/em:0", b"x")]
    assert [item.subject for item in await again.ledger.discoveries()] == ["nobody/knows"]
    await again.close()
