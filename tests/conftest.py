"""A small district with real embedded stores for every part that stands on the gate; marks of what a test needs."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import settings

from config import inventory, tree
from core.people import Actor, Role
from operations.people import access
from store.ledger.ledger import SqlLedger
from tests.district import District, open_district
from tests.district_content import fill
from tests.influx_server import Influxd, running_influxd
from tests.migrated_ledger import open_copied
from tests.postgres_server import Cluster, running_cluster
from tests.victoria_server import VictoriaMetrics, running_victoria_metrics

# The same examples in every run, so that main never breaks by chance; `make soak` looks for new ones.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("exploring", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("KREISWATT_EXAMPLES", "steady"))

BY_FIXTURE = {
    "mosquitto": "mosquitto",
    "service": "mosquitto",
    "browser": "browser",
    "influxd": "influxdb",
    "postgresql": "postgresql",
    "victoria_metrics": "victoriametrics",
}
BY_NAME = {"Mosquitto": "mosquitto", "printed_text": "poppler"}
"""Which marker a fixture brings, and which a name that the test's module uses."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        fixtures, module = getattr(item, "fixturenames", ()), getattr(item, "module", None)
        for marker in {
            *(marker for fixture, marker in BY_FIXTURE.items() if fixture in fixtures),
            *(marker for name, marker in BY_NAME.items() if hasattr(module, name)),
        }:
            item.add_marker(marker)
    # Playwright keeps an event loop running in this thread, beside which no test could start its own: they come last.
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session", autouse=True)
def texts_read_once() -> Iterator[None]:
    """Parse each inventory text once: the example is opened some hundred times, and nobody changes a tree."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inventory, "read_tree", lru_cache(maxsize=64)(tree.read_tree))
        yield


@pytest.fixture(scope="session", autouse=True)
def ledgers_begin_migrated() -> Iterator[None]:
    """Migrate one ledger file and copy it for each new one: a thousand tests open their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SqlLedger, "open", open_copied)
        yield


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def influxd() -> Iterator[Influxd]:
    with running_influxd() as server:
        yield server


@pytest.fixture(scope="session")
def victoria_metrics() -> Iterator[VictoriaMetrics]:
    with running_victoria_metrics() as server:
        yield server


@pytest.fixture
async def empty_district(tmp_path: Path) -> AsyncIterator[District]:
    async with open_district(tmp_path) as opened:
        yield opened


@pytest.fixture
async def district(empty_district: District) -> District:
    await fill(empty_district.stores)
    return empty_district


@pytest.fixture
def viewer() -> Actor:
    return Actor("vera", Role.VIEWER)


@pytest.fixture
def depot_viewer() -> Actor:
    return Actor("dora", Role.VIEWER, frozenset({"bauhof"}))


@pytest.fixture
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords with next to no work: what is tested is not argon2."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(access, "_hasher", lambda: hasher)
    access._nobody.cache_clear()
