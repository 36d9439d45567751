"""A visit to a broker: connect, subscribe at QoS 0, hear what comes for some minutes, leave nothing behind."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import monotonic
from typing import Final

from core.errors import NotFoundError, UnavailableError
from core.ports import Clock
from ingest.deliveries import Delivery
from ingest.hearing import Hearing
from ingest.link import Link
from ingest.messages import Message
from ingest.settings import BrokerSettings

LONGEST_CONNECT_S: Final = 10.0
TOLD_EVERY_S: Final = 0.25
_DRAINED_AT: Final = 500


class BrokerListener:
    """`ingest.hearing.Listener` over the configured brokers, with a client id of its own for each visit."""

    def __init__(self, brokers: Sequence[BrokerSettings], clock: Clock) -> None:
        self._brokers = {settings.name: settings for settings in brokers}
        self._clock = clock

    @property
    def brokers(self) -> tuple[str, ...]:
        """Return the names of the brokers."""
        return tuple(self._brokers)

    def zone(self, broker: str) -> str:
        """Return the time zone in which the broker's devices write local times. Raises `NotFoundError`."""
        return self._settings(broker).time_zone

    async def listen(
        self, broker: str, topics: Sequence[str], duration_s: float, heard: Callable[[float, Hearing], None]
    ) -> Hearing:
        """Return what came within some seconds. Raises `NotFoundError` and `UnavailableError`."""
        settings = self._settings(broker)
        name = f"{settings.client_id}-visit-{secrets.token_hex(4)}"
        link = Link(replace(settings, client_id=name, session_expiry_s=0, topics=tuple(topics)), None, visiting=True)
        link.start()
        try:
            await _connect(link)
            return await self._hear(link, broker, duration_s, heard)
        finally:
            await link.stop()

    def _settings(self, broker: str) -> BrokerSettings:
        if broker not in self._brokers:
            raise NotFoundError("detective.broker_unknown", broker=broker[:80], known=", ".join(self._brokers) or "-")
        return self._brokers[broker]

    async def _hear(
        self, link: Link, broker: str, duration_s: float, heard: Callable[[float, Hearing], None]
    ) -> Hearing:
        hearing = Hearing()
        begun = told = monotonic()
        while (passed := monotonic() - begun) < duration_s:
            if link.refusal is not None:
                _fail_if_refused(link, heard_already=hearing.messages > 0)
                hearing.trouble = link.refusal
            await link.wait(_DRAINED_AT, min(TOLD_EVERY_S, duration_s - passed))
            self._drain(link, broker, hearing)
            if monotonic() - told >= TOLD_EVERY_S:
                told = monotonic()
                heard(min((told - begun) / duration_s, 1.0), hearing)
        hearing.dropped = link.dropped
        return hearing

    def _drain(self, link: Link, broker: str, hearing: Hearing) -> None:
        now_utc = self._clock()
        while link.queue:
            item = link.queue.popleft()
            if isinstance(item, Delivery):
                hearing.take(Message(broker, item.topic, item.payload, now_utc, item.retained, qos=0))


async def _connect(link: Link) -> None:
    deadline = monotonic() + LONGEST_CONNECT_S
    while not link.connected:
        _fail_if_refused(link, heard_already=False)
        if monotonic() >= deadline:
            raise UnavailableError("detective.no_answer", limit_s=int(LONGEST_CONNECT_S))
        await asyncio.sleep(0.02)


def _fail_if_refused(link: Link, *, heard_already: bool) -> None:
    """Raise what keeps us from hearing anything; a connection that is lost later comes back by itself."""
    link.check()
    if link.refusal is not None and not heard_already:
        raise UnavailableError(link.refusal.code, **dict(link.refusal.params))
