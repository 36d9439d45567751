"""A broker and a running service for each flow that asks for them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.flows.rig import KreiswattProcess, configured
from tests.ingest.rig import Mosquitto


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path / "mosquitto")
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
async def service(mosquitto: Mosquitto, tmp_path: Path) -> AsyncIterator[KreiswattProcess]:
    process = KreiswattProcess(configured(tmp_path, mosquitto))
    await process.start()
    yield process
    if process.process is not None and process.process.poll() is None:
        process.stop()
