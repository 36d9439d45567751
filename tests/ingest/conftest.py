"""A broker of each test's own, a device that publishes to it, a store that is a list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ingest.rig import Device, ListStore, Mosquitto


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path / "mosquitto")
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def device(mosquitto: Mosquitto) -> Iterator[Device]:
    with Device(mosquitto.port) as sender:
        yield sender


@pytest.fixture
def store() -> ListStore:
    return ListStore()
