"""The supervisor: one failing daemon costs only itself, and a stop lets each finish."""

from __future__ import annotations

import asyncio

import pytest

from cli import supervisor as supervising
from cli.supervisor import Supervisor
from core.errors import StoreError
from core.ports import Health


class Loop:
    """A daemon that fails as often as told, then runs, and notes that it was allowed to finish."""

    def __init__(self, name: str, failures: list[Exception]) -> None:
        self.name = name
        self.failures = failures
        self.running = asyncio.Event()
        self.finished = False

    async def serve(self) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.running.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            self.finished = True

    def health(self) -> Health:
        return Health(name=self.name, ok=self.running.is_set())


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervising, "FIRST_PAUSE_S", 0.001)


async def test_a_failed_daemon_is_started_again_and_the_others_never_notice() -> None:
    weak = Loop("weak", [RuntimeError("boom"), StoreError("store.disk_full", folder="x")])
    strong = Loop("strong", [])
    supervisor = Supervisor([weak, strong])
    for watch in supervisor._watches:
        watch.pause_s = 0.001
    running = asyncio.create_task(supervisor.run())
    await asyncio.wait_for(weak.running.wait(), 5)

    health = {entry.name: entry for entry in supervisor.health()}
    assert health["weak"].ok
    assert health["weak"].figures["restarts"] == 2
    assert health["strong"].figures["restarts"] == 0

    supervisor.stop()
    await asyncio.wait_for(running, 5)
    assert weak.finished
    assert strong.finished


async def test_why_a_daemon_is_down_is_its_health() -> None:
    supervisor = Supervisor([Loop("weak", [StoreError("store.disk_full", folder="x")] * 1000)])
    running = asyncio.create_task(supervisor.run())
    await asyncio.sleep(0.05)
    (health,) = supervisor.health()
    assert not health.ok
    assert health.finding is not None
    assert health.finding.code == "store.disk_full"
    supervisor.stop()
    await asyncio.wait_for(running, 5)
