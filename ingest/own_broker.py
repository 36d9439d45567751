"""The embedded broker as a part of the service: started, watched, stopped with it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from core.errors import UnavailableError
from core.ports import Health
from core.texts import Finding
from ingest.embedded import EmbeddedBroker
from ingest.settings import EmbeddedBrokerSettings

WATCH_S = 0.5


class OwnBroker:
    """Runs the embedded broker until cancelled; its folder holds its generated configuration."""

    name = "broker"

    def __init__(self, settings: EmbeddedBrokerSettings, folder: Path) -> None:
        self._broker = EmbeddedBroker(settings, folder)

    async def serve(self) -> None:
        """Run until cancelled. Raises `UnavailableError` if the broker does not start or ends by itself."""
        await asyncio.to_thread(self._broker.start)
        try:
            while self._broker.running:  # noqa: ASYNC110 - a child process does not ring
                await asyncio.sleep(WATCH_S)
        finally:
            await asyncio.to_thread(self._broker.stop)
        raise UnavailableError("ingest.embedded_ended")

    def health(self) -> Health:
        """Return whether the broker's process lives."""
        if self._broker.running:
            return Health(name=self.name, ok=True)
        return Health(name=self.name, ok=False, finding=Finding.of("ingest.embedded_ended"))
