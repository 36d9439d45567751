"""The loop that takes from a broker, decodes, stores, and only then acknowledges.

A batch is closed when it is full (the smaller of `batch` and the broker's window), when nothing has
come for 20 ms, and at the latest after half a second. Rejections, discoveries and notices are kept
first, then the readings are put, then the broker gets its acknowledgements. When the store fails,
nothing is acknowledged and the batch is tried again until it can be kept. What a format wants asked of a
device is sent last, once what made it ask is durable.

Receipts: MQTT may deliver a message again that was stored but not yet acknowledged. What the
device itself dated is the same reading again and needs no receipt. What bears the time of receipt, and
what was rejected or discovered, would count twice; its receipt goes into the transaction of the
readings, and stays until its acknowledgement has had time to reach the broker. In a resumed
session a redelivery with a known receipt is acknowledged and not stored. Receipts are compared only
for ten seconds after a connection began, because the broker uses packet ids again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from time import monotonic
from typing import Final
from zoneinfo import ZoneInfo

from core.books import RejectionBook
from core.errors import StoreError
from core.inventory import Inventory
from core.ports import Batch, Clock, Health, ReadingSink, Receipt, ReceiptBook
from core.texts import Finding
from ingest.deliveries import Connected, Delivery
from ingest.intake import Catch, Intake
from ingest.link import Link
from ingest.messages import Message
from ingest.settings import BrokerSettings

IDLE_S: Final = 0.02
LONGEST_WAIT_S: Final = 0.5
FIRST_RETRY_S: Final = 0.1
LONGEST_RETRY_S: Final = 10.0
RECEIPT_KEPT_S: Final = 5.0
WATCH_S: Final = 5.0
REDELIVERY_S: Final = 10.0
FIGURES: Final = ("messages", "readings", "rejected", "discovered", "duplicates", "retained", "requests")
_DIGEST_BYTES: Final = 12


class Ingest:
    """The daemon of one broker. Runs until it is cancelled; then it finishes the batch in hand."""

    def __init__(
        self,
        settings: BrokerSettings,
        *,
        inventory: Callable[[], Inventory],
        sink: ReadingSink,
        receipts: ReceiptBook,
        rejections: RejectionBook,
        clock: Clock,
        folder: Path | None = None,
    ) -> None:
        self._settings = settings
        self._sink = sink
        self._receipts = receipts
        self._rejections = rejections
        self._clock = clock
        self._folder = folder
        self._inventory = inventory
        self._intake = self._fresh_intake()
        self._limit = max(1, min(settings.batch, settings.window))
        self._link: Link | None = None
        self._connection = 0
        self._redelivered: frozenset[Receipt] = frozenset()
        self._redelivered_until = 0.0
        self._acknowledged: deque[tuple[float, list[Receipt]]] = deque()
        self._stop = asyncio.Event()
        self._store_error: Finding | None = None
        self._committed_at_utc: datetime | None = None
        self._figures = dict.fromkeys(FIGURES, 0)

    @property
    def name(self) -> str:
        """Return `ingest:<broker>`."""
        return f"ingest:{self._settings.name}"

    async def serve(self) -> None:
        """Take, decode, store, acknowledge, until cancelled. Raises `ConfigError` for unusable certificates."""
        self._stop.clear()
        self._intake = self._fresh_intake()  # what was not stored will be read again, and must not seem known
        self._link = link = Link(self._settings, self._folder)
        link.start()
        work = asyncio.create_task(self._work(link))
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            self._stop.set()
            link.nudge()
            await work
            raise
        finally:
            await link.stop()

    def health(self) -> Health:
        """Return whether messages flow and are kept, with counters since the start."""
        figures: dict[str, float] = dict(self._figures)
        figures["dropped_qos0"] = float(self._link.dropped if self._link else 0)
        figures["connected"] = float(self._link is not None and self._link.connected)
        if self._committed_at_utc:
            figures["commit_age_s"] = (self._clock() - self._committed_at_utc).total_seconds()
        finding = self._trouble()
        return Health(name=self.name, ok=finding is None, finding=finding, figures=figures)

    def _trouble(self) -> Finding | None:
        if self._store_error:
            return self._store_error
        if self._link and (self._link.refusal or self._link.connected):
            return self._link.refusal
        return Finding.of("ingest.connecting", broker=self._settings.name)

    def _fresh_intake(self) -> Intake:
        return Intake(self._settings.name, ZoneInfo(self._settings.time_zone), self._inventory)

    async def _work(self, link: Link) -> None:
        while not self._stop.is_set():
            await self._close_batch(link)
            await self._take(link, self._limit)
        for _ in range(0, len(link.queue), self._limit):
            if self._store_error is None:  # else the broker will send it all again
                await self._take(link, self._limit)
        await self._insist(lambda: self._rejections.notice(self._intake.rest()))

    async def _close_batch(self, link: Link) -> None:
        """Return when there is a batch to take: full, followed by silence, or old enough."""
        while not link.queue and not self._stop.is_set():
            await link.wait(1, WATCH_S)
            await self._forget()
            link.check()
        begun = monotonic()
        while 0 < len(link.queue) < self._limit and not self._stop.is_set():
            now = monotonic()
            pause = min(begun + LONGEST_WAIT_S, link.queue[-1].timestamp + IDLE_S) - now
            if pause <= 0:
                return
            await link.wait(self._limit, pause)

    async def _take(self, link: Link, limit: int) -> None:
        """Take up to `limit` messages of one connection and settle them."""
        messages: list[Delivery] = []
        while link.queue and len(messages) < limit:
            item = link.queue.popleft()
            if isinstance(item, Connected):
                await self._settle(link, messages)
                messages = []
                await self._begin_connection(item)
            else:
                messages.append(item)
        await self._settle(link, messages)

    async def _begin_connection(self, connected: Connected) -> None:
        session = self._settings.name, self._settings.client_id
        known: list[frozenset[Receipt]] = []

        async def ask() -> None:
            known.append(await self._receipts.receipts(*session))

        await self._insist(ask)
        self._connection = connected.number
        self._redelivered = known[-1] if known and connected.resumed else frozenset()
        self._redelivered_until = monotonic() + REDELIVERY_S
        if known and not connected.resumed:
            self._acknowledged.append((monotonic(), list(known[-1])))

    async def _settle(self, link: Link, messages: list[Delivery]) -> None:
        """Keep what the messages came to, then acknowledge them; or, if stopped before it could be kept, do not."""
        if not messages:
            return
        now_utc, now = self._clock(), monotonic()
        known = self._known(messages, now)
        fresh = [message for message in messages if message.packet not in known] if known else messages
        catch = self._intake.sort([self._message(message, now_utc, now) for message in fresh], now_utc)
        receipts = [
            self._receipt(message)
            for message, undated in zip(fresh, catch.undated, strict=True)
            if undated and message.packet
        ]
        if not await self._keep(catch, Batch(catch.readings, now_utc, receipts)):
            return
        self._count(messages, catch, len(known))
        if link.acknowledge([message.packet for message in messages if message.packet], self._connection):
            receipts += known.values()
            self._acknowledged.append((monotonic(), receipts))
        for request in catch.requests:
            self._figures["requests"] += link.send(request)
        await self._forget()

    def _known(self, messages: list[Delivery], now: float) -> dict[int, Receipt]:
        """Return the receipts of those messages that were stored before, by packet id."""
        if not self._redelivered:
            return {}
        if now > self._redelivered_until:
            self._acknowledged.append((now, list(self._redelivered)))
            self._redelivered = frozenset()
            return {}
        receipts = {message.packet: self._receipt(message) for message in messages if message.packet}
        known = {packet: receipt for packet, receipt in receipts.items() if receipt in self._redelivered}
        self._redelivered -= set(known.values())
        return known

    async def _keep(self, catch: Catch, batch: Batch) -> bool:
        """Return True once all is durable, False if stopped before. Readings come last, with the receipts."""
        rejections = self._rejections
        steps: list[Callable[[], Awaitable[None]]] = []
        if catch.rejections:
            steps.append(lambda: rejections.reject(catch.rejections))
        if catch.discoveries:
            steps.append(lambda: rejections.discover(catch.discoveries))
        if catch.notices:
            steps.append(lambda: rejections.notice(catch.notices))
        if batch.readings or batch.receipts:
            steps.append(lambda: self._sink.put(batch))
        for step in steps:
            if not await self._insist(step):
                return False
        self._committed_at_utc = self._clock()
        return True

    async def _insist(self, step: Callable[[], Awaitable[None]]) -> bool:
        """Do a step until the store has done it; return False if stopped before."""
        pause = FIRST_RETRY_S
        while True:
            try:
                await step()
            except StoreError as error:
                self._store_error = error.finding
            else:
                self._store_error = None
                return True
            if self._stop.is_set():
                return False
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), pause)
            pause = min(pause * 2, LONGEST_RETRY_S)

    async def _forget(self) -> None:
        """Drop the receipts whose acknowledgements have had time to reach the broker."""
        due: list[Receipt] = []
        while self._acknowledged and self._acknowledged[0][0] + RECEIPT_KEPT_S < monotonic():
            due += self._acknowledged.popleft()[1]
        if due:
            await self._insist(lambda: self._receipts.forget(due))

    def _message(self, delivery: Delivery, now_utc: datetime, now: float) -> Message:
        topic, payload, packet, retained, timestamp = delivery
        received_at_utc = now_utc - timedelta(seconds=now - timestamp)
        return Message(self._settings.name, topic, payload, received_at_utc, retained, 1 if packet else 0)

    def _receipt(self, delivery: Delivery) -> Receipt:
        topic = delivery.topic.encode()
        digest = blake2b(b"%d %b" % (len(topic), topic), digest_size=_DIGEST_BYTES)
        digest.update(delivery.payload)
        return Receipt(self._settings.name, self._settings.client_id, delivery.packet, digest.digest())

    def _count(self, messages: list[Delivery], catch: Catch, duplicates: int) -> None:
        figures = self._figures
        figures["messages"] += len(messages)
        figures["readings"] += len(catch.readings)
        figures["rejected"] += catch.rejected
        figures["discovered"] += catch.discovered
        figures["duplicates"] += duplicates
        figures["retained"] += sum(message.retained for message in messages)
