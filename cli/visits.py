"""Listening on brokers, loaded when somebody listens: every command has it, few use it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.ports import Clock
from ingest.hearing import Hearing, Listener
from ingest.settings import BrokerSettings


class Visits:
    """`ingest.hearing.Listener` over the configured brokers."""

    def __init__(self, brokers: Sequence[BrokerSettings], clock: Clock) -> None:
        self._settings = tuple(brokers)
        self._clock = clock

    @property
    def brokers(self) -> tuple[str, ...]:
        """Return the names of the brokers."""
        return tuple(settings.name for settings in self._settings)

    def zone(self, broker: str) -> str:
        """Return the time zone in which the broker's devices write local times."""
        return self._listener().zone(broker)

    async def listen(
        self, broker: str, topics: Sequence[str], duration_s: float, heard: Callable[[float, Hearing], None]
    ) -> Hearing:
        """Return what came within some seconds."""
        return await self._listener().listen(broker, topics, duration_s, heard)

    def _listener(self) -> Listener:
        from ingest.listening import BrokerListener

        return BrokerListener(self._settings, self._clock)
